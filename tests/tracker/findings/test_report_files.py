"""A report sent as a PDF or Word file: read in a process of its own, kept as it came; hostile ones refused."""

import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from tests.cast import Cast
from tests.plan_factories import NOW, access
from tracker.findings.models import Inspection
from tracker.findings.operations import record_inspection
from tracker.findings.reading_models import ReportReading
from tracker.findings.reading_operations import read_sent_report
from tracker.findings.report_parent import ReportReader
from tracker.people.scope import scope_of
from tracker.problems import Refused
from tracker.ratings.unreadable import UnreadableFile

LINES = [
    "Action the trust MUST take to improve:",
    "- The trust must ensure that the five steps to safer surgery are followed. Regulation 12(2)(a)(b)",
    "- The trust must ensure there are enough nurses in theatres. (Regulation 18(1))",
    "Action the trust SHOULD take to improve:",
    "- The trust should review the time patients wait for pain relief.",
]


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def inspection(cast: Cast) -> Inspection:
    return record_inspection(
        cast.northborough, by=access(cast.lead), now=NOW, published_on=date(2019, 9, 19), title="Inspection report"
    )


def word_file(tmp_path: Path) -> Path:
    document = Document()
    for line in LINES:
        document.add_paragraph(line)
    table = document.add_table(rows=2, cols=4)
    rows = (("Ref", "MD/SD", "Regulation", "CQC requirement"), ("MD9", "Must", "17", "Keep minutes of every meeting"))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    path = tmp_path / "report.docx"
    document.save(str(path))
    return path


def pdf_file(tmp_path: Path, lines: list[str] = LINES, *, script: str = "", password: str = "") -> Path:
    writer = PdfWriter()
    page = writer.add_blank_page(600, 800)
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = writer._add_object(DictionaryObject({NameObject(key): NameObject(one) for key, one in names.items()}))
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    escaped = [line.replace("(", "\\(").replace(")", "\\)") for line in lines]
    stream.set_data(f"BT /F1 10 Tf 40 760 Td {''.join(f'({line}) Tj 0 -14 Td ' for line in escaped)}ET".encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    if script:
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    path = tmp_path / "report.pdf"
    writer.write(path)
    return path


def send(inspection: Inspection, cast: Cast, path: Path, name: str = "") -> ReportReading:
    with path.open("rb") as file:
        return read_sent_report(inspection, by=access(cast.lead), now=NOW, file=file, name=name or path.name)


def kept_files(settings: Any) -> list[Path]:
    return list((Path(settings.MEDIA_ROOT) / "reports").glob("*"))


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_sent_report_is_read_and_kept_as_it_came(
    cast: Cast, inspection: Inspection, tmp_path: Path, settings: Any, kind: str
) -> None:
    path = pdf_file(tmp_path, script="app.alert(1)") if kind == "pdf" else word_file(tmp_path)
    with scope_of(access(cast.lead)):
        reading = send(inspection, cast, path)
        assert [item.kind for item in reading.items.all()] == ["MD", "MD", "SD", *(["MD"] if kind == "docx" else [])]
    (kept,) = kept_files(settings)
    assert kept.read_bytes() == path.read_bytes()
    assert (reading.stored_name, reading.file_name) == (kept.name, path.name)
    assert path.stem not in kept.name


ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
VIRUS = b"%PDF-1.7 X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def hostile_file(what: str, folder: Path) -> tuple[Path, str]:
    """A file that must not be read, and the name it is sent under."""
    plain = {
        "text": (b"Action the trust MUST take", "report.docx"),
        "unknown": (b"Action the trust MUST take", "report.html"),
        "script": (b"<script>alert(1)</script>", "report.pdf"),
        "virus": (VIRUS, "report.pdf"),
        "empty": (b"", "report.pdf"),
    }
    inside = {
        "entity": ("word/more.xml", ENTITY),
        "bomb": ("word/media/image.png", b"\0" * 130_000_000),
        "macro": ("word/vbaProject.bin", b"x"),
        "outside": ("../../outside.xml", b"<a/>"),
    }
    made = folder / "made"
    if what in plain:
        made.write_bytes(plain[what][0])
        return made, plain[what][1]
    if what in inside:
        path = word_file(folder)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(*inside[what])
        return path, path.name
    if what == "locked":
        return pdf_file(folder, password="secret"), "report.pdf"
    if what == "pictures":
        return pdf_file(folder, []), "report.pdf"
    whole = pdf_file(folder) if what == "cut pdf" else word_file(folder)
    made.write_bytes(whole.read_bytes()[: 300 if what == "cut pdf" else -900])
    return made, whole.name


HOSTILE = "text, unknown, script, virus, empty, entity, bomb, macro, outside, locked, pictures, cut pdf, cut docx"


@pytest.mark.parametrize("what", HOSTILE.split(", "))
def test_a_file_that_is_not_safe_or_not_whole_is_refused_and_not_kept(
    cast: Cast, inspection: Inspection, tmp_path: Path, settings: Any, what: str
) -> None:
    path, name = hostile_file(what, tmp_path)
    with scope_of(access(cast.lead)):
        with pytest.raises(Refused) as refused:
            send(inspection, cast, path, name)
        assert refused.value.field == "file"
        assert not ReportReading.objects.exists()
    assert kept_files(settings) == []


def test_a_file_larger_than_the_limit_is_refused_and_not_kept(
    cast: Cast, inspection: Inspection, tmp_path: Path, settings: Any
) -> None:
    settings.REPORT_FILE_MAX_BYTES = 100
    with scope_of(access(cast.lead)), pytest.raises(Refused, match="larger than"):
        send(inspection, cast, pdf_file(tmp_path))
    assert kept_files(settings) == []


def test_a_reader_out_of_bounds_is_stopped_and_the_service_lives(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("\n".join(LINES) * 7_000)
    started = time.monotonic()
    with pytest.raises(UnreadableFile, match="more than 1 s"):
        ReportReader(path, "text", date(2019, 9, 19), cpu_seconds=1).read()
    with pytest.raises(UnreadableFile, match="takes more than 0 s"):
        ReportReader(path, "text", date(2019, 9, 19), wall=0.3).read()
    assert time.monotonic() - started < 60
