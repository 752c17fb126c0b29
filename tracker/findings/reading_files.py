"""Keeps a report's file as it came, under a generated name outside the web root, and judges what kind it is."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from django.conf import settings

from tracker.findings.reading_models import ReportReading
from tracker.findings.report_parent import Kind
from tracker.problems import Refused

_PIECE: Final = 1 << 20
_TEST_VIRUS: Final = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
_KINDS: Final[dict[str, tuple[Kind, bytes]]] = {".pdf": ("pdf", b"%PDF-"), ".docx": ("word", b"PK\x03\x04")}


@dataclass(frozen=True)
class KeptFile:
    path: Path
    size: int
    sha256: str


def keep_file(file: BinaryIO, *, name: str) -> KeptFile:
    """Copy the file in.  Raises `Refused` for one empty, too large, or not a PDF or Word file by name and content;
    then nothing stays behind."""
    folder = Path(settings.MEDIA_ROOT) / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex}.received"
    try:
        size, digest = _copy(file, path)
        if not size:
            raise Refused("The file is empty. Choose the report as CQC published it.", field="file")
        kind_of_file(path, name)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return KeptFile(path, size, digest)


def kind_of_file(path: Path, name: str) -> Kind:
    """What the file is, by its name and by how it begins.  Raises `Refused` where the two do not agree."""
    kind, begins = _KINDS.get(Path(name).suffix.lower(), ("text", b""))
    with path.open("rb") as opened:
        head = opened.read(1024)
    if kind == "text" or begins not in head or (kind == "word" and not head.startswith(begins)):
        raise Refused("Choose a PDF (.pdf) or a Word file (.docx), or paste the report's text.", field="file")
    return kind


def _copy(source: BinaryIO, path: Path) -> tuple[int, str]:
    digest, size, before = hashlib.sha256(), 0, b""
    with path.open("xb") as target:
        while piece := source.read(_PIECE):
            size += len(piece)
            if size > settings.REPORT_FILE_MAX_BYTES:
                raise Refused(
                    f"The file is larger than {settings.REPORT_FILE_MAX_BYTES // 1024**2} MB. Paste the report's text.",
                    field="file",
                )
            if _TEST_VIRUS in before + piece:
                raise Refused("The file is not safe. It was not kept.", field="file")
            before = piece[-len(_TEST_VIRUS) :]
            digest.update(piece)
            target.write(piece)
    return size, digest.hexdigest()


def sweep_stray_reports(*, older_than: datetime) -> int:
    """Delete files that no reading names, last written before `older_than`; the number deleted."""
    known = set(ReportReading.objects.exclude(stored_name="").values_list("stored_name", flat=True))
    swept = 0
    for path in (Path(settings.MEDIA_ROOT) / "reports").glob("*.received"):
        with suppress(FileNotFoundError):
            if path.name not in known and path.stat().st_mtime < older_than.timestamp():
                path.unlink()
                swept += 1
    return swept
