"""Writes CQC's bulk ratings file: csv (a file for each sheet), xlsx, ods.

Rows are taken one at a time and never held, so that a file of any length is written in the same memory.
The same rows give the same bytes: every time stamp inside the archives is a fixed one.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from tracker.demonstration.england import England, SheetName
from tracker.demonstration.sheet_ods import write_ods
from tracker.demonstration.sheet_xlsx import write_xlsx
from tracker.demonstration.vintages import DATE_FORMS, Row, date_text

Format = Literal["csv", "xlsx", "ods"]
SHEETS: Final[tuple[SheetName, ...]] = ("Locations", "Providers")

README: Final[tuple[Row, ...]] = (
    ("Latest ratings",),
    ("Invented for the demonstration: every organisation in this file is fictional.",),
    ("An organisation may have two ratings published on the same date; both are shown.",),
)


@dataclass(frozen=True)
class Sheet:
    """A named table; without headings it is text to be read."""

    name: str
    headings: tuple[str, ...]
    rows: Iterable[Row]


def file_name(as_at: date, file_format: Format) -> str:
    """The name CQC gives the file of a day: `01_November_2025_Latest_ratings.ods`."""
    return f"{as_at:%d_%B_%Y}_Latest_ratings.{file_format}"


def write_month(
    england: England,
    month: int,
    path: Path,
    file_format: Format,
    *,
    sheet: SheetName | None = None,
) -> tuple[Path, ...]:
    """Write one month's file (counted from 0) and return what was written; see `write_as_at`."""
    return write_as_at(england, england.months[month], path, file_format, sheet=sheet)


def write_as_at(
    england: England,
    as_at: date,
    path: Path,
    file_format: Format,
    *,
    sheet: SheetName | None = None,
) -> tuple[Path, ...]:
    """Write the file as at a day, in that day's layout, and return what was written.

    xlsx and ods hold a README sheet, then both sheets, or only the one asked for.  A csv holds one sheet:
    with `sheet` it is written to `path`, without it beside it, as `…_locations.csv` and `…_providers.csv`.
    The text form of dates in csv changes from month to month, as it has in fact.
    """
    wanted = SHEETS if sheet is None else (sheet,)
    sheets = [Sheet(name, england.headings(as_at, name), england.rows_as_at(as_at, name)) for name in wanted]
    return write_sheets(path, file_format, sheets, date_form=as_at.month % len(DATE_FORMS), split=sheet is None)


def write_sheets(
    path: Path, file_format: Format, sheets: list[Sheet], *, date_form: int, split: bool
) -> tuple[Path, ...]:
    """Write tables to one workbook, or to a csv each (`split`: named after the sheet)."""
    if file_format == "csv":
        paths = [_path_of(path, sheet) if split else path for sheet in sheets]
        for csv_path, sheet in zip(paths, sheets, strict=True):
            _write_csv(csv_path, sheet, date_form)
        return tuple(paths)
    with_readme = [Sheet("README", (), README), *sheets]
    write = write_ods if file_format == "ods" else write_xlsx
    write(path, [(sheet.name, _table(sheet)) for sheet in with_readme])
    return (path,)


def _path_of(path: Path, sheet: Sheet) -> Path:
    return path.with_name(f"{path.stem}_{sheet.name.lower()}.csv")


def _table(sheet: Sheet) -> Iterator[Row]:
    if sheet.headings:
        yield sheet.headings
    yield from sheet.rows


def _write_csv(path: Path, sheet: Sheet, date_form: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(sheet.headings)
        place = next(
            (n for n, heading in enumerate(sheet.headings) if heading == "Publication Date"),
            len(sheet.headings),
        )
        for row in sheet.rows:
            on = row[place]
            if isinstance(on, date):
                row = (*row[:place], date_text(on, date_form), *row[place + 1 :])
            writer.writerow(row)
