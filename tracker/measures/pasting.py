"""Values as people have them: two columns from a spreadsheet, in whatever way it writes dates and numbers.

Pure.  Nothing is guessed where a reading could be wrong: what has two readings is an error that names both.  Days
come before months, as in Britain.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from tracker.measures.periods import Frequency, period_of

MOST_ROWS = 500
MOST_PLACES = 6  # decimals
LARGEST = Decimal(10) ** 12
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4}|\d{2})", re.ASCII)
_YEAR_MONTH_DAY = re.compile(r"(\d{4})[./\-](\d{1,2})(?:[./\-](\d{1,2}))?", re.ASCII)
_MONTH_YEAR = re.compile(r"(\d{1,2})[./\-](\d{4})", re.ASCII)
_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?[ \-])?([a-z]{3,9})\.?[ ,\-'’]*(\d{4}|\d{2})", re.IGNORECASE | re.ASCII
)
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$", re.ASCII)
_FIRST_COMMA = re.compile(r"([^,]+),(.*)")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_GROUPED_BY_POINTS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+|[+-]?\d{1,3}(\.\d{3}){2,}", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.0+)?", re.ASCII)
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was typed, and what it means or why it means nothing."""

    line: int
    period_text: str
    value_text: str
    period: date | None = None
    value: Decimal | None = None
    period_error: str = ""
    value_error: str = ""

    @property
    def is_right(self) -> bool:
        return not self.period_error and not self.value_error


def split_lines(text: str) -> list[tuple[int, str, str]]:
    """(line, period, value) of every line that holds anything; a first line of headings is left out."""
    rows: list[tuple[int, str, str]] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        cells = _cells(line)
        if not any(cells):
            continue
        if not rows and not any(character.isdigit() for character in line):
            continue  # headings
        rows.append((number, cells[0], cells[1]))
    return rows


def read_rows(rows: Sequence[tuple[int, str, str]], *, frequency: Frequency, unit: str, today: date) -> list[Row]:
    """What each row means.  The same period twice is an error of the later row."""
    commas_are_decimal = any(_only_a_decimal_comma(value) for _, _, value in rows)
    read: list[Row] = []
    seen: dict[date, int] = {}
    for line, period_text, value_text in rows:
        row = Row(line, period_text, value_text)
        period, period_error = read_period(period_text, frequency=frequency, today=today)
        value, value_error = read_value(value_text, unit=unit, commas_are_decimal=commas_are_decimal)
        if period is not None and period in seen:
            period_error = f"This period is on line {seen[period]} too. Leave one of them out."
        elif period is not None:
            seen[period] = line
        read.append(replace(row, period=period, value=value, period_error=period_error, value_error=value_error))
    return read


def read_period(text: str, *, frequency: Frequency, today: date) -> tuple[date | None, str]:
    """The period a date lies in, or why there is none."""
    day = _day(text.strip())
    if not text.strip():
        return None, "Enter a date"
    if day is None:
        return None, f"“{text.strip()[:40]}” is not a date we can read. Enter it like 1 4 2026 or April 2026"
    if day > today:
        return None, "The period must not be in the future"
    if day.year < 1990:
        return None, "Enter a year from 1990 on"
    return period_of(day, frequency), ""


def read_value(text: str, *, unit: str, commas_are_decimal: bool = False) -> tuple[Decimal | None, str]:
    """The number a text means, or why it is none."""
    plain = _plain(text)
    if not plain:
        return None, "Enter a value, or leave this row out"
    if plain.endswith("%"):
        if unit.strip() != "%":
            return (
                None,
                f"This measure is not in percent: it is in {unit}" if unit else "This measure is not in percent",
            )
        plain = plain[:-1]
    if _COMMA.fullmatch(plain) and _GROUPED.fullmatch(plain) and commas_are_decimal:
        return None, f"“{plain}” may be {plain.replace(',', '.')} or {plain.replace(',', '')}. Write which"
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _GROUPED_BY_POINTS.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif _COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    if not _PLAIN.fullmatch(plain):
        return None, f"“{text.strip()[:40]}” is not a number"
    value = Decimal(plain)
    if abs(value) >= LARGEST:
        return None, "Enter a number below 1,000,000,000,000"
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MOST_PLACES:
        return None, f"Round it to {MOST_PLACES} decimals or fewer"
    return value, ""


def _cells(line: str) -> tuple[str, str]:
    """The two columns of a line: between tabs, semicolons or bars, else the last word apart from the rest."""
    for between in ("\t", ";", "|"):
        if between in line:
            cells = [cell.strip() for cell in line.split(between)]
            filled = [cell for cell in cells[1:] if cell]
            return cells[0], " | ".join(filled)  # more than one is no number, and says so
    line = line.strip()
    if (match := _FIRST_COMMA.match(line)) and _day(match[1]) is not None and match[2]:
        return match[1].strip(), match[2].strip()
    words = line.rsplit(None, 1)
    if len(words) == 2 and _day(line) is None:
        return words[0].rstrip(","), words[1]
    return line, ""


def _day(text: str) -> date | None:
    text = _TIME.sub("", text.strip().strip("'\"")).strip()
    if _SERIAL.fullmatch(text):
        return _EXCEL_DAY_ZERO + timedelta(days=int(text[:5]))
    if match := _YEAR_MONTH_DAY.fullmatch(text):
        return _date(match[1], match[2], match[3] or "1")
    if match := _DAY_MONTH_YEAR.fullmatch(text):
        return _date(match[3], match[2], match[1])
    if match := _MONTH_YEAR.fullmatch(text):
        return _date(match[2], match[1], "1")
    if match := _NAMED.fullmatch(text):
        month = _month(match[2])
        return _date(match[3], str(month), match[1] or "1") if month else None
    return None


def _month(word: str) -> int:
    """1 to 12, or 0: "Sept" and any other beginning of the name's own letters will do."""
    short = word.lower()
    full = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december")  # fmt: skip
    return next((n for n, name in enumerate(full, start=1) if name.startswith(short)), 0)


def _date(year: str, month: str, day: str) -> date | None:
    number = int(year) + (2000 if len(year) == 2 else 0)
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def _plain(text: str) -> str:
    """The text without spaces between digits and with one kind of minus."""
    text = text.strip().strip("'\"")
    for minus in ("\u2212", "\u2013"):
        text = text.replace(minus, "-")
    for space in ("\u00a0", "\u202f", "\u2009"):
        text = text.replace(space, " ")
    text = re.sub(r"(?<=\d) (?=\d{3}(\D|$))", "", text)
    return re.sub(r"\s*%$", "%", text)


def _only_a_decimal_comma(text: str) -> bool:
    """Whether its comma can be nothing else: 12,5 and 1.234,5, not 1,234."""
    plain = _plain(text).removesuffix("%")
    return bool(_COMMA.fullmatch(plain) or _GROUPED_BY_POINTS.fullmatch(plain)) and not _GROUPED.fullmatch(plain)
