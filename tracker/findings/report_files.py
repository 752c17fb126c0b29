"""The text of a report's file: PDF or Word.  Runs in the child process only; nothing is executed or fetched."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from docx import Document
from docx.opc.exceptions import OpcError
from docx.table import Table
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from tracker.ratings.archive import chunks, open_archive
from tracker.ratings.unreadable import UnreadableFile

MOST_PAGES: Final = 1_000
MOST_UNPACKED: Final = 120_000_000  # bytes of a Word file's parts together
WIDE_TABLE: Final = 4  # columns of a table that is a tracker, not a layout

_MAIN_PART: Final = "word/document.xml"
_PAGE_END: Final = "\n\f"


def read_pdf(path: Path) -> str:
    """The text of every page, a form feed after each.  Raises `UnreadableFile`."""
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted:
            raise UnreadableFile("The PDF is protected by a password. Save a copy without it, or paste the text.")
        if len(reader.pages) > MOST_PAGES:
            raise UnreadableFile(f"The PDF has more than {MOST_PAGES:,} pages. Paste the part with the findings.")
        text = "".join(page.extract_text() + _PAGE_END for page in reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise UnreadableFile("The PDF is damaged or cut short: it cannot be read. Paste the report's text.") from error
    if not text.strip():
        raise UnreadableFile("The PDF holds pictures of pages and no text. Paste the report's text.")
    return text


def read_word(path: Path) -> str:
    """The paragraphs and tables in order; a wide table as rows parted by tabs.  Raises `UnreadableFile`."""
    _check_word_archive(path)
    try:
        document = Document(str(path))
        text = "\n".join(_blocks(document.iter_inner_content()))
    except (OpcError, zipfile.BadZipFile, ValueError, KeyError, TypeError, AttributeError, SyntaxError) as error:
        raise UnreadableFile("The Word file is damaged: it cannot be read. Paste the report's text.") from error
    if not text.strip():
        raise UnreadableFile("The Word file holds no text. Paste the report's text.")
    return text + "\n"


def _blocks(content: Iterator[object]) -> Iterator[str]:
    for block in content:
        if not isinstance(block, Table):
            yield str(getattr(block, "text", ""))
            continue
        for row in block.rows:
            cells = [cell.text for cell in row.cells]
            if len(cells) >= WIDE_TABLE:
                yield "\t".join(" ".join(cell.split()) for cell in cells)
            else:
                yield from cells


def _check_word_archive(path: Path) -> None:
    """Judge the archive before anything of it is believed: its size, its parts, no document type declarations."""
    try:
        archive = open_archive(path)
    except UnreadableFile as refusal:
        raise UnreadableFile("The Word file is damaged or not safe to open. Paste the report's text.") from refusal
    with archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise UnreadableFile("The Word file would unpack to far more than a report holds. Paste the text.")
        names = [entry.filename for entry in entries]
        if _MAIN_PART not in names:
            raise UnreadableFile("This is not a Word file (.docx). Paste the report's text.")
        if any("vbaProject" in name for name in names):
            raise UnreadableFile("The Word file holds macros. Save a copy without them, or paste the text.")
        for name in names:
            if name.endswith((".xml", ".rels")):
                _refuse_document_type(archive, name)


def _refuse_document_type(archive: zipfile.ZipFile, name: str) -> None:
    before = b""
    for piece in chunks(archive, name):
        if b"<!DOCTYPE" in before + piece or b"<!ENTITY" in before + piece:
            raise UnreadableFile("The Word file defines its own entities, as no report does. Paste the text.")
        before = piece[-16:]
