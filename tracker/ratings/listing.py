"""What a file lists, cell by cell: its rows joined to what their texts mean and whom they are about.

The canonical cell is organisation, service, domain and variant.  Equal duplicates collapse; of two dates for
one cell the newest is listed and the older kept as history; two values of one day stay both, as variants in a
fixed order, and a person is told.
"""

from typing import Any, Final, NamedTuple

from django.db import connection

# Narrow rows: a cell, its value, its place in `staged` and the numbers under which the rest of it stands.
# `waits` keeps a cell whose row waits from being taken for absent.
_LIST: Final = """
CREATE TEMP TABLE listed ON COMMIT DROP AS
SELECT n.id AS organisation_id, sd.service_id, sd.domain_id, 0::smallint AS variant,
       sd.state, sd.rating, sd.odd, p.published_on, p.historic, p.superseded, false AS disputed,
       n.waits <> '' OR p.problem <> '' AS waits, s.ctid AS place, s.about, s.said, s.published
FROM staged s
JOIN (SELECT a.no, n.id, n.waits FROM staged_about a JOIN named n ON n.level = a.level AND n.cqc_id = a.organisation_id
      WHERE n.id IS NOT NULL AND n.waits <> 'aside') n ON n.no = s.about
JOIN read_said sd ON sd.no = s.said
JOIN read_published p ON p.no = s.published
"""

_CROWDED: Final = """
CREATE TEMP TABLE crowded ON COMMIT DROP AS
SELECT organisation_id, service_id, domain_id FROM listed
GROUP BY organisation_id, service_id, domain_id HAVING count(*) > 1
"""
# Of a crowded cell: `again` numbers equal rows, `age` publication dates from the newest, `choice` the values of
# one day in a fixed order: Outstanding first, words that are not ratings last.
_RANKED: Final = """
CREATE TEMP TABLE ranked ON COMMIT DROP AS
SELECT l.place, l.ctid AS spot,
  row_number() OVER (PARTITION BY l.organisation_id, l.service_id, l.domain_id, l.historic, l.published_on,
                     l.state, l.rating, l.odd ORDER BY l.superseded, l.place) AS again,
  dense_rank() OVER (PARTITION BY l.organisation_id, l.service_id, l.domain_id, l.historic
                     ORDER BY l.published_on DESC NULLS LAST) AS age,
  dense_rank() OVER (PARTITION BY l.organisation_id, l.service_id, l.domain_id, l.historic, l.published_on
                     ORDER BY l.rating DESC NULLS LAST, l.state, l.odd) AS choice,
  bool_or(NOT l.historic) OVER same_value AS also_listed, l.historic
FROM listed l JOIN crowded c USING (organisation_id, service_id, domain_id)
WHERE NOT l.waits
WINDOW same_value AS (PARTITION BY l.organisation_id, l.service_id, l.domain_id, l.published_on,
                      l.state, l.rating, l.odd)
"""
_COLLAPSE: Final = """
DELETE FROM listed l USING ranked r
WHERE l.ctid = r.spot AND (r.again > 1 OR (r.historic AND r.also_listed))
"""
_TELL_APART: Final = """
UPDATE listed l SET
  historic = l.historic OR r.age > 1,
  variant = CASE WHEN l.historic OR r.age > 1 THEN 0 ELSE r.choice - 1 END,
  disputed = NOT l.historic AND r.age = 1 AND d.choices > 1
FROM ranked r, (
  SELECT l2.organisation_id, l2.service_id, l2.domain_id, count(*) AS choices
  FROM ranked r2 JOIN listed l2 ON l2.ctid = r2.spot
  WHERE NOT r2.historic AND r2.age = 1 GROUP BY l2.organisation_id, l2.service_id, l2.domain_id
) AS d
WHERE l.ctid = r.spot AND d.organisation_id = l.organisation_id AND d.service_id = l.service_id
  AND d.domain_id = l.domain_id
"""
_TELL_APART_HISTORIC: Final = """
UPDATE listed l SET variant = r.choice - 1 FROM ranked r WHERE r.place = l.place AND l.historic AND r.choice > 1
"""


class Listing(NamedTuple):
    """What a file lists, in figures."""

    listed: int  # cells listed as current
    historic: int
    duplicates: int  # equal rows that collapsed
    levels: list[str]


def list_cells() -> Listing:
    """Fill `listed` from `staged` and the tables of meanings."""
    with connection.cursor() as cursor:
        # The planner takes columns that go together for independent, expects one row and loops over 400,000.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_LIST)
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute("ANALYZE listed (organisation_id, service_id, domain_id, place, historic, waits, disputed)")
        cursor.execute(_CROWDED)
        cursor.execute("ANALYZE crowded")
        cursor.execute("SELECT EXISTS (SELECT 1 FROM crowded)")
        duplicates = 0
        if cursor.fetchone()[0]:
            cursor.execute(_RANKED)
            cursor.execute("ANALYZE ranked")
            cursor.execute(_COLLAPSE)
            duplicates = cursor.rowcount
            cursor.execute("DELETE FROM ranked WHERE again > 1 OR (historic AND also_listed)")
            cursor.execute(_TELL_APART)
            cursor.execute(_TELL_APART_HISTORIC)
            cursor.execute("DROP TABLE ranked")
        cursor.execute("DROP TABLE crowded")
        cursor.execute("SELECT count(*) FILTER (WHERE NOT historic), count(*) FILTER (WHERE historic) FROM listed")
        listed, historic = _row(cursor.fetchone())
        cursor.execute("SELECT DISTINCT level FROM named ORDER BY level")
        levels = [level for (level,) in cursor.fetchall()]
    return Listing(listed, historic, duplicates, levels)


def _row(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    if row is None:
        raise RuntimeError("a count answers one row")
    return row
