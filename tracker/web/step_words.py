"""How ratings have changed, in a sentence and a drawing for each key question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tracker.charts.step_chart import Step, StepChart, step_chart
from tracker.ratings.scale import KEY_QUESTIONS, OVERALL, Rating
from tracker.ratings.steps import PublishedRating
from tracker.web.ratings_words import change_words, long_day, rating_tone, rating_words, short_day

LANES: Final = tuple(rating.words for rating in sorted(Rating, reverse=True))
NO_RATING: Final = "No rating"


@dataclass(frozen=True)
class Steps:
    """What the step chart's component takes."""

    id: str
    chart: StepChart
    headline: str
    rows: list[tuple[str, dict[str, str]]]


def steps_through_time(by_domain: Mapping[str, Sequence[PublishedRating]], until: date) -> list[Steps]:
    """A chart for each of the five questions and overall, on one scale of time; none where nothing was published."""
    drawn = {key: by_domain[key] for key in (*KEY_QUESTIONS, OVERALL) if by_domain.get(key)}
    if not drawn:
        return []
    first = min(published[0].day for published in drawn.values())
    return [
        Steps(
            id=f"steps-{key}",
            chart=_chart(published, first, until),
            headline=headline(published),
            rows=[(short_day(one.day), {"word": _word(one), "tone": rating_tone(one.rating)}) for one in published],
        )
        for key, published in drawn.items()
    ]


def headline(published: Sequence[PublishedRating]) -> str:
    """ "Safe: Requires improvement since 3 May 2024, down from Good", of ratings oldest first."""
    last = published[-1]
    run = list(published)
    while len(run) > 1 and (run[-2].rating, run[-2].state) == (last.rating, last.state):
        run.pop()
    said = f"{last.domain_name}: {_word(last)} since {long_day(run[-1].day)}"
    if len(run) == 1:
        return f"{said}; no other rating is known here"
    before = run[-2]
    change = change_words(before.state, before.rating, last.rating)
    return f"{said}, {change}" if change else said


def _chart(published: Sequence[PublishedRating], first: date, until: date) -> StepChart:
    lanes = LANES if all(one.rating for one in published) else (*LANES, NO_RATING)
    return step_chart(
        [
            Step(
                day=one.day,
                lane=Rating.OUTSTANDING - one.rating if one.rating else len(LANES),
                tone=rating_tone(one.rating),
                text=f"{long_day(one.day)}: {_word(one)}",
                holds=one.rating is not None,
            )
            for one in published
        ],
        lanes,
        first=first,
        last=until,
    )


def _word(one: PublishedRating) -> str:
    return rating_words(one.state, one.rating, one.word)
