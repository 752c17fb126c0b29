"""Loading files in a scratch database by the doors real ones use, and their yardstick."""

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from bench.scratch.database import owner_of
from tracker.clock import moment
from tracker.demonstration.england import England
from tracker.management.demonstration import prepare_register
from tracker.ratings.importer import run_import
from tracker.ratings.models import ImportEvent, RatingImport, RatingRecord
from tracker.ratings.receiving import receive_import, source_by_hand

_ERA: Final = timedelta(days=400)  # longer than the demonstration's twelve months, so that eras do not mingle


def register(england: England) -> None:
    """The invented trusts and hospitals, without which their ratings would wait for a person."""
    prepare_register(england, settings.DATA_DIR / "bench" / "register", moment())


def load(path: Path, as_at: date, *, keep: str = RatingImport.Keep.ALL) -> RatingImport:
    """Receive and import a file as a command does.  Raises RuntimeError when it did not come in."""
    now = moment().now
    received, _ = receive_import(
        path, name=path.name, as_at=as_at, keep=keep, source=source_by_hand(), by=None, now=now
    )
    done = run_import(received, by=None, now=now)
    if done.state not in {RatingImport.State.APPLIED, RatingImport.State.UNCHANGED}:
        raise RuntimeError(f"{path.name} ended {done.state}: {done.refused_because} {' '.join(done.held_because)}")
    return done


def raw_copy(database: str, path: Path) -> float:
    """Seconds of COPY of a csv's bytes into an unlogged table of text columns without an index: the limit.

    The table is made before and dropped after the clock runs.
    """
    with path.open(encoding="utf-8") as file:
        columns = ", ".join(f"c{number} text" for number in range(file.readline().count(",") + 1))
    with owner_of(database) as owner, path.open("rb") as file:
        owner.execute(f"CREATE UNLOGGED TABLE raw_copy ({columns})")
        started = time.perf_counter()
        with owner.cursor().copy("COPY raw_copy FROM STDIN (FORMAT csv, HEADER)") as copy:
            while piece := file.read(1 << 18):
                copy.write(piece)
        taken = time.perf_counter() - started
        owner.execute("DROP TABLE raw_copy")
    return taken


def rating_rows_written() -> int:
    """How many rows of history, current ratings and changes have ever been written in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables "
            "WHERE relname IN ('rating_record', 'current_rating', 'rating_change')"
        )
        return int(cursor.fetchone()[0])


def deepen_history(times: int) -> None:
    """Make the history `times` as long: older imports, each with older records and changes of the same cells."""
    newest = RatingImport.objects.filter(state=RatingImport.State.APPLIED).order_by("-as_at").first()
    if newest is None:
        raise RuntimeError("there is no history to deepen")
    last = RatingRecord.objects.order_by("-pk").values_list("pk", flat=True)[0]
    with transaction.atomic(), connection.cursor() as cursor:
        for era in range(times - 1, 0, -1):
            event = _older_import(newest, era)
            for table, dates in (
                ("rating_record", ["in_force_from", "published_on"]),
                ("rating_change", ["as_at", "published_on", "before_published_on"]),
            ):
                cursor.execute(
                    "SELECT column_name FROM information_schema.columns "
                    "WHERE table_name = %s AND table_schema = current_schema() AND column_name <> 'id'",
                    [table],
                )
                columns = [name for (name,) in cursor.fetchall()]
                values = {"event_id": "%(event)s", "rating_import_id": "%(import)s"}
                values |= {name: f"{name} - %(days)s" for name in dates}
                cursor.execute(
                    f"INSERT INTO {table} ({', '.join(columns)}) "
                    f"SELECT {', '.join(values.get(name, name) for name in columns)} FROM {table} "
                    f"WHERE {'id <= %(last)s' if table == 'rating_record' else 'event_id < %(first_event)s'}",
                    {
                        "event": event.pk,
                        "first_event": event.pk - (times - 1 - era),
                        "import": event.rating_import_id,
                        "days": era * _ERA.days,
                        "last": last,
                    },
                )


def _older_import(like: RatingImport, era: int) -> ImportEvent:
    older = RatingImport.objects.create(
        source=like.source,
        sha256=f"{era:064x}",
        keep=like.keep,
        file_name=like.file_name,
        stored_name=f"era-{era}.received",
        size=like.size,
        as_at=like.as_at - era * _ERA,
        requested_at=like.requested_at,
        state=like.state,
        levels=like.levels,
        counts=like.counts,
    )
    return ImportEvent.objects.create(
        rating_import=older, kind=ImportEvent.Kind.APPLIED, at=older.requested_at, detail=older.counts
    )
