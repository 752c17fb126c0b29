"""Keeps the current table true to the history, for the cells an import or an undo has touched.

Two ways lead to the same rows.  Where the import is the newest and the only scope in force, the chosen changes
themselves say what is current (`take_over`).  Otherwise the touched cells are worked out from their records
(`work_out`), by the rule that `record_states` states.
"""

from datetime import date
from typing import Any, Final

from django.db import connection

from tracker.ratings import services
from tracker.ratings.import_lifecycle import in_force_sql
from tracker.ratings.interpreting import known_services

CELL: Final = "organisation_id, service_id, domain_id, variant"
VALUES: Final = "state, rating, word, published_on, report_type, inherited, framework, url"
_SAME_CELL: Final = (
    "c.organisation_id = t.organisation_id AND c.service_id = t.service_id AND c.domain_id = t.domain_id "
    "AND c.variant = t.variant"
)
_IS_GONE: Final = "t.kind IN ('withdrawn', 'deregistered', 'merged')"

_REMOVE: Final = f"DELETE FROM current_rating c USING chosen t WHERE {_IS_GONE} AND {_SAME_CELL}"  # noqa: S608
_REPLACE: Final = f"""
UPDATE current_rating c SET
  state = t.state, rating = t.rating, word = t.word, published_on = t.published_on, report_type = t.report_type,
  inherited = t.inherited, framework = t.framework, url = t.url, record_id = t.record_id,
  in_force_from = t.in_force_from, before_state = t.before_state, before_rating = t.before_rating,
  before_published_on = t.before_published_on, superseded = t.superseded, disputed = t.disputed
FROM chosen t
WHERE t.before_record_id IS NOT NULL AND NOT {_IS_GONE} AND {_SAME_CELL} AND c.record_id = t.before_record_id
"""  # noqa: S608  names of ours
_ADD: Final = f"""
INSERT INTO current_rating ({CELL}, {VALUES}, record_id, in_force_from, scope, level, trust_id, site_id,
  before_state, before_rating, before_published_on, superseded, disputed, counted)
SELECT {", ".join("t." + name for name in f"{CELL}, {VALUES}".split(", "))}, t.record_id, t.in_force_from,
  %(scope)s, o.level, o.trust_id, o.site_id, t.before_state, t.before_rating, t.before_published_on,
  t.superseded, t.disputed, true
FROM chosen t JOIN rated_organisation o ON o.id = t.organisation_id
WHERE t.before_record_id IS NULL
"""  # noqa: S608  names of ours


def take_over(scope: str) -> int:
    """Make the rows of `chosen` current; the number of rows written.  `chosen` holds no historic change."""
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE)
        written = cursor.rowcount
        cursor.execute(_REPLACE)
        written += cursor.rowcount
        cursor.execute(_ADD, {"scope": scope})
        return int(written + cursor.rowcount)


_KEEP_OLD: Final = f"""
CREATE TEMP TABLE was_current ON COMMIT DROP AS
SELECT c.* FROM current_rating c JOIN touched t ON {_SAME_CELL}
"""  # noqa: S608  names of ours
_CLEAR: Final = f"DELETE FROM current_rating c USING touched t WHERE {_SAME_CELL}"  # noqa: S608  names of ours
_WORK_OUT: Final = f"""
WITH last_of_scope AS (
  SELECT DISTINCT ON (r.organisation_id, r.service_id, r.domain_id, r.variant, r.scope) r.*
  FROM rating_record r
  JOIN touched t ON r.organisation_id = t.organisation_id AND r.service_id = t.service_id
    AND r.domain_id = t.domain_id AND r.variant = t.variant
  LEFT JOIN rating_retraction x ON x.record_id = r.id
  WHERE x.id IS NULL AND NOT r.historic
  ORDER BY r.organisation_id, r.service_id, r.domain_id, r.variant, r.scope, r.in_force_from DESC, r.id DESC
), current AS (
  SELECT DISTINCT ON ({CELL}) * FROM last_of_scope WHERE listed
  ORDER BY {CELL}, published_on DESC NULLS LAST, in_force_from DESC, id DESC
)
INSERT INTO current_rating ({CELL}, {VALUES}, record_id, in_force_from, scope, level, trust_id, site_id,
  before_state, before_rating, before_published_on, superseded, disputed, counted)
SELECT {", ".join("r." + name for name in f"{CELL}, {VALUES}".split(", "))}, r.id, r.in_force_from, r.scope,
  o.level, o.trust_id, o.site_id, COALESCE(b.state, ''), b.rating, b.published_on, r.superseded, false,
  COALESCE(w.counted, true)
FROM current r
JOIN rated_organisation o ON o.id = r.organisation_id
LEFT JOIN was_current w ON w.organisation_id = r.organisation_id AND w.service_id = r.service_id
  AND w.domain_id = r.domain_id AND w.variant = r.variant
LEFT JOIN LATERAL (
  SELECT p.state, p.rating, p.published_on FROM rating_record p
  LEFT JOIN rating_retraction x ON x.record_id = p.id
  WHERE p.organisation_id = r.organisation_id AND p.service_id = r.service_id AND p.domain_id = r.domain_id
    AND p.variant = r.variant AND p.scope = r.scope AND p.listed AND x.id IS NULL
    AND (p.in_force_from, p.id) < (r.in_force_from, r.id)
  ORDER BY p.in_force_from DESC, p.id DESC LIMIT 1
) b ON true
"""  # noqa: S608  names of ours


def work_out() -> None:
    """Work the cells of `touched` out anew from their records; what was current before is in `was_current`."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE touched")
        cursor.execute("DROP TABLE IF EXISTS was_current")
        cursor.execute(_KEEP_OLD)
        cursor.execute(_CLEAR)
        cursor.execute(_WORK_OUT)
        cursor.execute(_DISPUTED)


_DISPUTED: Final = """
UPDATE current_rating c SET disputed = several.yes
FROM (
  SELECT c2.organisation_id, c2.service_id, c2.domain_id, count(*) > 1 AS yes
  FROM current_rating c2
  JOIN (SELECT DISTINCT organisation_id, service_id, domain_id FROM touched) t
    USING (organisation_id, service_id, domain_id)
  GROUP BY 1, 2, 3
) several
WHERE c.organisation_id = several.organisation_id AND c.service_id = several.service_id
  AND c.domain_id = several.domain_id AND c.disputed <> several.yes
"""

# "Maternity and gynaecology" beside "Maternity": which of the old services another has replaced at which
# organisation, by `services.superseded_on`, from the latest publication of each service there.
_OLD_SERVICES: Final = """
SELECT c.organisation_id, s.key, max(c.published_on)
FROM current_rating c JOIN rated_service s ON s.id = c.service_id
WHERE s.key = ANY (%(lineage)s) AND c.published_on IS NOT NULL AND c.organisation_id IN (
  SELECT t.organisation_id FROM {touched} t WHERE t.service_id = ANY (%(lineage_ids)s))
GROUP BY c.organisation_id, s.key
"""
_SUPERSEDE: Final = """
UPDATE current_rating c SET superseded = r.superseded OR c.service_id = ANY (%(replaced)s)
FROM rating_record r
WHERE c.organisation_id = %(organisation)s AND c.service_id = ANY (%(old)s) AND r.id = c.record_id
  AND c.superseded <> (r.superseded OR c.service_id = ANY (%(replaced)s))
"""


def mark_superseded(touched: str = "touched") -> None:
    """Mark ratings of services that another has replaced at their organisation, where the table named concerns one."""
    ids = known_services()
    old = [service for service in services.SERVICES.values() if service.superseded_by]
    lineage = {service.key for service in old} | {key for service in old for key in service.superseded_by}
    with connection.cursor() as cursor:
        cursor.execute(
            _OLD_SERVICES.format(touched=touched),
            {"lineage": list(lineage), "lineage_ids": [ids[key] for key in lineage]},
        )
        published: dict[int, dict[str, date]] = {}
        for organisation, key, day in cursor.fetchall():
            published.setdefault(organisation, {})[key] = day
        changes: list[dict[str, Any]] = []
        for organisation, days in published.items():
            present = [service for service in old if service.key in days]
            if present:
                replaced = [ids[one.key] for one in present if services.superseded_on(one, days) is not None]
                changes.append(
                    {"organisation": organisation, "old": [ids[one.key] for one in present], "replaced": replaced}
                )
        if changes:
            cursor.executemany(_SUPERSEDE, changes)


# A site that carried on as another keeps its old ratings beside the successor that inherited them, and so does a
# trust that closed into another: they are counted only while no successor of theirs is rated.  A trust that closes
# later than the newest file is as at is still open in it.
_COUNT_ONCE: Final = f"""
WITH successors AS (
  SELECT p.id AS organisation_id, s.id AS successor_id
  FROM site_succession j
  JOIN rated_organisation p ON p.site_id = j.predecessor_id
  JOIN rated_organisation s ON s.site_id = j.successor_id
  UNION
  SELECT p.id, s.id FROM trust_succession j
  JOIN trust closed ON closed.id = j.predecessor_id AND closed.closed <= (
    SELECT max(i.as_at) FROM rating_import i WHERE {in_force_sql("i")})
  JOIN rated_organisation p ON p.trust_id = j.predecessor_id AND p.level = 'provider'
  JOIN rated_organisation s ON s.trust_id = j.successor_id AND s.level = 'provider'
), should AS (
  SELECT j.organisation_id, NOT bool_or(EXISTS (
    SELECT 1 FROM current_rating c WHERE c.organisation_id = j.successor_id AND c.state = 'rated')) AS counted
  FROM successors j GROUP BY j.organisation_id
)
UPDATE current_rating c SET counted = s.counted FROM should s
WHERE c.organisation_id = s.organisation_id AND c.counted <> s.counted
"""  # noqa: S608  words of ours


def count_once() -> None:
    """Say of every predecessor's ratings whether they are counted."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_ONCE)
