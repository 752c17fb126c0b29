"""When to remind of something due: pure arithmetic on days, in the working days of England.

A week before, on the day, then 1, 2, 4, 8 ... days after, ever more seldom; a reminder that would fall on a
weekend or a bank holiday goes on the next working day.  Only the last one whose day has come counts, so that
days on which nothing ran are made good by one late reminder, not by all that were missed.

Bank holidays are GOV.UK's list for England and Wales, as the installed package holds it; the years after its
last (in 2026: 2028) have weekends only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from govuk_bank_holidays.bank_holidays import BankHolidays

BANK_HOLIDAYS: Final[frozenset[date]] = frozenset(
    holiday["date"] for holiday in BankHolidays(use_cached_holidays=True).get_holidays(BankHolidays.ENGLAND_AND_WALES)
)
_DAY: Final = timedelta(days=1)

BEFORE, DUE, AFTER = "before", "due", "after"
STAGES: Final[tuple[tuple[str, int], ...]] = (
    (BEFORE, -7),
    (DUE, 0),
    *((AFTER, 2**doubling) for doubling in range(10)),  # the last 512 days after
)
"""Each stage and its days after the due date, in order of time."""


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in BANK_HOLIDAYS


def next_working_day(day: date) -> date:
    """`day` itself when it is one."""
    while not is_working_day(day):
        day += _DAY
    return day


def last_working_day(day: date) -> date:
    """The working day on or before `day`."""
    while not is_working_day(day):
        day -= _DAY
    return day


@dataclass(frozen=True)
class Band:
    """Things due from one day to another, both included: the last reminder whose day has come is of `stage`,
    `days` after the due date (before the move to a working day)."""

    stage: str
    days: int
    due_from: date
    due_to: date


def bands(today: date) -> Iterator[Band]:
    """Which reminder is now the last whose day has come, by due date; a due date in no band has none yet.

    A reminder's day, moved to the next working day, has come when the unmoved day is not after the last
    working day: so each stage begins one band, and the next stage ends it."""
    come = last_working_day(today)
    for place, (stage, days) in enumerate(STAGES):
        later = STAGES[place + 1 :]
        due_from = come - timedelta(days=later[0][1] - 1) if later else date.min
        yield Band(stage, days, due_from, come - timedelta(days=days))


@lru_cache(maxsize=8)
def closed_days(first: date, last: date) -> tuple[tuple[date, date], ...]:
    """Each day from `first` to `last` that is not a working day, with the working day after it."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple((day, next_working_day(day)) for day in days if not is_working_day(day))
