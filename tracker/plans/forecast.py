"""When an action will be finished, from the trust's own record of what it promised and when it delivered.  Pure.

Each finished action took some multiple of the time it was given: twice, or nine tenths.  An open action with so
many days to its first date will take such a multiple too, more than it has taken already.  The range runs from
the multiple that one in ten stayed under to the one that nine in ten did.  Nothing is said from fewer than a dozen
cases.  How well such ranges held is asked of the record itself: each finished action is forecast from those that
had finished when it was made, as it could have been at the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

FEWEST: Final = 12
LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Kept:
    """A finished action: when it was promised, for when, and when it was done."""

    made_on: date
    promised_for: date
    done_on: date

    @property
    def multiple(self) -> float:
        """The time it took, as a multiple of the time it was given."""
        return max((self.done_on - self.made_on).days, 0) / given_days(self.made_on, self.promised_for)


@dataclass(frozen=True)
class Range:
    """Eight in ten finish between the two days; `cases` is how many finished actions say so."""

    earliest: date
    latest: date
    cases: int


@dataclass(frozen=True)
class Coverage:
    """Of `of` finished actions that could have been forecast, `held` finished within their range."""

    held: int
    of: int


def given_days(made_on: date, promised_for: date) -> int:
    return max((promised_for - made_on).days, 1)


def forecast(made_on: date, promised_for: date, today: date, record: Sequence[Kept]) -> Range | None:
    """The range of days in which an action that is open `today` will be finished; None when too few cases say.

    Only actions that took longer than this one has taken already are like it."""
    given = given_days(made_on, promised_for)
    taken = max((today - made_on).days, 0) / given
    multiples = sorted(one.multiple for one in record if one.multiple >= taken)
    if len(multiples) < FEWEST:
        return None
    earliest, latest = (made_on + timedelta(days=round(quantile(multiples, q) * given)) for q in (LOW, HIGH))
    return Range(max(earliest, today), max(latest, today), len(multiples))


def coverage(record: Sequence[Kept]) -> Coverage:
    """How often such ranges held: every finished action, forecast on the day it was made."""
    held = of = 0
    for one in record:
        known = [other for other in record if other.done_on < one.made_on]
        said = forecast(one.made_on, one.promised_for, one.made_on, known)
        if said is not None:
            of += 1
            held += said.earliest <= one.done_on <= said.latest
    return Coverage(held, of)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value under which `share` of the `ordered` values lie, between two of them in proportion."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
