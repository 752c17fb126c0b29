"""A table as CSV that Excel and every other reader take alike: UTF-8 with its mark, one header line.

The stamp stands in columns of its own on each row, so that no line has to be skipped to read the file and a row
copied elsewhere still says where it comes from.
"""

import csv
from typing import IO

from tracker.reports.tables import Table, Value

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(table: Table, file: IO[bytes]) -> None:
    """Write the table to an open binary file."""
    stamp = table.stamp
    made = f"{stamp.made_at:%Y-%m-%d %H:%M}"
    stamped = (stamp.as_at_words, stamp.source, stamp.licence, made, stamp.made_by)
    file.write(b"\xef\xbb\xbf")
    file.write(_line((*table.headings, "As at", "Source", "Licence", "Made", "Made by")))
    for row in table.rows:
        file.write(_line((*row, *stamped)))


class _Line:
    """The last line the csv module wrote."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def _line(values: tuple[Value, ...]) -> bytes:
    line = _Line()
    csv.writer(line).writerow([printed(value) for value in values])
    return line.text.encode()


def printed(value: Value) -> str:
    """A value as text.  Text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    return f"'{value}" if value.lstrip(" ").startswith(_STARTS_A_FORMULA) else value
