"""What is listed as at a day, as one relation with the same columns whether read from current or from history.

"As at D" means listed by D (house decision 1): in each scope a cell's last surviving record that is in force by
D, by the rule that `record_states` states.  A day before a cell's first listing is answered from CQC's own
history, by publication date.  From the latest as-at date on, the current table is read: it does not grow.

`listed()` writes SQL; its columns are `COLUMNS`.  Nothing here knows who asks, or what is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from tracker.ratings import services
from tracker.ratings.import_lifecycle import in_force_sql
from tracker.ratings.models import RatingsSource

_CELL: Final = "organisation_id, service_id, domain_id, variant"
_VALUES: Final = "state, rating, word, published_on, report_type, inherited, framework, url"
COLUMNS: Final = (
    f"{_CELL}, record_id, in_force_from, {_VALUES}, "
    "before_state, before_rating, before_published_on, superseded, counted, disputed, level, trust_id, site_id"
)
"""Columns of the relation.  `before_*` are empty when it was asked for without them."""

_RECORD: Final = f"id, {_CELL}, scope, in_force_from, {_VALUES}, superseded"


@dataclass(frozen=True)
class AsAt:
    """The day a reader asks about.

    `day` is what they asked for, None for the latest; `dates` are the as-at dates of the files in force, newest
    first; `scopes` are the streams that list anything.
    """

    day: date | None
    dates: tuple[date, ...]
    scopes: tuple[str, ...] = tuple(RatingsSource.Scope.values)

    @property
    def latest(self) -> date | None:
        """The as-at date of the newest file, None when nothing has been imported."""
        return self.dates[0] if self.dates else None

    @property
    def listed_on(self) -> date | None:
        """The day whose listing is shown: the one asked for, never later than the newest file."""
        if self.day is None or self.latest is None:
            return self.latest
        return min(self.day, self.latest)

    @property
    def is_now(self) -> bool:
        """Whether the current table answers."""
        return self.day is None or self.latest is None or self.day >= self.latest

    @property
    def parameters(self) -> dict[str, Any]:
        """What the SQL of `listed` needs of the day."""
        return {"day": self.listed_on, "scopes": list(self.scopes)}


# Compiling the queries that follow was measured to take seconds where running them takes milliseconds; said here,
# that they are not to be, costs no query of its own.
_IN_FORCE: Final = f"""
SELECT DISTINCT i.as_at, s.scope, set_config('jit', 'off', true)
FROM rating_import i JOIN ratings_source s ON s.id = i.source_id
WHERE {in_force_sql("i")} ORDER BY i.as_at DESC
"""  # noqa: S608  words of ours


def as_at(day: date | None = None) -> AsAt:
    """The day asked for, beside the as-at dates of the files that are in force."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE)
        found = cursor.fetchall()
    dates = tuple(dict.fromkeys(as_at for as_at, *_ in found))
    return AsAt(day, dates, tuple(sorted({scope for _, scope, _ in found})))


def listed(when: AsAt, organisations: str, cells: Iterable[str] = (), *, with_before: bool = False) -> str:
    """SQL of what is listed as at `when`.

    `organisations` is a condition on `{o}`, which has level, trust_id and site_id; each of `cells` a condition on
    `r`, which has service_id and domain_id.  Both are our own text with named parameters; the caller adds
    `when.parameters`.  With `with_before`, the value each cell had before its present one.
    """
    if when.is_now:
        return _NOW.format(where=" AND ".join([organisations.format(o="r"), *cells]))
    narrow = " AND ".join(("true", *cells))
    before = (_BEFORE, "COALESCE(b.state, '')", "b.rating", "b.published_on") if with_before else _NO_BEFORE
    return _ON_DAY.format(
        organisations=organisations.format(o="o"),
        cells=narrow,
        replaced=_replaced(),
        carried_on=_CARRIED_ON.format(organisations=organisations.format(o="p")),
        before=before[0],
        before_state=before[1],
        before_rating=before[2],
        before_published_on=before[3],
    )


_NOW: Final = f"""
SELECT {", ".join("r." + name for name in COLUMNS.split(", "))}
FROM current_rating r
WHERE {{where}}
"""  # noqa: S608  names of ours

# The cells an organisation ever had are stepped through by their index, and of each the last record by the day is
# fetched: the cost is that of the cells asked for, not of how much was ever said of them.
_ON_DAY: Final = f"""
SELECT {", ".join("l." + name for name in _CELL.split(", "))}, l.id AS record_id, l.in_force_from,
  {", ".join("l." + name for name in _VALUES.split(", "))},
  {{before_state}} AS before_state, {{before_rating}} AS before_rating,
  {{before_published_on}} AS before_published_on,
  l.superseded OR ({{replaced}}) AS superseded,
  l.organisation_id <> ALL (ARRAY({{carried_on}})) AS counted,
  count(*) OVER (PARTITION BY l.organisation_id, l.service_id, l.domain_id) > 1 AS disputed,
  o.level, o.trust_id, o.site_id
FROM rated_organisation o
CROSS JOIN LATERAL (
  WITH RECURSIVE cell AS (
    (SELECT r.service_id, r.domain_id, r.variant FROM rating_record r
     WHERE r.organisation_id = o.id AND {{cells}} ORDER BY r.service_id, r.domain_id, r.variant LIMIT 1)
    UNION ALL
    SELECT later.* FROM cell CROSS JOIN LATERAL (
      SELECT r.service_id, r.domain_id, r.variant FROM rating_record r
      WHERE r.organisation_id = o.id AND {{cells}}
        AND (r.service_id, r.domain_id, r.variant) > (cell.service_id, cell.domain_id, cell.variant)
      ORDER BY r.service_id, r.domain_id, r.variant LIMIT 1
    ) later
  )
  SELECT * FROM cell
) cell
CROSS JOIN LATERAL (
  SELECT * FROM (
  (SELECT {_RECORD} FROM (
    SELECT last.* FROM unnest(%(scopes)s::text[]) AS stream (scope) CROSS JOIN LATERAL (
      SELECT r.* FROM rating_record r
      WHERE r.organisation_id = o.id AND r.service_id = cell.service_id AND r.domain_id = cell.domain_id
        AND r.variant = cell.variant AND r.scope = stream.scope AND NOT r.historic AND r.in_force_from <= %(day)s
        AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = r.id)
      ORDER BY r.in_force_from DESC, r.id DESC LIMIT 1
    ) last
  ) last_of_scope
  WHERE listed
  ORDER BY published_on DESC NULLS LAST, in_force_from DESC, id DESC LIMIT 1)
  UNION ALL
  (SELECT {_RECORD} FROM rating_record r
  WHERE NOT EXISTS (
      SELECT 1 FROM rating_record f
      WHERE f.organisation_id = o.id AND f.service_id = cell.service_id AND f.domain_id = cell.domain_id
        AND NOT f.historic AND f.in_force_from <= %(day)s
        AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = f.id))
    AND r.organisation_id = o.id AND r.service_id = cell.service_id AND r.domain_id = cell.domain_id
    AND r.variant = cell.variant AND r.historic AND NOT EXISTS (
      SELECT 1 FROM rating_retraction x WHERE x.record_id = r.id)
    AND r.published_on = (
      SELECT max(h.published_on) FROM rating_record h
      WHERE h.organisation_id = o.id AND h.service_id = cell.service_id AND h.domain_id = cell.domain_id
        AND h.historic AND h.published_on <= %(day)s
        AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = h.id))
  ORDER BY r.id DESC LIMIT 1)
  ) listed_or_historic
  LIMIT 1  -- what is listed rules out what is historic, which is then not looked for
) l
{{before}}
WHERE {{organisations}}
"""  # noqa: S608  names of ours

# Worked out once, not for every row: predecessors of which a successor has been listed with a rating by the day.
_CARRIED_ON: Final = """
  SELECT later.predecessor FROM (
    SELECT p.id AS predecessor, s.id AS successor FROM site_succession j
    JOIN rated_organisation p ON p.site_id = j.predecessor_id
    JOIN rated_organisation s ON s.site_id = j.successor_id
    WHERE {organisations}
    UNION ALL
    SELECT p.id, s.id FROM trust_succession j
    JOIN trust closed ON closed.id = j.predecessor_id AND closed.closed <= %(day)s
    JOIN rated_organisation p ON p.trust_id = j.predecessor_id AND p.level = 'provider'
    JOIN rated_organisation s ON s.trust_id = j.successor_id AND s.level = 'provider'
    WHERE {organisations}
  ) later
  CROSS JOIN LATERAL (
    SELECT 1 FROM rating_record n
    WHERE n.organisation_id = later.successor AND n.state = 'rated' AND n.listed AND n.in_force_from <= %(day)s
      AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = n.id)
    LIMIT 1
  ) rated
"""

_BEFORE: Final = """
LEFT JOIN LATERAL (
  SELECT p.state, p.rating, p.published_on FROM rating_record p
  WHERE p.organisation_id = l.organisation_id AND p.service_id = l.service_id AND p.domain_id = l.domain_id
    AND p.variant = l.variant AND p.scope = l.scope AND p.listed AND (p.in_force_from, p.id) < (l.in_force_from, l.id)
    AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = p.id)
  ORDER BY p.in_force_from DESC, p.id DESC LIMIT 1
) b ON true
"""
_NO_BEFORE: Final = ("", "''", "NULL::smallint", "NULL::date")


def _replaced() -> str:
    """SQL: whether another service has taken this one's place there by the day (`services.superseded_on`)."""
    pairs = ", ".join(
        f"('{old.key}', '{new}', DATE '{old.superseded_from or date.min}')"
        for old in services.SERVICES.values()
        for new in old.superseded_by
    )
    old = ", ".join(f"'{key}'" for key in sorted(old.key for old in services.SERVICES.values() if old.superseded_by))
    # Few services were ever replaced: the rest are told by a list worked out once, not asked row by row.
    return f"""l.service_id = ANY (ARRAY(SELECT id FROM rated_service WHERE key IN ({old}))) AND EXISTS (
    SELECT 1 FROM (VALUES {pairs}) AS lineage (old, new, since)
    JOIN rated_service old_service ON old_service.key = lineage.old AND old_service.id = l.service_id
    JOIN rated_service new_service ON new_service.key = lineage.new
    JOIN rating_record n ON n.organisation_id = l.organisation_id AND n.service_id = new_service.id
    WHERE n.listed AND n.in_force_from <= %(day)s AND n.published_on >= lineage.since
      AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = n.id)
      AND n.published_on > (
        SELECT max(own.published_on) FROM rating_record own
        WHERE own.organisation_id = l.organisation_id AND own.service_id = l.service_id
          AND own.listed AND own.in_force_from <= %(day)s
          AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = own.id)))"""  # noqa: S608
