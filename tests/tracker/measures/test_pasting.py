"""What people paste: dates and numbers in the ways spreadsheets write them; what has two readings is refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.measures.pasting import Row, read_period, read_rows, read_value, split_lines
from tracker.measures.periods import Frequency, following, period_of, period_words, periods_between, short_period

TODAY = date(2026, 11, 23)
APRIL = date(2026, 4, 1)


def read(text: str, *, unit: str = "", frequency: Frequency = Frequency.MONTH) -> list[Row]:
    return read_rows(split_lines(text), frequency=frequency, unit=unit, today=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "1/4/2026", "01/04/2026", "30/04/2026", "1-4-26", "01.04.2026", "2026-04-01", "2026-04", "2026/04/17",
        "04/2026", "Apr 2026", "April 2026", "Apr-26", "apr 26", "1 April 2026", "1st April 2026", "Apr '26",
        "30 Apr 2026", "01-Apr-2026", "2026-04-01 00:00:00", "2026-04-01T00:00:00Z", "46113", " April  2026 ",
    ],
)  # fmt: skip
def test_a_month_is_read_however_it_is_written(text: str) -> None:
    assert read_period(" ".join(text.split()), frequency=Frequency.MONTH, today=TODAY) == (APRIL, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Enter a date"),
        ("04/13/2026", "not a date"),
        ("31/02/2026", "not a date"),
        ("Quarter 1", "not a date"),
        ("Smarch 2026", "not a date"),
        ("J 2026", "not a date"),
        ("1/12/2026", "future"),
        ("1/4/1066", "1990"),
    ],
)
def test_what_is_no_period_says_why(text: str, why: str) -> None:
    period, said = read_period(text, frequency=Frequency.MONTH, today=TODAY)
    assert period is None
    assert why in said


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("95", "95"), ("95.2", "95.2"), ("95,2", "95.2"), ("1,234", "1234"), ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"), ("1 234", "1234"), ("1\u00a0234,5", "1234.5"), ("-3", "-3"), ("\u22123.5", "-3.5"),
        ("0", "0"), (".5", "0.5"), ("1,234,567", "1234567"), ("1.234.567", "1234567"), ('"12"', "12"),
    ],
)  # fmt: skip
def test_a_number_is_read_however_it_is_written(text: str, value: str) -> None:
    assert read_value(text, unit="") == (Decimal(value), "")


def test_a_percent_sign_belongs_to_a_measure_in_percent() -> None:
    assert read_value("95.2%", unit="%") == (Decimal("95.2"), "")
    assert read_value("95,2 %", unit="%") == (Decimal("95.2"), "")
    assert read_value("95.2%", unit="falls") == (None, "This measure is not in percent: it is in falls")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Enter a value"), ("n/a", "not a number"), ("-", "not a number"), ("12..5", "not a number"),
        ("1e5", "not a number"), ("Infinity", "not a number"), ("1,23,4", "not a number"), ("12 5", "not a number"),
        ("1000000000000", "below"), ("0.1234567", "6 decimals"), ("٣", "not a number"),
    ],
)  # fmt: skip
def test_what_is_no_number_says_why(text: str, why: str) -> None:
    value, said = read_value(text, unit="")
    assert value is None
    assert why in said


def test_a_comma_with_two_readings_beside_decimal_commas_is_asked_about() -> None:
    rows = read("1/1/2026\t12,5\n1/2/2026\t1,234")
    assert rows[0].value == Decimal("12.5")
    assert rows[1].value_error == "“1,234” may be 1.234 or 1234. Write which"
    assert read("1/2/2026\t1,234")[0].value == 1234


@pytest.mark.parametrize(
    "text",
    [
        "Apr 2026\t95.2", "Apr 2026 95.2", "Apr 2026;95.2", "Apr 2026,95.2", "2026-04-01, 95.2", "1 April 2026   95.2",
        "Apr 2026\t\t95.2\t", "| Apr 2026 | 95.2 |".strip("| "), "01/04/2026 00:00\t95.2",
    ],
)  # fmt: skip
def test_two_columns_are_found_whatever_stands_between(text: str) -> None:
    (row,) = read(text)
    assert (row.period, row.value, row.is_right) == (APRIL, Decimal("95.2"), True)


def test_headings_and_empty_lines_are_left_out_and_lines_keep_their_numbers() -> None:
    rows = read("Month\tFalls\r\n\r\nApr 2026\t12\r\n\t\r\nMay 2026\tmany\r\n")
    assert [(row.line, row.period_text, row.value_text) for row in rows] == [
        (3, "Apr 2026", "12"),
        (5, "May 2026", "many"),
    ]
    assert [row.is_right for row in rows] == [True, False]


def test_the_same_period_twice_is_an_error_of_the_later_row() -> None:
    rows = read("1 April 2026\t1\n30 April 2026\t2")
    assert (rows[0].is_right, rows[1].period_error) == (True, "This period is on line 1 too. Leave one of them out.")


def test_a_third_column_is_not_taken_for_part_of_a_number() -> None:
    (row,) = read("Apr 2026\t12\t345")
    assert row.value is None


@given(st.text(max_size=200))
def test_nothing_pasted_breaks_the_reading_or_is_lost(text: str) -> None:
    rows = read(text)
    for row in rows:
        assert row.is_right == (row.period is not None and row.value is not None and not row.period_error)
        for part in (row.period_text, row.value_text):
            assert all(word in " ".join(text.split()) for word in part.split())


@given(st.dates(date(1990, 1, 1), TODAY), st.sampled_from(Frequency))
def test_every_day_lies_in_one_period_and_periods_follow_each_other(day: date, frequency: Frequency) -> None:
    period = period_of(day, frequency)
    after = following(period, frequency)
    assert period <= day < after
    assert period_of(period, frequency) == period
    assert period_of(after, frequency) == after
    assert list(periods_between(period, after, frequency)) == [period, after]
    assert period_words(period, frequency) != period_words(after, frequency)
    assert short_period(period, frequency) != short_period(after, frequency)


def test_a_quarter_is_named_by_its_months() -> None:
    assert period_words(date(2026, 4, 1), Frequency.QUARTER) == "April to June 2026"
    assert period_of(date(2026, 6, 30), Frequency.QUARTER) == date(2026, 4, 1)
    assert period_of(date(2026, 11, 22), Frequency.WEEK) == date(2026, 11, 16)  # a Sunday; the 16th is its Monday
