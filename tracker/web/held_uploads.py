"""A file sent with a form that is not yet right: its bytes are kept while the person answers, named by a signed
token, so that nobody has to send it again and nobody can name another file.

It lies where received files lie and no import names it: what is never confirmed is swept away with other strays.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile

from tracker.problems import Refused

_SALT: Final = "tracker.web.held_uploads"
_VALID_FOR: Final = 24 * 3600


def hold_upload(file: UploadedFile[bytes], *, person_id: int) -> str:
    """Keep the file's bytes; the token that names them for this person.  Raises `Refused` for one too large."""
    if (file.size or 0) > settings.RATINGS_FILE_MAX_BYTES:
        raise Refused(f"The file is larger than {settings.RATINGS_FILE_MAX_BYTES // 1024**2} MB.", field="file")
    if not file.size:
        raise Refused("The file is empty. Choose the file as CQC published it.", field="file")
    stored = f"{uuid4().hex}.received"
    path = _folder() / stored
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as target:
            for piece in file.chunks():
                target.write(piece)
    except OSError:  # the disk is full: half a file helps nobody
        path.unlink(missing_ok=True)
        raise
    return signing.dumps([stored, Path(file.name or "file").name[:300], person_id], salt=_SALT)


def held_upload(token: str, *, person_id: int) -> tuple[Path, str]:
    """Where the bytes lie and what the file was called.  Raises `Refused` when they are no longer there."""
    try:
        stored, name, holder = signing.loads(token, salt=_SALT, max_age=_VALID_FOR)
    except signing.BadSignature:
        holder, stored, name = None, "", ""
    path = _folder() / stored
    if holder != person_id or not path.is_file():
        raise Refused("The file you sent is no longer kept. Choose it again.", field="file")
    return path, name


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "ratings"
