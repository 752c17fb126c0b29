"""Opening a spreadsheet's zip archive without trusting it.

The directory is judged before anything is unpacked, and before it is even loaded: a million entries cost
nothing to declare and a gigabyte to list.  A limit on the compression ratio alone would refuse honest files
(CQC's own content.xml shrinks 93 to 1), so sizes are capped instead, and every read is counted.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from tracker.ratings.unreadable import UnreadableFile

MAX_ENTRIES: Final = 2_000
MAX_DIRECTORY_BYTES: Final = 1_000_000
MAX_UNPACKED_BYTES: Final = 1_600_000_000
"""CQC's content.xml was about 1 GB in 2026."""
MAX_SMALL_PART_BYTES: Final = 8_000_000
"""Of a part that is read whole: a workbook's list of sheets, its relations, its styles."""

CHUNK_BYTES: Final = 1 << 18

_END: Final = b"PK\x05\x06"
_END_64_LOCATOR: Final = b"PK\x06\x07"
_END_64: Final = b"PK\x06\x06"
_END_FORMAT: Final = struct.Struct("<4s4H2LH")
_END_64_FORMAT: Final = struct.Struct("<4sQ2H2L4Q")
_LONGEST_COMMENT: Final = 65_535
_INNER_ARCHIVES: Final = (".zip", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".xlsx", ".xlsm", ".ods")


def open_archive(path: Path) -> zipfile.ZipFile:
    """The archive at `path`, its directory judged.  Raises `UnreadableFile` saying what is wrong with it."""
    _check_directory_size(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableFile("The file is damaged or cut short: its archive cannot be opened.") from error
    try:
        _check_entries(archive.infolist())
    except UnreadableFile:
        archive.close()
        raise
    return archive


def chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The unpacked bytes of one entry, piece by piece; a lying size or checksum is refused when met."""
    unpacked = 0
    try:
        with archive.open(name) as entry:
            while piece := entry.read(CHUNK_BYTES):
                unpacked += len(piece)
                if unpacked > MAX_UNPACKED_BYTES:
                    raise UnreadableFile(f"Unpacks to more than {MAX_UNPACKED_BYTES / 1e9:.1f} GB.", part=name)
                yield piece
    except KeyError as error:
        raise UnreadableFile("A part of the file is missing.", looked_for=name) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise UnreadableFile("The file is damaged or cut short.", part=name) from error


def read_small(archive: zipfile.ZipFile, name: str) -> bytes:
    """A small part as a whole.  Raises `UnreadableFile` when it is missing, damaged or not small."""
    pieces = bytearray()
    for piece in chunks(archive, name):
        pieces += piece
        if len(pieces) > MAX_SMALL_PART_BYTES:
            raise UnreadableFile("This part of the file is far too large.", part=name)
    return bytes(pieces)


def _check_directory_size(path: Path) -> None:
    with path.open("rb") as file:
        entries, size = _declared_directory(file)
    if entries > MAX_ENTRIES or size > MAX_DIRECTORY_BYTES:
        raise UnreadableFile(
            "The archive lists far more parts than a spreadsheet has.",
            looked_for=f"at most {MAX_ENTRIES:,} parts",
            found=f"{entries:,} in a directory of {size:,} bytes",
        )


def _declared_directory(file: IO[bytes]) -> tuple[int, int]:
    """How many entries the archive's directory declares, and its size in bytes."""
    file.seek(0, 2)
    length = file.tell()
    start = max(0, length - _LONGEST_COMMENT - _END_FORMAT.size)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_FORMAT.size:
        raise UnreadableFile("The file is cut short: the end of its archive is missing.")
    _, _, _, _, entries, size, _, _ = _END_FORMAT.unpack_from(tail, at)
    record = start + at - 20 - _END_64_FORMAT.size  # where Python's reader expects the large-file record
    if tail[max(0, at - 20) : at].startswith(_END_64_LOCATOR) and record >= 0:
        file.seek(record)
        large = file.read(_END_64_FORMAT.size)
        if large.startswith(_END_64) and len(large) == _END_64_FORMAT.size:
            fields = _END_64_FORMAT.unpack(large)
            entries, size = max(entries, fields[7]), fields[8]
    return entries, size


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise UnreadableFile("The archive lists far more parts than a spreadsheet has.")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if name in seen:
            raise UnreadableFile("The archive names the same part twice.", part=name[:100])
        seen.add(name)
        if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
            raise UnreadableFile("A part of the archive points outside it.", part=name[:100])
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UnreadableFile("A part of the archive is a link.", part=name[:100])
        if entry.flag_bits & 0x1:
            raise UnreadableFile("The file is protected by a password.", part=name[:100])
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableFile("Packed in a way no spreadsheet is.", part=name[:100])
        if name.lower().endswith(_INNER_ARCHIVES):
            raise UnreadableFile("There is an archive inside the archive.", part=name[:100])
    declared = sum(entry.file_size for entry in entries)
    if declared > MAX_UNPACKED_BYTES:
        raise UnreadableFile(
            "The archive would unpack to far more than CQC's file does.",
            looked_for=f"at most {MAX_UNPACKED_BYTES / 1e9:.1f} GB",
            found=f"{declared / 1e9:.1f} GB declared",
        )
