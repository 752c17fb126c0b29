"""What a scope's history said on a day: the one place that says how the append-only records are read.

In one scope, a cell's state on day D is its last surviving record that is not historic and is in force by D:
last by (in force from, id).  Surviving is not retracted.  A record that is not `listed` says that the cell was
no longer listed.  Where both scopes list a cell, the one published last is current; of one publication date,
the one in force later.
"""

from typing import Final

from tracker.ratings.interpreting import odd_of

# Columns every "state" relation has, whatever it is made from.
STATE: Final = (
    "organisation_id, service_id, domain_id, variant, record_id, in_force_from, state, rating, word, published_on, odd"
)

# %(scope)s, %(levels)s (an array), %(everybody)s
STATE_NOW: Final = f"""
SELECT c.organisation_id, c.service_id, c.domain_id, c.variant, c.record_id, c.in_force_from, c.state, c.rating,
       c.word, c.published_on, {odd_of("c.word", "c.state")} AS odd
FROM current_rating c
WHERE c.scope = %(scope)s AND c.level = ANY (%(levels)s) AND (%(everybody)s OR c.trust_id IS NOT NULL)
"""  # noqa: S608  names of ours

# %(scope)s, %(levels)s, %(everybody)s, %(day)s
STATE_ON_DAY: Final = f"""
SELECT * FROM (
  SELECT DISTINCT ON (r.organisation_id, r.service_id, r.domain_id, r.variant)
         r.organisation_id, r.service_id, r.domain_id, r.variant, r.id AS record_id, r.in_force_from, r.state,
         r.rating, r.word, r.published_on, {odd_of("r.word", "r.state")} AS odd, r.listed
  FROM rating_record r
  JOIN rated_organisation o ON o.id = r.organisation_id
  LEFT JOIN rating_retraction t ON t.record_id = r.id
  WHERE r.scope = %(scope)s AND NOT r.historic AND r.in_force_from <= %(day)s AND t.id IS NULL
    AND o.level = ANY (%(levels)s) AND (%(everybody)s OR o.trust_id IS NOT NULL)
  ORDER BY r.organisation_id, r.service_id, r.domain_id, r.variant, r.in_force_from DESC, r.id DESC
) last_records
WHERE listed
"""  # noqa: S608  names of ours
