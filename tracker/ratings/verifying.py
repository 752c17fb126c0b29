"""Holds current ratings against history by set: before every commit for what was touched, and nightly for all.

The tables carry no foreign keys, for speed; this is what stands in their place.
"""

from typing import Any, Final

from django.db import connection

_DIFFERS: Final = (
    "r.id IS NULL OR NOT r.listed OR r.historic OR (r.organisation_id, r.service_id, r.domain_id, r.variant, "
    "r.scope, r.state, r.word, r.in_force_from) IS DISTINCT FROM (c.organisation_id, c.service_id, c.domain_id, "
    "c.variant, c.scope, c.state, c.word, c.in_force_from) OR r.rating IS DISTINCT FROM c.rating "
    "OR r.published_on IS DISTINCT FROM c.published_on OR x.id IS NOT NULL"
)
_RECORDS: Final = (
    "LEFT JOIN rating_record r ON r.id = c.record_id LEFT JOIN rating_retraction x ON x.record_id = c.record_id"
)
_TOUCHED: Final = f"""
SELECT count(*) FROM current_rating c JOIN touched t
  ON c.organisation_id = t.organisation_id AND c.service_id = t.service_id AND c.domain_id = t.domain_id
  AND c.variant = t.variant
{_RECORDS} WHERE {_DIFFERS}
"""  # noqa: S608  names of ours


class HistoryDisagrees(Exception):
    """The current table and the history would not agree: nothing may be committed.  A fault of the importer."""


def verify_touched() -> None:
    """Every current rating of a cell in `touched` has its record and says the same.  Raises `HistoryDisagrees`."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED)
        wrong = cursor.fetchone()[0]
    if wrong:
        raise HistoryDisagrees(f"{wrong} current ratings would not agree with their history.")


_LAST: Final = """
WITH last_of_scope AS (
  SELECT DISTINCT ON (r.organisation_id, r.service_id, r.domain_id, r.variant, r.scope) r.*
  FROM rating_record r LEFT JOIN rating_retraction x ON x.record_id = r.id
  WHERE x.id IS NULL AND NOT r.historic
  ORDER BY r.organisation_id, r.service_id, r.domain_id, r.variant, r.scope, r.in_force_from DESC, r.id DESC
), should AS (
  SELECT DISTINCT ON (organisation_id, service_id, domain_id, variant)
    organisation_id, service_id, domain_id, variant, id
  FROM last_of_scope WHERE listed
  ORDER BY organisation_id, service_id, domain_id, variant, published_on DESC NULLS LAST, in_force_from DESC, id DESC
)
SELECT count(*) FROM should s FULL JOIN current_rating c USING (organisation_id, service_id, domain_id, variant)
WHERE s.id IS DISTINCT FROM c.record_id
"""

_CHECKS: Final[tuple[tuple[str, str], ...]] = (
    (
        "current ratings whose record is missing, taken back or says something else",
        f"SELECT count(*) FROM current_rating c {_RECORDS} WHERE {_DIFFERS}",  # noqa: S608  names of ours
    ),
    ("cells whose current rating is not the last their history gives", _LAST),
    (
        "records of an organisation, service, domain, import or event that does not exist",
        "SELECT count(*) FROM rating_record r WHERE NOT EXISTS (SELECT 1 FROM rated_organisation o WHERE o.id = "
        "r.organisation_id) OR NOT EXISTS (SELECT 1 FROM rated_service s WHERE s.id = r.service_id) "
        "OR NOT EXISTS (SELECT 1 FROM rated_domain d WHERE d.id = r.domain_id) "
        "OR NOT EXISTS (SELECT 1 FROM rating_import i WHERE i.id = r.rating_import_id) "
        "OR NOT EXISTS (SELECT 1 FROM import_event e WHERE e.id = r.event_id)",
    ),
    (
        "retractions of a record that does not exist",
        "SELECT count(*) FROM rating_retraction t WHERE NOT EXISTS "
        "(SELECT 1 FROM rating_record r WHERE r.id = t.record_id)",
    ),
    (
        "announced changes of an event, organisation or record that does not exist",
        "SELECT count(*) FROM rating_change h WHERE NOT EXISTS (SELECT 1 FROM import_event e WHERE e.id = h.event_id) "
        "OR NOT EXISTS (SELECT 1 FROM rated_organisation o WHERE o.id = h.organisation_id) "
        "OR (h.record_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM rating_record r WHERE r.id = h.record_id))",
    ),
    (
        "current ratings whose trust, site or level is not their organisation's",
        "SELECT count(*) FROM current_rating c LEFT JOIN rated_organisation o ON o.id = c.organisation_id "
        "WHERE o.id IS NULL OR o.trust_id IS DISTINCT FROM c.trust_id OR o.site_id IS DISTINCT FROM c.site_id "
        "OR o.level <> c.level",
    ),
)


def check_ratings() -> list[tuple[str, int]]:
    """What does not agree and how many rows of it; empty when all is well.  Reads everything, locks nothing."""
    found: list[tuple[str, int]] = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        for what, query in _CHECKS:
            cursor.execute(query)
            row: tuple[Any, ...] = cursor.fetchone()
            if row[0]:
                found.append((what, row[0]))
    return found
