"""Writes an Excel workbook row by row, straight into its archive.

Made for length: a full-size month is nine million cells, which a general writer needs well over a minute
for.  Text stands in the cells themselves, dates are real dates, blank cells are left out.
"""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from string import ascii_uppercase
from typing import Final
from xml.sax.saxutils import quoteattr

from tracker.demonstration.archive import entry
from tracker.demonstration.vintages import Row

_HEADER: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORMATS: Final = "http://schemas.openxmlformats.org"
_MAIN: Final = f"{_FORMATS}/spreadsheetml/2006/main"
_RELATIONS: Final = f"{_FORMATS}/officeDocument/2006/relationships"
_PACKAGE: Final = f"{_FORMATS}/package/2006"
_MIME: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_STYLES: Final = (
    f'{_HEADER}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf numFmtId="14" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
"""Style 1 is Excel's own short date (number format 14)."""

_DAY_ZERO: Final = date(1899, 12, 30).toordinal()
"""Excel counts days from here (it believes that 1900 was a leap year)."""

_ROWS_AT_ONCE: Final = 500
_COLUMNS: Final = (*ascii_uppercase, *(f"A{letter}" for letter in ascii_uppercase))


def write_xlsx(path: Path, sheets: Iterable[tuple[str, Iterable[Row]]]) -> None:
    """Write named tables of at most 52 columns to an .xlsx file; the same rows give the same bytes."""
    tables = list(sheets)
    names = [name for name, _ in tables]
    with zipfile.ZipFile(path, "w") as archive:
        for part, text in _parts(names):
            archive.writestr(entry(part), text)
        for number, (_, rows) in enumerate(tables, start=1):
            with archive.open(entry(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=True) as page:
                for piece in _page(rows):
                    page.write(piece.encode())


def _parts(names: list[str]) -> Iterator[tuple[str, str]]:
    """Everything but the sheets: what the parts are, and which belongs to which."""
    numbered = list(enumerate(names, start=1))
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_MIME}.worksheet+xml"/>'
        for number, _ in numbered
    )
    yield (
        "[Content_Types].xml",
        f'{_HEADER}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_MIME}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_MIME}.styles+xml"/>{types}</Types>',
    )
    yield "_rels/.rels", _relationships([("officeDocument", "xl/workbook.xml")])
    pages = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>' for number, name in numbered
    )
    yield (
        "xl/workbook.xml",
        f'{_HEADER}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{pages}</sheets></workbook>',
    )
    targets = [("worksheet", f"worksheets/sheet{number}.xml") for number, _ in numbered]
    yield "xl/_rels/workbook.xml.rels", _relationships([*targets, ("styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES


def _relationships(targets: list[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEADER}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _page(rows: Iterable[Row]) -> Iterator[str]:
    yield f'{_HEADER}<worksheet xmlns="{_MAIN}"><sheetData>'
    remaining = (row_xml(number, row) for number, row in enumerate(rows, start=1))
    while batch := "".join(islice(remaining, _ROWS_AT_ONCE)):
        yield batch
    yield "</sheetData></worksheet>"


def row_xml(number: int, row: Row) -> str:
    """One row as XML; `number` counts from 1."""
    cells = "".join(
        [
            f'<c r="{column}{number}" t="inlineStr"><is><t>{_escaped(cell)}</t></is></c>'
            if isinstance(cell, str)
            else f'<c r="{column}{number}" s="1"><v>{cell.toordinal() - _DAY_ZERO}</v></c>'
            for column, cell in zip(_COLUMNS, row, strict=False)
            if cell
        ]
    )
    return f'<row r="{number}">{cells}</row>\n'


def _escaped(text: str) -> str:
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text
