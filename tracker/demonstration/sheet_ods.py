"""Writes an OpenDocument spreadsheet row by row, straight into its archive.

A whole month of CQC's file is about a gigabyte of XML; it is never held, only passed through.
"""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

from tracker.demonstration.archive import entry
from tracker.demonstration.vintages import Row, date_text

_MIME: Final = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES: Final = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
_HEADER: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MANIFEST_NAMESPACE: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_MANIFEST: Final = (
    f'{_HEADER}<manifest:manifest xmlns:manifest="{_MANIFEST_NAMESPACE}" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)

_OPEN: Final = '<table:table-cell office:value-type="string"><text:p>'
_CLOSE: Final = "</text:p></table:table-cell>"
_BLANK: Final = "<table:table-cell/>"
_DAY: Final = '<table:table-cell office:value-type="date" office:date-value="'

# Marks that cannot occur in text, put where cells and dates begin, so that one row is escaped in one go.
_NEXT_CELL: Final = "\x00"
_IS_DATE: Final = "\x01"
_THEN_TEXT: Final = "\x02"

_ROWS_AT_ONCE: Final = 500


def write_ods(path: Path, sheets: Iterable[tuple[str, Iterable[Row]]]) -> None:
    """Write named tables to an .ods file; the same rows give the same bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        # The format wants its type first and uncompressed, so that a file can be known by its first bytes.
        archive.writestr(entry("mimetype", zipfile.ZIP_STORED), _MIME)
        archive.writestr(entry("META-INF/manifest.xml"), _MANIFEST)
        with archive.open(entry("content.xml"), "w", force_zip64=True) as content:
            for piece in _content(sheets):
                content.write(piece.encode())


def _content(sheets: Iterable[tuple[str, Iterable[Row]]]) -> Iterator[str]:
    yield f'{_HEADER}<office:document-content {_NAMESPACES} office:version="1.2">'
    yield "<office:body><office:spreadsheet>"
    for name, rows in sheets:
        yield f"<table:table table:name={quoteattr(name)}>"
        remaining = map(row_xml, rows)
        while batch := "".join(islice(remaining, _ROWS_AT_ONCE)):
            yield batch
        yield "</table:table>"
    yield "</office:spreadsheet></office:body></office:document-content>"


def row_xml(row: Row) -> str:
    """One row as XML: text cells, typed dates, and blank cells without content."""
    plain = _NEXT_CELL.join([cell if isinstance(cell, str) else _marked(cell) for cell in row])
    if "&" in plain or "<" in plain or ">" in plain:
        plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    cells = _OPEN + plain.replace(_NEXT_CELL, _CLOSE + _OPEN) + _CLOSE
    cells = cells.replace(_OPEN + _CLOSE, _BLANK)
    if _IS_DATE in cells:
        cells = cells.replace(_OPEN + _IS_DATE, _DAY).replace(_THEN_TEXT, '"><text:p>')
    return f"<table:table-row>{cells}</table:table-row>\n"


def _marked(day: date) -> str:
    return f"{_IS_DATE}{day.isoformat()}{_THEN_TEXT}{date_text(day, 1)}"
