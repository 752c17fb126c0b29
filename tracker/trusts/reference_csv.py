"""Reads a small CSV file whole or not at all, and says exactly what is wrong with it.

A table is described by its columns and the `Cell` that reads each; rows come back with their line numbers,
so that the checks between rows and between files can name them too.  Problems are gathered, not raised one by
one: the person who mends the file should see all of them at once.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeVar

MOST_PROBLEMS: Final = 50
"""Problems shown of one reading: a file with more is the wrong file, and a longer list helps nobody."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.  `row` is the line of the file, 0 for the file itself; `field` its column."""

    file: str
    row: int
    field: str
    reason: str

    def __str__(self) -> str:
        where = (self.file, f"row {self.row}" if self.row else "", self.field)
        return f"{', '.join(part for part in where if part)}: {self.reason}"


class UnreadableReference(Exception):
    """A reference file cannot be used, for the reasons in `problems`; nothing of it was taken."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems[:MOST_PROBLEMS])
        more = len(problems) - len(self.problems)
        super().__init__("\n".join([*map(str, self.problems), *([f"and {more} more"] if more else [])]))


Cell = Callable[[str], object]
"""Reads the stripped text of one cell, or raises `ValueError` with the reason as its message."""

Row = TypeVar("Row")
Numbered = list[tuple[int, Row]]


def optional(cell: Cell) -> Cell:
    """The same cell, with None for an empty one."""
    return lambda text: cell(text) if text else None


def text_of(longest: int, *, empty: bool = False) -> Cell:
    """Printable text of at most `longest` characters, the width of the column it will stand in."""

    def read(text: str) -> str:
        if not text and not empty:
            raise ValueError("is empty")
        if len(text) > longest:
            raise ValueError(f"is longer than {longest} characters")
        if not text.isprintable():
            raise ValueError("holds a control character")
        return text

    return read


def ods_code(text: str) -> str:
    """A code of the Organisation Data Service: RH8, QJK, Y58, G6V2S."""
    if not re.fullmatch(r"[A-Z0-9]{3,5}", text):
        raise ValueError(f"is not an ODS code of three to five capitals and digits: {text[:20]!r}")
    return text


def maybe_ods_code(text: str) -> str:
    return ods_code(text) if text else ""


def one_of(values: Collection[str]) -> Cell:
    def read(text: str) -> str:
        if text not in values:
            raise ValueError(f"is {text[:40]!r}, not one of {', '.join(filter(None, sorted(values)))}")
        return text

    return read


def day(text: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"is not a date written 2026-08-31: {text[:40]!r}")


def degrees(low: float, high: float) -> Cell:
    def read(text: str) -> float:
        if not re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]+)?", text) or not low <= float(text) <= high:
            raise ValueError(f"is not a number of degrees from {low} to {high}: {text[:20]!r}")
        return float(text)

    return read


def read_lines(path: Path, problems: list[Problem]) -> list[list[str]]:
    """Every line of a CSV file that holds anything; none, and a problem, where that cannot be had."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except FileNotFoundError:
        reason = "is missing"
    except UnicodeDecodeError:
        reason = "is not UTF-8 text"
    except (OSError, csv.Error) as error:
        reason = f"cannot be read as CSV: {error}"
    else:
        if any(lines):
            return lines
        reason = "is empty"
    problems.append(Problem(path.name, 0, "", reason))
    return []


def read_row(
    file: str, number: int, line: Sequence[str], cells: Mapping[str, Cell], problems: list[Problem]
) -> dict[str, object] | None:
    """One row by column name, or None when any of its cells is a problem."""
    read: dict[str, object] = {}
    for text, (name, cell) in zip(line, cells.items(), strict=True):
        try:
            read[name] = cell(text.strip())
        except ValueError as error:
            problems.append(Problem(file, number, name, str(error)))
    return read if len(read) == len(cells) else None


def read_table(
    path: Path, make: Callable[..., Row], cells: Mapping[str, Cell], problems: list[Problem]
) -> Numbered[Row]:
    """The sound rows of a file whose heading is exactly the names of `cells`, in their order."""
    lines = read_lines(path, problems)
    if not lines:
        return []
    if [name.strip() for name in lines[0]] != list(cells):
        reason = f"the heading is {','.join(lines[0])[:200]!r}, not {','.join(cells)!r}"
        problems.append(Problem(path.name, 1, "", reason))
        return []
    rows: Numbered[Row] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        if len(line) != len(cells):
            problems.append(Problem(path.name, number, "", f"has {len(line)} fields, not {len(cells)}"))
        elif (values := read_row(path.name, number, line, cells, problems)) is not None:
            rows.append((number, make(**values)))
    return rows


def check_order(file: str, rows: Numbered[Row], start: str, end: str, problems: list[Problem]) -> None:
    """`end` is the first day on which a period no longer held, so it comes after `start`."""
    for number, row in rows:
        first, last = getattr(row, start), getattr(row, end)
        if first and last and last <= first:
            problems.append(Problem(file, number, end, f"{last} is not after {start}, {first}"))


def check_once(file: str, rows: Numbered[Row], key: Sequence[str], problems: list[Problem]) -> None:
    """No two rows agree on all of `key`."""
    seen: dict[tuple[object, ...], int] = {}
    for number, row in rows:
        value = tuple(getattr(row, name) for name in key)
        earlier = seen.setdefault(value, number)
        if earlier != number:
            reason = f"{', '.join(map(str, value))} stands already in row {earlier}"
            problems.append(Problem(file, number, ", ".join(key), reason))


def check_never_two_at_once(file: str, rows: Numbered[Row], key: Sequence[str], problems: list[Problem]) -> None:
    """No two rows that agree on `key` hold on the same day."""
    periods: dict[tuple[object, ...], list[tuple[date, int, date]]] = defaultdict(list)
    for number, row in rows:
        start, end = getattr(row, "valid_from"), getattr(row, "valid_to")  # noqa: B009 - of any row
        same = tuple(getattr(row, name) for name in key)
        periods[same].append((start or date.min, number, end or date.max))
    for holding in periods.values():
        for (_, earlier, end), (start, number, _) in pairwise(sorted(holding)):
            if start < end:
                problems.append(
                    Problem(file, number, "valid_from", f"{start} falls within the period of row {earlier}")
                )


def check_known(file: str, rows: Numbered[Row], field: str, codes: Collection[str], problems: list[Problem]) -> None:
    """`field` is empty or one of `codes`."""
    for number, row in rows:
        value = getattr(row, field)
        if value and value not in codes:
            problems.append(Problem(file, number, field, f"{value} is not in the register"))


def rows_of(rows: Iterable[tuple[int, Row]]) -> tuple[Row, ...]:
    return tuple(row for _, row in rows)
