"""The rows of one file, in a table that lives as long as the transaction that reads them.

They are kept as `coded_rows` gives them: `staged` holds one narrow line a row, which names by number whom it is
about (`staged_about`), what it says (`staged_said`) and how that was published (`staged_published`).  Nothing is
interpreted here.  What a person settled for one row of this file is put in its place.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from django.db import connection

from tracker.ratings.child_reading import ChildReading
from tracker.ratings.coded_rows import LISTS, Sieve, coded
from tracker.ratings.cqc_api import UnreadableRecord, read_saved_records
from tracker.ratings.models import RatingImport, RatingsSource, WaitingRow
from tracker.ratings.rows import ABOUT, PUBLISHED, SAID, OrganisationLink, PartedRow, in_parts
from tracker.ratings.unreadable import UnreadableFile

FIELDS: Final = ", ".join(
    f"'{name}', {table}.{name}"
    for table, names in (("s", ["line"]), ("a", ABOUT), ("sd", SAID), ("p", PUBLISHED))
    for name in names
)
"""What `json_build_object` makes a row of again, as printed, by our field names; needs `staged s` and `TEXTS`."""
TEXTS: Final = """
JOIN staged_about a ON a.no = s.about JOIN staged_said sd ON sd.no = s.said
JOIN staged_published p ON p.no = s.published"""

_NUMBERS: Final = {"no", *LISTS["staged"]}
_TABLES: Final = ";\n".join(
    f"CREATE TEMP TABLE {name} ({', '.join(f'{c} integer' if c in _NUMBERS else f'{c} text' for c in columns)}) "
    "ON COMMIT DROP"
    for name, columns in LISTS.items()
)
# Statistics of these tables choose between a handful of joins: a sample of 3,000 rows is plenty, and ten times
# as fast to take as the usual one.
_MAKE: Final = f"""
SET LOCAL work_mem = '256MB';
SET LOCAL default_statistics_target = 10;
SET LOCAL temp_buffers = '128MB';
{_TABLES};
CREATE TEMP TABLE staged_link (predecessor_id text, successor_id text, reason text) ON COMMIT DROP;
"""

_KNOWN_IDS: Final = """
SELECT code FROM trust UNION SELECT cqc_id FROM site
UNION SELECT cqc_id FROM rated_organisation WHERE trust_id IS NOT NULL
UNION SELECT given FROM settling_rule WHERE kind IN ('provider_is', 'location_is') AND ended_at IS NULL
"""


def drop_staging() -> None:
    """Take the tables of an earlier import in the same transaction away."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TABLE IF EXISTS {', '.join(LISTS)}, staged_link, named, read_said, read_published, listed, "
            "before_state, delta, kind_of, touched, chosen"
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
        cursor.execute(f"ANALYZE {', '.join(LISTS)}")
    _answer_rows(rating_import)
    return report


def _known_ids() -> list[str]:
    """The ids whose rows belong to the NHS whatever their type says."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_IDS)
        return [row[0] for row in cursor.fetchall()]


def _stage_file(rating_import: RatingImport, path: Path, told: Callable[[int], None]) -> dict[str, Any]:
    known = _known_ids() if rating_import.keep == RatingImport.Keep.NHS else []
    reading = ChildReading(path, keep=rating_import.keep, known_ids=known, told=told)
    with closing(reading.pieces()) as pieces:
        _copy(pieces)
    return reading.report


def _copy(pieces: Iterable[tuple[str, bytes | str]]) -> None:
    with connection.cursor() as cursor:
        for name, of_one_list in groupby(pieces, key=itemgetter(0)):
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for _, piece in of_one_list:
                    copy.write(piece)


def _stage_records(rating_import: RatingImport, path: Path) -> dict[str, Any]:
    """Saved records of the API.  They are read here: their size is capped and their shape is checked by type."""
    unreadable: list[str] = []
    sieve = Sieve(rating_import.keep == RatingImport.Keep.NHS, frozenset(_known_ids()))
    links: list[OrganisationLink] = []
    records = 0

    def rows() -> Iterator[PartedRow]:
        nonlocal records
        for record in read_saved_records(path):
            records += 1
            if isinstance(record, UnreadableRecord):
                unreadable.append(str(record))
                continue
            links.extend(record.links)
            yield from map(in_parts, record.rows)

    _copy(coded(rows(), sieve))
    if links:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO staged_link VALUES (%s, %s, %s)", links)
    if not sieve.seen:
        raise UnreadableFile("There are no ratings in these records.", found=f"{records} records")
    return {
        "format": "json",
        "rows": sieve.seen,
        "kept": sieve.kept,
        "dropped": dict(sieve.dropped),
        "records": records,
        "unreadable_records": unreadable,
    }


# What a person answered becomes a text of its own, which the row then points to.
_ANSWERED: Final = {
    "date_means": ("published", "publication_date"),
    "word_means": ("said", "rating"),
    "provider_is": ("about", "provider_id"),
    "location_is": ("about", "provider_id"),
}
_FIND_ROW: Final = f"""
SELECT s.ctid AS place, s.about, s.said, s.published FROM staged s {TEXTS}
WHERE a.part = %(part)s AND s.line = %(line)s
  AND sd.service = %(service)s AND sd.domain = %(domain)s AND sd.rating = %(rating)s
"""  # noqa: S608  names of ours
_CHANGE_ROW: Final = """
WITH found AS ({found}), numbered AS (
  SELECT {pointer} AS no, (SELECT max(no) FROM {table}) + row_number() OVER () AS new_no
  FROM (SELECT DISTINCT {pointer} FROM found) f
), given AS (
  INSERT INTO {table} (no, {columns}) SELECT n.new_no, {values} FROM numbered n JOIN {table} t ON t.no = n.no
)
UPDATE staged s SET {pointer} = n.new_no FROM found f JOIN numbered n ON n.no = f.{pointer} WHERE s.ctid = f.place
"""
_LEAVE_ROW_OUT: Final = f"DELETE FROM staged WHERE ctid IN (SELECT place FROM ({_FIND_ROW}) f)"  # noqa: S608
# A text no row points to any more is not what the file says.
_FORGET: Final = "DELETE FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM staged s WHERE s.{pointer} = t.no)"


def _answer_rows(rating_import: RatingImport) -> None:
    """Put a person's answers about single rows of this file in their place."""
    answered = WaitingRow.objects.filter(rating_import=rating_import).exclude(answer={})
    with connection.cursor() as cursor:
        for row in answered:
            cursor.execute(
                _change_of(row.answer["kind"]),
                {
                    "meaning": row.answer["meaning"],
                    "part": row.part,
                    "line": row.line,
                    **{name: row.row[name] for name in SAID},
                },
            )
        if answered:
            for pointer in LISTS["staged"][1:]:
                cursor.execute(_FORGET.format(table=f"staged_{pointer}", pointer=pointer))


def _change_of(kind: str) -> str:
    if kind not in _ANSWERED:
        return _LEAVE_ROW_OUT
    pointer, answered = _ANSWERED[kind]
    table = f"staged_{pointer}"
    columns = [column for column in LISTS[table] if column != "no"]
    values = ["%(meaning)s" if column == answered else f"t.{column}" for column in columns]
    return _CHANGE_ROW.format(
        found=_FIND_ROW, pointer=pointer, table=table, columns=", ".join(columns), values=", ".join(values)
    )
