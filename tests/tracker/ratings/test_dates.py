"""Dates in every form CQC prints; none is guessed at."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.ratings.dates import EARLIEST, LATEST, UnreadableDate, date_in_name, read_date

DAY = date(2025, 10, 22)


@pytest.mark.parametrize(
    "raw",
    [
        "2025-10-22",
        "2025-10-22T00:00:00",
        "2025-10-22 00:00:00",
        "2025-10-22T00:00:00.000Z",
        "2025-10-22T00:00:00+01:00",
        "22/10/2025",
        " 22/10/2025 - 00:00 ",
        "22/10/2025 00:00",
        "22/Oct/2025 - 00:00",
        "22/OCT/2025",
        "22-Oct-2025",
        "45952",
        "45952.0",
    ],
)
def test_every_form_seen(raw: str) -> None:
    assert read_date(raw) == DAY


@pytest.mark.parametrize("raw", ["", "  ", "-"])
def test_a_blank_is_no_date(raw: str) -> None:
    assert read_date(raw) is None


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("10/22/2025", "month 22"),
        ("31/02/2025", "does not exist"),
        ("29/02/2025", "does not exist"),
        ("00/01/2025", "does not exist"),
        ("22/10/2008", "2008"),
        ("2101-01-01", "2101"),
        ("0203-01-01", "203"),
        ("22/10/25", "not a date"),
        ("22/Okt/2025", "Okt"),
        ("20251022", "not a date"),
        ("22/10-2025", "not a date"),
        ("12345", "1933"),
        ("yesterday", "not a date"),
        ("２２/10/2025", "not a date"),
        ("22/10/2025 and more", "not a date"),
    ],
)
def test_refused_with_what_was_read_and_what_is_accepted(raw: str, why: str) -> None:
    with pytest.raises(UnreadableDate, match=why) as refusal:
        read_date(raw)
    assert raw in str(refusal.value)
    assert "22/Oct/2025" in str(refusal.value)


@given(st.dates(EARLIEST, LATEST))
def test_round_trip_in_every_form(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for raw in (
        day.isoformat(),
        f"{day.isoformat()}T00:00:00",
        f"{day:%d/%m/%Y}",
        f"{day:%d/%m/%Y} - 00:00",
        f"{day:%d/%b/%Y} - 00:00",
        str(serial),
    ):
        assert read_date(raw) == day


@given(st.text())
def test_any_text_is_read_or_refused(raw: str) -> None:
    try:
        day = read_date(raw)
    except UnreadableDate:
        return
    assert day is None or EARLIEST <= day <= LATEST


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("01_September_2026_Latest_ratings.ods", date(2026, 9, 1)),
        ("01_September_2026_Latest_ratings-v2.ods", date(2026, 9, 1)),
        ("1 August Latest ratings.xlsx", None),
        ("1st August 2017 Latest ratings.xlsx", date(2017, 8, 1)),
        ("Care_directory_2018-10-01.csv", date(2018, 10, 1)),
        ("20181001_ratings.csv", date(2018, 10, 1)),
        ("ratings 01.10.2018.csv", date(2018, 10, 1)),
        ("01_September_2026 (from 02_October_2026).ods", None),
        ("31_February_2026.ods", None),
        ("Latest ratings.ods", None),
        ("September_2026_Latest_ratings.ods", None),
    ],
)
def test_the_date_in_a_name_is_proposed(name: str, expected: date | None) -> None:
    assert date_in_name(name) == expected
