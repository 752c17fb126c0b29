"""When to remind of something due, and whom: pure arithmetic on days, in the working days of England.

Its owner hears a week before, on the day, and 1, 2, 4 and 8 days after.  Then the promise is handed upward: the
accountable executive hears from the eighth day, the improvement lead from the sixteenth, the region from the
sixty-fourth, each ever more seldom.  A reminder that would fall on a weekend or a bank holiday goes on the next
working day.  Only the last one of a person's whose day has come counts, so that days on which nothing ran are made
good by one late reminder, not by all that were missed.

Bank holidays are GOV.UK's list for England and Wales, as the installed package holds it; the years after its
last (in 2026: 2028) have weekends only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from govuk_bank_holidays.bank_holidays import BankHolidays

from tracker.clock import ENGLAND
from tracker.sources import Pace, Told

BANK_HOLIDAYS: Final[frozenset[date]] = frozenset(
    holiday["date"] for holiday in BankHolidays(use_cached_holidays=True).get_holidays(BankHolidays.ENGLAND_AND_WALES)
)
_DAY: Final = timedelta(days=1)
HOURS: Final = range(6, 20)
"""The hours a person may choose: reminders are not sent at night."""

BEFORE, DUE, AFTER = "before", "due", "after"


class Rung(NamedTuple):
    """One reminder: whom it tells, and how many days after the due date (before it, when negative)."""

    told: Told
    days: int


Ladder: TypeAlias = tuple[Rung, ...]

WORK: Final[Ladder] = (
    *(Rung(Told.OWNER, days) for days in (-7, 0, 1, 2, 4, 8)),
    *(Rung(Told.EXECUTIVE, days) for days in (8, 16, 32)),
    *(Rung(Told.IMPROVEMENT_LEAD, days) for days in (16, 32, 64)),
    *(Rung(Told.REGION, days) for days in (64, 128, 256, 512)),
)
"""A promise to do something by a day."""

ANSWER: Final[Ladder] = (
    *(Rung(Told.OWNER, days) for days in (0, 2, 4, 8)),
    *(Rung(Told.IMPROVEMENT_LEAD, days) for days in (8, 16, 32)),
    *(Rung(Told.REGION, days) for days in (32, 64, 128)),
)
"""Something a person was asked and has not answered, due from the day they were asked."""

LADDERS: Final = {Pace.WORK: WORK, Pace.ANSWER: ANSWER}


def stage_of(days: int) -> str:
    """In which stage a reminder is that goes `days` after the due date."""
    if days < 0:
        return BEFORE
    return AFTER if days else DUE


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
    """Things due from one day to another, both included: of `told`'s reminders the last whose day has come is the
    one `days` after the due date (before the move to a working day)."""

    told: Told
    days: int
    due_from: date
    due_to: date

    @property
    def stage(self) -> str:
        return stage_of(self.days)


def bands(ladder: Ladder, today: date) -> Iterator[Band]:
    """Which reminder is now the last whose day has come, by whom it tells and by due date; a due date in none of
    somebody's bands has no reminder of theirs yet.

    A reminder's day, moved to the next working day, has come when the unmoved day is not after the last
    working day: so each rung begins one band, and the next one of the same person ends it."""
    come = last_working_day(today)
    for told in dict.fromkeys(rung.told for rung in ladder):
        own = sorted(rung.days for rung in ladder if rung.told is told)
        for days, later in zip(own, [*own[1:], None], strict=True):
            due_from = date.min if later is None else come - timedelta(days=later - 1)
            yield Band(told, days, due_from, come - timedelta(days=days))


@lru_cache(maxsize=8)
def closed_days(first: date, last: date) -> tuple[tuple[date, date], ...]:
    """Each day from `first` to `last` that is not a working day, with the working day after it."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple((day, next_working_day(day)) for day in days if not is_working_day(day))


class Rhythm(StrEnum):
    """How often a person wants to hear."""

    EACH = "each"  # a message for each reminder
    DAILY = "daily"  # one message a working day
    WEEKLY = "weekly"  # one message a week


@dataclass(frozen=True)
class Wish:
    """How and when a person wants to hear: `weekday` (Monday 0 to Sunday 6) counts for the weekly message only."""

    rhythm: Rhythm = Rhythm.DAILY
    weekday: int = 0
    hour: int = 8


def latest_slot(wish: Wish, now: datetime) -> datetime:
    """The last moment, not after `now`, at which a message to the person may go: at their hour in England, on a
    working day; a weekly one's day that is none moves to the next."""
    local = now.astimezone(ENGLAND)
    day = local.date()
    if local.hour < wish.hour:
        day -= _DAY
    if wish.rhythm is Rhythm.WEEKLY:
        chosen = day - timedelta(days=(day.weekday() - wish.weekday) % 7)
        moved = next_working_day(chosen)
        day = moved if moved <= day else next_working_day(chosen - timedelta(days=7))
    else:
        day = last_working_day(day)
    return datetime.combine(day, time(wish.hour), tzinfo=ENGLAND)


def may_go(wish: Wish, now: datetime, *, last_message: datetime | None) -> date | None:
    """Up to which day's reminders may go to the person now; None when nothing may.

    A digest goes once a slot: what is planned after it waits for the next one.  What was planned while nothing
    ran goes in the first message after."""
    slot = latest_slot(wish, now)
    if wish.rhythm is not Rhythm.EACH and last_message is not None and last_message >= slot:
        return None
    return slot.astimezone(ENGLAND).date()
