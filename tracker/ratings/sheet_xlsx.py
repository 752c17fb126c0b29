"""Rows of an Excel workbook, streamed: CQC's form until about 2020.

The size a sheet claims for itself is never read: a 1.4 KB file can claim seventeen thousand million cells.
"""

import posixpath
import re
import zipfile
from array import array
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tracker.ratings.archive import chunks, read_small
from tracker.ratings.dates import UnreadableDate, excel_date
from tracker.ratings.sheet_rows import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, SheetRow
from tracker.ratings.unreadable import UnreadableFile
from tracker.ratings.xml_stream import MAX_DEPTH, PartReader, stream

WORKBOOK: Final = "xl/workbook.xml"

_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_STYLES: Final = "xl/styles.xml"
_STRINGS: Final = "xl/sharedStrings.xml"
_MAX_STRING_BYTES: Final = 128_000_000
_BUILT_IN_DATES: Final = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)})
_NOT_SHOWN: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')  # literal parts of a number format
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def xlsx_rows(archive: zipfile.ZipFile) -> Iterator[SheetRow]:
    """The rows of every sheet, in order.  A number styled as a date is ISO, any other as it is stored.

    Raises `UnreadableFile`.
    """
    workbook = _small(archive, WORKBOOK)
    since_1904 = any(
        element.get("date1904") in {"1", "true"} for element in workbook.iter() if _local(element) == "workbookPr"
    )
    names = set(archive.namelist())
    strings = SharedStrings()
    if _STRINGS in names:
        for text in stream(chunks(archive, _STRINGS), _Strings(_STRINGS)):
            strings.add(text)
    dates = _date_styles(_small(archive, _STYLES)) if _STYLES in names else frozenset[str]()
    targets = {
        element.get("Id", ""): posixpath.normpath(posixpath.join("/xl", element.get("Target", ""))).lstrip("/")
        for element in _small(archive, _RELATIONS)
    }
    for element in workbook.iter():
        if _local(element) != "sheet":
            continue
        sheet = element.get("name", "")
        relation = next((value for key, value in element.items() if key.endswith("}id")), "")
        part = targets.get(relation, "")
        yield sheet, 0, []
        if part not in names:
            raise UnreadableFile("A sheet's own part is missing.", part=sheet, looked_for=part[:100])
        reader = _Sheet(sheet, strings, dates, since_1904=since_1904)
        for line, values in stream(chunks(archive, part), reader):
            yield sheet, line, values


class SharedStrings:
    """A workbook's texts by number, kept as one block: a Python string each would take four times as much."""

    def __init__(self) -> None:
        self._block = bytearray()
        self._ends = array("L", [0])

    def add(self, text: str) -> None:
        self._block += text.encode("utf-8")
        if len(self._block) > _MAX_STRING_BYTES:
            raise UnreadableFile("There is far more text than in CQC's file.", part=_STRINGS)
        self._ends.append(len(self._block))

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._ends) - 1:
            raise IndexError(number)
        return self._block[self._ends[number] : self._ends[number + 1]].decode("utf-8")


class _Strings(PartReader[str]):
    """sharedStrings.xml: one text per `si`, its runs joined and its pronunciation left out."""

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        prefix = tag.removesuffix("sst")
        self._string, self._text, self._phonetic = f"{prefix}si", f"{prefix}t", f"{prefix}rPh"
        self._runs: list[str] = []
        self._in_phonetic = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.too_deep()
        if tag == self._text:
            self.pieces.clear()
        elif tag == self._string:
            self._runs = []
        elif tag == self._phonetic:
            self._in_phonetic += 1

    def end(self, tag: str) -> None:
        self.depth -= 1
        if tag == self._text:
            text = self.take_text()
            if not self._in_phonetic:
                self._runs.append(text)
        elif tag == self._string:
            self.pieces[:] = self._runs
            self.items.append(_unescape(self.take_text()))
        elif tag == self._phonetic:
            self._in_phonetic -= 1
        else:
            self.pieces.clear()


class _Sheet(PartReader[tuple[int, list[str]]]):
    """One worksheet, as (line, cells)."""

    def __init__(self, part: str, strings: SharedStrings, dates: frozenset[str], *, since_1904: bool) -> None:
        super().__init__(part)
        self._strings = strings
        self._dates = dates
        self._since_1904 = since_1904
        self._columns: dict[str, int] = {}

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if not tag.endswith("worksheet"):
            self.refuse("This is not a worksheet.")
        prefix = tag.removesuffix("worksheet")
        self._row, self._cell, self._value = f"{prefix}row", f"{prefix}c", f"{prefix}v"
        self._text, self._phonetic = f"{prefix}t", f"{prefix}rPh"
        self._line = 0
        self._column = 0
        self._values: list[str] = []
        self._content = ""
        self._attributes: dict[str, str] = {}
        self._in_phonetic = 0
        self._cell_count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.too_deep()
        if tag == self._value or tag == self._text:
            self.pieces.clear()
        elif tag == self._cell:
            self._attributes = attributes
            self._content = ""
        elif tag == self._row:
            self._start_row(attributes)
        elif tag == self._phonetic:
            self._in_phonetic += 1

    def end(self, tag: str) -> None:
        self.depth -= 1
        if tag == self._value:
            self._content = self.take_text()
        elif tag == self._cell:
            self._end_cell()
        elif tag == self._text:
            text = self.take_text()
            if not self._in_phonetic:
                self._content += text
        elif tag == self._row:
            self.pieces.clear()
            if self._values:
                self._cell_count += len(self._values)
                if self._cell_count > MAX_CELLS:
                    self.refuse("There are far more cells than in CQC's file.", self._line)
                self.items.append((self._line, self._values))
                self._values = []
        else:
            self.pieces.clear()
            if tag == self._phonetic:
                self._in_phonetic -= 1

    def _start_row(self, attributes: dict[str, str]) -> None:
        line = self.count(attributes["r"]) if "r" in attributes else self._line + 1
        if not self._line < line <= MAX_ROWS:
            self.refuse(f"Row {line:,} follows row {self._line:,}.")
        self._line = line
        self._column = 0
        self._values = []

    def _end_cell(self) -> None:
        reference = self._attributes.get("r")
        column = self._column if reference is None else self._column_of(reference)
        content = self._content
        if content:
            if column >= MAX_COLUMNS:
                self.refuse(f"A cell stands beyond column {MAX_COLUMNS}.", self._line)
            values = self._values
            if column < len(values):
                self.refuse("Two cells stand in one place.", self._line)
            if column > len(values):
                values += [""] * (column - len(values))
            values.append(self._shown(content))
        self._column = column + 1

    def _column_of(self, reference: str) -> int:
        """The column of a cell's reference, from 0: "AB12" is 27."""
        letters = reference.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            if not re.fullmatch("[A-Z]{1,3}", letters):
                self.refuse(f"“{reference[:20]}” is no cell.", self._line)
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - ord("A") + 1
            column = self._columns[letters] = number - 1
        return column

    def _shown(self, content: str) -> str:
        kind = self._attributes.get("t", "n")
        if kind == "s":
            try:
                return self._strings[int(content)]
            except (ValueError, IndexError):
                self.refuse(f"A cell refers to text {content[:20]}, which is not there.", self._line)
        if kind == "n":
            return self._number(content)
        if kind == "b":
            return "TRUE" if content == "1" else "FALSE"
        return _unescape(content)

    def _number(self, content: str) -> str:
        if self._attributes.get("s", "0") not in self._dates:
            return content
        try:
            return excel_date(float(content), since_1904=self._since_1904).isoformat()
        except (ValueError, UnreadableDate):
            return content


def _small(archive: zipfile.ZipFile, part: str) -> Element:
    try:
        element: Element = fromstring(read_small(archive, part), forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise UnreadableFile("Damaged, or not what a spreadsheet holds.", part=part) from error
    return element


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _date_styles(styles: Element) -> frozenset[str]:
    """The style numbers (as cells print them) whose number format shows a day."""
    formats = {
        element.get("numFmtId", ""): element.get("formatCode", "")
        for element in styles.iter()
        if _local(element) == "numFmt"
    }

    def shows_day(number: str) -> bool:
        if number in formats:
            return bool(re.search("[yd]", _NOT_SHOWN.sub("", formats[number]).casefold()))
        return number.isdigit() and int(number) in _BUILT_IN_DATES

    cells = next((element for element in styles if _local(element) == "cellXfs"), ())
    return frozenset(str(place) for place, element in enumerate(cells) if shows_day(element.get("numFmtId", "")))


def _unescape(text: str) -> str:
    """Excel writes characters XML cannot hold as _x000D_; NUL and half characters stay as written."""
    if "_x" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        return match[0] if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)

    return _ESCAPED.sub(character, text)
