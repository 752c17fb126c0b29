"""Reads CQC's API into a file of saved records, paced, and taken up again wherever it was stopped.

**What is asked.**  The API cannot list the NHS alone: its lists say neither type nor provider.  So, for the NHS:

- everything: the record of every trust in the register (`/providers/{id}`), and of every location which those
  records (`locationIds`), the register or earlier imports name (`/locations/{id}`);
- what changed since a moment: the two lists of changes (`/changes/provider`, `/changes/location`), and of the ids
  on them only the records that would have been read above.

For everybody CQC rates: every record of `/providers` and `/locations`, or of the two lists of changes.

Each record is stripped of what is personal, appended to a working file and safely on disk before the source's
cursor moves past it: a killed reading repeats at most the one record in hand.  Nothing is imported until all is
read; then the records, each once, become the stored file of an import.
"""

import fcntl
import os
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

import msgspec
from django.conf import settings

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.problems import Busy, Refused
from tracker.ratings.cqc_api import (
    RECORD_A_LINE,
    UnreadableRecord,
    is_cqc_id,
    location_ids,
    read_location,
    read_provider,
    without_persons,
)
from tracker.ratings.cqc_client import CqcClient, Cursor, Kind
from tracker.ratings.cqc_http import CqcError
from tracker.ratings.import_locks import is_interrupted
from tracker.ratings.importer import run_import
from tracker.ratings.models import RatedOrganisation, RatingImport, RatingsSource, SettlingRule
from tracker.ratings.receiving import receive_import
from tracker.trusts.models import Site, Trust

TOO_OLD: Final = timedelta(days=7)
"""A reading that was begun longer ago is begun again: its records would be of too many different days."""

State = RatingImport.State
_NOT_IMPORTED: Final = {State.REFUSED, State.SET_ASIDE, State.UNDONE}


class StoppedHalfway(Refused):
    """CQC's API gave out.  What was read is kept, nothing is applied, and the same request goes on from there."""


class SelectiveClient(CqcClient):
    """Walks a whole list but asks for chosen records only; the others come as empty bytes."""

    chosen: frozenset[str] | None = None
    """None chooses all."""

    def record(self, kind: Kind, record_id: str) -> bytes | None:
        if self.chosen is not None and record_id not in self.chosen:
            return b""
        return super().record(kind, record_id)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What one reading reads.  `since` and `until` as the API writes moments; both empty for everything."""

    as_at: date
    keep: str
    begun: datetime
    since: str = ""
    until: str = ""

    def goes_on(self, kept: "Asked", *, any_day: bool) -> bool:
        """Whether to take up `kept`, which was asked earlier, in place of this."""
        same = (self.keep, self.since) == (kept.keep, kept.since)
        return same and (any_day or self.as_at == kept.as_at) and self.begun - kept.begun < TOO_OLD


class Standing(msgspec.Struct, kw_only=True):
    """How far a reading has come.  `size` is how many bytes of the working file are certain."""

    asked: Asked
    size: int = 0
    records: int = 0
    gone: list[str] = []
    unreadable: list[str] = []
    walks: dict[str, dict[str, Any]] = {}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the working file, with what the reading needs to know of it again."""

    kind: Kind
    id: str
    ratings: int
    record: msgspec.Raw
    locations: list[str] = []


class WorkingFile:
    """The records read so far, one a line.  One process holds it; the hold ends with the process, even killed."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b")
        self.close = self._file.close
        self.places: dict[tuple[Kind, str], int] = {}
        self.locations: set[str] = set()
        self.ratings = 0
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            self._file.close()
            raise Busy("CQC's API is being read already. Try again when that has ended.") from held

    def take_up(self, size: int) -> bool:
        """Go on after the first `size` bytes; False, with an empty file, where they are not all there."""
        whole = self._file.seek(0, os.SEEK_END) >= size
        self._file.truncate(size if whole else 0)
        self._file.seek(0)
        place = 0
        while text := self._file.readline():
            self._note(place, msgspec.json.decode(text, type=Line))
            place += len(text)
        return whole

    def append(self, line: Line) -> int:
        """Write one record and see it on disk; the bytes that are certain now."""
        place = self._file.seek(0, os.SEEK_END)
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._note(place, line)
        return self._file.tell()

    def _note(self, place: int, line: Line) -> None:
        self.places[line.kind, line.id] = place
        self.locations.update(line.locations)
        self.ratings += line.ratings

    def write_saved_records(self, path: Path, asked: Asked) -> None:
        """The records, each as it came last, in the order of their ids, one a line: `read_saved_records` reads it
        without holding it.

        The day and the moment stand before them: a later reading that finds the same is another file, because
        something else may have been true in between."""
        with path.open("wb") as out:
            begun = {"as_at": asked.as_at, "begun": asked.begun}
            out.write(msgspec.json.encode(begun).removesuffix(b"}") + b"," + RECORD_A_LINE)
            self._write_records("provider", out)
            out.write(b'],"locations":[\n')
            self._write_records("location", out)
            out.write(b"]}\n")

    def _write_records(self, kind: Kind, out: BinaryIO) -> None:
        mine = sorted((record_id, place) for (of, record_id), place in self.places.items() if of == kind)
        for number, (_, place) in enumerate(mine, start=1):
            self._file.seek(place)
            record = msgspec.json.decode(self._file.readline(), type=Line).record
            out.write(bytes(record) + (b",\n" if number < len(mine) else b"\n"))

    def empty(self) -> None:
        """Forget what is imported now."""
        self._file.truncate(0)


def client_from_settings() -> SelectiveClient:
    """A client of the API at `CQC_API_URL` with the key `CQC_API_KEY`.  Raises `Refused` where they will not do."""
    if not settings.CQC_API_KEY:
        raise Refused("There is no key for CQC's API. Put your subscription key into the variable CQC_API_KEY.")
    try:
        return SelectiveClient(settings.CQC_API_URL, settings.CQC_API_KEY)
    except ValueError as problem:
        raise Refused(f"CQC_API_URL or CQC_API_KEY cannot be used. {problem}.") from problem


def read_api(
    source: RatingsSource, *, client: SelectiveClient, now: datetime, until: datetime | None = None
) -> RatingImport | None:
    """Read what changed since the last reading whose import stands (at first: everything) and apply it.

    `until` ends the window of changes, `now` where it is not given.  None when nothing has changed.  Raises
    `StoppedHalfway` when the API gives out, `Busy` while another reads or applies; call it again then."""
    last = source.cursor.get("last", {})
    stands = RatingImport.objects.filter(pk=last.get("import")).exclude(state__in=_NOT_IMPORTED).exists()
    since = datetime.fromisoformat(last["until"]) if stands else None
    record = fetch_records(source, client=client, now=now, since=since, until=until)
    return None if record is None else run_import(record, by=None, now=now)


def fetch_records(
    source: RatingsSource,
    *,
    client: SelectiveClient,
    now: datetime,
    as_at: date | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    keep: str = RatingImport.Keep.NHS,
    by: User | None = None,
    told: Callable[[int], None] = lambda records: None,
) -> RatingImport | None:
    """Read the API, or go on where an earlier reading of the same stopped; the import received, to be run next.

    None when nothing changed since `since`.  Without `as_at`, England's day.  `told` hears of every record kept.
    Call it outside any transaction.  Raises `Refused` for moments in the future, `Busy` and `StoppedHalfway`."""
    today = Moment(now).today
    if (as_at or today) > today:
        raise Refused(f"The as-at date {as_at:%-d %B %Y} is in the future.", field="as_at")
    if since is not None and since >= (until or now):
        raise Refused("Changes can be read since a moment in the past only.", field="since")
    window = {} if since is None else {"since": _as_cqc_writes(since), "until": _as_cqc_writes(until or now)}
    asked = Asked(as_at=as_at or today, keep=keep, begun=now, **window)
    with closing(WorkingFile(Path(settings.MEDIA_ROOT) / "ratings" / f"api-{source.pk}.working")) as working:
        source.refresh_from_db()
        waiting = _received_and_never_run(source, asked, any_day=as_at is None)
        if waiting is not None:
            return waiting
        standing = _kept_standing(source, asked, any_day=as_at is None)
        if not working.take_up(standing.size):
            standing = Standing(asked=asked)
        reading = _Reading(source, client, working, standing, told)
        try:
            reading.run()
        except CqcError as problem:
            _stop(source, standing, problem, now=now)
        return _receive(source, working, standing, by=by, now=now)


def _as_cqc_writes(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _received_and_never_run(source: RatingsSource, asked: Asked, *, any_day: bool) -> RatingImport | None:
    """What an earlier call read to its end, and nobody has imported since."""
    last = source.cursor.get("last")
    if not last or not asked.goes_on(msgspec.convert(last["asked"], type=Asked), any_day=any_day):
        return None
    record = RatingImport.objects.filter(pk=last["import"], state__in=[State.RECEIVED, State.READING]).first()
    return record if record and (record.state == State.RECEIVED or is_interrupted(record)) else None


def _kept_standing(source: RatingsSource, asked: Asked, *, any_day: bool) -> Standing:
    with suppress(KeyError, msgspec.ValidationError):
        standing = msgspec.convert(source.cursor["reading"], type=Standing)
        if asked.goes_on(standing.asked, any_day=any_day):
            return standing
    return Standing(asked=asked)


def _stop(source: RatingsSource, standing: Standing, problem: CqcError, *, now: datetime) -> NoReturn:
    message = (
        f"CQC's API gave out: {problem}. {standing.records:,} records are read and kept, nothing is applied. "
        "Ask for the same again to go on from there."
    )
    source.last_checked, source.last_problem = now, message
    source.save(update_fields=["last_checked", "last_problem"])
    raise StoppedHalfway(message) from problem


def _receive(
    source: RatingsSource, working: WorkingFile, standing: Standing, *, by: User | None, now: datetime
) -> RatingImport | None:
    asked, record = standing.asked, None
    last = source.cursor.get("last", {})
    if working.ratings or not asked.since:
        name = f"CQC API {asked.as_at.isoformat()}.json"
        saved = Path(settings.MEDIA_ROOT) / "ratings" / f"api-{source.pk}.saved"
        try:
            working.write_saved_records(saved, asked)
            record, _ = receive_import(
                saved, name=name, as_at=asked.as_at, keep=asked.keep, source=source, by=by, now=now
            )
        finally:
            saved.unlink(missing_ok=True)
        last = {"import": record.pk}
        source.last_found = now
    last |= {"until": asked.until or _as_cqc_writes(asked.begun), "asked": msgspec.to_builtins(asked)}
    source.cursor = {"last": last} if "import" in last else {}
    source.last_checked, source.last_problem = now, _notes(standing)
    source.save(update_fields=["cursor", "last_checked", "last_found", "last_problem"])
    working.empty()
    return record


def _notes(standing: Standing) -> str:
    """What a person should know of a reading that came to its end; empty when nothing."""
    notes = [note for walk in standing.walks.values() for note in Cursor.from_json(walk).notes()]
    if standing.gone:
        notes.append(f"CQC has no record of {len(standing.gone):,} organisations of the register.")
    return " ".join([*notes, *standing.unreadable])


class _Reading:
    """One reading on its way, from wherever it stands."""

    def __init__(
        self,
        source: RatingsSource,
        client: SelectiveClient,
        working: WorkingFile,
        standing: Standing,
        told: Callable[[int], None],
    ) -> None:
        self._source = source
        self._client = client
        self._working = working
        self._standing = standing
        self._told = told

    def run(self) -> None:
        """Read what is left.  Raises `CqcError`."""
        asked = self._standing.asked
        if asked.keep == RatingImport.Keep.ALL:
            self._walk("provider", None)
            self._walk("location", None)
        elif asked.since:
            self._walk("provider", _known_providers())
            self._walk("location", _known_locations() | self._working.locations)
        else:
            self._fetch("provider", _known_providers())
            self._fetch("location", _known_locations() | self._working.locations)

    def _fetch(self, kind: Kind, ids: Iterable[str]) -> None:
        """Each of these records, but those read or found gone before."""
        gone = set(self._standing.gone)
        self._client.chosen = None
        for record_id in sorted(ids):
            if (kind, record_id) in self._working.places or f"{kind} {record_id}" in gone:
                continue
            content = self._client.record(kind, record_id)
            if content is None:
                self._standing.gone.append(f"{kind} {record_id}")
            else:
                self._keep(kind, record_id, content)
            self._save()

    def _walk(self, kind: Kind, chosen: frozenset[str] | None) -> None:
        """Each record of the list, or of those on it that are chosen, from where the walk stands."""
        asked, walks = self._standing.asked, self._standing.walks
        if kind in walks:
            cursor = Cursor.from_json(walks[kind])
        elif asked.since:
            cursor = Cursor.changed(kind, asked.since, asked.until)
        else:
            cursor = Cursor.everything(kind)
        saved = cursor

        def save(cursor: Cursor) -> None:
            nonlocal saved
            walks[kind] = cursor.as_json()
            if (self._unsaved, cursor.page, cursor.gone) != (False, saved.page, saved.gone) or cursor.finished:
                self._save()
                saved = cursor

        self._client.chosen = chosen
        for fetched in self._client.walk(cursor, save=save):
            if fetched.content:
                self._keep(kind, fetched.record_id, fetched.content)

    _unsaved = False

    def _keep(self, kind: Kind, record_id: str, content: bytes) -> None:
        """Write down what is read of a record.  Of one that cannot be read nothing but its id is kept."""
        record, ratings, locations = msgspec.json.encode({f"{kind}Id": record_id}), 0, list[str]()
        try:
            ratings = len((read_location if kind == "location" else read_provider)(content).rows)
            record = without_persons(content)
            locations = location_ids(content) if kind == "provider" else []
        except UnreadableRecord as unreadable:
            self._standing.unreadable.append(f"{unreadable}.")
        line = Line(kind=kind, id=record_id, ratings=ratings, record=msgspec.Raw(record), locations=locations)
        self._standing.size = self._working.append(line)
        self._standing.records += 1
        self._unsaved = True
        self._told(self._standing.records)

    def _save(self) -> None:
        self._source.cursor = {**self._source.cursor, "reading": msgspec.to_builtins(self._standing)}
        self._source.save(update_fields=["cursor"])
        self._unsaved = False


def _known_providers() -> frozenset[str]:
    """The ids under which CQC may list a trust of the register."""
    meant = SettlingRule.objects.filter(kind="provider_is", ended_at__isnull=True).values_list("given", flat=True)
    return frozenset(filter(is_cqc_id, {*Trust.objects.values_list("code", flat=True), *meant}))


def _known_locations() -> frozenset[str]:
    """Places of the NHS that the register or an earlier import knows."""
    rated = RatedOrganisation.objects.filter(level="location", trust__isnull=False).values_list("cqc_id", flat=True)
    return frozenset(filter(is_cqc_id, {*Site.objects.values_list("cqc_id", flat=True), *rated}))
