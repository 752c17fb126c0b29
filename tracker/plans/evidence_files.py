"""Files of evidence: which kinds are taken, by name and by content, and where their bytes lie.

A file lies outside the web root under a name made here; its own name is only ever text.  Nothing is opened,
converted or run: of an office file only the directory of its archive is read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePath
from typing import Final, Protocol
from uuid import uuid4
from zipfile import BadZipFile, ZipFile

from django.conf import settings

from tracker.problems import Refused

LARGEST: Final = 20 * 1024**2
NAME_LENGTH: Final = 255
_PARTS_OF_AN_OFFICE_FILE: Final = 10_000
_TEXT = ("text/plain; charset=utf-8", "text/csv; charset=utf-8")
IMAGES: Final = frozenset({"image/png", "image/jpeg"})
TEXTS: Final = frozenset(_TEXT)


class Upload(Protocol):
    """A file as a form or the API hands it over."""

    @property
    def name(self) -> str | None: ...
    @property
    def size(self) -> int | None: ...
    def chunks(self) -> Iterable[bytes]: ...


@dataclass(frozen=True)
class KeptFile:
    """What is known of a file whose bytes have been kept."""

    name: str
    stored_name: str
    media_type: str
    size: int
    sha256: str
    content: bytes


def _office(folder: str) -> Callable[[bytes], str]:
    """An Office Open XML file with its main part in `folder` and no macros."""

    def problem(content: bytes) -> str:
        try:
            with ZipFile(BytesIO(content)) as archive:
                names = archive.namelist()
        except (BadZipFile, ValueError, OSError, NotImplementedError):
            return "it is damaged"
        if len(names) > _PARTS_OF_AN_OFFICE_FILE:
            return "it has too many parts"
        if "[Content_Types].xml" not in names or not any(name.startswith(f"{folder}/") for name in names):
            return "it is another kind of file"
        return "it holds macros: save it without" if any(name.endswith("vbaProject.bin") for name in names) else ""

    return problem


def _begins(*marks: bytes) -> Callable[[bytes], str]:
    return lambda content: "" if content.startswith(marks) else "it is another kind of file"


def _is_text(content: bytes) -> str:
    if b"\0" in content:
        return "it is not text"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "its text is not UTF-8: save it as “CSV UTF-8” or as plain text in UTF-8"
    return ""


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: Final[dict[str, tuple[str, Callable[[bytes], str]]]] = {
    ".pdf": ("application/pdf", _begins(b"%PDF-")),
    ".png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    ".jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".docx": (f"{_OFFICE}wordprocessingml.document", _office("word")),
    ".xlsx": (f"{_OFFICE}spreadsheetml.sheet", _office("xl")),
    ".pptx": (f"{_OFFICE}presentationml.presentation", _office("ppt")),
    ".txt": (_TEXT[0], _is_text),
    ".csv": (_TEXT[1], _is_text),
}
ACCEPTED: Final = ",".join(KINDS)


def keep_file(upload: Upload, *, field: str) -> KeptFile:
    """Check the file's name, size and content, and keep its bytes.  Raises `Refused` saying what is wrong."""
    name = PurePath((upload.name or "").replace("\\", "/")).name[:NAME_LENGTH]
    ending = PurePath(name).suffix.lower()
    if ending not in KINDS:
        raise Refused(f"Choose a file of one of these kinds: {', '.join(KINDS)}.", field=field)
    if (upload.size or 0) > LARGEST:
        raise Refused(f"The file must be smaller than {LARGEST // 1024**2} MB.", field=field)
    content = b"".join(upload.chunks())
    if not content:
        raise Refused("The file is empty. Choose another.", field=field)
    if len(content) > LARGEST:
        raise Refused(f"The file must be smaller than {LARGEST // 1024**2} MB.", field=field)
    media_type, problem_of = KINDS[ending]
    if problem := problem_of(content):
        raise Refused(f"“{name}” is not a {ending} file as its name says: {problem}.", field=field)
    stored = f"{uuid4().hex}.evidence"
    path = path_of(stored)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as target:
        target.write(content)
    return KeptFile(name, stored, media_type, len(content), sha256(content).hexdigest(), content)


def path_of(stored_name: str) -> Path:
    """Where the bytes of a kept file lie."""
    return Path(settings.MEDIA_ROOT) / "evidence" / PurePath(stored_name).name


def text_of(content: bytes, media_type: str, *, most: int) -> str:
    """The beginning of a text file's words; nothing of any other."""
    return content[: most * 4].decode("utf-8-sig", "ignore")[:most] if media_type in TEXTS else ""
