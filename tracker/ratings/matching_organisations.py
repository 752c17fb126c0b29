"""Which organisation of ours each row of a file is about, and which trust it belongs to.

A provider of the NHS is the trust with that code.  A location belongs to the trust of its provider id, never
to the one its own id begins with: RBA11 is run by RH5.  What cannot be matched waits for a person.
"""

import json
from typing import Any, Final

from django.db import connection

from tracker.ratings.models import RatingImport, WaitingRow
from tracker.ratings.parse_child import NHS_TYPE

Reason = WaitingRow.Reason

# One row an organisation: its attributes as its first row gives them, what we know of it, and why its rows
# must wait ("" when they need not, "aside" when a person set them aside).
_NAMED: Final = """
CREATE TEMP TABLE named ON COMMIT DROP AS
WITH first_rows AS (
  SELECT level, organisation_id AS cqc_id, min(ctid) AS place FROM staged GROUP BY level, organisation_id
), given AS (
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
         f.place, known.id, known.site_id AS known_site_id, known.trust_id AS known_trust_id,
         aside.id IS NOT NULL AS is_aside
  FROM first_rows f
  CROSS JOIN LATERAL (SELECT * FROM staged WHERE ctid = f.place OFFSET 0) s
  LEFT JOIN rated_organisation known ON known.level = f.level AND known.cqc_id = f.cqc_id
  LEFT JOIN LATERAL (  -- the layout of late 2015 names no provider: the register knows whose place it is
    SELECT t.code FROM site s JOIN trust t ON t.id = s.trust_id
    WHERE f.level = 'location' AND s.cqc_id = f.cqc_id
  ) registered ON true
  LEFT JOIN settling_rule belongs
    ON belongs.kind = 'location_is' AND belongs.given = f.cqc_id AND belongs.ended_at IS NULL
  LEFT JOIN settling_rule aside
    ON aside.kind = 'set_aside' AND aside.given = f.cqc_id AND aside.ended_at IS NULL
)
SELECT g.level, g.cqc_id, g.place, g.name, g.organisation_type, g.category, g.ods_code, g.postcode, g.local_authority,
       g.nhs_region, g.registration_status, g.provider_cqc_id, g.id, g.known_site_id AS site_id, t.id AS trust_id,
       CASE WHEN g.is_aside THEN 'aside'
            WHEN g.cqc_id !~ '^[A-Za-z0-9-]{1,30}$' THEN %(organisation)s  -- it becomes the address of a page
            WHEN t.id IS NOT NULL THEN ''
            WHEN NOT g.is_nhs AND %(everybody)s AND g.known_trust_id IS NULL THEN ''
            WHEN g.provider_cqc_id = '' THEN %(no_provider)s
            ELSE %(provider)s END AS waits
FROM given g
LEFT JOIN settling_rule meant
  ON meant.kind = 'provider_is' AND meant.given = g.provider_cqc_id AND meant.ended_at IS NULL
LEFT JOIN trust t ON t.code = COALESCE(meant.meaning, g.provider_cqc_id)
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
WITH added AS (
  INSERT INTO rated_organisation (id, level, cqc_id, {_ATTRIBUTES})
  SELECT numbered.* FROM (
    SELECT nextval(pg_get_serial_sequence('rated_organisation', 'id')), level, cqc_id, {_ATTRIBUTES}
    FROM (SELECT * FROM named WHERE waits = '' AND id IS NULL ORDER BY place) in_order) numbered
  ORDER BY cqc_id
  ON CONFLICT (level, cqc_id) DO UPDATE SET name = excluded.name
  RETURNING id, level, cqc_id
)
UPDATE named n SET id = a.id FROM added a WHERE a.level = n.level AND a.cqc_id = n.cqc_id
"""  # noqa: S608  names of ours

# A source that leaves a column out says nothing of it: a blank never replaces what was known.
_PRINTED: Final = (
    "organisation_type", "category", "ods_code", "postcode", "local_authority", "nhs_region", "registration_status",
)  # fmt: skip
_DIFFERS: Final = f"""(
    (o.name, o.provider_cqc_id) IS DISTINCT FROM (n.name, n.provider_cqc_id)
    OR o.trust_id IS DISTINCT FROM n.trust_id OR o.site_id IS DISTINCT FROM n.site_id
    OR {" OR ".join(f"(n.{column} <> '' AND n.{column} <> o.{column})" for column in _PRINTED)})"""
_UPDATE: Final = f"""
WITH changed AS (
  UPDATE rated_organisation o SET
    name = n.name, provider_cqc_id = n.provider_cqc_id, trust_id = n.trust_id, site_id = n.site_id,
    {", ".join(f"{column} = COALESCE(NULLIF(n.{column}, ''), o.{column})" for column in _PRINTED)}
  FROM named n
  WHERE n.id = o.id AND n.waits = '' AND {_DIFFERS}
  RETURNING o.id, o.trust_id, o.site_id
), moved AS (
  UPDATE site s SET trust_id = c.trust_id FROM changed c
  WHERE c.site_id = s.id AND c.trust_id IS NOT NULL AND s.trust_id <> c.trust_id
)
UPDATE current_rating r SET trust_id = c.trust_id, site_id = c.site_id FROM changed c
WHERE r.organisation_id = c.id
  AND (r.trust_id IS DISTINCT FROM c.trust_id OR r.site_id IS DISTINCT FROM c.site_id)
"""  # noqa: S608  names of ours

_JOIN_SITES: Final = """
INSERT INTO site_succession (predecessor_id, successor_id, reason, source)
SELECT DISTINCT ON (p.id, s.id) p.id, s.id, l.reason, %(source)s
FROM staged_link l
JOIN site p ON p.cqc_id = l.predecessor_id
JOIN site s ON s.cqc_id = l.successor_id
WHERE p.id <> s.id
ORDER BY p.id, s.id, l.reason DESC
ON CONFLICT (predecessor_id, successor_id) DO NOTHING
"""

# What a reading found is kept with it until a person applies it: reading changes nothing that is shown.
_FOUND: Final = f"""
SELECT COALESCE(json_agg(row_to_json(f)), '[]') FROM (
  SELECT n.id, n.waits, {", ".join("n." + name for name in _ATTRIBUTES.split(", "))}
  FROM named n JOIN rated_organisation o ON o.id = n.id WHERE n.waits = '' AND {_DIFFERS} ORDER BY n.id) f
"""  # noqa: S608  names of ours
_FOUND_JOINS: Final = """
SELECT COALESCE(json_agg(row_to_json(f)), '[]') FROM (
  SELECT l.predecessor_id, l.successor_id, l.reason FROM staged_link l
  JOIN site p ON p.cqc_id = l.predecessor_id JOIN site s ON s.cqc_id = l.successor_id
  WHERE NOT EXISTS (SELECT 1 FROM site_succession j WHERE j.predecessor_id = p.id AND j.successor_id = s.id)) f
"""
_LAY_OUT: Final = f"""
DROP TABLE IF EXISTS named, staged_link;
CREATE TEMP TABLE named ON COMMIT DROP AS
SELECT id, ''::text AS waits, {_ATTRIBUTES} FROM rated_organisation WHERE false;
CREATE TEMP TABLE staged_link (predecessor_id text, successor_id text, reason text) ON COMMIT DROP;
"""  # noqa: S608  names of ours
FOUND: Final = ("organisations", "joins")
"""Where in an import's `reading` that is kept."""
_PUT: Final = "INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s::json)"
_MOVING: Final = """
SELECT o.cqc_id, old.code, new.code
FROM named n JOIN rated_organisation o ON o.id = n.id JOIN trust new ON new.id = n.trust_id
JOIN trust old ON old.id = o.trust_id
WHERE n.waits = '' AND o.trust_id <> n.trust_id ORDER BY o.cqc_id
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
        cursor.execute(_ADD)


def join_sites(rating_import: RatingImport) -> None:
    """Take over which site the source says carried on as which; only where the import is applied."""
    with connection.cursor() as cursor:
        cursor.execute(_JOIN_SITES, {"source": rating_import.source.name})


def update_organisations() -> None:
    """Take over what the newest source says of organisations known before: name, provider, status.

    Only where the import is applied; not for a file older than what was applied."""
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE)


def moving_organisations() -> str:
    """Which organisations `update_organisations` would give to another trust, in words; "" when none."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVING)
        moves = [f"{cqc_id} from {old} to {new}" for cqc_id, old, new in cursor.fetchall()]
    if not moves:
        return ""
    what = "1 organisation moves" if len(moves) == 1 else f"{len(moves):,} organisations move"
    more = f" and {len(moves) - _TOLD:,} more" if len(moves) > _TOLD else ""
    return f"{what} to another trust: {', '.join(moves[:_TOLD])}{more}."


def found_organisations() -> dict[str, Any]:
    """What `update_organisations` and `join_sites` would change, to be kept until the import is applied."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for key, query in zip(FOUND, (_FOUND, _FOUND_JOINS), strict=True):
            cursor.execute(query)
            answer = cursor.fetchone()[0]
            found[key] = json.loads(answer) if isinstance(answer, str) else answer
    return found


def lay_out_found(rating_import: RatingImport) -> None:
    """Put what a reading found and kept back, for `update_organisations` and `join_sites` to take over."""
    with connection.cursor() as cursor:
        cursor.execute(_LAY_OUT)
        for table, key in zip(("named", "staged_link"), FOUND, strict=True):
            cursor.execute(_PUT.format(table=table), [json.dumps(rating_import.reading.get(key, []))])
