"""What a file would change: its cells beside what its own scope listed before, as rows of `delta`.

Only the scope's own state is compared: the monthly file says nothing of what only a reading of the API listed.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import connection

from tracker.ratings.import_lifecycle import in_force
from tracker.ratings.interpreting import state_key
from tracker.ratings.models import ChangeKind, RatingImport, RatingsSource
from tracker.ratings.record_states import STATE_NOW, STATE_ON_DAY
from tracker.ratings.scale import Movement, Rating, ReadRating, State, movement

_DELTA: Final = """
CREATE TEMP TABLE delta ON COMMIT DROP AS
SELECT COALESCE(l.organisation_id, b.organisation_id) AS organisation_id,
       COALESCE(l.service_id, b.service_id) AS service_id, COALESCE(l.domain_id, b.domain_id) AS domain_id,
       COALESCE(l.variant, b.variant) AS variant,
       CASE WHEN l.place IS NULL THEN 'withdrawn' ELSE 'first' END AS kind,
       b.record_id AS before_record_id, b.state AS before_state, b.rating AS before_rating,
       b.word AS before_word, b.published_on AS before_published_on, b.odd AS before_odd,
       l.state, l.rating, l.odd, l.published_on, l.place, l.about, l.said, l.published,
       COALESCE(l.disputed, false) AS disputed, COALESCE(l.superseded, false) AS superseded
FROM (SELECT * FROM listed WHERE NOT historic) l
FULL JOIN ({before}) b
  ON b.organisation_id = l.organisation_id AND b.service_id = l.service_id AND b.domain_id = l.domain_id
  AND b.variant = l.variant
WHERE l.place IS NULL OR (NOT l.waits AND (
  b.record_id IS NULL OR b.state <> l.state OR b.rating IS DISTINCT FROM l.rating OR b.odd <> l.odd
  OR b.published_on IS DISTINCT FROM l.published_on))
ORDER BY organisation_id, service_id, domain_id, variant
"""

# Absence is judged only where the file speaks: never of a cell whose row waits, nor, in a reading of the API,
# of an organisation that was not read.
_NOT_ABSENT: Final = """
DELETE FROM delta d WHERE d.place IS NULL AND (
  EXISTS (SELECT 1 FROM listed w WHERE w.waits AND w.organisation_id = d.organisation_id
          AND w.service_id = d.service_id AND w.domain_id = d.domain_id)
  OR EXISTS (SELECT 1 FROM named n WHERE n.id = d.organisation_id AND n.waits <> '')
  OR (%(only_read)s AND NOT EXISTS (SELECT 1 FROM named n WHERE n.id = d.organisation_id)))
"""
_WHY_ABSENT: Final = """
UPDATE delta d SET kind = CASE
    WHEN n.id IS NULL AND (
      EXISTS (SELECT 1 FROM site_succession j WHERE j.predecessor_id = o.site_id)
      OR (o.level = 'provider' AND EXISTS (
        SELECT 1 FROM trust_succession j WHERE j.predecessor_id = o.trust_id AND j."on" <= %(as_at)s)))
      THEN 'merged'
    WHEN lower(COALESCE(NULLIF(n.registration_status, ''), o.registration_status)) = 'deregistered'
      THEN 'deregistered'
    ELSE 'withdrawn' END
FROM rated_organisation o LEFT JOIN named n ON n.id = o.id
WHERE d.place IS NULL AND o.id = d.organisation_id
"""

_RETURNED: Final = """
UPDATE delta d SET kind = 'returned', before_state = p.state, before_rating = p.rating, before_word = p.word,
  before_published_on = p.published_on
FROM delta d2 CROSS JOIN LATERAL (
  SELECT r.state, r.rating, r.word, r.published_on FROM rating_record r
  LEFT JOIN rating_retraction t ON t.record_id = r.id
  WHERE r.organisation_id = d2.organisation_id AND r.service_id = d2.service_id AND r.domain_id = d2.domain_id
    AND r.variant = d2.variant AND r.scope = %(scope)s AND r.listed AND NOT r.historic AND t.id IS NULL
    AND r.in_force_from <= %(as_at)s
  ORDER BY r.in_force_from DESC, r.id DESC LIMIT 1
) p
WHERE d2.kind = 'first' AND d2.before_record_id IS NULL AND d.place = d2.place
"""

_KINDS: Final = """
CREATE TEMP TABLE kind_of (
  before_state text, before_rating smallint, state text, rating smallint, dates smallint, same boolean, kind text
) ON COMMIT DROP
"""
_NAME_KINDS: Final = """
UPDATE delta d SET kind = k.kind FROM kind_of k
WHERE d.before_record_id IS NOT NULL AND d.place IS NOT NULL
  AND k.before_state = d.before_state AND k.before_rating = COALESCE(d.before_rating, 0)
  AND k.state = d.state AND k.rating = COALESCE(d.rating, 0)
  AND k.same = (d.before_odd = d.odd)
  AND k.dates = CASE WHEN d.published_on IS NOT DISTINCT FROM d.before_published_on THEN 0
                     WHEN d.before_published_on IS NULL OR d.published_on > d.before_published_on THEN 1
                     ELSE -1 END
"""

# CQC's own history, and the older of two dates one file prints for a cell: kept once, never current.
_HISTORIC: Final = """
INSERT INTO delta (organisation_id, service_id, domain_id, variant, kind, state, rating, odd, published_on,
                   place, about, said, published, disputed, superseded)
SELECT l.organisation_id, l.service_id, l.domain_id, l.variant, 'historic', l.state, l.rating, l.odd,
       l.published_on, l.place, l.about, l.said, l.published, false, l.superseded
FROM listed l
WHERE l.historic AND NOT l.waits AND l.published_on IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM rating_record r LEFT JOIN rating_retraction t ON t.record_id = r.id
  WHERE r.organisation_id = l.organisation_id AND r.service_id = l.service_id AND r.domain_id = l.domain_id
    AND r.scope = %(scope)s AND r.published_on = l.published_on AND r.state = l.state
    AND r.rating IS NOT DISTINCT FROM l.rating AND r.listed AND t.id IS NULL)
"""


class Before(NamedTuple):
    """What an import is compared with."""

    first_load: bool  # nothing of this scope is in force: absence is not judged, no change is announced
    newest: bool  # no import of this scope in force is as at a later day
    alone: bool  # nothing of another scope is in force, so current ratings are this scope's state


def compared_with(rating_import: RatingImport) -> Before:
    """How `rating_import` stands to the imports in force."""
    others = in_force().exclude(pk=rating_import.pk)
    scope = rating_import.source.scope
    own = others.filter(source__scope=scope)
    return Before(
        first_load=not own.exists() and not has_records(rating_import),
        newest=not own.filter(as_at__gt=rating_import.as_at).exists(),
        alone=not others.exclude(source__scope=scope).exists(),
    )


def has_records(rating_import: RatingImport) -> bool:
    """Whether any record this import asserts survives."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM rating_record r LEFT JOIN rating_retraction t ON t.record_id = r.id "
            "WHERE r.rating_import_id = %s AND t.id IS NULL)",
            [rating_import.pk],
        )
        return bool(cursor.fetchone()[0])


def state_before(before: Before, *, as_at: date) -> str:
    """The query that answers the scope's state as at `as_at`; its parameters are those of `record_states`."""
    return STATE_NOW if before.newest and before.alone else STATE_ON_DAY


def diff(rating_import: RatingImport, before: Before, levels: list[str]) -> dict[str, int]:
    """Fill `delta` from `listed`; the number of changes by kind."""
    parameters: dict[str, Any] = {
        "scope": rating_import.source.scope,
        "levels": levels,
        "everybody": rating_import.keep == RatingImport.Keep.ALL,
        "day": rating_import.as_at,
        "as_at": rating_import.as_at,
        "only_read": rating_import.source.scope == RatingsSource.Scope.API,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")  # cells are compared set against set
        cursor.execute(_DELTA.format(before=state_before(before, as_at=rating_import.as_at)), parameters)
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute("ANALYZE delta (place, before_record_id, kind, disputed)")
        if not before.first_load:
            cursor.execute(_NOT_ABSENT, parameters)
            cursor.execute(_WHY_ABSENT, parameters)
            cursor.execute(_RETURNED, parameters)
            make_kinds()
            cursor.execute(_NAME_KINDS)
        cursor.execute(_HISTORIC, parameters)
        cursor.execute("SELECT kind, count(*) FROM delta GROUP BY kind ORDER BY kind")
        return dict(cursor.fetchall())


def make_kinds() -> None:
    """Fill `kind_of`: what every pair of values, before and after, is called."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS kind_of")
        cursor.execute(_KINDS)
        with cursor.copy("COPY kind_of FROM STDIN") as copy:
            for row in _kinds():
                copy.write_row(row)
        cursor.execute("ANALYZE kind_of")


_KIND_OF_MOVEMENT: Final = {
    Movement.BETTER: ChangeKind.BETTER,
    Movement.WORSE: ChangeKind.WORSE,
    Movement.RECONFIRMED: ChangeKind.RECONFIRMED,
    Movement.FIRST: ChangeKind.FIRST,
    Movement.LOST: ChangeKind.REWORDED,
    Movement.RESTATED: ChangeKind.REWORDED,
    Movement.SAME: ChangeKind.CORRECTED,
}


def kind_of_change(before: ReadRating, after: ReadRating, *, dates: int, same_text: bool) -> ChangeKind:
    """How a cell that is listed before and after differs.

    `dates` is 1 where the publication date is later than before, 0 where it is the same, -1 where earlier.
    The same day cannot have two ratings: another value of one date corrects the first, and so does an earlier
    date for the same value.  `same_text` is False where two words nobody knows differ.
    """
    same = before == after and same_text
    if dates == 0 or (dates < 0 and same):
        return ChangeKind.CORRECTED
    if not same_text and before.state == after.state:
        return ChangeKind.REWORDED
    return _KIND_OF_MOVEMENT[movement(before, after, newer=dates > 0)]


def _kinds() -> Iterator[tuple[Any, ...]]:
    values = [ReadRating(State.RATED, rating) for rating in Rating]
    values += [ReadRating(state) for state in State if state is not State.RATED]
    for before in values:
        for after in values:
            for dates in (-1, 0, 1):
                for same in (True, False):
                    kind = kind_of_change(before, after, dates=dates, same_text=same)
                    yield (
                        state_key(before.state), before.rating or 0, state_key(after.state), after.rating or 0,
                        dates, same, kind.value,
                    )  # fmt: skip
