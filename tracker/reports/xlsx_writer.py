"""A table as an Excel workbook: one sheet with the table, one that says what it is.  Text is never a formula."""

from datetime import date
from typing import IO, Any

import xlsxwriter

from tracker.reports.tables import Table, Value

_WIDEST = 50


def write_xlsx(table: Table, file: IO[bytes]) -> None:
    """Write the table to an open binary file, a row at a time, so that memory does not grow with its length."""
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "d mmm yyyy",
        },
    )
    book.set_properties({"title": table.title, "comments": f"{table.stamp.source}, {table.stamp.licence}"})
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("Table")
    sheet.freeze_panes(1, 1)
    for column, words in enumerate(table.headings):
        sheet.set_column(column, column, _width(table, column))
        sheet.write_string(0, column, words, heading)
    for number, row in enumerate(table.rows, start=1):
        for column, value in enumerate(row):
            _write(sheet, number, column, value)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.headings) - 1)
    _about(book, table, heading)
    book.close()


def _write(sheet: Any, row: int, column: int, value: Value) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value)
    else:
        sheet.write_number(row, column, value)


def _width(table: Table, column: int) -> int:
    longest = max((len(str(row[column] or "")) for row in table.rows), default=0)
    return min(_WIDEST, max(longest, len(table.headings[column])) + 2)


def _about(book: Any, table: Table, heading: Any) -> None:
    stamp = table.stamp
    lines = [
        ("About this table", table.title),
        ("Chosen", stamp.chosen or "Everything"),
        ("As at", stamp.as_at_words),
        ("Source", stamp.source),
        ("Licence", stamp.licence),
        ("Made", f"{stamp.made_at:%Y-%m-%d %H:%M}"),
        ("Made by", stamp.made_by),
        *(("Note", note) for note in table.notes),
    ]
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    for number, (name, words) in enumerate(lines):
        sheet.write_string(number, 0, name, heading)
        sheet.write_string(number, 1, words)
