"""Several tables as one Excel workbook: a named table a sheet, no merged cells, and a sheet that says what it is."""

import re
from collections.abc import Sequence
from datetime import date
from typing import IO, Any, Final

import xlsxwriter

from tracker.reports.tables import Table, Value

_WIDEST: Final = 60
_NOT_IN_NAMES: Final = re.compile(r"\W+")


def write_workbook(tables: Sequence[Table], file: IO[bytes]) -> None:
    """Write each table that has rows to a sheet of its own, named like the table, to an open binary file."""
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "d mmm yyyy",
        },
    )
    first = tables[0]
    book.set_properties({"title": first.title, "comments": f"{first.stamp.source}, {first.stamp.licence}"})
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    days = book.add_format({"num_format": "d mmm yyyy", "valign": "top"})
    for table in tables:
        sheet = book.add_worksheet(table.title[:31])
        sheet.freeze_panes(1, 1)
        for column, words in enumerate(table.headings):
            longest = max((len(str(row[column] or "")) for row in table.rows), default=0)
            sheet.set_column(column, column, min(_WIDEST, max(longest, len(words)) + 2))
        rows = table.rows or [tuple("" for _ in table.headings)]  # Excel knows no table without a row
        sheet.add_table(
            0, 0, len(rows), len(table.headings) - 1,
            {"name": _NOT_IN_NAMES.sub("_", table.title), "columns": [{"header": words} for words in table.headings]},
        )  # fmt: skip
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, wrapped, days)
    _about(book, first, bold)
    book.close()


def _write(sheet: Any, row: int, column: int, value: Value, wrapped: Any, days: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, wrapped)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, days)
    else:
        sheet.write_number(row, column, value)


def _about(book: Any, table: Table, bold: Any) -> None:
    stamp = table.stamp
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    lines = [
        ("About this workbook", stamp.chosen),
        ("As at", stamp.as_at_words),
        ("Source", stamp.source),
        ("Licence", stamp.licence),
        ("Made", f"{stamp.made_at:%Y-%m-%d %H:%M}"),
        ("Made by", stamp.made_by),
    ]
    for number, (name, words) in enumerate(lines):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, words)
