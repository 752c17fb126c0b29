"""When reminders fall, held against the rule said another way and against days anybody can look up."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.clock import ENGLAND
from tracker.reminders.models import Reminder
from tracker.reminders.schedule import (
    ANSWER,
    HOURS,
    LADDERS,
    WORK,
    Ladder,
    Rhythm,
    Wish,
    bands,
    closed_days,
    is_working_day,
    last_working_day,
    latest_slot,
    may_go,
    next_working_day,
    stage_of,
)
from tracker.sources import Told

DAYS = st.dates(date(2014, 1, 1), date(2035, 12, 31))


def last_come(ladder: Ladder, told: Told, due_on: date, today: date) -> list[int]:
    """The rule in the words of its author: of somebody's rungs whose moved day has come, the last."""
    own = sorted(rung.days for rung in ladder if rung.told is told)
    return [days for days in own if next_working_day(due_on + timedelta(days=days)) <= today][-1:]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([WORK, ANSWER]), st.sampled_from(Told), DAYS, st.integers(-40, 1500))
def test_the_bands_say_which_reminder_of_somebody_was_the_last_to_come(
    ladder: Ladder, told: Told, today: date, late: int
) -> None:
    due_on = today - timedelta(days=late)
    drawn = [band for band in bands(ladder, today) if band.told is told]
    found = [band.days for band in drawn if band.due_from <= due_on <= band.due_to]
    assert found == last_come(ladder, told, due_on, today)


@given(st.sampled_from([WORK, ANSWER]), DAYS)
def test_nobodys_bands_overlap_or_leave_a_gap(ladder: Ladder, today: date) -> None:
    for told in Told:
        drawn = [band for band in bands(ladder, today) if band.told is told]
        for nearer, farther in pairwise(drawn):
            assert nearer.due_from - timedelta(days=1) == farther.due_to
        assert not drawn or drawn[-1].due_from == date.min


@given(DAYS)
def test_a_moved_day_is_the_first_working_day_and_never_more_than_a_long_weekend_away(day: date) -> None:
    moved = next_working_day(day)
    assert is_working_day(moved)
    assert not any(is_working_day(day + timedelta(days=n)) for n in range((moved - day).days))
    assert (moved - day).days <= 4
    assert last_working_day(day) <= day <= moved
    assert last_working_day(moved) == moved


@given(DAYS)
def test_a_week_before_is_always_before_the_due_day(due_on: date) -> None:
    assert next_working_day(due_on + timedelta(days=-7)) < due_on


@given(DAYS, st.integers(0, 60))
def test_closed_days_are_those_that_do_not_work(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    every = [first + timedelta(days=n) for n in range(length + 1)]
    assert closed_days(first, last) == tuple(
        (day, next_working_day(day)) for day in every if next_working_day(day) > day
    )


@pytest.mark.parametrize(
    ("day", "moved"),
    [
        (date(2026, 12, 24), date(2026, 12, 24)),
        (date(2026, 12, 25), date(2026, 12, 29)),  # Christmas on a Friday: Boxing Day's holiday is the Monday
        (date(2026, 4, 3), date(2026, 4, 7)),  # Good Friday to Easter Monday
        (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2026, 11, 30), date(2026, 11, 30)),  # St Andrew's: a holiday in Scotland, not in England
        (date(2022, 9, 19), date(2022, 9, 20)),  # the funeral of Queen Elizabeth II
    ],
)
def test_known_days_of_england(day: date, moved: date) -> None:
    assert next_working_day(day) == moved


def test_back_off_doubles_and_each_hands_it_upward() -> None:
    def of(told: Told) -> list[int]:
        return [rung.days for rung in WORK if rung.told is told]

    assert of(Told.OWNER) == [-7, 0, 1, 2, 4, 8]
    assert of(Told.EXECUTIVE) == [8, 16, 32]
    assert of(Told.IMPROVEMENT_LEAD) == [16, 32, 64]
    assert of(Told.REGION) == [64, 128, 256, 512]
    for ladder in LADDERS.values():
        first = [
            min(rung.days for rung in ladder if rung.told is told) for told in dict.fromkeys(r.told for r in ladder)
        ]
        assert first == sorted(first)


def test_the_stages_are_those_of_the_ledger() -> None:
    assert [stage_of(days) for days in (-7, 0, 1)] == list(Reminder.Stage.values)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ENGLAND)


MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)


@pytest.mark.parametrize(
    ("wish", "now", "slot"),
    [
        (Wish(), at(MONDAY, 8), at(MONDAY, 8)),
        (Wish(), at(MONDAY, 7, 59), at(date(2026, 11, 20), 8)),  # before the hour it is still Friday's
        (Wish(hour=17), at(date(2026, 11, 29), 20), at(FRIDAY, 17)),  # a Sunday
        (Wish(), at(date(2026, 12, 28), 12), at(date(2026, 12, 24), 8)),  # Boxing Day's holiday
        (Wish(Rhythm.WEEKLY, weekday=0), at(FRIDAY, 9), at(MONDAY, 8)),
        (Wish(Rhythm.WEEKLY, weekday=4), at(FRIDAY, 7), at(date(2026, 11, 20), 8)),
        (Wish(Rhythm.WEEKLY, weekday=5), at(MONDAY, 9), at(MONDAY, 8)),  # Saturdays are no working days
        (Wish(Rhythm.WEEKLY, weekday=0), at(date(2026, 12, 28), 9), at(date(2026, 12, 21), 8)),  # a holiday Monday
        (Wish(Rhythm.WEEKLY, weekday=0), at(date(2026, 12, 29), 9), at(date(2026, 12, 29), 8)),  # and the day after it
        (Wish(hour=8), at(date(2026, 3, 30), 8), at(date(2026, 3, 30), 8)),  # the Monday after clocks went forward
    ],
)  # fmt: skip
def test_the_last_moment_at_which_a_message_might_go(wish: Wish, now: datetime, slot: datetime) -> None:
    assert latest_slot(wish, now) == slot


WISHES = st.builds(Wish, st.sampled_from(Rhythm), st.integers(0, 6), st.sampled_from(HOURS))
MOMENTS = st.builds(datetime.combine, st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.times(), st.just(ENGLAND))


@given(WISHES, MOMENTS)
def test_a_message_goes_at_the_hour_wished_for_on_a_working_day_and_not_in_the_future(
    wish: Wish, now: datetime
) -> None:
    slot = latest_slot(wish, now)
    assert slot.utctimetuple() <= now.utctimetuple()
    assert slot.hour == wish.hour
    assert is_working_day(slot.date())
    assert now.date() - slot.date() <= timedelta(days=7 + 4 if wish.rhythm is Rhythm.WEEKLY else 5)


@given(WISHES, MOMENTS)
def test_once_a_message_has_gone_the_next_waits_for_its_time(wish: Wish, now: datetime) -> None:
    assert may_go(wish, now, last_message=None) is not None
    again = may_go(wish, now, last_message=now)
    assert (again is not None) == (wish.rhythm is Rhythm.EACH)
    assert may_go(wish, now, last_message=now - timedelta(days=12)) is not None
