"""How trusts and hospitals became one another: the joins a reader follows from an old code to a new one."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection
from django.db.models import Q

from tracker.trusts.models import Site, Succession, Trust


@dataclass(frozen=True, slots=True)
class SiteJoin:
    """One registered location carried on as another."""

    predecessor_id: int
    predecessor_cqc_id: str
    predecessor_name: str
    predecessor_trust: str
    successor_id: int
    successor_cqc_id: str
    successor_name: str
    successor_trust: str
    on: date | None
    reason: str
    source: str


_FAMILY: Final = """
WITH RECURSIVE family (id) AS (
  SELECT %(site)s::bigint
  UNION
  SELECT CASE WHEN j.predecessor_id = f.id THEN j.successor_id ELSE j.predecessor_id END
  FROM family f JOIN site_succession j ON f.id IN (j.predecessor_id, j.successor_id)
)
"""
_JOINS: Final = """
SELECT p.id, p.cqc_id, p.name, pt.name, s.id, s.cqc_id, s.name, st.name, j."on", j.reason, j.source
FROM site_succession j
JOIN site p ON p.id = j.predecessor_id JOIN trust pt ON pt.id = p.trust_id
JOIN site s ON s.id = j.successor_id JOIN trust st ON st.id = s.trust_id
WHERE {where}
ORDER BY j."on" NULLS FIRST, p.cqc_id, s.cqc_id
"""


def site_joins(site: Site) -> list[SiteJoin]:
    """Every join by which the hospital came to be or went on, at any remove, earliest first."""
    with connection.cursor() as cursor:
        of_family = "j.predecessor_id IN (SELECT id FROM family) AND j.successor_id IN (SELECT id FROM family)"
        cursor.execute(_FAMILY + _JOINS.format(where=of_family), {"site": site.pk})
        return [SiteJoin(*row) for row in cursor.fetchall()]


def site_joins_of(trust: Trust) -> list[SiteJoin]:
    """Every join from or to a hospital of the trust, earliest first."""
    with connection.cursor() as cursor:
        cursor.execute(_JOINS.format(where="%(trust)s IN (p.trust_id, s.trust_id)"), {"trust": trust.pk})
        return [SiteJoin(*row) for row in cursor.fetchall()]


def trust_successions(trust: Trust) -> list[Succession]:
    """How the trust came from others and what it carried on as, earliest first."""
    return list(
        Succession.objects.filter(Q(predecessor=trust) | Q(successor=trust))
        .select_related("predecessor", "successor")
        .order_by("on", "pk")
    )
