"""Which later import speaks of a cell.  Records are written only where something differs, so a file that listed
a cell as it was, or did not list a cell that was not known, has no record of it: it relies on what was before.
"""

from typing import Final

from tracker.ratings.import_lifecycle import in_force_sql

# An import in force speaks of a cell unless it does not cover the organisation, a person left its change
# undecided, or its row waits.  Needs the aliases c (a cell) and o (its organisation); %(scope)s, %(after)s and
# %(import)s name the import after which the next is sought: by as-at date, and of one day by when it was applied.
NEXT_ASSERTING: Final = f"""
SELECT i.id, i.as_at
FROM rating_import i
JOIN ratings_source s ON s.id = i.source_id
WHERE s.scope = %(scope)s AND {in_force_sql("i")} AND i.id <> %(import)s
  AND (i.as_at > %(after)s OR (i.as_at = %(after)s AND %(same_day)s AND (
    SELECT max(e.id) FROM import_event e
    WHERE e.rating_import_id = i.id AND e.kind IN ('applied', 'part_applied', 'unchanged')) > (
    SELECT max(e.id) FROM import_event e
    WHERE e.rating_import_id = %(import)s AND e.kind IN ('applied', 'part_applied', 'unchanged'))))
  AND i.levels ? o.level AND (i.keep = 'all' OR o.trust_id IS NOT NULL)
  AND (s.scope <> 'api' OR EXISTS (
    SELECT 1 FROM import_listing l WHERE l.rating_import_id = i.id AND l.organisation_id = o.id))
  AND NOT EXISTS (
    SELECT 1 FROM proposed_change p WHERE p.rating_import_id = i.id AND p.organisation_id = c.organisation_id
    AND p.service_id = c.service_id AND p.domain_id = c.domain_id)
  AND NOT EXISTS (
    SELECT 1 FROM waiting_row w WHERE w.rating_import_id = i.id AND w.reason IN ('date', 'provider', 'no_provider')
    AND w.organisation_id = c.organisation_id AND COALESCE(w.service_id, c.service_id) = c.service_id
    AND COALESCE(w.domain_id, c.domain_id) = c.domain_id AND w.state <> 'settled')
ORDER BY i.as_at, (
  SELECT max(e.id) FROM import_event e
  WHERE e.rating_import_id = i.id AND e.kind IN ('applied', 'part_applied', 'unchanged'))
LIMIT 1
"""  # noqa: S608  words of ours

# The same of what is said of an organisation itself: r (a row of `restated`), o (its organisation), e (a field and
# its value).  An import of the API says whom it listed; a file lists whom it lists a rating of.
NEXT_NAMING: Final = f"""
SELECT i.id, i.as_at
FROM rating_import i
JOIN ratings_source s ON s.id = i.source_id
WHERE {in_force_sql("i")} AND i.id <> %(import)s
  AND (i.as_at > %(after)s OR (i.as_at = %(after)s AND %(same_day)s AND (
    SELECT max(e.id) FROM import_event e
    WHERE e.rating_import_id = i.id AND e.kind IN ('applied', 'part_applied', 'unchanged')) > (
    SELECT max(e.id) FROM import_event e
    WHERE e.rating_import_id = %(import)s AND e.kind IN ('applied', 'part_applied', 'unchanged'))))
  AND i.levels ? o.level AND (i.keep = 'all' OR o.trust_id IS NOT NULL)
  AND COALESCE(i.reading -> 'says' ? e.key, true)
  AND CASE WHEN s.scope = 'api' THEN EXISTS (
    SELECT 1 FROM import_listing l WHERE l.rating_import_id = i.id AND l.organisation_id = o.id)
  ELSE EXISTS (
    SELECT 1 FROM (
      SELECT DISTINCT ON (q.service_id, q.domain_id, q.variant) q.listed
      FROM rating_record q LEFT JOIN rating_retraction z ON z.record_id = q.id
      WHERE q.organisation_id = o.id AND q.scope = s.scope AND NOT q.historic AND z.id IS NULL
        AND q.in_force_from <= i.as_at
      ORDER BY q.service_id, q.domain_id, q.variant, q.in_force_from DESC, q.id DESC) cells WHERE cells.listed) END
  AND NOT EXISTS (
    SELECT 1 FROM proposed_organisation p WHERE p.rating_import_id = i.id AND NOT p.silent
    AND p.organisation_id = o.id AND p.said ? e.key)
  AND NOT EXISTS (
    SELECT 1 FROM waiting_row w WHERE w.rating_import_id = i.id AND w.reason IN ('provider', 'no_provider')
    AND w.organisation_id = o.id AND w.state <> 'settled')
ORDER BY i.as_at, (
  SELECT max(e.id) FROM import_event e
  WHERE e.rating_import_id = i.id AND e.kind IN ('applied', 'part_applied', 'unchanged'))
LIMIT 1
"""  # noqa: S608  words of ours
