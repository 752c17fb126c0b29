"""Which organisation of ours each row of a file is about, and which trust it belongs to.

A provider of the NHS is the trust with that code.  A location belongs to the trust of its provider id, never
to the one its own id begins with: RBA11 is run by RH5.  What cannot be matched waits for a person.
"""

from typing import Final

from django.db import connection

from tracker.ratings.coded_rows import NHS_TYPE
from tracker.ratings.models import RatingImport, WaitingRow

Reason = WaitingRow.Reason

# One row an organisation: its attributes as its first row gives them, what we know of it, and why its rows
# must wait ("" when they need not, "aside" when a person set them aside).
_NAMED: Final = """
CREATE TEMP TABLE named ON COMMIT DROP AS
WITH first_rows AS (
  SELECT level, organisation_id AS cqc_id, min(no) AS first_no FROM staged_about GROUP BY level, organisation_id
), given AS MATERIALIZED (  -- the provider's code is joined by, and worked out once
  SELECT f.level, f.cqc_id, left(s.organisation_name, 300) AS name,
         left(s.organisation_type, 100) AS organisation_type, left(s.category, 200) AS category,
         left(s.ods_code, 30) AS ods_code, left(s.postcode, 10) AS postcode,
         left(s.local_authority, 100) AS local_authority, left(s.nhs_region, 100) AS nhs_region,
         left(s.registration_status, 30) AS registration_status,
         lower(s.organisation_type) = %(nhs)s AS is_nhs,
         left(CASE WHEN f.level = 'provider' THEN f.cqc_id
              ELSE COALESCE(belongs.meaning, NULLIF(s.provider_id, ''), NULLIF(known.provider_cqc_id, ''),
                            registered.code, '') END, 30)
           AS provider_cqc_id,
         f.first_no, known.id, known.site_id AS known_site_id, known.trust_id AS known_trust_id,
         aside.id IS NOT NULL AS is_aside
  FROM first_rows f
  JOIN staged_about s ON s.no = f.first_no
  LEFT JOIN rated_organisation known ON known.level = f.level AND known.cqc_id = f.cqc_id
  -- the layout of late 2015 names no provider: the register knows whose place it is
  LEFT JOIN (SELECT 'location' AS level, s.cqc_id, t.code FROM site s JOIN trust t ON t.id = s.trust_id) registered
    ON registered.level = f.level AND registered.cqc_id = f.cqc_id
  LEFT JOIN settling_rule belongs
    ON belongs.kind = 'location_is' AND belongs.given = f.cqc_id AND belongs.ended_at IS NULL
  LEFT JOIN settling_rule aside
    ON aside.kind = 'set_aside' AND aside.given = f.cqc_id AND aside.ended_at IS NULL
), matched AS (
  SELECT g.*, t.id AS trust_id,
         CASE WHEN g.is_aside THEN 'aside'
              -- It becomes the address of a page; those we know are addresses already.
              WHEN g.id IS NULL AND g.cqc_id !~ '^[A-Za-z0-9-]{1,30}$' THEN %(organisation)s
              WHEN t.id IS NOT NULL THEN ''
              WHEN NOT g.is_nhs AND %(everybody)s AND g.known_trust_id IS NULL THEN ''
              WHEN g.provider_cqc_id = '' THEN %(no_provider)s
              ELSE %(provider)s END AS waits
  FROM given g
  LEFT JOIN settling_rule meant
    ON meant.kind = 'provider_is' AND meant.given = g.provider_cqc_id AND meant.ended_at IS NULL
  LEFT JOIN trust t ON t.code = COALESCE(meant.meaning, g.provider_cqc_id)
  ORDER BY g.first_no
)
SELECT level, cqc_id, name, organisation_type, category, ods_code, postcode, local_authority, nhs_region,
       registration_status, provider_cqc_id, waits = '' AND id IS NULL AS is_new,
       CASE WHEN waits = '' AND id IS NULL
            THEN nextval((SELECT pg_get_serial_sequence('rated_organisation', 'id')::regclass)) ELSE id END AS id,
       known_site_id AS site_id, trust_id, waits
FROM matched
"""

_ADD_SITES: Final = """
INSERT INTO site (cqc_id, name, trust_id, postcode)
SELECT cqc_id, name, trust_id, postcode FROM named
WHERE waits = '' AND level = 'location' AND trust_id IS NOT NULL AND site_id IS NULL
ORDER BY cqc_id
ON CONFLICT (cqc_id) DO NOTHING
"""
_FIND_SITES: Final = """
UPDATE named n SET site_id = s.id FROM site s
WHERE s.cqc_id = n.cqc_id AND n.level = 'location' AND n.trust_id IS NOT NULL AND n.site_id IS NULL
"""

_ATTRIBUTES: Final = (
    "name, organisation_type, category, ods_code, postcode, local_authority, nhs_region, "
    "provider_cqc_id, registration_status, trust_id, site_id"
)
# Numbered as the file has them, so that its ratings fill an index from left to right; added in one order
# whatever the file, so that two readings at once never wait for each other.
_ADD: Final = f"""
INSERT INTO rated_organisation (id, level, cqc_id, {_ATTRIBUTES})
SELECT id, level, cqc_id, {_ATTRIBUTES} FROM named WHERE is_new ORDER BY cqc_id
ON CONFLICT (level, cqc_id) DO NOTHING
"""  # noqa: S608  names of ours
# Another reading has added some meanwhile.
_FIND_ADDED: Final = """
UPDATE named n SET id = o.id FROM rated_organisation o WHERE n.is_new AND o.level = n.level AND o.cqc_id = n.cqc_id
"""

_MOVING: Final = """
SELECT o.cqc_id, old.code, new.code
FROM restated r JOIN rated_organisation o ON o.id = r.organisation_id
JOIN trust new ON new.id = (r.said ->> 'trust_id')::bigint JOIN trust old ON old.id = (r.before ->> 'trust_id')::bigint
WHERE r.kind = 'moved' AND NOT r.silent ORDER BY o.cqc_id
"""
_TOLD: Final = 20


def match_organisations(rating_import: RatingImport) -> None:
    """Fill `named`: one row an organisation of `staged`, with our ids, or the reason why its rows wait.

    Organisations and sites met for the first time are added here, so that proposed changes can name them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _NAMED,
            {
                "nhs": NHS_TYPE,
                "everybody": rating_import.keep == RatingImport.Keep.ALL,
                "organisation": Reason.ORGANISATION,
                "no_provider": Reason.NO_PROVIDER,
                "provider": Reason.PROVIDER,
            },
        )
        cursor.execute("ANALYZE named")
        cursor.execute(_ADD_SITES)
        cursor.execute(_FIND_SITES)
        cursor.execute("SELECT count(*) FROM named WHERE is_new")
        new = cursor.fetchone()[0]
        if new:
            cursor.execute(_ADD)
            if cursor.rowcount < new:
                cursor.execute(_FIND_ADDED)


def moving_organisations() -> str:
    """Which organisations of `restated` would be shown as another trust's, in words; "" when none."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVING)
        moves = [f"{cqc_id} from {old} to {new}" for cqc_id, old, new in cursor.fetchall()]
    if not moves:
        return ""
    what = "1 organisation moves" if len(moves) == 1 else f"{len(moves):,} organisations move"
    more = f" and {len(moves) - _TOLD:,} more" if len(moves) > _TOLD else ""
    return f"{what} to another trust: {', '.join(moves[:_TOLD])}{more}."
