"""A trust through time: every report on it and its hospitals, by publication date, and what fell out of the files.

One event is what was published of one organisation on one day.  A record that a later file only carried on, or
that another source repeats, is the same publication and is told once, and so is what a later registration of the same
hospital inherited.  What was taken back is not told at all.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from tracker.trusts.models import Trust

PUBLISHED: Final = "published"
UNLISTED: Final = "unlisted"


@dataclass(frozen=True, slots=True)
class TimelineRating:
    """One rating of an event, with the one published before it, where there was one."""

    service: str
    service_name: str
    domain: str
    domain_name: str
    state: str
    rating: int | None
    word: str
    before_state: str | None
    before_rating: int | None


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """What was published of one organisation on one day, or, `UNLISTED`, what a file of that day no longer lists."""

    kind: str
    day: date
    level: str
    cqc_id: str
    name: str
    ratings: tuple[TimelineRating, ...]


@dataclass(frozen=True)
class TimelinePage:
    total: int
    events: tuple[TimelineEvent, ...]


_EVENTS: Final = """
WITH own AS (SELECT id FROM rated_organisation WHERE trust_id = %(trust)s),
kept AS (
  SELECT r.* FROM rating_record r
  WHERE r.organisation_id IN (SELECT id FROM own)
    AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = r.id)
),
events AS MATERIALIZED (
  SELECT 'published' AS kind, published_on AS day, organisation_id FROM kept
  WHERE listed AND published_on IS NOT NULL AND NOT (upper(inherited) IN ('Y', 'YES', 'TRUE') AND EXISTS (
    SELECT 1 FROM rated_organisation o
    JOIN site_succession j ON j.successor_id = o.site_id
    JOIN rated_organisation p ON p.site_id = j.predecessor_id AND p.trust_id = o.trust_id
    WHERE o.id = kept.organisation_id))
  GROUP BY published_on, organisation_id
  UNION ALL
  SELECT 'unlisted', in_force_from, organisation_id FROM kept
  WHERE NOT listed GROUP BY in_force_from, organisation_id
),
page AS (SELECT * FROM events ORDER BY day DESC, kind, organisation_id OFFSET %(start)s LIMIT %(most)s),
said AS (
  SELECT DISTINCT ON (p.kind, p.day, r.organisation_id, r.service_id, r.domain_id, r.variant)
    p.kind, p.day, r.id, r.organisation_id, r.service_id, r.domain_id, r.variant, r.state, r.rating, r.word,
    r.published_on
  FROM page p JOIN kept r ON r.organisation_id = p.organisation_id
    AND CASE p.kind WHEN 'published' THEN r.listed AND r.published_on = p.day
                    ELSE NOT r.listed AND r.in_force_from = p.day END
  ORDER BY p.kind, p.day, r.organisation_id, r.service_id, r.domain_id, r.variant, r.id DESC
)
SELECT (SELECT count(*) FROM events), said.kind, said.day, o.level, o.cqc_id, o.name, s.key, s.name, d.key, d.name,
  said.state, said.rating, said.word, b.state, b.rating
FROM said
JOIN rated_organisation o ON o.id = said.organisation_id
JOIN rated_service s ON s.id = said.service_id
JOIN rated_domain d ON d.id = said.domain_id
LEFT JOIN LATERAL (
  SELECT p.state, p.rating FROM rating_record p
  WHERE p.organisation_id = said.organisation_id AND p.service_id = said.service_id AND p.domain_id = said.domain_id
    AND p.listed AND p.published_on < said.published_on AND said.kind = 'published'
    AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = p.id)
  ORDER BY p.published_on DESC, p.id DESC LIMIT 1
) b ON true
ORDER BY said.day DESC, said.kind, o.level DESC, o.name, o.cqc_id, s.position, s.name, d.position, said.variant
"""


def timeline(trust: Trust, *, start: int, most: int) -> TimelinePage:
    """Events newest first, `most` of them from `start` on.  A page beyond the last has none and a total of 0."""
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, {"trust": trust.pk, "start": start, "most": most})
        rows = cursor.fetchall()
    grouped: dict[tuple[str, date, str, str, str], list[TimelineRating]] = {}
    for row in rows:
        grouped.setdefault((row[1], row[2], row[3], row[4], row[5]), []).append(TimelineRating(*row[6:]))
    events = tuple(TimelineEvent(*key, tuple(ratings)) for key, ratings in grouped.items())
    return TimelinePage(rows[0][0] if rows else 0, events)
