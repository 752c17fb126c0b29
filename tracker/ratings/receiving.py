"""Takes a file in: its bytes are kept as they came, and the same bytes are known again."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.problems import Refused
from tracker.ratings.models import ImportEvent, RatingImport, RatingsSource

_PIECE: Final = 1 << 20


def stored_path(rating_import: RatingImport) -> Path:
    """Where the bytes of an import are kept."""
    return Path(settings.MEDIA_ROOT) / "ratings" / rating_import.stored_name


def source_by_hand() -> RatingsSource:
    """The source of files that people load themselves."""
    return RatingsSource.objects.get_or_create(
        name="Files loaded by hand",
        defaults={"kind": RatingsSource.Kind.BY_HAND, "scope": RatingsSource.Scope.BULK},
    )[0]


def source_of_api() -> RatingsSource:
    """The source of readings of CQC's API, saved ones included."""
    return RatingsSource.objects.get_or_create(
        name="CQC's API", defaults={"kind": RatingsSource.Kind.API, "scope": RatingsSource.Scope.API}
    )[0]


def receive_import(
    file: BinaryIO | Path,
    *,
    name: str,
    as_at: date,
    keep: str,
    source: RatingsSource,
    by: User | None,
    now: datetime,
) -> tuple[RatingImport, bool]:
    """The import of this file, and whether it is new.

    The same bytes with the same `keep` are one import: the first record is answered, whatever its state.
    Raises `Refused` for an as-at date in the future or another than the first one given for these bytes, and
    for a file larger than `RATINGS_FILE_MAX_BYTES`.  When it raises, no byte stays behind.
    """
    if as_at > Moment(now).today:
        raise Refused(f"The as-at date {as_at:%-d %B %Y} is in the future.", field="as_at")
    folder = Path(settings.MEDIA_ROOT) / "ratings"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex}.received"
    if isinstance(file, Path) and (known := _known(file, keep)) is not None:
        _require_day(known, as_at)
        return known, False
    kept = False
    try:
        if isinstance(file, Path):
            with file.open("rb") as opened:
                size, sha256 = _copy(opened, path)
        else:
            size, sha256 = _copy(file, path)
        with transaction.atomic():
            record, kept = RatingImport.objects.get_or_create(
                sha256=sha256,
                keep=keep,
                defaults={
                    "source": source,
                    "file_name": Path(name).name[:300],
                    "stored_name": path.name,
                    "size": size,
                    "as_at": as_at,
                    "requested_at": now,
                    "requested_by": by,
                },
            )
            if kept:
                detail = {"as_at": as_at.isoformat(), "sha256": sha256}
                ImportEvent.objects.create(
                    rating_import=record, kind=ImportEvent.Kind.RECEIVED, at=now, by=by, detail=detail
                )
            else:
                _require_day(record, as_at)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if not kept:
        _keep_once(path, stored_path(record))
    return record, kept


def _known(file: Path, keep: str) -> RatingImport | None:
    """The import of the bytes that stand in `file`, where they are known and kept: then nothing need be copied."""
    alike = RatingImport.objects.filter(keep=keep, size=file.stat().st_size)
    if not alike.exists():
        return None
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    record = alike.filter(sha256=sha256).first()
    return record if record is not None and stored_path(record).exists() else None


def _require_day(record: RatingImport, as_at: date) -> None:
    """Raises `Refused` where the bytes of an import are now said to be as at another day."""
    if record.as_at != as_at:
        raise Refused(
            f"These are the bytes of “{record.file_name}”, received on "
            f"{record.requested_at:%-d %B %Y} as at {record.as_at:%-d %B %Y}. "
            f"The same file cannot also be as at {as_at:%-d %B %Y}.",
            field="as_at",
        )


def _keep_once(new: Path, stored: Path) -> None:
    """The bytes are there already; a stored file that was lost is put back from the same bytes."""
    if stored.exists():
        new.unlink(missing_ok=True)
    else:
        new.replace(stored)


def _copy(source: BinaryIO, path: Path) -> tuple[int, str]:
    """Copy while hashing; the size in bytes and the SHA-256."""
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as target:
        for piece in iter(lambda: source.read(_PIECE), b""):
            size += len(piece)
            if size > settings.RATINGS_FILE_MAX_BYTES:
                limit = settings.RATINGS_FILE_MAX_BYTES / 1024 / 1024
                raise Refused(f"The file is larger than {limit:.0f} MB.", field="file")
            digest.update(piece)
            target.write(piece)
    return size, digest.hexdigest()


def sweep_strays(*, older_than: datetime) -> int:
    """Delete files that no import names and that were last written before `older_than` (a process killed while
    receiving leaves one); the number deleted."""
    known = set(RatingImport.objects.values_list("stored_name", flat=True))
    strays = [path for path in _files() if path.name not in known]
    swept = 0
    for path in strays:
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < older_than.timestamp():
                path.unlink()
                swept += 1
    return swept


def _files() -> Iterator[Path]:
    folder = Path(settings.MEDIA_ROOT) / "ratings"
    yield from folder.glob("*.received")
