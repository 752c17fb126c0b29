"""Dates as CQC's files and their names print them.  British order only; no date is guessed at."""

import re
from datetime import date, timedelta
from typing import Final

EARLIEST: Final = date(2009, 1, 1)
"""CQC was established on 1 April 2009; nothing of its own is older than that year."""
LATEST: Final = date(2100, 12, 31)

ACCEPTED: Final = "2025-10-22, 22/10/2025, 22/Oct/2025 (each with or without a time) or an Excel day number"

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}

_TIME: Final = r"(?:(?:T|\s+|\s*-\s*)\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO: Final = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}}){_TIME}", re.ASCII)
_BRITISH: Final = re.compile(
    rf"(?P<day>\d{{1,2}})([/-])(?P<month>\d{{1,2}}|[A-Za-z]{{3,9}})\2(?P<year>\d{{4}}){_TIME}", re.ASCII
)
_SERIAL: Final = re.compile(r"(?P<days>\d{5})(?:\.\d+)?", re.ASCII)
_EXCEL_DAY_0: Final = date(1899, 12, 30)  # so counted, 1 March 1900 and later agree with Excel
_EXCEL_1904_DAY_0: Final = date(1904, 1, 1)

_NAMED: Final = re.compile(
    r"(?<![0-9])(?P<day>\d{1,2})(?:st|nd|rd|th)?[ _.-]*(?P<month>[A-Za-z]{3,9})[ _.,-]*"
    r"(?P<year>\d{4})(?![0-9])"
    r"|(?<![0-9])(?P<y2>\d{4})[ _.-]?(?P<m2>\d{2})[ _.-]?(?P<d2>\d{2})(?![0-9])"
    r"|(?<![0-9])(?P<d3>\d{1,2})[ _.-](?P<m3>\d{1,2})[ _.-](?P<y3>\d{4})(?![0-9])",
    re.ASCII,
)


class UnreadableDate(ValueError):
    """Text that is no date a source would print; the message says what was read and what is accepted."""

    def __init__(self, raw: str, why: str) -> None:
        super().__init__(f"“{raw[:40]}” {why}. Dates are read as {ACCEPTED}.")
        self.raw = raw


def read_date(raw: str) -> date | None:
    """The date a source printed, or None for a blank: nothing was published.

    Day stands before month, always: `03/25/2016` is refused, and `03/04/2016` is 3 April.  A time of day is
    let through and dropped; CQC prints midnight.  Raises `UnreadableDate` for anything else, for a day that
    does not exist and for a year outside 2009 to 2100.
    """
    text = raw.strip()
    if text in {"", "-"}:
        return None
    if serial := _SERIAL.fullmatch(text):
        return _within(raw, excel_date(float(serial["days"])))
    match = _ISO.fullmatch(text) or _BRITISH.fullmatch(text)
    if match is None:
        raise UnreadableDate(raw, "is not a date")
    return _build(raw, match["year"], match["month"], match["day"])


def excel_date(days: float, *, since_1904: bool = False) -> date:
    """The day an Excel day number stands for; the fraction is a time of day and is dropped.

    A workbook made on an old Mac counts from 1904 and says so.  Raises `UnreadableDate` out of range.
    """
    try:
        return (_EXCEL_1904_DAY_0 if since_1904 else _EXCEL_DAY_0) + timedelta(days=int(days))
    except (OverflowError, ValueError) as error:
        raise UnreadableDate(str(days), "is not an Excel day number") from error


def date_in_name(file_name: str) -> date | None:
    """The as-at date a file's name suggests, to be proposed to a person and never taken as true.

    `01_September_2026_Latest_ratings-v2.ods` proposes 1 September 2026; a name with no year, no day, or two
    different dates proposes none.
    """
    found = set()
    for match in _NAMED.finditer(file_name):
        year = match["year"] or match["y2"] or match["y3"]
        month = match["month"] or match["m2"] or match["m3"]
        day = match["day"] or match["d2"] or match["d3"]
        try:
            found.add(_build(file_name, year, month, day))
        except UnreadableDate:
            continue
    return found.pop() if len(found) == 1 else None


def _build(raw: str, year: str, month: str, day: str) -> date:
    number = int(month) if month.isdigit() else _MONTHS.get(month.casefold(), 0)
    if number == 0:
        raise UnreadableDate(raw, f"has no month we know (“{month}”)")
    if number > 12:
        raise UnreadableDate(raw, f"has a month {number}; a date in American order is not guessed at")
    try:
        built = date(int(year), number, int(day))
    except ValueError as error:
        raise UnreadableDate(raw, "is a day that does not exist") from error
    return _within(raw, built)


def _within(raw: str, built: date) -> date:
    if not EARLIEST <= built <= LATEST:
        raise UnreadableDate(raw, f"is in {built.year}, outside {EARLIEST.year} to {LATEST.year}")
    return built
