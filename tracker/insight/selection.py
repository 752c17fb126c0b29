"""Which trusts or hospitals, by what is listed of one cell of each as at a day.

One relation answers both the numbers of the sector and the lists they open, so that a number and its list cannot
differ.  A subject is a trust or a hospital of the register, once; its cell is one service and one key question:
its own overall rating unless another was asked for.

Counted are trusts in the register and open on the day, and rows that no successor inherited.  A subject of which
the cell is printed twice with different values is "disputed", never put with either.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from tracker.ratings.as_at import AsAt, listed
from tracker.ratings.scale import OVERALL


class Level(StrEnum):
    """Whose ratings are counted."""

    TRUST = "trust"
    SITE = "site"


class Standing(StrEnum):
    """Which trusts a list is of; only open ones stand in national figures."""

    OPEN = "open"
    CLOSED = "closed"
    PROVISIONAL = "provisional"


class Age(StrEnum):
    """How long ago the rating was published, on the day that is shown."""

    UNDER_1 = "under_1"
    OVER_3 = "over_3"
    OVER_5 = "over_5"


FOUR: Final = ("outstanding", "good", "requires_improvement", "inadequate")
"""The four ratings, best first, by the keys used in addresses."""

RATED: Final = "rated"
UNRATED: Final = "unrated"
DISPUTED: Final = "disputed"
NOT_LISTED: Final = "not_listed"
NOT_KNOWN: Final = "none"
"""As a region, system or type: the register does not say."""


@dataclass(frozen=True)
class Selection:
    """What a reader chose; empty text means no restriction.  `outcome` is one of `FOUR`, a state's key,
    `DISPUTED` or `NOT_LISTED`, or `RATED` for any of the four and `UNRATED` for none of them."""

    level: Level = Level.TRUST
    service: str = OVERALL
    question: str = OVERALL
    words: str = ""
    region: str = ""
    system: str = ""
    type: str = ""
    outcome: str = ""
    age: str = ""
    standing: Standing = Standing.OPEN

    def with_(self, **changes: Any) -> "Selection":
        return replace(self, **changes)


class By(StrEnum):
    """What the rows of a table of the sector stand for."""

    REGION = "region"
    SYSTEM = "system"
    TYPE = "type"
    SERVICE = "service"
    QUESTION = "question"


_OUTCOME: Final = """CASE
    WHEN c.subject IS NULL THEN 'not_listed'
    WHEN c.disputed THEN 'disputed'
    WHEN c.state = 'rated' THEN (ARRAY['inadequate', 'requires_improvement', 'good', 'outstanding'])[c.rating]
    ELSE c.state END"""

# A trust matched to two of CQC's providers has the rating published last.
_SUBJECTS: Final = """
WITH chosen AS MATERIALIZED (
  SELECT DISTINCT ON (l.{key}, l.service_id, l.domain_id) l.{key} AS subject, l.*
  FROM ({listed}) l
  WHERE NOT l.superseded AND l.{key} IS NOT NULL
  ORDER BY l.{key}, l.service_id, l.domain_id, l.counted DESC, l.published_on DESC NULLS LAST, l.variant
)
SELECT subject.*, {outcome} AS outcome
FROM (
  SELECT {identity}, t.id AS trust_id, t.code AS trust_code, t.name AS trust_name, t.type, t.standing, t.opened,
    t.closed AS trust_closed, g.code AS region, g.name AS region_name, y.code AS system, y.name AS system_name,
    c.subject AS listed, c.disputed, c.state, c.rating, c.word, c.published_on, c.framework, c.counted,
    v.key AS service, v.name AS service_name, v.position AS service_position,
    d.key AS question, d.name AS question_name, d.position AS question_position
  FROM {source}
  LEFT JOIN region g ON g.id = t.region_id
  LEFT JOIN system_membership m ON m.trust_id = t.id AND m.valid_from <= %(on)s
    AND (m.valid_to IS NULL OR m.valid_to > %(on)s)
  LEFT JOIN care_system y ON y.id = COALESCE(m.system_id, CASE WHEN NOT EXISTS (
    SELECT 1 FROM system_membership any_time WHERE any_time.trust_id = t.id) THEN t.system_id END)
  LEFT JOIN rated_service v ON v.id = c.service_id
  LEFT JOIN rated_domain d ON d.id = c.domain_id
) subject
WHERE {where}
"""
_IDENTITY: Final = {
    Level.TRUST: "t.id AS id, t.code AS code, t.name AS name, NULL::date AS closed",
    Level.SITE: "s.id AS id, s.cqc_id AS code, s.name AS name, s.closed AS closed",
}
_STANDING: Final = {
    Standing.OPEN: "standing = 'registered' AND (trust_closed IS NULL OR trust_closed >= %(on)s) "
    "AND (opened IS NULL OR opened <= %(on)s OR listed IS NOT NULL)",
    Standing.CLOSED: "standing = 'registered' AND trust_closed < %(on)s",
    Standing.PROVISIONAL: "standing = 'provisional'",
}
_AGE: Final = {
    Age.UNDER_1: "published_on > %(aged_on)s - interval '1 year'",
    Age.OVER_3: "published_on <= %(aged_on)s - interval '3 years'",
    Age.OVER_5: "published_on <= %(aged_on)s - interval '5 years'",
}


def subjects(
    when: AsAt, chosen: Selection, today: date, *, by: By | None = None, listed_only: bool = False
) -> tuple[str, dict[str, Any]]:
    """SQL and parameters of the subjects with their outcome.

    With `by` a service or a key question, a subject has a row for each that is listed of it.  Otherwise it has
    one row; without `by`, trusts whose own cell is not listed are among them, their outcome "not listed", unless
    `listed_only`.
    """
    cells = ["r.domain_id = (SELECT id FROM rated_domain WHERE key = %(question)s)"]
    if by is By.QUESTION:
        cells = []
    if by is By.SERVICE:
        cells.append("r.service_id <> (SELECT id FROM rated_service WHERE key = 'overall')")
    else:
        cells.append("r.service_id = (SELECT id FROM rated_service WHERE key = %(service)s)")
    cqc_level = "provider" if chosen.level is Level.TRUST else "location"
    # Only a trust as a whole can be missing from a listing: a hospital without a service lacks nothing.
    everybody = chosen.level is Level.TRUST and chosen.service == OVERALL and chosen.outcome in {"", NOT_LISTED}
    everybody = everybody and by is None and not listed_only
    own = "trust t" if chosen.level is Level.TRUST else "site s JOIN trust t ON t.id = s.trust_id"
    key = "t.id" if chosen.level is Level.TRUST else "s.id"
    return _SUBJECTS.format(
        listed=listed(when, f"{{o}}.trust_id IS NOT NULL AND {{o}}.level = '{cqc_level}'", cells),
        key="trust_id" if chosen.level is Level.TRUST else "site_id",
        identity=_IDENTITY[chosen.level],
        outcome=_OUTCOME.replace("c.subject", "listed").replace("c.", ""),
        source=f"{own} {'LEFT' if everybody else 'INNER'} JOIN chosen c ON c.subject = {key}",
        where=_where(chosen),
    ), {**when.parameters, **_parameters(when, chosen, today)}


def _parameters(when: AsAt, chosen: Selection, today: date) -> dict[str, Any]:
    pattern = chosen.words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {
        "on": when.listed_on or today,
        "aged_on": when.day or today,
        "service": chosen.service,
        "question": chosen.question,
        "words": f"%{pattern}%",
        "exactly": chosen.words.strip(),
        "region": chosen.region,
        "system": chosen.system,
        "type": chosen.type,
        "outcome": chosen.outcome,
        "four": list(FOUR),
    }


def _where(chosen: Selection) -> str:
    conditions = [
        _STANDING[chosen.standing],
        "(listed IS NULL OR counted)",
        "(closed IS NULL OR closed >= %(on)s)",
    ]
    if chosen.words.strip():
        conditions.append(
            "(upper(code) = upper(%(exactly)s) OR upper(trust_code) = upper(%(exactly)s) OR name ILIKE %(words)s "
            "OR trust_name ILIKE %(words)s OR EXISTS ("
            "SELECT 1 FROM trust_name n WHERE n.trust_id = subject.trust_id AND n.name ILIKE %(words)s))"
        )
    for name in ("region", "system", "type"):
        if getattr(chosen, name):
            conditions.append(f"COALESCE(NULLIF({name}, ''), '{NOT_KNOWN}') = %({name})s")
    if chosen.age:
        conditions.append(_AGE[Age(chosen.age)])
    if chosen.outcome:
        outcome = f"({_OUTCOME.replace('c.subject', 'listed').replace('c.', '')})"
        conditions.append(
            {
                RATED: f"{outcome} = ANY (%(four)s)",
                UNRATED: f"NOT {outcome} = ANY (%(four)s)",
            }.get(chosen.outcome, f"{outcome} = %(outcome)s")
        )
    return " AND ".join(conditions)
