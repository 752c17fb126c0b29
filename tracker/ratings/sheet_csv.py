"""Rows of a comma-separated file, in whichever encoding a spreadsheet program saved it."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tracker.ratings.sheet_rows import MAX_CELLS, SheetRow
from tracker.ratings.unreadable import UnreadableFile

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


def csv_rows(path: Path, text: Text) -> Iterator[SheetRow]:
    """The rows of the one sheet a csv file is; its name is blank, and a row's number is its first line.

    Newlines may be of any kind, even mixed.  Raises `UnreadableFile` with the line for quotation marks that
    are never closed or stand wrongly: nothing after one could be trusted.
    """
    yield "", 0, []
    cells = 0
    with path.open(encoding=text.encoding, newline="") as file:
        reader = csv.reader(_without_nul(file) if text.nuls else file, strict=True)
        first = 1
        try:
            for values in reader:
                cells += len(values)
                if cells > MAX_CELLS:
                    raise UnreadableFile("There are far more cells than in CQC's file.", line=first)
                yield "", first, values
                first = reader.line_num + 1
        except csv.Error as error:
            raise UnreadableFile(
                "A quotation mark is never closed, or stands where none may.",
                found=f"in the row that begins there: {error}",
                line=first,
            ) from error


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
