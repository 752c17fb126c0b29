"""The pool, read from the register and the imported ratings in six statements, whatever its size."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from peerreview.pool.candidates import GOOD, Candidate, Facts, Pool, Rated, Risen
from tracker.ratings.import_lifecycle import in_force
from tracker.ratings.scale import KEY_QUESTIONS
from tracker.trusts.models import Succession, SystemMembership, Trust, TrustFact

AS_A_WHOLE: Final = "The trust as a whole"
SIZE_BANDS: Final = frozenset({"small", "medium", "large"})

# A site's ratings published while another trust ran it are acquired; a rating older than the trust itself came
# with a predecessor, whether CQC marks it so or not.
_ACQUIRED: Final = """
  SELECT s.id AS site_id, max(COALESCE(j."on", 'infinity')) AS until
  FROM site_succession j JOIN site p ON p.id = j.predecessor_id JOIN site s ON s.id = j.successor_id
  WHERE p.trust_id <> s.trust_id GROUP BY s.id
"""

_RATED: Final = f"""
WITH acquired AS ({_ACQUIRED})
SELECT c.trust_id, c.level = 'provider', s.key = 'overall', s.name, d.key, d.name,
       CASE WHEN c.state = 'rated' AND NOT c.disputed THEN COALESCE(c.rating, 0) ELSE 0 END,
       COALESCE(c.published_on::text, ''),
       c.inherited = 'Y' OR COALESCE(c.published_on < t.opened, false),
       COALESCE(COALESCE(c.published_on, '-infinity') <= a.until, false)
FROM current_rating c
JOIN trust t ON t.id = c.trust_id AND t.id = ANY (%(trusts)s::bigint[])
JOIN rated_service s ON s.id = c.service_id
JOIN rated_domain d ON d.id = c.domain_id
LEFT JOIN acquired a ON a.site_id = c.site_id
WHERE c.counted AND NOT c.superseded AND (d.key = ANY (%(domains)s) OR (d.key = 'overall' AND s.key = 'overall'))
"""  # noqa: S608 - our own words only

# For saying who needs help and who may help, and no more: what is said of each trust as a whole, and, where that does
# not decide it, the weak ratings of its services; one row without a rating says that it has services at all.
_WHOLE: Final = """
SELECT c.trust_id, true, true, s.name, d.key, d.name,
       CASE WHEN c.state = 'rated' AND NOT c.disputed THEN COALESCE(c.rating, 0) ELSE 0 END,
       COALESCE(c.published_on::text, ''), false, false
FROM current_rating c
JOIN rated_service s ON s.id = c.service_id
JOIN rated_domain d ON d.id = c.domain_id
WHERE c.service_id = (SELECT id FROM rated_service WHERE key = 'overall') AND c.level = 'provider'
  AND c.trust_id = ANY (%(trusts)s::bigint[]) AND c.counted AND NOT c.superseded
  AND (d.key = ANY (%(domains)s) OR d.key = 'overall')
"""
_WEAK: Final = """
SELECT DISTINCT c.trust_id, false, false, s.name, d.key, d.name, c.rating, '', false, false
FROM current_rating c
JOIN rated_service s ON s.id = c.service_id
JOIN rated_domain d ON d.id = c.domain_id
WHERE c.trust_id = ANY (%(trusts)s::bigint[]) AND c.counted AND NOT c.superseded
  AND s.key <> 'overall' AND d.key = ANY (%(domains)s) AND c.rating < 3 AND c.state = 'rated' AND NOT c.disputed
UNION ALL
SELECT t.id, false, false, '', '', '', 0, '', false, false
FROM unnest(%(trusts)s::bigint[]) AS t (id)
WHERE EXISTS (
  SELECT 1 FROM current_rating c
  JOIN rated_service s ON s.id = c.service_id AND s.key <> 'overall'
  JOIN rated_domain d ON d.id = c.domain_id AND d.key = ANY (%(domains)s)
  WHERE c.trust_id = t.id AND c.counted AND NOT c.superseded)
"""

# A rise is sought only in cells that were ever weak and later were not.  Those are stepped through by their index and
# of the others nothing is read, so that the cost is that of the turnarounds there were, not of all that was ever said.
_RISES: Final = f"""
WITH acquired AS ({_ACQUIRED}), may_have_risen AS MATERIALIZED (
  SELECT o.trust_id, o.id AS organisation_id, o.level, weak.service_id, weak.domain_id, t.opened, a.until
  FROM rated_organisation o
  JOIN trust t ON t.id = o.trust_id AND t.id = ANY (%(trusts)s::bigint[])
  LEFT JOIN acquired a ON a.site_id = o.site_id
  CROSS JOIN LATERAL (
    WITH RECURSIVE cell AS (
      (SELECT r.service_id, r.domain_id, r.published_on FROM rating_record r
       WHERE r.organisation_id = o.id AND r.rating < 3 AND r.listed
       ORDER BY r.service_id, r.domain_id, r.published_on LIMIT 1)
      UNION ALL
      SELECT later.* FROM cell CROSS JOIN LATERAL (
        SELECT r.service_id, r.domain_id, r.published_on FROM rating_record r
        WHERE r.organisation_id = o.id AND r.rating < 3 AND r.listed
          AND (r.service_id, r.domain_id) > (cell.service_id, cell.domain_id)
        ORDER BY r.service_id, r.domain_id, r.published_on LIMIT 1
      ) later
    )
    SELECT * FROM cell
  ) weak
  CROSS JOIN LATERAL (
    SELECT 1 FROM rating_record r
    WHERE r.organisation_id = o.id AND r.service_id = weak.service_id AND r.domain_id = weak.domain_id
      AND r.rating >= 3 AND r.listed AND r.published_on > weak.published_on
    LIMIT 1) later_strong
), told AS (
  SELECT m.trust_id, m.level, m.organisation_id, m.service_id, m.domain_id, day.published_on, day.rating
  FROM may_have_risen m
  CROSS JOIN LATERAL (
    SELECT DISTINCT ON (r.published_on) r.published_on, r.rating
    FROM rating_record r
    WHERE r.organisation_id = m.organisation_id AND r.service_id = m.service_id AND r.domain_id = m.domain_id
      AND r.listed AND r.state = 'rated' AND r.variant = 0 AND r.inherited <> 'Y' AND r.published_on <= %(today)s
      AND r.published_on >= COALESCE(m.opened, '-infinity') AND r.published_on > COALESCE(m.until, '-infinity')
      AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = r.id)
    ORDER BY r.published_on, r.id DESC
  ) day
), moved AS (
  SELECT told.*, lag(rating) OVER (
    PARTITION BY organisation_id, service_id, domain_id ORDER BY published_on) AS before
  FROM told
)
SELECT m.trust_id, m.level = 'provider', s.key = 'overall', s.name, d.key, d.name, m.before, m.rating,
       m.published_on::text
FROM moved m JOIN rated_service s ON s.id = m.service_id JOIN rated_domain d ON d.id = m.domain_id
WHERE m.before < 3 AND m.rating >= 3 AND d.key = ANY (%(domains)s)
"""  # noqa: S608 - our own words only


def ratings_as_at() -> date | None:
    """The as-at date of the newest file whose ratings are in force; None when none has been imported."""
    newest = in_force().aggregate(newest=Max("as_at"))
    as_at: date | None = newest["newest"]
    return as_at


def read_pool(today: date, *, only_who: bool = False) -> Pool | None:
    """Every open trust of the register with what matching reads of it; None when no ratings are imported.

    With `only_who`, enough to say who needs help and who may help, and no more: of ratings those that decide it, and
    nothing of where trusts are or what is otherwise known of them."""
    as_at = ratings_as_at()
    if as_at is None:
        return None
    trusts = list(
        Trust.objects.counted()
        .open_on(today)
        .order_by("code")
        .annotate(system_today=Value("") if only_who else Coalesce(Subquery(_system_on(today)), "system__name"))
        .values_list("pk", "code", "name", "type", "system_today", "latitude", "longitude")
    )
    ids = [pk for pk, *_ in trusts]
    facts = defaultdict(dict) if only_who else _facts(today)
    if only_who:
        whole = _rows(_WHOLE, trusts=_array(ids), domains=list(KEY_QUESTIONS))
        overall = _Ratings(whole).overall
        # An overall rating other than Good decides by itself.
        open_ones = [pk for pk in ids if overall(pk) in {None, GOOD}]
        ratings = _Ratings([*whole, *_rows(_WEAK, trusts=_array(open_ones), domains=list(KEY_QUESTIONS))])
        strong = [pk for pk in ids if overall(pk) == GOOD]
    else:
        ratings = _Ratings(_rows(_RATED, trusts=_array(ids), domains=list(KEY_QUESTIONS)))
        strong = [pk for pk in ids if (ratings.overall(pk) or 0) >= GOOD]
    rises: dict[int, list[Risen]] = defaultdict(list)
    for row in _rows(_RISES, trusts=_array(strong), domains=list(KEY_QUESTIONS), today=today):
        trust, of_trust, whole, service, domain, domain_name, *rise = row
        if not whole or (of_trust and domain == "well_led"):
            rises[trust].append(Risen(AS_A_WHOLE if whole else service, domain_name, *rise))
    lineage, mergers = ({}, {}) if only_who else _lineage_and_mergers(today)
    return Pool(
        as_at=as_at,
        today=today,
        candidates=tuple(
            Candidate(
                facts=Facts(
                    code=code,
                    name=name,
                    kind=kind or None,
                    system=system,
                    latitude=latitude,
                    longitude=longitude,
                    overall=ratings.overall(pk),
                    well_led=ratings.well_led(pk),
                    **_read_facts(facts[pk]),
                ),
                rated=ratings.cells(pk),
                rises=tuple(sorted(rises[pk])),
            )
            for pk, code, name, kind, system, latitude, longitude in trusts
        ),
        lineage=lineage,
        mergers=mergers,
    )


class _Ratings:
    """Rows of `_RATED`, or of `_WHOLE` and `_WEAK`, by trust.

    A trust's need is read from its services.  The organisation's own key questions sum up its services, so
    counting both would count a weakness twice; only well-led is assessed of the trust itself, and stands
    beside them.  Where no service is listed, all the trust's own key questions speak.
    """

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._services: dict[int, list[Rated]] = defaultdict(list)
        self._whole: dict[int, list[tuple[str, Rated]]] = defaultdict(list)
        self._overall: dict[int, list[tuple[str, int]]] = defaultdict(list)
        self._well_led: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for trust, of_trust, whole, service, domain, name, rating, published_on, inherited, acquired in rows:
            if not whole:
                self._services[trust].append(Rated(service, name, rating, published_on, inherited, acquired))
            elif of_trust and domain == "overall":
                self._overall[trust].append((published_on, rating))
            elif of_trust:
                cell = Rated(AS_A_WHOLE, name, rating, published_on, inherited, acquired)
                self._whole[trust].append((domain, cell))
                if domain == "well_led":
                    self._well_led[trust].append((published_on, rating))

    def overall(self, trust: int) -> int | None:
        return _latest(self._overall.get(trust, []))

    def well_led(self, trust: int) -> int | None:
        return _latest(self._well_led.get(trust, []))

    def cells(self, trust: int) -> tuple[Rated, ...]:
        services, whole = self._services.get(trust, []), self._whole.get(trust, [])
        own = [cell for domain, cell in whole if domain == "well_led" or not services]
        return tuple(sorted([*services, *own]))


def _latest(rated: list[tuple[str, int]]) -> int | None:
    """The rating published last; of two on one day the lower, for caution; None where there is none."""
    known = [(published_on, -rating) for published_on, rating in rated if rating]
    return -max(known)[1] if known else None


def _rows(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _array(ids: list[int]) -> str:
    """PostgreSQL's spelling of an array: one value to send, not one for each trust."""
    return "{" + ",".join(map(str, ids)) + "}"


def _facts(today: date) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    in_force = TrustFact.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)
    for trust, kind, value in in_force.values_list("trust_id", "kind", "value"):
        found[trust][kind] = value
    return found


def _read_facts(said: dict[str, str]) -> dict[str, Any]:
    """A fact in words that are not understood is not known, never guessed."""
    size, segment = said.get("size", "").strip().casefold(), said.get("segment", "").strip()
    return {
        "segment": int(segment) if segment.isdecimal() else None,
        "programme": said.get("programme", ""),
        "size": int(size) if size.isdecimal() else None,
        "size_band": size if size in SIZE_BANDS else None,
        "teaching": _yes_or_no(said.get("teaching")),
        "rural": _yes_or_no(said.get("rural")),
    }


def _yes_or_no(word: str | None) -> bool | None:
    return {"yes": True, "true": True, "no": False, "false": False}.get((word or "").strip().casefold())


def _system_on(today: date) -> QuerySet[SystemMembership, Any]:
    """The name of the system a trust is a member of that day."""
    return SystemMembership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=today), trust=OuterRef("pk"), valid_from__lte=today
    ).values("system__name")


def _lineage_and_mergers(today: date) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """Who came from whom, and who is about to: one statement.

    All that led to one trust, and all that came from one, are one lineage: what was declared against a
    predecessor holds against every successor.  Those about to become one trust are pending mergers.
    """
    group: dict[str, str] = {}
    pending: dict[tuple[str, date], list[tuple[str, str]]] = defaultdict(list)
    successor_name: dict[str, str] = {}

    def head(code: str) -> str:
        while group.get(code, code) != code:
            code = group[code]
        return code

    joins = Succession.objects.order_by("on", "predecessor__code", "successor__code").values_list(
        "on", "predecessor__code", "predecessor__name", "successor__code", "successor__name"
    )
    for day, old, old_name, new, new_name in joins:
        if day <= today:
            first, last = sorted((head(old), head(new)))
            group[last], group[first] = first, first
        else:
            pending[new, day].append((old, old_name))
            successor_name[new] = new_name
    mergers = {}
    for (new, day), old_ones in pending.items():
        parties = [*old_ones, (new, successor_name[new])]
        for index, (one, one_name) in enumerate(parties):
            for other, other_name in parties[index + 1 :]:
                joined = f"{one_name} and {other_name}" if other != new else one_name
                becomes = f"become {successor_name[new]}" if other != new else f"becomes {other_name}"
                mergers[one, other] = f"{joined} {becomes} on {day.day} {day:%B %Y}."
    return {code: head(code) for code in sorted(group)}, mergers
