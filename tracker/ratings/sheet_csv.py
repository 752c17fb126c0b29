"""Rows of a comma-separated file, in whichever encoding a spreadsheet program saved it."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Protocol, TypeVar

from tracker.ratings.rows import PartedRow, Texts, names_somebody
from tracker.ratings.sheet_rows import MAX_CELLS, SheetRow
from tracker.ratings.unreadable import UnreadableFile

_Key = TypeVar("_Key", str, tuple[str, ...])
_REMEMBERED: Final = 20_000
_MAX_SIMPLE: Final = 100_000
"""Characters of a line from which on the reader looks at it, and refuses a cell that is far too long."""
_CELL: Final = re.compile(r'(?:^|,)("(?:[^"]|"")*"|[^,]*)')

_BLOCK: Final = 1 << 19
_MAX_LINE: Final = 1_000_000
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Text(NamedTuple):
    """How a file's bytes are to be read, and how many NUL characters are to be left out of it."""

    encoding: str
    nuls: int


def examine(path: Path) -> Text:
    """The encoding of a whole file: UTF-8, UTF-16, or else Windows-1252.

    Everything is decoded once, so that a stray byte half-way down is found before a row is kept.  Raises
    `UnreadableFile`, with the line, for bytes that are none of the three.
    """
    with path.open("rb") as file:
        head = file.read(4_096)
    marked = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
    if marked is not None:
        candidates = [marked]
    elif head.count(0) * 4 > len(head):
        # Without a mark: Latin letters in UTF-16 leave every other byte empty.
        candidates = ["utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le"]
    else:
        candidates = ["utf-8", "cp1252"]
    failure: tuple[int, str] | None = None
    for encoding in candidates:
        nuls, failure = _decode(path, encoding)
        if failure is None:
            return Text(encoding, nuls)
    line, what = failure or (1, "nothing")
    raise UnreadableFile(
        "The text is in no encoding we know.",
        looked_for="UTF-8, UTF-16 or Windows-1252",
        found=what,
        line=line,
    )


class Parting(Protocol):
    """How a record is parted into the fields that are read."""

    own: tuple[range, range] | None
    """The columns of what is said and of how it was published, in which rows of one organisation differ, where they
    stand side by side in this order; what it is about is in none of them."""

    def part(self, line: int, values: list[str]) -> PartedRow | None:
        """None for a blank record.  `values` may be altered."""


class CsvSheet:
    """The records of the one sheet a csv file is, from the first to the last; each is given once.

    Newlines may be of any kind, even mixed; a record's number is that of its first line.  Both ways to ask raise
    `UnreadableFile` with the line for quotation marks that are never closed or stand wrongly: nothing after one
    could be trusted.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._aside: list[str] = []
        self._reader = csv.reader(self._to_read(), strict=True)
        self._passed = 0  # lines that did not go through the reader
        self._cells = 0

    def rows(self) -> Iterator[SheetRow]:
        """The records not given yet; the sheet's name is blank."""
        for text in self._lines:
            yield "", self._line + 1, self._record(text)

    def parted(self, by: Parting) -> Iterator[PartedRow]:
        """The records not given yet, parted; blank ones are left out."""
        if by.own is None:
            for _, line, values in self.rows():
                if row := by.part(line, values):
                    yield row
        else:
            yield from self._parted_quickly(by, *by.own)

    def _parted_quickly(self, by: Parting, said_in: range, published_in: range) -> Iterator[PartedRow]:
        """Most rows begin and end just as the one before, up to the columns in which rows of one organisation differ
        and from them on; and what stands between has mostly been met before.  Such a row is not taken apart.

        Only what was read where no quotation mark stood is known again, so a comma always parts two cells.
        """
        before = after = ""
        start = end = width = 0
        about: Texts = ()
        known_said: dict[Texts, Texts] = {}
        known_published: dict[str, Texts] = {}
        parts, first, last = len(said_in), said_in.start, published_in.stop
        line = self._line
        for text in self._lines:
            if before and text.startswith(before) and text.endswith(after):
                *cells, rest = text[start : len(text) - end].split(",", parts)
                said = known_said.get(tuple(cells))
                published = known_published.get(rest)
                if said is not None and published is not None:
                    line += 1
                    yield line, about, said, published
                    continue
            self._cells += width * (line - self._line)
            self._passed = line - self._reader.line_num
            values = self._record(text)
            printed = _printed(text, values) if self._line == line + 1 else []
            row = by.part(line + 1, values)
            line = self._line
            before = ""
            if row is None:
                continue
            yield row
            _, about, said, published = row
            if printed and names_somebody(about):
                width = len(printed)
                before = ",".join((*printed[:first], ""))
                start = len(before)
                middle = ",".join(printed[first:last])
                after = text[start + len(middle) :]
                end = len(after)
                if '"' not in middle:
                    _remember(known_said, tuple(printed[first : said_in.stop]), said)
                    _remember(known_published, ",".join(printed[published_in.start : last]), published)

    @property
    def _line(self) -> int:
        """The number of lines read."""
        return self._reader.line_num + self._passed

    def _record(self, text: str) -> list[str]:
        """The cells of the record that begins with this line.  Without quotation marks a csv is simple."""
        if '"' not in text and len(text) < _MAX_SIMPLE:
            self._passed += 1
            values = plain.split(",") if (plain := text.rstrip("\r\n")) else []
        else:
            first = self._line + 1
            self._aside.append(text)
            try:
                values = next(self._reader)
            except csv.Error as error:
                raise UnreadableFile(
                    "A quotation mark is never closed, or stands where none may.",
                    found=f"in the row that begins there: {error}",
                    line=first,
                ) from error
        self._cells += len(values)
        if self._cells > MAX_CELLS:
            raise UnreadableFile("There are far more cells than in CQC's file.", line=self._line)
        return values

    def _to_read(self) -> Iterator[str]:
        """Lines for the reader: one that was looked at and put aside, before those that were not."""
        while True:
            if self._aside:
                yield self._aside.pop()
            elif (line := next(self._lines, None)) is not None:
                yield line
            else:
                return


def _printed(text: str, values: list[str]) -> list[str]:
    """The cells of a record of one line as they stand there, quotation marks and all; none where that is unclear."""
    printed = _CELL.findall(text[: len(text) - len(_end_of(text))]) if '"' in text else list(values)
    return printed if len(printed) == len(values) else []


def _end_of(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _remember(known: dict[_Key, Texts], text: _Key, read: Texts) -> None:
    if len(known) == _REMEMBERED:
        known.clear()
    known[text] = read


@contextmanager
def open_csv(path: Path, text: Text) -> Iterator[CsvSheet]:
    """The sheet of a file that was examined."""
    with path.open(encoding=text.encoding, newline="") as file:
        yield CsvSheet(_without_nul(file) if text.nuls else file)


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line.replace("\0", "")


def _decode(path: Path, encoding: str) -> tuple[int, tuple[int, str] | None]:
    """The NUL characters in the file, and where and why it is not in `encoding`.

    Raises `UnreadableFile` for a line too long to be held; within one block no line can be.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    nuls = 0
    unended = 0  # characters since the last line's end
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                decoded = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                lines += error.object[: error.start].count(b"\n")
                return nuls, (lines, f"byte 0x{error.object[error.start]:02X}")
            nuls += decoded.count("\0")
            ends = [place for place in (decoded.find("\n"), decoded.find("\r")) if place >= 0]
            if unended + (min(ends) if ends else len(decoded)) >= _MAX_LINE:
                raise UnreadableFile(f"A line is longer than {_MAX_LINE:,} characters.", line=lines)
            last = max(decoded.rfind("\n"), decoded.rfind("\r"))
            unended = len(decoded) - 1 - last if ends else unended + len(decoded)
            lines += decoded.count("\n")
            if not block:
                return nuls, None
