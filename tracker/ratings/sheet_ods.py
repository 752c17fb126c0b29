"""Rows of an OpenDocument spreadsheet, streamed: CQC's form since 2021, about 1 GB of content.xml."""

import zipfile
from collections.abc import Iterator
from typing import Final

from tracker.ratings.archive import chunks
from tracker.ratings.sheet_rows import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_FILLED_REPEATS,
    MAX_ROWS,
    MAX_TEXT,
    SheetRow,
)
from tracker.ratings.xml_stream import MAX_DEPTH, PartReader, stream

CONTENT: Final = "content.xml"

_NAMESPACE: Final = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
_MAX_PARAGRAPHS: Final = 100
_TOO_FAR: Final = f"A cell stands beyond column {MAX_COLUMNS}."


def ods_rows(archive: zipfile.ZipFile) -> Iterator[SheetRow]:
    """The rows of every sheet, in order.  A cell is the text it shows, except that a date is ISO.

    Repeated cells and rows are written out, within bounds; comments on cells are left out.
    Raises `UnreadableFile`.
    """
    for sheet, line, values, repeats in stream(chunks(archive, CONTENT), _Content(CONTENT)):
        yield sheet, line, values
        for further in range(1, repeats):
            yield sheet, line + further, list(values)


class _Content(PartReader[tuple[str, int, list[str], int]]):
    """content.xml, as (sheet, first line, cells, how many such rows follow each other)."""

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        prefixes = {uri: name.partition(":")[2] for name, uri in attributes.items() if name.startswith("xmlns:")}

        def named(space: str, local: str) -> str:
            prefix = prefixes.get(_NAMESPACE.format(space))
            return f"{prefix}:{local}" if prefix else local

        if tag != named("office", "document-content"):
            self.refuse("This is not the content of a spreadsheet.")
        self._table = named("table", "table")
        self._table_name = named("table", "name")
        self._row = named("table", "table-row")
        self._rows_repeated = named("table", "number-rows-repeated")
        self._cell = named("table", "table-cell")
        self._covered_cell = named("table", "covered-table-cell")
        self._columns_repeated = named("table", "number-columns-repeated")
        self._date = named("office", "date-value")
        self._value = named("office", "value")
        self._annotation = named("office", "annotation")
        self._paragraph = named("text", "p")
        self._spaces = named("text", "s")
        self._space_count = named("text", "c")
        self._breaks = {named("text", "tab"): "\t", named("text", "line-break"): "\n"}
        self._sheet = ""
        self._line = 1
        self._rows_left = 0
        self._in_row = False
        self._in_annotation = 0
        self._column = 0
        self._values: list[str] = []
        self._paragraphs: list[str] = []
        self._attributes: dict[str, str] = {}
        self._attributes_of_row: dict[str, str] = {}
        self._cell_count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.too_deep()
        if tag == self._paragraph:
            self.pieces.clear()
        elif tag == self._cell or tag == self._covered_cell:
            self._attributes = attributes
            self._paragraphs = []
        elif tag == self._row:
            if self._in_row:
                self.refuse("A row stands inside another.", self._line)
            self._in_row = True
            self._values = []
            self._column = 0
            self._attributes_of_row = attributes
        elif tag == self._spaces:
            self.pieces.append(" " * min(self.count(attributes.get(self._space_count, "1")), 1_000))
        elif tag in self._breaks:
            self.pieces.append(self._breaks[tag])
        elif tag == self._table:
            self._sheet = attributes.get(self._table_name, "")
            self._line = 1
            self.items.append((self._sheet, 0, [], 1))
        elif tag == self._annotation:
            self._in_annotation += 1

    def end(self, tag: str) -> None:
        self.depth -= 1
        if tag == self._paragraph:
            pieces = self.pieces
            text = pieces[0] if len(pieces) == 1 else "".join(pieces)
            pieces.clear()
            if len(text) > MAX_TEXT or len(self._paragraphs) > _MAX_PARAGRAPHS:
                self.too_long()
            if not self._in_annotation:
                self._paragraphs.append(text)
        elif tag == self._cell or tag == self._covered_cell:
            paragraphs = self._paragraphs
            attributes = self._attributes
            if self._columns_repeated in attributes or self._date in attributes or len(paragraphs) != 1:
                self._end_unusual_cell(attributes, paragraphs)
            elif paragraphs[0]:
                column = self._column
                values = self._values
                if column >= MAX_COLUMNS:
                    self.refuse(_TOO_FAR, self._line)
                if column > len(values):
                    values += [""] * (column - len(values))
                values.append(paragraphs[0])
                self._column = column + 1
            else:
                self._column += 1
        elif tag == self._row:
            self._end_row()
        else:
            if tag == self._annotation:
                self._in_annotation -= 1
            if not self._in_row:
                self.pieces.clear()  # white space between styles

    def _end_unusual_cell(self, attributes: dict[str, str], paragraphs: list[str]) -> None:
        """A cell that is blank, repeated, a date or of several paragraphs."""
        repeats = 1
        if self._columns_repeated in attributes:
            repeats = self.count(attributes[self._columns_repeated])
        text = attributes.get(self._date) or "\n".join(paragraphs) or attributes.get(self._value, "")
        if text:
            if self._column + repeats > MAX_COLUMNS:
                self.refuse(_TOO_FAR, self._line)
            self._values += [""] * (self._column - len(self._values))
            self._values += [text] * repeats
        self._column += repeats

    def _end_row(self) -> None:
        self._in_row = False
        self.pieces.clear()
        repeats = 1
        if self._rows_repeated in self._attributes_of_row:
            repeats = self.count(self._attributes_of_row[self._rows_repeated])
        if self._values:
            if repeats > MAX_FILLED_REPEATS:
                self.refuse(f"A filled row is repeated {repeats:,} times.", self._line)
            self._cell_count += len(self._values) * repeats
            if self._cell_count > MAX_CELLS or self._line > MAX_ROWS:
                self.refuse("There are far more cells than in CQC's file.", self._line)
            self.items.append((self._sheet, self._line, self._values, repeats))
        self._line += repeats
