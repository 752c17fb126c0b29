"""Rows of an OpenDocument spreadsheet, streamed: CQC's form since 2021, about 1 GB of content.xml."""

import zipfile
from collections.abc import Iterator
from typing import Final

from tracker.ratings.archive import chunks
from tracker.ratings.sheet_rows import MAX_CELLS, MAX_COLUMNS, MAX_FILLED_REPEATS, MAX_ROWS, SheetRow
from tracker.ratings.xml_stream import MAX_DEPTH, PartReader, stream

CONTENT: Final = "content.xml"

_NAMESPACE: Final = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"
_MAX_PARAGRAPHS: Final = 100


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
        prefixes = {
            uri: name.partition(":")[2] for name, uri in attributes.items() if name.startswith("xmlns:")
        }

        def named(space: str, local: str) -> str:
            prefix = prefixes.get(_NAMESPACE.format(space))
            return f"{prefix}:{local}" if prefix else local

        if tag != named("office", "document-content"):
            self.refuse("This is not the content of a spreadsheet.")
        self._table = named("table", "table")
        self._table_name = named("table", "name")
        self._row = named("table", "table-row")
        self._rows_repeated = named("table", "number-rows-repeated")
        self._cells = (named("table", "table-cell"), named("table", "covered-table-cell"))
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
        elif tag in self._cells:
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
            self.text(" " * min(self.count(attributes.get(self._space_count, "1")), 1_000))
        elif tag in self._breaks:
            self.text(self._breaks[tag])
        elif tag == self._table:
            self._sheet = attributes.get(self._table_name, "")
            self._line = 1
            self.items.append((self._sheet, 0, [], 1))
        elif tag == self._annotation:
            self._in_annotation += 1

    def end(self, tag: str) -> None:
        self.depth -= 1
        if tag == self._paragraph:
            text = self.take_text()
            if not self._in_annotation:
                self._paragraphs.append(text)
                if len(self._paragraphs) > _MAX_PARAGRAPHS:
                    self.refuse("A cell holds far more text than a spreadsheet allows.", self._line)
        elif tag in self._cells:
            self._end_cell()
        elif tag == self._row:
            self._end_row()
        elif tag == self._annotation:
            self._in_annotation -= 1

    def _end_cell(self) -> None:
        attributes = self._attributes
        paragraphs = self._paragraphs
        self.pieces.clear()
        repeats = 1
        text = ""
        if paragraphs:
            text = paragraphs[0] if len(paragraphs) == 1 else "\n".join(paragraphs)
        if attributes:
            if self._columns_repeated in attributes:
                repeats = self.count(attributes[self._columns_repeated])
            if self._date in attributes:
                text = attributes[self._date]
            elif not paragraphs:
                text = attributes.get(self._value, "")
        if text:
            values = self._values
            if self._column + repeats > MAX_COLUMNS:
                self.refuse(f"A cell stands beyond column {MAX_COLUMNS}.", self._line)
            if self._column > len(values):
                values += [""] * (self._column - len(values))
            if repeats == 1:
                values.append(text)
            else:
                values += [text] * repeats
        self._column += repeats

    def _end_row(self) -> None:
        self._in_row = False
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
