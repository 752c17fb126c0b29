"""Moving the demonstration's clock."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from tracker.clock import ENGLAND, ClockOffset, moment


@pytest.mark.parametrize("day", [date(2026, 12, 24), date(2027, 6, 15), date(2012, 2, 29)])
def test_the_clock_goes_to_the_day_at_this_time_of_day_and_back(db: None, day: date) -> None:
    before = moment()
    call_command("travel", to=day.isoformat(), verbosity=0)
    there = moment()
    assert there.today == day
    wall, was = there.now.astimezone(ENGLAND), before.now.astimezone(ENGLAND)
    assert abs((wall.hour * 60 + wall.minute) - (was.hour * 60 + was.minute)) <= 1
    call_command("travel", to=day.isoformat())  # from there the same day is the same day
    assert moment().today == day
    call_command("travel", back=True)
    assert moment().today == before.today
    assert not ClockOffset.objects.exists()


def test_the_real_world_does_not_travel(db: None, settings: Settings) -> None:
    settings.WORLD = "real"
    with pytest.raises(CommandError, match="Only the demonstration"):
        call_command("travel", to="2026-12-24")
    assert not ClockOffset.objects.exists()


def test_a_day_that_is_none_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="not a day"):
        call_command("travel", to="2026-02-30")
