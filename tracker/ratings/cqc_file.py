"""CQC's ratings file, whatever its format, vintage and file name: found by content, read row by row.

The file comes as ods (since 2021), xlsx (before) or a csv of one sheet.  Neither its name nor its extension
is trusted, nor the order of its sheets and columns: a sheet is CQC's when a row near its top holds CQC's
headings.  What is read is a stream of `RatingRow`; nothing is interpreted here.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from tracker.ratings.archive import open_archive
from tracker.ratings.cqc_layouts import LAYOUTS, Layout, layout_of, plain
from tracker.ratings.rows import ABOUT, PUBLISHED, SAID, PartedRow, RatingRow, Texts, names_somebody, whole
from tracker.ratings.sheet_csv import CsvSheet, examine, open_csv
from tracker.ratings.sheet_ods import CONTENT, ods_rows
from tracker.ratings.sheet_rows import SheetRow
from tracker.ratings.sheet_xlsx import WORKBOOK, xlsx_rows
from tracker.ratings.unreadable import UnreadableFile

HEADER_WITHIN: Final = 60
"""Rows searched for the headings; CQC has put a banner of up to a dozen above them."""
_LOOKS_LIKE_A_HEADER: Final = 3
"""Required headings in one row from which on a missing one is a fault of the sheet, not another sheet."""

_ZIP: Final = b"PK\x03\x04"
_OTHER_KINDS: Final = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or one protected by a password"),
    (b"%PDF", "a PDF document"),
    (b"PK\x05\x06", "an empty archive"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"<", "a web page or a single XML document"),
)

# The fields a sheet may say, in the order of a parted row: without the row's place, and without what no file says.
_FIELDS: Final = (ABOUT[2:-1], SAID, PUBLISHED[:-2])


@dataclass
class SheetReading:
    """What one sheet turned out to be.  `level` is blank where there are no ratings; it is passed over."""

    name: str
    level: str = ""
    header_line: int | None = None
    rows: int = 0
    blank_rows: int = 0
    unknown_columns: list[str] = field(default_factory=list)
    missing_columns: list[str] = field(default_factory=list)


@dataclass
class Reading:
    """What was found in a file, filled in while its rows are read; complete when they are exhausted.

    `format` is "csv", "ods" or "xlsx"; `encoding` a csv's; `nuls` the NUL characters left out of it.
    Of each sheet, `unknown_columns` are headings CQC was not known to print (kept out, for a person to
    look at) and `missing_columns` the optional ones of the newest layout that it does not have.
    """

    format: str = ""
    encoding: str = ""
    nuls: int = 0
    sheets: list[SheetReading] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rating rows read so far, in all sheets."""
        return sum(sheet.rows for sheet in self.sheets)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values."""
        return {**asdict(self), "rows": self.rows}


def read_rows(path: Path, reading: Reading | None = None) -> Iterator[RatingRow]:
    """Every rating in CQC's file at `path`, each in one piece (see `read_parted`)."""
    return map(whole, read_parted(path, reading))


def read_parted(path: Path, reading: Reading | None = None) -> Iterator[PartedRow]:
    """Every rating in CQC's file at `path`, in the file's order; `reading` is told what was found.

    Memory does not grow with the file.  Raises `UnreadableFile`, possibly after rows have been yielded: then
    none of them may be kept, since a damaged file is not a shorter one.
    """
    reading = Reading() if reading is None else reading
    first_rows: list[str] = []
    with path.open("rb") as file:
        head = file.read(64)
    if not head.strip(b"\0 \t\r\n"):
        raise UnreadableFile("The file is empty.")
    if head.startswith(_ZIP):
        with open_archive(path) as archive:
            for name, rows in groupby(_archive_rows(archive, reading), key=itemgetter(0)):
                yield from _read_sheet(name, rows, reading, first_rows)
    else:
        _refuse_other_kinds(head)
        text = examine(path)
        reading.format, reading.encoding, reading.nuls = "csv", text.encoding, text.nuls
        with open_csv(path, text) as sheet:
            yield from _read_sheet("", sheet.rows(), reading, first_rows, sheet)
    if not any(sheet.level for sheet in reading.sheets):
        raise UnreadableFile(
            "There are no ratings of CQC's in this file.",
            looked_for=" or ".join(_described(layout) for layout in LAYOUTS),
            found="; ".join(first_rows[:5]) or "nothing in it",
        )


def _refuse_other_kinds(head: bytes) -> None:
    for start, kind in _OTHER_KINDS:
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(start):
            raise UnreadableFile("This kind of file is not read.", looked_for="an ods, xlsx or csv file", found=kind)


def _archive_rows(archive: zipfile.ZipFile, reading: Reading) -> Iterator[SheetRow]:
    names = set(archive.namelist())
    if WORKBOOK in names:
        reading.format = "xlsx"
        yield from xlsx_rows(archive)
    elif CONTENT in names:
        reading.format = "ods"
        yield from ods_rows(archive)
    else:
        raise UnreadableFile(
            "This archive is not a spreadsheet.",
            looked_for=f"{CONTENT} (ods) or {WORKBOOK} (xlsx)",
            found=", ".join(sorted(names)[:5])[:200] or "nothing in it",
        )


@dataclass(frozen=True)
class _Header:
    layout: Layout
    line: int
    headings: list[str]

    @property
    def columns(self) -> dict[str, int]:
        """Our field -> its column, from 0."""
        found: dict[str, int] = {}
        for column, heading in enumerate(self.headings):
            name = self.layout.field_of(heading)
            if name is not None:
                found[name] = column
        if self.layout.level == "provider":
            found |= {
                "provider_id": found["organisation_id"],
                "provider_name": found.get("organisation_name", -1),
            }
        return found


def _read_sheet(
    name: str, rows: Iterator[SheetRow], reading: Reading, first_rows: list[str], csv: CsvSheet | None = None
) -> Iterator[PartedRow]:
    """The ratings of one sheet; `csv` is the sheet itself, where it is one of a csv file."""
    sheet = SheetReading(name)
    reading.sheets.append(sheet)
    header = _find_header(name, rows, first_rows)
    if header is None:
        return
    layout = header.layout
    if any(other.level == layout.level for other in reading.sheets):
        raise UnreadableFile(
            f"A second sheet holds ratings of {layout.sheet.lower()}; only one can be right.", part=name
        )
    sheet.name = name or layout.sheet
    sheet.level = layout.level
    sheet.header_line = header.line
    columns = header.columns
    sheet.unknown_columns = [h for h in header.headings if h.strip() and not layout.knows(h)]
    sheet.missing_columns = [names[0] for field_, names in layout.columns.items() if field_ not in columns]

    cells = _Cells(header, sheet, exact_width=csv is not None)
    parted = (cells.part(line, values) for _, line, values in rows) if csv is None else csv.parted(cells)
    count = 0
    try:
        for row in parted:
            if row is not None:
                count += 1
                yield row
    finally:
        sheet.rows = count
        sheet.blank_rows = cells.blank_rows


class _Cells:
    """Parts the rows of one sheet: which cell is which field, stripped of surrounding white space."""

    def __init__(self, header: _Header, sheet: SheetReading, *, exact_width: bool) -> None:
        columns, self._width = header.columns, len(header.headings)
        # One more than the columns: what a sheet does not have is read from there.
        self._padding = [""] * (self._width + 1)
        about, said, published = ([columns.get(name, self._width) for name in names] for names in _FIELDS)
        self._pick_about, self._pick_said, self._pick_published = (
            itemgetter(*columns) for columns in (about, said, published)
        )
        self.own = _side_by_side(said, [column for column in published if column < self._width], about)
        self._sheet = sheet
        self._exact_width = exact_width
        self._picked: tuple[str, ...] = ()
        self._about: Texts = ()
        self.blank_rows = 0

    def part(self, line: int, values: list[str]) -> PartedRow | None:
        """A row of the sheet; None for a blank one.  `values` may be altered."""
        length, width = len(values), self._width
        if length != width:
            if self._exact_width and any(values):
                _check_width(values, width, self._sheet.name, line)
            del values[width:]
        values += self._padding[len(values) :]
        picked = self._pick_about(values)
        if picked != self._picked or not self._about:
            self._picked = picked
            self._about = (self._sheet.name, self._sheet.level, *map(str.strip, picked), "")
        said = tuple(map(str.strip, self._pick_said(values)))
        published = (*map(str.strip, self._pick_published(values)), "current", "")
        if not any(said) and not any(published[:-2]) and not names_somebody(self._about):
            self.blank_rows += 1
            return None
        return line, self._about, said, published


def _side_by_side(said: list[int], published: list[int], about: list[int]) -> tuple[range, range] | None:
    """The two ranges of columns, where the second follows the first and nothing else stands in them."""
    first = range(min(said), max(said) + 1)
    second = range(first.stop, max(published) + 1)
    apart = all(column in first for column in said) and all(column in second for column in published)
    return (first, second) if apart and not any(c in first or c in second for c in about) else None


def _check_width(values: list[str], width: int, sheet: str, line: int) -> None:
    """Refuse a row of a csv whose cells cannot be told apart any more.

    Fewer cells than headings is a line cut short; more is a comma that should have been quoted, after which
    every word stands in the wrong column.
    """
    if len(values) < width or any(values[width:]):
        raise UnreadableFile(
            "The row does not have the columns of the heading: the file is cut short or a comma is loose.",
            looked_for=f"{width} columns",
            found=str(len(values)),
            part=sheet,
            line=line,
        )


def _find_header(name: str, rows: Iterator[SheetRow], first_rows: list[str]) -> _Header | None:
    """The row of a sheet that holds CQC's headings, or None when the sheet is about something else.

    Raises `UnreadableFile` for a row that is plainly the heading and lacks a column that is needed, for a
    heading that stands twice, and for a sheet under CQC's name without its headings.
    """
    filled = 0
    for _, line, values in rows:
        if not any(values):
            continue
        filled += 1
        if filled == 1:
            first_rows.append(f"“{name or 'the file'}” beginning {', '.join(filter(None, values))[:120]!r}")
        if filled > HEADER_WITHIN:
            break
        layout = layout_of(values)
        fields = [layout.field_of(value) for value in values]
        missing = layout.required.difference(fields)
        if not missing:
            _refuse_twice(layout, fields, name, line)
            while not values[-1].strip():
                values.pop()
            return _Header(layout, line, [value.strip() for value in values])
        if len(layout.required) - len(missing) >= _LOOKS_LIKE_A_HEADER:
            wanted = [names[0] for field_, names in layout.columns.items() if field_ in missing]
            raise UnreadableFile(
                "These are CQC's headings, but not all that are needed.",
                looked_for=", ".join(f"“{heading}”" for heading in wanted),
                found=", ".join(filter(None, values))[:400],
                part=name,
                line=line,
            )
    if filled and plain(name) in {plain(layout.sheet) for layout in LAYOUTS}:
        raise UnreadableFile(
            f"The sheet has no headings of CQC's in its first {HEADER_WITHIN} filled rows.",
            looked_for=" or ".join(_described(layout) for layout in LAYOUTS),
            found=first_rows[-1],
            part=name,
        )
    return None


def _refuse_twice(layout: Layout, fields: list[str | None], sheet: str, line: int) -> None:
    for name in layout.columns:
        if fields.count(name) > 1:
            raise UnreadableFile(
                f"The column “{layout.columns[name][0]}” stands {fields.count(name)} times; "
                "which one is right cannot be told.",
                part=sheet,
                line=line,
            )


def _described(layout: Layout) -> str:
    needed = [names[0] for name, names in layout.columns.items() if name in layout.required]
    return f"{layout.sheet} (with {', '.join(needed)})"
