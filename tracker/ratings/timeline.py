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


# The trust's records are read once, each with the day of its event.  What was published before a record is what was
# written last of the latest earlier day, of whichever variant.
_EVENTS: Final = """
WITH kept AS MATERIALIZED (
  SELECT r.id, r.organisation_id, r.service_id, r.domain_id, r.variant, r.state, r.rating, r.word,
    CASE WHEN r.listed THEN 'published' ELSE 'unlisted' END AS kind,
    CASE WHEN r.listed THEN r.published_on ELSE r.in_force_from END AS day,
    r.listed AND upper(r.inherited) IN ('Y', 'YES', 'TRUE') AND EXISTS (
      SELECT 1 FROM rated_organisation o
      JOIN site_succession j ON j.successor_id = o.site_id
      JOIN rated_organisation p ON p.site_id = j.predecessor_id AND p.trust_id = o.trust_id
      WHERE o.id = r.organisation_id) AS told_already,
    max(r.id) OVER (
      PARTITION BY r.organisation_id, r.service_id, r.domain_id, r.listed AND r.published_on IS NOT NULL
      ORDER BY r.published_on GROUPS BETWEEN 1 PRECEDING AND 1 PRECEDING) AS before_id
  FROM rating_record r
  WHERE r.organisation_id = ANY (ARRAY(SELECT id FROM rated_organisation WHERE trust_id = %(trust)s))
    AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = r.id)
),
events AS MATERIALIZED (
  SELECT DISTINCT kind, day, organisation_id FROM kept WHERE NOT told_already AND day IS NOT NULL
),
page AS (SELECT * FROM events ORDER BY day DESC, kind, organisation_id OFFSET %(start)s LIMIT %(most)s),
said AS MATERIALIZED (
  SELECT DISTINCT ON (kind, day, organisation_id, service_id, domain_id, variant) kept.*
  FROM kept JOIN page USING (kind, day, organisation_id)
  ORDER BY kind, day, organisation_id, service_id, domain_id, variant, id DESC
)
SELECT (SELECT count(*) FROM events), said.kind, said.day, o.level, o.cqc_id, o.name, s.key, s.name, d.key, d.name,
  said.state, said.rating, said.word, b.state, b.rating
FROM said
JOIN rated_organisation o ON o.id = said.organisation_id
JOIN rated_service s ON s.id = said.service_id
JOIN rated_domain d ON d.id = said.domain_id
LEFT JOIN rating_record b ON b.id = said.before_id AND said.kind = 'published'
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
