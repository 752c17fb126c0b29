"""The trusts or hospitals of a selection, a page at a time: what every number of the sector opens."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from tracker.insight.selection import Selection, subjects
from tracker.ratings.as_at import AsAt, listed
from tracker.trusts.models import Trust

SORTS: Final = {
    "name": "name",
    "region": "region_name",
    "system": "system_name",
    "type": "type",
    "rating": "rating",
    "published": "published_on",
    "trust": "trust_name",
}
"""The columns a list may be sorted by; a leading "-" turns the order round.  Blanks always come last."""


@dataclass(frozen=True, slots=True)
class RatedSubject:
    """A trust or hospital and what is listed of the cell asked for; `outcome` is a key of the selection's."""

    code: str
    name: str
    trust_code: str
    trust_name: str
    type: str
    region: str | None
    system: str | None
    outcome: str
    state: str | None
    rating: int | None
    word: str | None
    published_on: date | None
    framework: str | None


_COLUMNS: Final = (
    "code, name, trust_code, trust_name, type, region_name, system_name, outcome, state, rating, word, "
    "published_on, framework"
)


@dataclass(frozen=True)
class RatedPage:
    """Some of a selection's subjects, in order, and how many there are in all."""

    total: int
    rows: list[RatedSubject]


def rated_list(
    when: AsAt, chosen: Selection, today: date, *, sort: str = "name", start: int = 0, most: int | None = None
) -> RatedPage:
    """The subjects in order, `most` of them from `start` on, or all.  Raises KeyError for an unknown sort."""
    query, parameters = subjects(when, chosen, today)
    order = f"{SORTS[sort.removeprefix('-')]} {'DESC' if sort.startswith('-') else 'ASC'} NULLS LAST"
    # One reading counts and sorts; the total has a row of its own, so that a page beyond the end still knows it.
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH every AS MATERIALIZED ({query}) "  # noqa: S608  names of ours
            f"SELECT count.total, {_COLUMNS} FROM (SELECT count(*) AS total FROM every) count "
            f"LEFT JOIN (SELECT * FROM every ORDER BY {order}, name, code OFFSET %(start)s LIMIT %(most)s) page "
            "ON true "
            f"ORDER BY {order}, name, code",
            {**parameters, "start": start, "most": most},
        )
        found = cursor.fetchall()
    return RatedPage(found[0][0], [RatedSubject(*row[1:]) for row in found if row[1] is not None])


@dataclass(frozen=True, slots=True)
class HospitalOfTrust:
    """A hospital of one trust with its own overall rating; `successors` are those it carried on as, in words."""

    cqc_id: str
    name: str
    closed: date | None
    successors: str
    state: str | None
    rating: int | None
    word: str | None
    published_on: date | None


_HOSPITALS: Final = """
WITH listing AS ({listed})
SELECT DISTINCT ON (later.names <> '', s.name, s.cqc_id)
  s.cqc_id, s.name, s.closed, later.names, c.state, c.rating, c.word, c.published_on
FROM site s
LEFT JOIN listing c ON c.site_id = s.id
CROSS JOIN LATERAL (
  SELECT COALESCE(string_agg(n.name || ' (' || n.cqc_id || ')', ', ' ORDER BY n.name), '') AS names
  FROM site_succession j JOIN site n ON n.id = j.successor_id WHERE j.predecessor_id = s.id
) later
WHERE s.trust_id = %(trust)s
ORDER BY later.names <> '', s.name, s.cqc_id, c.published_on DESC NULLS LAST, c.variant
"""


def hospitals_of(when: AsAt, trust: Trust) -> list[HospitalOfTrust]:
    """All hospitals of the trust by name, rated or not; those that carried on as others come last."""
    cells = [
        "r.service_id = (SELECT id FROM rated_service WHERE key = 'overall')",
        "r.domain_id = (SELECT id FROM rated_domain WHERE key = 'overall')",
    ]
    organisations = "{o}.trust_id = %(trust)s AND {o}.level = 'location'"
    with connection.cursor() as cursor:
        cursor.execute(
            _HOSPITALS.format(listed=listed(when, organisations, cells)), {**when.parameters, "trust": trust.pk}
        )
        return [HospitalOfTrust(*row) for row in cursor.fetchall()]
