"""Writes chosen changes: history, current ratings and the announced changes, in the caller's transaction.

For a file older than the newest of its scope, history is added under the later files.  Where the next of them
that speaks of a cell has no record of it, because nothing had changed, and the older file contradicts what it
carried on, its word is written down: an older file never alters what a later one listed.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import connection

from tracker.problems import Refused
from tracker.ratings import current_ratings
from tracker.ratings.current_ratings import CELL, VALUES
from tracker.ratings.differ import Before, make_kinds, state_before
from tracker.ratings.models import ChangeKind, ImportEvent, Level, RatingImport, RatingsSource
from tracker.ratings.proposing import FROM_DELTA, IN_FORCE_FROM, WIDE_DELTA
from tracker.ratings.succeeding import NEXT_ASSERTING
from tracker.ratings.verifying import HistoryDisagrees, verify_touched

_GONE: Final = "('withdrawn', 'deregistered', 'merged')"

_RECORD: Final = f"""
INSERT INTO rating_record (id, {CELL}, {VALUES}, listed, historic, superseded, in_force_from, rating_import_id,
                           event_id, scope)
SELECT record_id, {CELL}, {VALUES}, kind NOT IN {_GONE}, kind = 'historic', superseded, in_force_from,
       %(import)s, %(event)s, %(scope)s
FROM chosen
"""  # noqa: S608  names of ours

# On a first load what history was written becomes current, row by row.
_LOAD: Final = f"""
INSERT INTO rating_record ({CELL}, {VALUES}, listed, historic, superseded, in_force_from, rating_import_id,
                           event_id, scope)
SELECT {CELL}, {VALUES}, true, false, superseded, {IN_FORCE_FROM}, %(import)s, %(event)s, %(scope)s
FROM ({WIDE_DELTA} {FROM_DELTA}) w
"""  # noqa: S608  names of ours
_LOAD_CURRENT: Final = f"""
INSERT INTO current_rating ({CELL}, {VALUES}, record_id, in_force_from, scope, level, trust_id, site_id,
  before_state, before_rating, before_published_on, superseded, disputed, counted)
SELECT {", ".join("r." + name for name in f"{CELL}, {VALUES}".split(", "))}, r.id, r.in_force_from, r.scope,
  o.level, o.trust_id, o.site_id, '', NULL, NULL, r.superseded, false, true
FROM rating_record r JOIN rated_organisation o ON o.id = r.organisation_id
WHERE r.rating_import_id = %(import)s AND r.event_id = %(event)s
"""  # noqa: S608  names of ours
_LOAD_DISPUTED: Final = """
UPDATE current_rating c SET disputed = true FROM delta d
WHERE d.disputed AND c.organisation_id = d.organisation_id AND c.service_id = d.service_id
  AND c.domain_id = d.domain_id AND c.variant = d.variant
"""

# A later import's silent word, written down under its own date because an older file now contradicts it.
_CARRY_ON: Final = f"""
INSERT INTO rating_record ({CELL}, {VALUES}, listed, historic, superseded, in_force_from, rating_import_id,
                           event_id, scope)
SELECT {", ".join("c." + name for name in CELL.split(", "))},
       CASE WHEN b.id IS NULL THEN c.state ELSE b.state END, CASE WHEN b.id IS NULL THEN c.rating ELSE b.rating END,
       CASE WHEN b.id IS NULL THEN c.word ELSE b.word END,
       CASE WHEN b.id IS NULL THEN c.published_on ELSE b.published_on END,
       CASE WHEN b.id IS NULL THEN c.report_type ELSE b.report_type END,
       CASE WHEN b.id IS NULL THEN c.inherited ELSE b.inherited END,
       CASE WHEN b.id IS NULL THEN c.framework ELSE b.framework END, CASE WHEN b.id IS NULL THEN c.url ELSE b.url END,
       b.id IS NOT NULL, false, COALESCE(b.superseded, false), later.as_at, later.id, %(event)s, %(scope)s
FROM chosen c
JOIN rated_organisation o ON o.id = c.organisation_id
LEFT JOIN rating_record b ON b.id = c.before_record_id
CROSS JOIN LATERAL ({NEXT_ASSERTING}) later
WHERE c.kind <> 'historic' AND NOT EXISTS (
  SELECT 1 FROM rating_record r LEFT JOIN rating_retraction x ON x.record_id = r.id
  WHERE r.organisation_id = c.organisation_id AND r.service_id = c.service_id AND r.domain_id = c.domain_id
    AND r.variant = c.variant AND r.scope = %(scope)s AND NOT r.historic AND x.id IS NULL
    AND r.id <> c.record_id AND r.in_force_from > c.in_force_from AND r.in_force_from <= later.as_at)
"""  # noqa: S608  names of ours

_TOUCH: Final = f"""
CREATE TEMP TABLE touched ON COMMIT DROP AS SELECT DISTINCT {CELL} FROM chosen WHERE kind <> 'historic'
UNION SELECT {CELL} FROM chosen WHERE kind = 'historic' AND %(historic)s
"""  # noqa: S608  names of ours

_ANNOUNCE: Final = f"""
INSERT INTO rating_change ({CELL}, {VALUES}, kind, before_record_id, before_state, before_rating, before_word,
  before_published_on, event_id, record_id, trust_id, site_id, level, as_at, undoing)
SELECT {", ".join("c." + name for name in f"{CELL}, {VALUES}".split(", "))}, c.kind, c.before_record_id,
  c.before_state, c.before_rating, c.before_word, c.before_published_on, %(event)s,
  CASE WHEN c.kind IN {_GONE} THEN NULL ELSE c.record_id END, o.trust_id, o.site_id, o.level, %(as_at)s, false
FROM chosen c JOIN rated_organisation o ON o.id = c.organisation_id
ORDER BY c.record_id
"""  # noqa: S608  names of ours

# What did change in the current table where it was worked out anew: before and after of each cell.
_ANNOUNCE_WORKED_OUT: Final = f"""
INSERT INTO rating_change ({CELL}, {VALUES}, kind, before_record_id, before_state, before_rating, before_word,
  before_published_on, event_id, record_id, trust_id, site_id, level, as_at, undoing)
SELECT {", ".join(f"COALESCE(c.{name}, w.{name})" for name in CELL.split(", "))},
  {", ".join(f"CASE WHEN c.id IS NULL THEN w.{name} ELSE c.{name} END" for name in VALUES.split(", "))},
  CASE WHEN c.id IS NULL THEN COALESCE(g.kind, 'withdrawn') WHEN w.id IS NULL THEN COALESCE(g.kind, 'first')
       ELSE k.kind END,
  w.record_id, COALESCE(w.state, ''), w.rating, COALESCE(w.word, ''), w.published_on, %(event)s, c.record_id,
  o.trust_id, o.site_id, o.level, %(as_at)s, %(undoing)s
FROM (SELECT c.* FROM current_rating c JOIN touched t USING ({CELL})) c
FULL JOIN was_current w ON w.organisation_id = c.organisation_id AND w.service_id = c.service_id
  AND w.domain_id = c.domain_id AND w.variant = c.variant
JOIN rated_organisation o ON o.id = COALESCE(c.organisation_id, w.organisation_id)
LEFT JOIN kind_of k ON k.before_state = w.state AND k.before_rating = COALESCE(w.rating, 0)
  AND k.state = c.state AND k.rating = COALESCE(c.rating, 0)
  AND k.same = (w.state <> 'unknown' OR lower(w.word) = lower(c.word))
  AND k.dates = CASE WHEN c.published_on IS NOT DISTINCT FROM w.published_on THEN 0
                     WHEN w.published_on IS NULL OR c.published_on > w.published_on THEN 1 ELSE -1 END
LEFT JOIN {{kinds}} g ON g.organisation_id = COALESCE(c.organisation_id, w.organisation_id)
  AND g.service_id = COALESCE(c.service_id, w.service_id) AND g.domain_id = COALESCE(c.domain_id, w.domain_id)
  AND g.variant = COALESCE(c.variant, w.variant) AND g.kind IN ('withdrawn', 'deregistered', 'merged', 'returned')
  AND (g.kind = 'returned') = (w.id IS NULL)
WHERE c.id IS NULL OR w.id IS NULL OR (c.state, c.word) IS DISTINCT FROM (w.state, w.word)
  OR c.rating IS DISTINCT FROM w.rating OR c.published_on IS DISTINCT FROM w.published_on
"""  # noqa: S608  names of ours
NO_KINDS: Final = f"(SELECT {CELL}, '' AS kind FROM touched WHERE false)"  # noqa: S608  names of ours


def apply_chosen(rating_import: RatingImport, event: ImportEvent, before: Before) -> None:
    """Write every row of `chosen`.  Verifies what was touched; raises `HistoryDisagrees`, and then all of it
    must be rolled back."""
    parameters = _parameters(rating_import, event)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE chosen (kind, organisation_id, service_id, domain_id, before_record_id)")
        cursor.execute(_RECORD, parameters)
        recorded = cursor.rowcount
        cursor.execute("SELECT count(*) FILTER (WHERE kind = 'historic'), count(*) FROM chosen")
        historic, chosen = cursor.fetchone()
        if recorded != chosen:
            raise HistoryDisagrees(f"{chosen} changes were chosen and {recorded} recorded.")
        straight = before.newest and before.alone and not historic
        cursor.execute("DROP TABLE IF EXISTS touched")
        cursor.execute(_TOUCH, {"historic": not straight})
        cursor.execute("ANALYZE touched")
        if straight:
            written = current_ratings.take_over(rating_import.source.scope)
            if written != chosen:
                raise HistoryDisagrees(f"{chosen} changes were chosen and {written} became current.")
            if not before.first_load:
                cursor.execute(_ANNOUNCE, parameters)
        else:
            if not before.newest:
                cursor.execute(_CARRY_ON, parameters)
            current_ratings.work_out()
            if not before.first_load:
                make_kinds()
                cursor.execute(_ANNOUNCE_WORKED_OUT.format(kinds="chosen"), {**parameters, "undoing": False})
    finish_current()


def is_first_of_all(before: Before, changes: Mapping[str, int]) -> bool:
    """Whether nothing at all is current and every change makes something so: then `load_delta` may write them."""
    if not (before.first_load and before.alone and before.newest) or set(changes) != {ChangeKind.FIRST}:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM current_rating)")
        return bool(cursor.fetchone()[0])


def load_delta(rating_import: RatingImport, event: ImportEvent, changes: int) -> None:
    """Write all of `delta` where nothing was current before and nothing of it is historic.

    A first load is the whole country at once.  What becomes current is what history answers to have been written,
    so the two cannot differ, and it is enough to count them.  Raises `HistoryDisagrees`, and then all of it must be
    rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, _parameters(rating_import, event))
        cursor.execute("SET LOCAL enable_nestloop = off")  # of what was just written the planner knows nothing
        cursor.execute(_LOAD_CURRENT, _parameters(rating_import, event))
        current = cursor.rowcount
        cursor.execute("SET LOCAL enable_nestloop = on")
        if current != changes:
            raise HistoryDisagrees(f"{changes} changes were read and {current} became current.")
        cursor.execute(_LOAD_DISPUTED)
    current_ratings.mark_superseded("delta")
    current_ratings.count_once()


def announce_undoing(rating_import: RatingImport, event: ImportEvent) -> None:
    """Announce what the undoing of an import changed in the cells of `touched`."""
    make_kinds()
    with connection.cursor() as cursor:
        cursor.execute(
            _ANNOUNCE_WORKED_OUT.format(kinds=NO_KINDS), {**_parameters(rating_import, event), "undoing": True}
        )


def finish_current() -> None:
    """What follows whichever way the cells of `touched` became current.  Raises `HistoryDisagrees`."""
    current_ratings.mark_superseded()
    current_ratings.count_once()
    verify_touched()


def require_fresh(rating_import: RatingImport, before: Before) -> None:
    """Raises `Refused` where a change of `chosen` was proposed against a state that has passed."""
    query = state_before(before, as_at=rating_import.as_at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM chosen t LEFT JOIN ({query}) b USING ({CELL}) "  # noqa: S608  names of ours
            "WHERE t.kind <> 'historic' AND b.record_id IS DISTINCT FROM t.before_record_id",
            {
                "scope": rating_import.source.scope,
                "levels": Level.values,
                "everybody": True,
                "day": rating_import.as_at,
            },
        )
        stale = cursor.fetchone()[0]
    if stale:
        raise Refused(
            f"Since this file was read, {stale:,} of the accepted ratings have been changed by another import. "
            "Read the file again to see what it would change now."
        )


def _parameters(rating_import: RatingImport, event: ImportEvent) -> dict[str, Any]:
    return {
        "import": rating_import.pk,
        "event": event.pk,
        "scope": rating_import.source.scope,
        "as_at": rating_import.as_at,
        "api": rating_import.source.scope == RatingsSource.Scope.API,
        "after": rating_import.as_at,
        "same_day": False,
    }
