"""A trust's events in words: what changed first, then how much stayed."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.urls import reverse

from tracker.ratings.lineage import SiteJoin
from tracker.ratings.scale import OVERALL
from tracker.ratings.timeline import UNLISTED, TimelineEvent, TimelineRating
from tracker.reports.tables import Row
from tracker.web.ratings_words import change_words, long_day, rating_words

Shown = dict[str, object]


def event_shown(event: TimelineEvent) -> Shown:
    """One event as the page shows it: a title, its day, and a line for each service that changed."""
    name = f"{event.name} ({event.cqc_id})"
    if event.kind == UNLISTED:
        services = list(dict.fromkeys(rating.service_name for rating in event.ratings))
        title = f"{name}: no longer in CQC's file"
        return _shown(event, title, [f"{len(event.ratings)} ratings: {', '.join(services)}"])
    number = len(event.ratings)
    title = f"{name}: {number} rating{'' if number == 1 else 's'} published"
    return _shown(event, title, _lines(event.ratings))


def _shown(event: TimelineEvent, title: str, lines: list[str]) -> Shown:
    href = reverse("site", args=[event.cqc_id]) if event.level == "location" else ""
    return {
        "title": title,
        "date": long_day(event.day),
        "datetime": event.day.isoformat(),
        "day": event.day,
        "href": href,
        "lines": lines,
    }


def _lines(ratings: Sequence[TimelineRating]) -> list[str]:
    changed: dict[str, list[str]] = {}
    first = same = 0
    for rating in ratings:
        change = change_words(rating.before_state or "", rating.before_rating, rating.rating)
        if change is not None:
            changed.setdefault(rating.service_name, []).append(f"{_said(rating)}, {change}")
        elif rating.before_state is None:
            first += 1
            if rating.domain == OVERALL:
                changed.setdefault(rating.service_name, []).append(_said(rating))
        else:
            same += 1
    lines = [f"{_named(service)}: {'; '.join(said)}" for service, said in changed.items()]
    if first:
        lines.append(f"{first} with no earlier rating known here")
    if same:
        lines.append(f"{same} re-confirmed, the same as before")
    return lines


def _named(service: str) -> str:
    return "As a whole" if service == "Overall" else service


def _said(rating: TimelineRating) -> str:
    word = rating_words(rating.state, rating.rating, rating.word)
    return word if rating.domain == OVERALL else f"{rating.domain_name} {word}"


def join_events(joins: Iterable[SiteJoin]) -> list[Shown]:
    """How hospitals of the trust carried on under other registrations, as events; those without a day are left to
    the hospital's page."""
    return [
        {
            "title": f"{join.predecessor_name} ({join.predecessor_cqc_id}) carried on as {join.successor_name} "
            f"({join.successor_cqc_id})",
            "date": long_day(join.on),
            "datetime": join.on.isoformat(),
            "day": join.on,
            "href": reverse("site", args=[join.successor_cqc_id]),
            "lines": [join.reason] if join.reason else [],
        }
        for join in joins
        if join.on is not None
    ]


def succession_events(successions: Iterable[dict[str, str]]) -> list[Shown]:
    """How the trust came from others and went on, as events."""
    return [
        {
            "title": f"{join['text'].split(' ', 4)[-1]} {join['other']}",
            "date": long_day(date.fromisoformat(join["on"])),
            "datetime": join["on"],
            "day": date.fromisoformat(join["on"]),
            "href": join["href"],
            "lines": [join["reason"]] if join["reason"] else [],
        }
        for join in successions
    ]


def between(events: list[Shown], others: list[Shown], *, first_page: bool, last_page: bool) -> list[Shown]:
    """Events of one page with the successions that fall between its first and its last day."""
    days = [event["datetime"] for event in events]
    newest, oldest = (max(days), min(days)) if days else ("", "")  # type: ignore[type-var]
    here = [
        other
        for other in others
        if (first_page or str(other["datetime"]) <= str(newest)) and (last_page or str(other["datetime"]) > str(oldest))
    ]
    return sorted([*events, *here], key=lambda event: str(event["datetime"]), reverse=True)


TIMELINE_HEADINGS: Final = (
    "Day", "Event", "Level", "CQC id", "Organisation", "Service", "Key question", "Rating", "Rating before",
)  # fmt: skip


def timeline_rows(events: Iterable[TimelineEvent]) -> list[Row]:
    """The same events as rows of an export, one a rating."""
    return [
        (
            event.day,
            "No longer listed" if event.kind == UNLISTED else "Published",
            "Hospital" if event.level == "location" else "Trust",
            event.cqc_id,
            event.name,
            rating.service_name,
            rating.domain_name,
            rating_words(rating.state, rating.rating, rating.word),
            rating_words(rating.before_state, rating.before_rating, "") if rating.before_state else "",
        )
        for event in events
        for rating in event.ratings
    ]
