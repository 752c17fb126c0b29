"""When reminders fall, held against the rule said another way and against days anybody can look up."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reminders.models import Reminder
from tracker.reminders.schedule import (
    STAGES,
    bands,
    closed_days,
    is_working_day,
    last_working_day,
    next_working_day,
)

DAYS = st.dates(date(2014, 1, 1), date(2035, 12, 31))


def last_come(due_on: date, today: date) -> tuple[str, int] | None:
    """The rule in the words of its author: of the stages whose moved day has come, the last."""
    come = [stage for stage in STAGES if next_working_day(due_on + timedelta(days=stage[1])) <= today]
    return come[-1] if come else None


@given(DAYS, st.integers(-40, 1500))
def test_the_bands_say_which_reminder_was_the_last_to_come(today: date, late: int) -> None:
    due_on = today - timedelta(days=late)
    found = [(band.stage, band.days) for band in bands(today) if band.due_from <= due_on <= band.due_to]
    assert found == [stage for stage in [last_come(due_on, today)] if stage]


@given(DAYS)
def test_bands_neither_overlap_nor_leave_a_gap(today: date) -> None:
    drawn = list(bands(today))
    for nearer, farther in pairwise(drawn):
        assert nearer.due_from - timedelta(days=1) == farther.due_to
    assert drawn[-1].due_from == date.min


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
    assert next_working_day(due_on + timedelta(days=STAGES[0][1])) < due_on


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


def test_back_off_doubles_and_the_stages_are_those_of_the_ledger() -> None:
    assert [days for _, days in STAGES[:8]] == [-7, 0, 1, 2, 4, 8, 16, 32]
    assert {stage for stage, _ in STAGES} == set(Reminder.Stage.values)
