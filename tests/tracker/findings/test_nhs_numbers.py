"""The warning about text that looks like an NHS number.  The numbers here are made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.findings.nhs_numbers import looks_like_nhs_numbers, refuse_nhs_numbers
from tracker.problems import Refused

NINE = st.text("0123456789", min_size=9, max_size=9)
PROSE = st.text(st.characters(exclude_categories=["Nd"], exclude_characters="."), max_size=30)


def check_digit(nine: str) -> int:
    """The published rule, written out another way: the digit that makes the weighted sum a multiple of 11."""
    weighted = sum((10 - place) * int(digit) for place, digit in enumerate(nine))
    return next(digit for digit in range(11) if (weighted + digit) % 11 == 0)


@given(NINE, PROSE, PROSE, st.sampled_from(["", " ", "-", "\u00a0"]))
def test_a_number_is_seen_in_any_words_and_spacing(nine: str, before: str, after: str, gap: str) -> None:
    digit = check_digit(nine)
    if digit == 10:
        return
    written = f"{nine[:3]}{gap}{nine[3:6]}{gap}{nine[6:]}{digit}"
    assert looks_like_nhs_numbers(f"{before}{written}{after}") == [written]


@given(NINE, st.integers(0, 9))
def test_a_wrong_check_digit_is_not_seen(nine: str, digit: int) -> None:
    assert bool(looks_like_nhs_numbers(f"{nine}{digit}")) == (digit == check_digit(nine))


@pytest.mark.parametrize(
    "text",
    ["", "94347659190", "0300 311 2233", "Regulation 12(2)(g)", "RA901 and XN101", "3 May 2026", "12.5% of 1,234,567"],
)
def test_ordinary_words_pass(text: str) -> None:
    assert looks_like_nhs_numbers(text) == []


def test_a_date_before_the_number_does_not_hide_it() -> None:
    assert looks_like_nhs_numbers("On 10 05 943 476 5919 was seen") == ["943 476 5919"]


def test_a_person_who_has_looked_may_save() -> None:
    with pytest.raises(Refused, match="943 476 5919"):
        refuse_nhs_numbers("943 476 5919", field="words", checked=False)
    refuse_nhs_numbers("943 476 5919", field="words", checked=True)
