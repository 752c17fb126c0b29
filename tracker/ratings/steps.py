"""The ratings of one organisation as a whole through time: for each domain every publication, oldest first."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from tracker.ratings.scale import OVERALL
from tracker.trusts.models import Site, Trust


@dataclass(frozen=True, slots=True)
class PublishedRating:
    """What was published of one domain on one day."""

    domain: str
    domain_name: str
    day: date
    state: str
    rating: int | None
    word: str


# What a later file carries on, or another source repeats, is the same publication; what was taken back is none.
_PUBLISHED: Final = """
SELECT DISTINCT ON (d.position, d.key, r.published_on) d.key, d.name, r.published_on, r.state, r.rating, r.word
FROM rating_record r
JOIN rated_organisation o ON o.id = r.organisation_id
JOIN rated_service s ON s.id = r.service_id AND s.key = %(service)s
JOIN rated_domain d ON d.id = r.domain_id
WHERE {organisation} AND r.listed AND r.published_on <= %(until)s
  AND NOT EXISTS (SELECT 1 FROM rating_retraction x WHERE x.record_id = r.id)
ORDER BY d.position, d.key, r.published_on, r.id DESC
"""


def published_of_trust(trust: Trust, *, until: date) -> dict[str, list[PublishedRating]]:
    """Of the trust itself, by domain in the grid's order, up to a day."""
    return _published("o.trust_id = %(subject)s AND o.level = 'provider'", trust.pk, until)


def published_of_site(site: Site, *, until: date) -> dict[str, list[PublishedRating]]:
    """Of the hospital as a whole."""
    return _published("o.site_id = %(subject)s", site.pk, until)


def _published(organisation: str, subject: Any, until: date) -> dict[str, list[PublishedRating]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _PUBLISHED.format(organisation=organisation), {"service": OVERALL, "subject": subject, "until": until}
        )
        found = [PublishedRating(*row) for row in cursor.fetchall()]
    by_domain: dict[str, list[PublishedRating]] = {}
    for one in found:
        by_domain.setdefault(one.domain, []).append(one)
    return by_domain
