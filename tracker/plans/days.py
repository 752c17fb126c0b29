"""A day as people write it in a tracker: one line of text, in Britain's order.  Pure."""

import re
from calendar import monthrange
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIGURES = re.compile(r"(\d{1,2})\s*[./\-\s]\s*(\d{1,2})\s*[./\-\s]\s*(\d{4}|\d{2})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-]*(?:of\s+)?([a-z]{3,9})\.?,?[\s\-]*(\d{4}|\d{2})", re.ASCII)
_MONTH = re.compile(r"(?:(?:by\s+)?(?:the\s+)?end\s+(?:of\s+)?)?([a-z]{3,9})\.?,?[\s\-]*(?:')?(\d{4}|\d{2})", re.ASCII)
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?,?\s+", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.0+)?", re.ASCII)
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_EARLIEST, _LATEST = 1990, 2099


def read_day(text: str) -> date:
    """The day that `text` means: 31/03/2026, 31.3.26, 31 March 2026, 2026-03-31, Excel's 46112, or "end of March
    2026" and "Mar-26", which mean that month's last day.

    Raises ValueError, saying what to do, for anything else; a day that does not exist is never moved to one that does.
    """
    words = _WEEKDAY.sub("", " ".join(text.split()).casefold())
    if _SERIAL.fullmatch(words):
        return _sensible(_EXCEL_DAY_ZERO + timedelta(days=int(float(words))), text)
    if found := _ISO.fullmatch(words):
        year, month, day = (int(part) for part in found.groups())
    elif found := _FIGURES.fullmatch(words):
        day, month, year = int(found[1]), int(found[2]), _century(found[3])
    elif (found := _NAMED.fullmatch(words)) and (named := _month(found[2])):
        day, month, year = int(found[1]), named, _century(found[3])
    elif (found := _MONTH.fullmatch(words)) and (named := _month(found[1])):
        month, year = named, _century(found[2])
        day = monthrange(year, month)[1]
    else:
        raise ValueError(f"“{text.strip()[:40]}” is not a date. Enter one like 31/03/2027.")
    try:
        return _sensible(date(year, month, day), text)
    except ValueError:
        raise ValueError(f"“{text.strip()[:40]}” is not a real date. Enter one like 31/03/2027.") from None


def write_day(day: date) -> str:
    """The day as `read_day` reads it and as people type it."""
    return f"{day:%d/%m/%Y}"


def _century(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _month(word: str) -> int | None:
    full = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december")  # fmt: skip
    if word == "sept":
        return 9
    return next((n for n, name in enumerate(full, start=1) if word in (name, _MONTHS[n - 1])), None)


def _sensible(day: date, text: str) -> date:
    if not _EARLIEST <= day.year <= _LATEST:
        raise ValueError(f"“{text.strip()[:40]}” is not a date of our time. Enter one like 31/03/2027.")
    return day
