"""Reading ratings a page at a time: as listed now, as listed by a day, or as the service knew it at a moment.

What "listed" means is `tracker.ratings.as_at`'s to say.  "As known at T" is that same relation over the records
that imports applied by T had written and no undoing by T had taken back, so that a report can be made again
from what was known when it was first made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from tracker.ratings.as_at import AsAt, as_at, listed

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RatedCell:
    """One cell as listed; `key` is its place in the order of pages.  `rating` is 4 Outstanding to 1 Inadequate."""

    key: Key
    level: str
    organisation: str
    organisation_name: str
    trust: str | None
    site: str | None
    service: str
    service_name: str
    domain: str
    domain_name: str
    state: str
    rating: int | None
    word: str
    published_on: date | None
    report_type: str
    inherited: str
    framework: str
    url: str
    in_force_from: date
    superseded: bool
    counted: bool
    disputed: bool


_CELLS: Final = """
SELECT c.organisation_id, c.service_id, c.domain_id, c.variant, o.level, o.cqc_id, o.name, t.code, p.cqc_id,
  s.key, s.name, d.key, d.name, c.state, c.rating, c.word, c.published_on, c.report_type, c.inherited, c.framework,
  c.url, c.in_force_from, c.superseded, c.counted, c.disputed
FROM ({listed}) c
JOIN rated_organisation o ON o.id = c.organisation_id
JOIN rated_service s ON s.id = c.service_id
JOIN rated_domain d ON d.id = c.domain_id
LEFT JOIN trust t ON t.id = o.trust_id
LEFT JOIN site p ON p.id = o.site_id
WHERE {where}
ORDER BY c.organisation_id, c.service_id, c.domain_id, c.variant
LIMIT %(most)s
"""
_AFTER: Final = (
    "(c.organisation_id, c.service_id, c.domain_id, c.variant) > "
    "(%(after_0)s::bigint, %(after_1)s::bigint, %(after_2)s::bigint, %(after_3)s::bigint)"
)
# Within the query these names stand before the tables of the same name, so that the one rule of how history is
# read also answers what was known.  Not materialised: each organisation's records are still found by index.
_KNOWN: Final = """
WITH rating_record AS NOT MATERIALIZED (
  SELECT r.* FROM public.rating_record r JOIN import_event e ON e.id = r.event_id
  WHERE e.at <= %(known)s AND (%(with_historic)s OR NOT r.historic)
), rating_retraction AS NOT MATERIALIZED (
  SELECT x.* FROM public.rating_retraction x JOIN import_event e ON e.id = x.event_id WHERE e.at <= %(known)s
)
"""
_NEWEST_KNOWN: Final = """
SELECT max(i.as_at) FROM rating_import i WHERE (
  SELECT e.kind FROM import_event e
  WHERE e.rating_import_id = i.id AND e.at <= %s AND e.kind IN ('applied', 'part_applied', 'unchanged', 'undone')
  ORDER BY e.id DESC LIMIT 1) <> 'undone'
"""

# A filter -> its condition: on `{o}`, the organisation; on `r`, the cell; on `c`, what is listed of it.
_ON_ORGANISATION: Final = {
    "trust": "{o}.trust_id IN (SELECT id FROM trust WHERE code = %(trust)s)",
    "site": "{o}.site_id IN (SELECT id FROM site WHERE cqc_id = %(site)s)",
    "level": "{o}.level = %(level)s",
}
_ON_CELL: Final = {
    "service": "r.service_id IN (SELECT id FROM rated_service WHERE key = %(service)s)",
    "domain": "r.domain_id IN (SELECT id FROM rated_domain WHERE key = %(domain)s)",
}
_ON_VALUE: Final = {
    "rating": "c.rating = %(rating)s",
    "state": "c.state = %(state)s",
    "published_after": "c.published_on >= %(published_after)s",
    "published_before": "c.published_on <= %(published_before)s",
}


@dataclass(frozen=True)
class Page:
    """Cells in the order of their keys, and the day whose listing they are (None before anything was loaded)."""

    cells: list[RatedCell]
    listed_on: date | None


def rated_cells(asked: dict[str, Any], *, day: date | None, known_at: datetime | None, after: Key, most: int) -> Page:
    """Up to `most` cells after the key `after`.  `asked` maps filters to values: see the tables above; the
    organisations outside the register are left out unless it holds `everybody`."""
    when, before, more = (as_at(day), "", {}) if known_at is None else _known(known_at, day)
    if when is None:
        return Page([], None)
    organisations = [_ON_ORGANISATION[name] for name in _ON_ORGANISATION if name in asked]
    if not asked.get("everybody"):
        organisations.append("{o}.trust_id IS NOT NULL")
    parameters = {**asked, **when.parameters, **more, **{f"after_{place}": part for place, part in enumerate(after)}}
    with connection.cursor() as cursor:
        if when.is_now:
            query = _query(when, organisations, asked, after)
            cursor.execute(query, {**parameters, "most": most})
            return Page(_cells(cursor.fetchall()), when.listed_on)
        # History is worked out organisation by organisation, so a page is asked of few at a time.
        begin = ["{o}.id >= %(after_0)s"] if after else []
        chosen = " AND ".join(["true", *organisations, *begin]).format(o="o")
        cursor.execute(f"SELECT id FROM rated_organisation o WHERE {chosen} ORDER BY id", parameters)  # noqa: S608
        ids = [row[0] for row in cursor.fetchall()]
        query = before + _query(when, ["{o}.id = ANY (%(few)s)"], asked, after)
        cells: list[RatedCell] = []
        start, many = 0, max(most // 8, 8)
        while start < len(ids) and len(cells) < most:
            few = ids[start : start + many]
            cursor.execute(query, {**parameters, "few": few, "most": most - len(cells)})
            cells += _cells(cursor.fetchall())
            start, many = start + many, many * 4  # a filter that few pass is not asked for ever
        return Page(cells, when.listed_on)


def _query(when: AsAt, organisations: list[str], asked: dict[str, Any], after: Key) -> str:
    conditions = [_ON_VALUE[name] for name in _ON_VALUE if name in asked]
    return _CELLS.format(
        listed=listed(
            when, " AND ".join(organisations or ["true"]), [_ON_CELL[name] for name in _ON_CELL if name in asked]
        ),
        where=" AND ".join(["true", *conditions, *([_AFTER] if after else [])]),
    )


def _cells(rows: Iterable[tuple[Any, ...]]) -> list[RatedCell]:
    return [RatedCell(tuple(row[:4]), *row[4:]) for row in rows]


def _known(known_at: datetime, day: date | None) -> tuple[AsAt | None, str, dict[str, Any]]:
    """The day listed, as known then; the SQL that stands before the query; its parameters.

    CQC's own history answers only days before the newest file known, as it does today."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_KNOWN, [known_at])
        newest: date | None = cursor.fetchone()[0]
    if newest is None:
        return None, "", {}
    earlier = day is not None and day < newest
    # A newest date that never comes, so that history answers and not the table of what is current now.
    when = AsAt(day if day is not None and earlier else newest, (date.max,))
    return when, _KNOWN, {"known": known_at, "with_historic": earlier}
