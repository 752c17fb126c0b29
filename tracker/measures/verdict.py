"""Did it work?  What a measure says about an action, by fixed rules that are quoted with the answer.

The values before the action are held as the baseline: their mean is what the values after it are compared with,
whatever was recalculated since.  A period counts as after a day when it begins on that day or later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tracker.measures.spc import FEWEST_POINTS, RUN, Direction

Series = Sequence[tuple[date, Decimal | None]]


class Verdict(StrEnum):
    """The answers, and in `RULES` the rule each follows."""

    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"  # where neither way is better
    BEGUN_BEFORE = "begun_before"
    NO_CHANGE = "no_change"
    TOO_EARLY = "too_early"
    NO_BASELINE = "no_baseline"


_SHIFT = (
    f"A shift is {RUN} values or more in a row, up to the latest, on one side of the mean of the values before "
    "the action began. A value on the mean, or a period without one, ends it."
)
RULES: dict[Verdict, str] = {
    Verdict.BETTER: _SHIFT,
    Verdict.WORSE: _SHIFT,
    Verdict.CHANGED: _SHIFT,
    Verdict.BEGUN_BEFORE: f"{_SHIFT} One that had lasted {RUN} values when the action began is not its doing.",
    Verdict.NO_CHANGE: f"{_SHIFT} There is none, and {RUN} values or more stand since the action was done, or since "
    "it began where it is not done.",
    Verdict.TOO_EARLY: f"{_SHIFT} Until {RUN} values stand since the action was done, or since it began where it is "
    "not done, the absence of one says nothing.",
    Verdict.NO_BASELINE: f"A baseline is {FEWEST_POINTS} values or more before the action began, counted from the "
    "last recalculation before it.",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one action.  `before` and `after` are the means of the baseline and of the shift; `since` is
    the period in which the shift began; `needed` is how many values are missing for a verdict."""

    verdict: Verdict
    before: Decimal | None = None
    after: Decimal | None = None
    since: date | None = None
    needed: int = 0

    @property
    def rule(self) -> str:
        return RULES[self.verdict]


def judge(
    series: Series,
    *,
    started_on: date,
    finished_on: date | None = None,
    direction: Direction,
    rebases: Sequence[date] = (),
) -> Judgement:
    """What `series`, in order of time, says about an action that began and, where it is done, ended on these days."""
    base_from = max((day for day in rebases if day <= started_on), default=date.min)
    before = [value for on, value in series if base_from <= on < started_on]
    after = [(on, value) for on, value in series if on >= started_on]
    known = [value for value in before if value is not None]
    if len(known) < FEWEST_POINTS:
        return Judgement(Verdict.NO_BASELINE, needed=FEWEST_POINTS - len(known))
    mean = sum(known) / Decimal(len(known))
    sides = [(on, value, _side(value, known)) for on, value in after]
    run = _run(sides)
    if len(run) >= RUN:
        values = [value for _, value, _ in run if value is not None]
        side = run[0][2]
        verdict = _way(side or 0, direction)
        if len(run) == len(after) and _run_length([_side(value, known) for value in before], side) >= RUN:
            verdict = Verdict.BEGUN_BEFORE
        return Judgement(verdict, mean, sum(values) / Decimal(len(values)), run[0][0])
    counted_from = finished_on or started_on
    seen = sum(value is not None and on >= counted_from for on, value in after)
    if seen < RUN:
        return Judgement(Verdict.TOO_EARLY, before=mean, needed=RUN - seen)
    return Judgement(Verdict.NO_CHANGE, before=mean)


def _side(value: Decimal | None, baseline: Sequence[Decimal]) -> int | None:
    """1 above the baseline's mean, -1 below, 0 on it; compared without dividing, so that on it is on it."""
    if value is None:
        return None
    at, centre = value * len(baseline), sum(baseline)
    return (at > centre) - (at < centre)


def _run(
    sides: Sequence[tuple[date, Decimal | None, int | None]],
) -> Sequence[tuple[date, Decimal | None, int | None]]:
    """The latest values that stand on one side without a break."""
    if not sides or not sides[-1][2]:
        return []
    return sides[len(sides) - _run_length([side for _, _, side in sides], sides[-1][2]) :]


def _run_length(sides: Sequence[int | None], side: int | None) -> int:
    """How many of the last `sides` are `side`."""
    return next((n for n, one in enumerate(reversed(sides)) if one != side), len(sides))


def _way(side: int, direction: Direction) -> Verdict:
    if direction is Direction.NEITHER:
        return Verdict.CHANGED
    return Verdict.BETTER if (side > 0) == (direction is Direction.UP) else Verdict.WORSE
