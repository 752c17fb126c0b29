"""The watched folder: a complete file put there is received, read and applied, or held; each is looked at once.

What became of each file is remembered by its size and time of change in the source's cursor, so that a bad file
is told of once and a large one is not read again at every look.  Looking twice at once does no harm: the same
bytes are one import, and one import is read by one process.
"""

import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from tracker.problems import Busy, Refused
from tracker.ratings.dates import date_in_name
from tracker.ratings.import_locks import is_interrupted
from tracker.ratings.importer import read_import, run_import
from tracker.ratings.models import ImportEvent, RatingImport, RatingsSource
from tracker.ratings.receiving import receive_import

QUIET_SECONDS: Final = 2.0  # a file changed more recently may still be being written
UNFINISHED_NAMES: Final = (".part", ".tmp", ".crdownload", ".filepart")
ATTEMPTS: Final = 3  # a file whose reader is killed every time waits for a person
State = RatingImport.State


@dataclass(frozen=True)
class Arrived:
    """A complete file of the folder.  `mark` changes when the file does."""

    path: Path
    mark: list[int]


def source_of_folder() -> RatingsSource:
    """The source of files put into the watched folder."""
    source, _ = RatingsSource.objects.get_or_create(
        name="Watched folder", defaults={"kind": RatingsSource.Kind.FOLDER, "scope": RatingsSource.Scope.BULK}
    )
    return source


def check_folder(*, now: datetime, every: timedelta) -> list[RatingImport]:
    """Look into the watched folder, which is made when it is missing; the imports that were run.

    `every` is the time until the next look.  Call it outside any transaction."""
    source, folder = source_of_folder(), Path(settings.WATCHED_FOLDER)
    files: dict[str, dict[str, Any]] = {}
    known = source.cursor.get("files", {})
    problem, run = "", []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for arrived in sorted(complete_files(folder), key=_in_order):
            name = arrived.path.name
            if known.get(name, {}).get("mark") == arrived.mark:
                files[name] = known[name]
                continue
            try:
                record = _receive(arrived, source, now=now)
            except Refused as refused:
                files[name] = {"mark": arrived.mark, "problem": refused.message}
                continue
            files[name] = {"mark": arrived.mark, "import": record.pk}
            if _start(record, now=now):
                run.append(record)
    except OSError as broken:
        problem = f"The folder cannot be read: {broken.strerror}."
    problems = [f"{name}: {entry['problem']}" for name, entry in files.items() if "problem" in entry]
    _note(source, files, problem=problem or " ".join(problems), now=now, every=every)
    return run


def complete_files(folder: Path) -> Iterator[Arrived]:
    """Files whose name says that they are whole and that nobody has written to for two seconds."""
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name.lower().endswith(UNFINISHED_NAMES):
            continue
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue
        # The clock of the machine that wrote the file, not the service's own.
        if stat.S_ISREG(found.st_mode) and found.st_size and time.time() - found.st_mtime >= QUIET_SECONDS:
            yield Arrived(path, [found.st_size, found.st_mtime_ns])


def _in_order(arrived: Arrived) -> tuple[date, str]:
    return date_in_name(arrived.path.name) or date.max, arrived.path.name


def _receive(arrived: Arrived, source: RatingsSource, *, now: datetime) -> RatingImport:
    as_at = date_in_name(arrived.path.name)
    if as_at is None:
        raise Refused("The name has no date. Name the file after the day it is as at, such as 1_May_2026.ods.")
    keep = RatingImport.Keep.NHS
    record, _ = receive_import(
        arrived.path, name=arrived.path.name, as_at=as_at, keep=keep, source=source, by=None, now=now
    )
    return record


def _start(record: RatingImport, *, now: datetime) -> bool:
    """Run an import nobody has run yet.  One that is being read or waits for its turn is picked up later."""
    if record.state != State.RECEIVED:
        return False
    try:
        run_import(record, by=None, now=now)
    except Busy:
        return False
    return True


def pick_up_unfinished(*, now: datetime) -> list[RatingImport]:
    """Read what was received and never read, and what was being read by a process that is gone.

    What came by the folder and was never read is applied too, as it would have been.  Once anything else has
    happened to an import, a person may have undone it, set it aside or settled its rows: it is read, and what it
    would change waits for them.  Call it outside any transaction."""
    done = []
    waiting = RatingImport.objects.filter(state__in=[State.RECEIVED, State.READING], attempts__lt=ATTEMPTS)
    for record in waiting.select_related("source").order_by("as_at", "pk"):
        if record.state == State.READING and not is_interrupted(record):
            continue
        untouched = not record.events.exclude(kind=ImportEvent.Kind.RECEIVED).exists()
        of_folder = record.source.kind == RatingsSource.Kind.FOLDER
        try:
            done.append((run_import if of_folder and untouched else read_import)(record, by=None, now=now))
        except Refused:  # another process is quicker, or another import is being applied: the next look tries again
            continue
    return done


def _note(
    source: RatingsSource, files: dict[str, dict[str, Any]], *, problem: str, now: datetime, every: timedelta
) -> None:
    with transaction.atomic():
        source = RatingsSource.objects.select_for_update().get(pk=source.pk)
        before = source.cursor.get("files", {})
        if any("import" in entry and before.get(name) != entry for name, entry in files.items()):
            source.last_found = now
        source.cursor = {"files": files}
        source.address = str(settings.WATCHED_FOLDER)
        source.last_checked, source.next_check, source.last_problem = now, now + every, problem
        source.save(update_fields=["cursor", "address", "last_checked", "last_found", "next_check", "last_problem"])
