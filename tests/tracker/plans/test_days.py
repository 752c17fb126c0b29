"""Days as people write them in trackers."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tracker.plans.days import read_day, write_day

patiently = examples(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine draws slowly

DAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    "text",
    ["31/03/2026", "31.3.26", "31-03-2026", " 31 / 3 / 2026", "31 March 2026", "31st Mar 26", "2026-03-31", "Mar-26",
     "2026-03-31 00:00:00", "46112", "46112.0", "end of March 2026", "March 2026", "Tuesday 31 March 2026",
     "by the end of March 2026"],
)  # fmt: skip
def test_the_ways_in_which_a_day_is_written(text: str) -> None:
    assert read_day(text) == DAY


@pytest.mark.parametrize("text", ["", "TBC", "31/02/2026", "13/13/2026", "Q3", "31/03/1826", "9" * 5, "32 May 2026"])
def test_what_is_no_day_is_refused_and_never_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="date"):
        read_day(text)


@patiently
@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_what_we_write_we_read(day: date) -> None:
    assert read_day(write_day(day)) == day


@patiently
@given(st.text())
def test_any_text_is_a_day_or_is_refused_in_a_sentence(text: str) -> None:
    said = ""
    try:
        assert isinstance(read_day(text), date)
    except ValueError as wrong:
        said = str(wrong)
    assert not said or "Enter one like" in said
