"""The rows of one file, in a table that lives as long as the transaction that reads them.

Nothing is interpreted here.  What a person settled for one row of this file is put in its place.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from django.db import connection

from tracker.ratings.child_reading import ChildReading
from tracker.ratings.cqc_api import UnreadableRecord, read_saved_records
from tracker.ratings.models import RatingImport, RatingsSource, WaitingRow
from tracker.ratings.parse_child import Sieve
from tracker.ratings.rows import OrganisationLink, RatingRow
from tracker.ratings.unreadable import UnreadableFile

COLUMNS: Final = ", ".join(RatingRow._fields)

# Statistics of these tables choose between a handful of joins: a sample of 3,000 rows is plenty, and ten times
# as fast to take as the usual one.
_MAKE: Final = f"""
SET LOCAL work_mem = '256MB';
SET LOCAL default_statistics_target = 10;
SET LOCAL temp_buffers = '64MB';
CREATE TEMP TABLE staged (
  {", ".join(f"{name} {'bigint' if name == 'line' else 'text'}" for name in RatingRow._fields)}
) ON COMMIT DROP;
CREATE TEMP TABLE staged_link (predecessor_id text, successor_id text, reason text) ON COMMIT DROP;
"""
_COPY: Final = f"COPY staged ({COLUMNS}) FROM STDIN (FORMAT csv)"

_KNOWN_IDS: Final = """
SELECT code FROM trust UNION SELECT cqc_id FROM site
UNION SELECT cqc_id FROM rated_organisation WHERE trust_id IS NOT NULL
UNION SELECT given FROM settling_rule WHERE kind IN ('provider_is', 'location_is') AND ended_at IS NULL
"""


def drop_staging() -> None:
    """Take the tables of an earlier import in the same transaction away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS staged, staged_link, named, read_word, read_publication, read_service, "
            "read_domain, listed, before_state, delta, kind_of, touched, chosen"
        )


def stage(rating_import: RatingImport, path: Path, told: Callable[[int], None]) -> dict[str, Any]:
    """Read the stored file into `staged` (and `staged_link`); what the reader reports of it.

    Raises `UnreadableFile`, and then the transaction must be rolled back: rows may have been copied.
    """
    drop_staging()
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
    if rating_import.source.scope == RatingsSource.Scope.API:
        report = _stage_records(rating_import, path)
    else:
        report = _stage_file(rating_import, path, told)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE staged (level, organisation_id, service, domain, rating)")
    _answer_rows(rating_import)
    return report


def _known_ids() -> list[str]:
    """The ids whose rows belong to the NHS whatever their type says."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_IDS)
        return [row[0] for row in cursor.fetchall()]


def _stage_file(rating_import: RatingImport, path: Path, told: Callable[[int], None]) -> dict[str, Any]:
    with connection.cursor() as cursor:
        known = _known_ids() if rating_import.keep == RatingImport.Keep.NHS else []
        reading = ChildReading(path, keep=rating_import.keep, known_ids=known, told=told)
        with closing(reading.pieces()) as pieces, cursor.copy(_COPY) as copy:
            for piece in pieces:
                copy.write(piece)
    return reading.report


def _stage_records(rating_import: RatingImport, path: Path) -> dict[str, Any]:
    """Saved records of the API.  They are read here: their size is capped and their shape is checked by type."""
    unreadable: list[str] = []
    sieve = Sieve(rating_import.keep == RatingImport.Keep.NHS, frozenset(_known_ids()))
    links: list[OrganisationLink] = []
    kept = records = 0

    def rows() -> Iterator[RatingRow]:
        nonlocal records
        for record in read_saved_records(path):
            records += 1
            if isinstance(record, UnreadableRecord):
                unreadable.append(str(record))
                continue
            links.extend(record.links)
            yield from record.rows

    with connection.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            for count, piece in _as_csv(sieve.sift(rows(), lambda: None)):
                kept += count
                copy.write(piece)
        if links:
            cursor.executemany("INSERT INTO staged_link VALUES (%s, %s, %s)", links)
    if not sieve.seen:
        raise UnreadableFile("There are no ratings in these records.", found=f"{records} records")
    return {
        "format": "json",
        "rows": sieve.seen,
        "kept": kept,
        "dropped": dict(sieve.dropped),
        "records": records,
        "unreadable_records": unreadable,
    }


def _as_csv(rows: Iterable[RatingRow]) -> Iterator[tuple[int, str]]:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
        if count == 1000:
            yield count, text.getvalue()
            text.seek(0)
            text.truncate()
            count = 0
    yield count, text.getvalue()


_ANSWERED_COLUMN: Final = {
    "date_means": "publication_date",
    "word_means": "rating",
    "provider_is": "provider_id",
    "location_is": "provider_id",
}


def _answer_rows(rating_import: RatingImport) -> None:
    """Put a person's answers about single rows of this file in their place."""
    answered = WaitingRow.objects.filter(rating_import=rating_import).exclude(answer={})
    with connection.cursor() as cursor:
        for row in answered:
            column = _ANSWERED_COLUMN.get(row.answer["kind"])
            change = "DELETE FROM staged" if column is None else f"UPDATE staged SET {column} = %(meaning)s"  # noqa: S608  a name of ours
            cursor.execute(
                f"{change} WHERE part = %(part)s AND line = %(line)s "
                "AND service = %(service)s AND domain = %(domain)s AND rating = %(rating)s",
                {
                    "meaning": row.answer["meaning"],
                    "part": row.part,
                    "line": row.line,
                    **{name: row.row[name] for name in ("service", "domain", "rating")},
                },
            )
