"""What an import says of organisations themselves, beside what was known: found, proposed, taken over, taken back.

An organisation is what the statements that stand say, field by field: of each field the last by (as at, id), and
where none stands what it was before the first.  As with ratings a statement is made only where something differs,
so an import that says what was known relies on what was said before it; when an older import contradicts that, or
the one it relied on is undone, its word is written down under its own date (see `succeeding.NEXT_NAMING`).
A join, of which there are few, is stated by every import that says it.
"""

from typing import Any, Final

from django.db import connection

from tracker.problems import Refused
from tracker.ratings.import_lifecycle import in_force
from tracker.ratings.models import ImportEvent, RatingImport, RatingsSource
from tracker.ratings.proposing import Accept, accepted_organisations
from tracker.ratings.succeeding import NEXT_NAMING

PRINTED: Final = (
    "name", "organisation_type", "category", "ods_code", "postcode", "local_authority", "nhs_region",
    "registration_status",
)  # fmt: skip
BELONGS: Final = ("provider_cqc_id", "trust_id", "site_id")
FIELDS: Final = (*PRINTED, *BELONGS)


def _object(alias: str) -> str:
    pairs = ", ".join(f"'{name}', {alias}.{name}" for name in FIELDS)
    return f"jsonb_build_object({pairs})"


_MAKE: Final = """
DROP TABLE IF EXISTS restated, said_then;
CREATE TEMP TABLE restated (
  organisation_id bigint, kind text, said jsonb, before jsonb, predecessor_id bigint, successor_id bigint,
  silent boolean, statement_id bigint, proposed jsonb
) ON COMMIT DROP;
"""
# What the statements make of organisations on a day, of those fields of which anything was ever said.
_SAID_BY: Final = """
WITH stated AS (
  SELECT s.id, s.organisation_id, s.as_at, s.said, s.before, x.id IS NULL AS stands
  FROM organisation_statement s LEFT JOIN organisation_retraction x ON x.statement_id = s.id
  WHERE s.organisation_id IN ({which})
), base AS (
  SELECT DISTINCT ON (s.organisation_id, e.key) s.organisation_id, e.key, e.value
  FROM stated s CROSS JOIN LATERAL jsonb_each(s.before) e ORDER BY s.organisation_id, e.key, s.id
), last AS (
  SELECT DISTINCT ON (s.organisation_id, e.key) s.organisation_id, e.key, e.value
  FROM stated s CROSS JOIN LATERAL jsonb_each(s.said) e WHERE s.stands AND ({day})
  ORDER BY s.organisation_id, e.key, s.as_at DESC, s.id DESC
)
SELECT b.organisation_id, jsonb_object_agg(b.key, COALESCE(l.value, b.value)) AS said
FROM base b LEFT JOIN last l USING (organisation_id, key) GROUP BY b.organisation_id
"""
_SAID_THEN: Final = f"CREATE TEMP TABLE said_then ON COMMIT DROP AS {_SAID_BY}"
# Only organisations of which something was said later were anything else on the day than they are now.
_LATER_SAID: Final = "SELECT organisation_id FROM organisation_statement WHERE as_at > %(as_at)s"
_BY_THE_DAY: Final = "s.as_at <= %(as_at)s"

# A source that leaves a column out says nothing of it: a blank never replaces what was known.
_ROW_DIFFERS: Final = f"""(
  o.trust_id IS DISTINCT FROM n.trust_id OR o.site_id IS DISTINCT FROM n.site_id
  OR {" OR ".join(f"(n.{name} <> '' AND n.{name} <> o.{name})" for name in (*PRINTED, "provider_cqc_id"))})"""
_FIND: Final = f"""
INSERT INTO restated (organisation_id, kind, said, before, silent)
SELECT c.id,
       CASE WHEN e.key IN ('trust_id', 'site_id', 'provider_cqc_id') AND c.now -> 'trust_id' <> 'null'
                 AND c.now -> 'trust_id' <> c.was -> 'trust_id' THEN 'moved' ELSE 'described' END AS kind,
       jsonb_object_agg(e.key, e.value), jsonb_object_agg(e.key, c.was -> e.key), false
FROM (
  SELECT o.id, {_object("n")} AS now, {_object("o")} || COALESCE(t.said, '{{}}') AS was
  FROM named n JOIN rated_organisation o ON o.id = n.id LEFT JOIN said_then t ON t.organisation_id = o.id
  WHERE n.waits = '' AND (t.organisation_id IS NOT NULL OR {_ROW_DIFFERS})
  OFFSET 0  -- first the few that differ, then their fields one by one
) c CROSS JOIN LATERAL jsonb_each(c.now) e
WHERE e.value NOT IN ('null', '""') AND e.value <> c.was -> e.key
GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608  names of ours
_FIND_JOINS: Final = """
INSERT INTO restated (kind, said, before, predecessor_id, successor_id, silent)
SELECT DISTINCT ON (p.id, s.id) 'joined', jsonb_build_object('joined', true, 'reason', l.reason),
  jsonb_build_object('joined', j.id IS NOT NULL, 'reason', COALESCE(j.reason, '')), p.id, s.id, j.id IS NOT NULL
FROM staged_link l
JOIN site p ON p.cqc_id = l.predecessor_id
JOIN site s ON s.cqc_id = l.successor_id
LEFT JOIN site_succession j ON j.predecessor_id = p.id AND j.successor_id = s.id
WHERE p.id <> s.id
ORDER BY p.id, s.id, l.reason DESC
"""
# Of every field a later import that stands has its own word, or relies on another: nothing shown differs.
_LATER_WORD: Final = f"""
  SELECT 1 FROM organisation_statement s LEFT JOIN organisation_retraction x ON x.statement_id = s.id
  WHERE s.organisation_id = r.organisation_id AND s.said ? e.key AND x.id IS NULL AND s.as_at > %(as_at)s
  UNION ALL SELECT 1 FROM ({NEXT_NAMING}) later
"""  # noqa: S608  words of ours
_SILENT: Final = f"""
UPDATE restated t SET silent = true
WHERE t.organisation_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM restated r JOIN rated_organisation o ON o.id = r.organisation_id
  CROSS JOIN LATERAL jsonb_each(r.said) e
  WHERE r.organisation_id = t.organisation_id AND r.kind = t.kind AND NOT EXISTS ({_LATER_WORD}))
"""  # noqa: S608  words of ours

# Each field and the column of `staged_about` it comes from.
_GIVEN: Final = {name: name for name in PRINTED} | {"name": "organisation_name", "provider_cqc_id": "provider_id"}
_ANY: Final = "EXISTS (SELECT 1 FROM staged_about WHERE {} <> '')"
_COLUMNS: Final = f"SELECT {', '.join(_ANY.format(column) for column in _GIVEN.values())}"
_KEEP: Final = """
INSERT INTO proposed_organisation
  (rating_import_id, kind, organisation_id, predecessor_id, successor_id, said, before, silent)
SELECT %(import)s, kind, organisation_id, predecessor_id, successor_id, said, before, silent
FROM restated ORDER BY kind, organisation_id, predecessor_id, successor_id
"""
_CHOOSE: Final = """
INSERT INTO restated (organisation_id, kind, said, before, predecessor_id, successor_id, silent, proposed)
SELECT p.organisation_id, p.kind, p.said,
       CASE WHEN o.id IS NULL THEN p.before ELSE (
         SELECT jsonb_object_agg(k.key, (to_jsonb(o) || COALESCE(t.said, '{}')) -> k.key)
         FROM jsonb_object_keys(p.said) AS k(key)) END,
       p.predecessor_id, p.successor_id, p.silent, p.before
FROM proposed_organisation p
LEFT JOIN rated_organisation o ON o.id = p.organisation_id
LEFT JOIN said_then t ON t.organisation_id = p.organisation_id
WHERE p.id = ANY (%(ids)s) ORDER BY p.id
"""
_NUMBER: Final = "UPDATE restated SET statement_id = nextval(pg_get_serial_sequence('organisation_statement', 'id'))"
_STATE: Final = """
INSERT INTO organisation_statement
  (id, rating_import_id, event_id, kind, organisation_id, predecessor_id, successor_id, said, before, as_at)
SELECT statement_id, %(import)s, %(event)s, kind, organisation_id, predecessor_id, successor_id, said, before, %(as_at)s
FROM restated ORDER BY statement_id
"""
# Field by field, because the next that speaks of a trust may not be the next that prints a postcode.
_CARRY_ON: Final = f"""
INSERT INTO organisation_statement (rating_import_id, event_id, kind, organisation_id, said, before, as_at)
SELECT w.id, %(event)s, w.kind, w.organisation_id, jsonb_object_agg(w.key, w.value),
       jsonb_object_agg(w.key, w.value), w.as_at
FROM (
  SELECT DISTINCT ON (r.organisation_id, e.key) r.organisation_id, r.kind, e.key, e.value, later.id, later.as_at
  FROM restated r JOIN rated_organisation o ON o.id = r.organisation_id
  CROSS JOIN LATERAL jsonb_each(CASE WHEN %(back)s THEN r.said ELSE r.before END) e
  CROSS JOIN LATERAL ({NEXT_NAMING}) later
  WHERE NOT EXISTS (
    SELECT 1 FROM organisation_statement s LEFT JOIN organisation_retraction x ON x.statement_id = s.id
    WHERE s.organisation_id = r.organisation_id AND s.said ? e.key AND x.id IS NULL
      AND s.id <> r.statement_id AND s.as_at <= later.as_at
      AND (s.as_at > %(after)s OR (s.as_at = %(after)s AND s.id > r.statement_id)))
  ORDER BY r.organisation_id, e.key, r.statement_id DESC
) w GROUP BY w.id, w.as_at, w.kind, w.organisation_id
"""  # noqa: S608  words of ours

# What the statements come to now.  A hospital whose trust was settled elsewhere since is left there by an undo.
_WORK_OUT: Final = f"""
WITH due AS ({_SAID_BY.format(which="SELECT organisation_id FROM restated", day="true")}
), changed AS (
  UPDATE rated_organisation o SET {", ".join(f"{name} = p.{name}" for name in FIELDS)}
  FROM due d JOIN rated_organisation was ON was.id = d.organisation_id
  CROSS JOIN LATERAL jsonb_populate_record(was, d.said) p
  WHERE o.id = d.organisation_id
  RETURNING o.id, o.trust_id, o.site_id, was.trust_id AS old_trust_id
), moved AS (
  UPDATE site s SET trust_id = c.trust_id FROM changed c
  WHERE c.site_id = s.id AND c.trust_id IS NOT NULL AND s.trust_id <> c.trust_id
    AND c.old_trust_id IS DISTINCT FROM c.trust_id AND (NOT %(back)s OR s.trust_id = c.old_trust_id)
)
UPDATE current_rating r SET trust_id = c.trust_id, site_id = c.site_id FROM changed c
WHERE r.organisation_id = c.id
  AND (r.trust_id IS DISTINCT FROM c.trust_id OR r.site_id IS DISTINCT FROM c.site_id)
"""  # noqa: S608  names of ours
_JOIN: Final = """
INSERT INTO site_succession (predecessor_id, successor_id, reason, source)
SELECT predecessor_id, successor_id, said ->> 'reason', %(source)s FROM restated WHERE kind = 'joined'
ON CONFLICT (predecessor_id, successor_id) DO NOTHING
"""

_TAKEN_BACK: Final = """
INSERT INTO restated (organisation_id, kind, said, before, predecessor_id, successor_id, silent, statement_id)
SELECT s.organisation_id, s.kind, s.said, s.before, s.predecessor_id, s.successor_id, false, s.id
FROM organisation_statement s LEFT JOIN organisation_retraction x ON x.statement_id = s.id
WHERE s.rating_import_id = %(import)s AND x.id IS NULL
"""
_RETRACT: Final = """
INSERT INTO organisation_retraction (statement_id, event_id) SELECT statement_id, %(event)s FROM restated ORDER BY 1
"""
# Joins that an import made, no import in force says and nobody wrote down otherwise since.
_PART: Final = """
DELETE FROM site_succession j USING restated r
WHERE r.kind = 'joined' AND j.predecessor_id = r.predecessor_id AND j.successor_id = r.successor_id
  AND j.source = ANY (%(sources)s) AND j."on" IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM organisation_statement s LEFT JOIN organisation_retraction x ON x.statement_id = s.id
    WHERE s.predecessor_id = r.predecessor_id AND s.successor_id = r.successor_id AND x.id IS NULL)
  AND NOT (
    SELECT s.before -> 'joined' = 'true' FROM organisation_statement s
    WHERE s.predecessor_id = r.predecessor_id AND s.successor_id = r.successor_id ORDER BY s.id LIMIT 1)
"""
_COUNT_AGAIN: Final = """
UPDATE current_rating c SET counted = true FROM rated_organisation o
WHERE o.id = c.organisation_id AND NOT c.counted
  AND o.site_id IN (SELECT predecessor_id FROM restated WHERE kind = 'joined')
  AND NOT EXISTS (SELECT 1 FROM site_succession j WHERE j.predecessor_id = o.site_id)
"""


def find_restated(rating_import: RatingImport) -> dict[str, int]:
    """Fill `restated` from `named` and `staged_link`: what the file says otherwise than was known on its day.

    Answers how many by kind of what would be shown otherwise."""
    parameters = _parameters(rating_import)
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
        cursor.execute(_SAID_THEN.format(which=_LATER_SAID, day=_BY_THE_DAY), parameters)
        cursor.execute("ANALYZE said_then")
        cursor.execute("SET LOCAL enable_nestloop = off")  # all of a file's organisations against all there are
        cursor.execute(_FIND)
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute(_FIND_JOINS)
        if in_force().exclude(pk=rating_import.pk).filter(as_at__gt=rating_import.as_at).exists():
            cursor.execute(_SILENT, parameters)
        cursor.execute("SELECT kind, count(*) FROM restated WHERE NOT silent GROUP BY kind ORDER BY kind")
        return dict(cursor.fetchall())


def columns_said() -> list[str]:
    """Which fields of organisations the rows of `staged` give at all; of the others the file says nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        said = [name for name, is_said in zip(_GIVEN, cursor.fetchone(), strict=True) if is_said]
    return [*said, "trust_id", "site_id"] if "provider_cqc_id" in said else said


def keep_restated(rating_import: RatingImport) -> None:
    """Keep the rows of `restated` as proposals."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, _parameters(rating_import))


def choose_restated(rating_import: RatingImport, accept: Accept) -> int:
    """Move what is accepted, and what nobody is asked about, into `restated`; how many were accepted.

    Raises `Refused` where an organisation is no longer what it was when the file was read."""
    accepted = list(accepted_organisations(rating_import, accept).values_list("pk", flat=True))
    silent = list(rating_import.proposed_organisations.filter(silent=True).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
        parameters = {**_parameters(rating_import), "ids": [*accepted, *silent]}
        cursor.execute(_SAID_THEN.format(which=_LATER_SAID, day=_BY_THE_DAY), parameters)
        cursor.execute(_CHOOSE, parameters)
        cursor.execute("SELECT count(*) FROM restated WHERE NOT silent AND before <> proposed")
        stale = cursor.fetchone()[0]
        cursor.execute("DELETE FROM proposed_organisation WHERE id = ANY (%(ids)s)", parameters)
    if stale:
        raise Refused(
            f"Since this file was read, {stale:,} of the accepted organisations have been changed by another import. "
            "Read the file again to see what it would change now."
        )
    return len(accepted)


def take_over_restated(rating_import: RatingImport, event: ImportEvent) -> None:
    """State the rows of `restated`, and make organisations, sites, joins and current ratings follow."""
    parameters = {**_parameters(rating_import), "event": event.pk}
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM restated)")
        if not cursor.fetchone()[0]:
            return
        cursor.execute(_NUMBER)
        cursor.execute(_STATE, parameters)
        cursor.execute(_CARRY_ON, parameters)
        cursor.execute(_WORK_OUT, parameters)
        cursor.execute(_JOIN, parameters)


def take_back_restated(rating_import: RatingImport, event: ImportEvent) -> None:
    """Retract what the import said of organisations; they, sites, joins and current ratings follow.

    Its ratings must have been taken back already: they tell which later file lists an organisation."""
    sources = list(RatingsSource.objects.values_list("name", flat=True))
    parameters = {
        **_parameters(rating_import), "event": event.pk, "back": True, "same_day": True, "sources": sources,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
        cursor.execute(_TAKEN_BACK, parameters)
        if not cursor.rowcount:
            return
        cursor.execute(_RETRACT, parameters)
        cursor.execute(_CARRY_ON, parameters)
        cursor.execute(_WORK_OUT, parameters)
        cursor.execute(_PART, parameters)
        cursor.execute(_COUNT_AGAIN)


def has_statements(rating_import: RatingImport) -> bool:
    """Whether anything stands that this import said of organisations otherwise than was known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM organisation_statement s "
            "LEFT JOIN organisation_retraction x ON x.statement_id = s.id "
            "WHERE s.rating_import_id = %s AND x.id IS NULL AND s.said <> s.before)",
            [rating_import.pk],
        )
        return bool(cursor.fetchone()[0])


def _parameters(rating_import: RatingImport) -> dict[str, Any]:
    return {
        "import": rating_import.pk,
        "as_at": rating_import.as_at,
        "after": rating_import.as_at,
        "same_day": False,
        "back": False,
        "source": rating_import.source.name,
    }
