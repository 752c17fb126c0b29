"""Feeding a large XML part through expat, refusing what no spreadsheet contains.

Small parts are read with defusedxml.  Sheets go straight to expat's callbacks, with the same refusals (no
document type, so no entities): defusedxml's own streaming reader is pure Python and takes twice as long.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Generic, NoReturn, TypeVar
from xml.parsers import expat

from tracker.ratings.sheet_rows import MAX_TEXT
from tracker.ratings.unreadable import UnreadableFile

MAX_DEPTH: Final = 64
_TEXT_BUFFER: Final = 8_192

Item = TypeVar("Item")


class PartReader(Generic[Item]):
    """One XML part, read by callbacks that append to `items`.

    A subclass learns the document's own prefixes from `begin`, then handles `start` and `end`, and keeps
    `depth`.  Text since it was last taken waits in `pieces`.  Both are bounded.  A callback runs tens of
    millions of times over CQC's file, so subclasses write out what would elsewhere be a call.
    """

    def __init__(self, part: str) -> None:
        self.part = part
        self.items: list[Item] = []
        self.pieces: list[str] = []
        self.depth = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle the outermost element."""
        raise NotImplementedError

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Handle the start of any other element."""
        raise NotImplementedError

    def end(self, tag: str) -> None:
        """Handle the end of an element."""
        raise NotImplementedError

    def too_deep(self) -> NoReturn:
        """Refuse elements nested beyond `MAX_DEPTH`; a subclass keeps `depth`, inline for speed."""
        self.refuse("Elements are nested far deeper than in a spreadsheet.")

    def too_long(self) -> NoReturn:
        """Refuse a cell with more than `MAX_TEXT` characters."""
        self.refuse("A cell holds far more text than a spreadsheet allows.")

    def take_text(self) -> str:
        """The text since it was last taken; refused when it is longer than a cell may be."""
        text = "".join(self.pieces)
        self.pieces.clear()
        if len(text) > MAX_TEXT:
            self.too_long()
        return text

    def count(self, raw: str) -> int:
        """A positive whole number from an attribute."""
        if not (raw.isascii() and raw.isdigit() and len(raw) <= 9 and int(raw) > 0):
            self.refuse(f"“{raw[:20]}” stands where a row or column is counted.")
        return int(raw)

    def refuse(self, reason: str, line: int | None = None) -> NoReturn:
        raise UnreadableFile(reason, part=self.part, line=line)


def stream(pieces: Iterable[bytes], reader: PartReader[Item]) -> Iterator[Item]:
    """The items `reader` makes of a part, as its bytes come.  Raises `UnreadableFile`."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = _TEXT_BUFFER

    def refuse_document_type(*_: object) -> NoReturn:
        reader.refuse("The file declares a document type or an entity, which no spreadsheet does.")

    def begin(tag: str, attributes: dict[str, str]) -> None:
        reader.begin(tag, attributes)
        parser.StartElementHandler = reader.start

    parser.StartDoctypeDeclHandler = refuse_document_type
    parser.EntityDeclHandler = refuse_document_type
    parser.ExternalEntityRefHandler = refuse_document_type
    parser.StartElementHandler = begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.pieces.append
    items = reader.items
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            if sum(map(len, reader.pieces)) > MAX_TEXT:  # a piece of the file can add no more than its size
                reader.too_long()
            if items:
                yield from items
                items.clear()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnreadableFile(f"Damaged or cut short ({error}).", part=reader.part) from error
    yield from items
