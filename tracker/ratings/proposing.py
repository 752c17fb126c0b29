"""Keeps what an import would change while a person decides, and the rows that wait for one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet

from tracker.ratings.models import ProposedChange, ProposedOrganisation, RatingImport, RatingsSource
from tracker.ratings.rows import RatingRow

# Every column of a change but its record's id, from `delta` or from kept proposals.
CHANGE: Final = (
    "organisation_id, service_id, domain_id, variant, kind, before_record_id, before_state, before_rating, "
    "before_word, before_published_on, state, rating, word, published_on, report_type, inherited, framework, url, "
    "disputed, superseded"
)

# A cell no longer listed carries on what it said last, so that its last word can be read from the change.
WIDE_DELTA: Final = """
SELECT d.organisation_id, d.service_id, d.domain_id, d.variant, d.kind, d.before_record_id,
       COALESCE(d.before_state, '') AS before_state, d.before_rating, COALESCE(d.before_word, '') AS before_word,
       d.before_published_on,
       COALESCE(d.state, d.before_state) AS state,
       CASE WHEN d.place IS NULL THEN d.before_rating ELSE d.rating END AS rating,
       COALESCE(left(s.rating, 200), d.before_word) AS word,
       CASE WHEN d.place IS NULL THEN d.before_published_on ELSE d.published_on END AS published_on,
       COALESCE(left(s.report_type, 50), '') AS report_type, COALESCE(left(s.inherited, 10), '') AS inherited,
       COALESCE(d.framework, '') AS framework,
       CASE WHEN s.url LIKE 'https://www.cqc.org.uk/%%' THEN s.url ELSE '' END AS url,
       d.disputed, d.superseded
"""
# By its place, row by row (OFFSET 0 says so to the planner, which would rather hash every wide row of the file).
FROM_DELTA: Final = "FROM delta d LEFT JOIN LATERAL (SELECT * FROM staged WHERE ctid = d.place OFFSET 0) s ON true"


@dataclass(frozen=True)
class Accept:
    """Which proposed changes a person accepts: all that are named by every field that is given.

    `kinds` are of `ChangeKind` and `OrganisationKind`; a change of organisations is of each trust and organisation
    it names, before and after.  Where single ones are named, by `changes` of ratings or `restated` organisations,
    no others are accepted."""

    kinds: Collection[str] | None = None
    organisations: Collection[int] | None = None
    trusts: Collection[int] | None = None
    changes: Collection[int] | None = None
    restated: Collection[int] | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == EVERYTHING


EVERYTHING: Final = Accept()


def keep_proposals(rating_import: RatingImport) -> None:
    """Replace the import's proposals by the rows of `delta`."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM proposed_change WHERE rating_import_id = %s", [rating_import.pk])
        cursor.execute(
            f"INSERT INTO proposed_change (rating_import_id, line, part, {CHANGE}) "  # noqa: S608  names of ours
            f"SELECT %s, line, COALESCE(left(part, 100), ''), {CHANGE} "
            f"FROM ({WIDE_DELTA}, s.line, s.part {FROM_DELTA}) wide ORDER BY kind, organisation_id",
            [rating_import.pk],
        )


# From which day a change is in force: a file's from its as-at date; a rating the API lists from its publication,
# but where it corrects or follows what was known to be in force later, from the day of the reading.
IN_FORCE_FROM: Final = """
CASE WHEN w.kind = 'historic' THEN w.published_on
     WHEN NOT %(api)s OR w.published_on IS NULL OR w.kind IN ('withdrawn', 'deregistered', 'merged', 'returned')
       THEN %(as_at)s
     WHEN w.before_record_id IS NULL
       OR w.published_on > (SELECT r.in_force_from FROM rating_record r WHERE r.id = w.before_record_id)
       THEN LEAST(w.published_on, %(as_at)s)
     ELSE %(as_at)s END
"""
_NUMBERED: Final = (
    f"{IN_FORCE_FROM} AS in_force_from, nextval(pg_get_serial_sequence('rating_record', 'id')) AS record_id"
)


def choose_from_delta(rating_import: RatingImport) -> int:
    """Fill `chosen` with every change of `delta`; how many."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS chosen")
        cursor.execute(
            f"CREATE TEMP TABLE chosen ON COMMIT DROP AS SELECT w.*, {_NUMBERED} "  # noqa: S608  names of ours
            f"FROM ({WIDE_DELTA} {FROM_DELTA}) w",
            _when(rating_import),
        )
        return int(cursor.rowcount)


def _when(rating_import: RatingImport) -> dict[str, Any]:
    return {"api": rating_import.source.scope == RatingsSource.Scope.API, "as_at": rating_import.as_at}


def accepted_ratings(rating_import: RatingImport, accept: Accept) -> QuerySet[ProposedChange]:
    """The proposed changes of ratings that are accepted."""
    accepted = ProposedChange.objects.filter(rating_import=rating_import)
    if accept.kinds is not None:
        accepted = accepted.filter(kind__in=accept.kinds)
    if accept.organisations is not None:
        accepted = accepted.filter(organisation_id__in=accept.organisations)
    if accept.trusts is not None:
        accepted = accepted.filter(organisation__trust_id__in=accept.trusts)
    if accept.changes is not None or accept.restated is not None:
        accepted = accepted.filter(pk__in=accept.changes or ())
    return accepted


def accepted_organisations(rating_import: RatingImport, accept: Accept) -> QuerySet[ProposedOrganisation]:
    """The proposed changes of organisations that are accepted, but those nobody is asked about."""
    accepted = ProposedOrganisation.objects.filter(rating_import=rating_import, silent=False)
    if accept.kinds is not None:
        accepted = accepted.filter(kind__in=accept.kinds)
    if accept.organisations is not None:
        of_two = Q(predecessor__rated_organisations__in=accept.organisations)
        of_two |= Q(successor__rated_organisations__in=accept.organisations)
        accepted = accepted.filter(Q(organisation_id__in=accept.organisations) | of_two)
    if accept.trusts is not None:
        accepted = accepted.filter(of_trusts(accept.trusts))
    if accept.changes is not None or accept.restated is not None:
        accepted = accepted.filter(pk__in=accept.restated or ())
    return accepted.distinct()


def of_trusts(trusts: Collection[int]) -> Q:
    """What is said of organisations of these trusts: theirs now, theirs from now on, or a join of one of theirs."""
    theirs = Q(organisation__trust_id__in=trusts) | Q(said__trust_id__in=list(trusts))
    return theirs | Q(predecessor__trust_id__in=trusts) | Q(successor__trust_id__in=trusts)


def choose_from_proposals(rating_import: RatingImport, accept: Accept) -> int:
    """Move the accepted proposals into `chosen`; how many."""
    accepted = accepted_ratings(rating_import, accept)
    ids = list(accepted.order_by("organisation_id", "pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS chosen")
        cursor.execute(
            f"CREATE TEMP TABLE chosen ON COMMIT DROP AS SELECT {CHANGE}, {_NUMBERED} "  # noqa: S608  names of ours
            "FROM proposed_change w WHERE id = ANY (%(ids)s)",
            {"ids": ids, **_when(rating_import)},
        )
        chosen = int(cursor.rowcount)
        cursor.execute("DELETE FROM proposed_change WHERE id = ANY (%s)", [ids])
    return chosen


_FIELDS: Final = ", ".join(f"'{name}', s.{name}" for name in RatingRow._fields)
_WAIT: Final = f"""
INSERT INTO waiting_row (rating_import_id, part, line, reason, detail, row, organisation_id, service_id, domain_id,
                         state, how, answer)
SELECT %(import)s, left(s.part, 100), s.line, w.reason, w.detail, json_build_object({_FIELDS}),
       w.organisation_id, w.service_id, w.domain_id, 'waiting', '', '{{{{}}}}'
FROM ({{rows}}) w CROSS JOIN LATERAL (SELECT * FROM staged WHERE ctid = w.place OFFSET 0) s
WHERE NOT EXISTS (
  SELECT 1 FROM waiting_row k WHERE k.rating_import_id = %(import)s AND k.part = left(s.part, 100)
  AND k.line = s.line AND k.reason = w.reason AND k.row ->> 'service' = s.service AND k.row ->> 'domain' = s.domain
  AND k.row ->> 'rating' = s.rating AND k.reason IN ('disputed', 'rating', 'domain'))
"""  # noqa: S608  names of ours

_UNMATCHED: Final = """
SELECT s.ctid AS place, n.waits AS reason, CASE n.waits
    WHEN 'organisation' THEN 'The row names no organisation, or not by an id of CQC''s.'
    WHEN 'no_provider' THEN 'The row names no provider, and the location ' || n.cqc_id || ' is not known.'
    ELSE 'The provider ' || n.provider_cqc_id || ' is not in the register of NHS trusts.' END AS detail,
  n.id AS organisation_id, NULL::smallint AS service_id, NULL::smallint AS domain_id
FROM named n JOIN staged s ON s.level = n.level AND s.organisation_id = n.cqc_id
WHERE n.waits NOT IN ('', 'aside')
"""
_UNREADABLE: Final = """
SELECT s.ctid AS place, 'date' AS reason, p.problem AS detail, l.organisation_id, l.service_id, l.domain_id
FROM listed l JOIN staged s ON s.ctid = l.place
JOIN read_publication p ON p.publication_date = s.publication_date AND p.report_type = s.report_type
  AND p.framework = s.framework AND p.level = s.level
JOIN named n ON n.id = l.organisation_id
WHERE l.waits AND p.problem <> '' AND n.waits = ''
"""
# These are listed all the same; a person is told.
_DISPUTED: Final = """
SELECT l.place, 'disputed' AS reason, 'The file gives two values for this rating on one day. Both are kept.' AS detail,
  l.organisation_id, l.service_id, l.domain_id
FROM listed l WHERE l.disputed
"""
_UNSEEN_WORD: Final = """
SELECT s.ctid AS place, 'rating' AS reason, 'This word has not been seen before. It is kept as printed.' AS detail,
  l.organisation_id, l.service_id, l.domain_id
FROM listed l JOIN staged s ON s.ctid = l.place JOIN read_word w ON w.given = s.rating
WHERE NOT l.waits AND NOT w.recognised
"""
_UNSEEN_DOMAIN: Final = """
SELECT first_row.place, 'domain' AS reason,
  'This key question has not been seen before. It is kept as printed.' AS detail,
  l.organisation_id, l.service_id, l.domain_id
FROM (SELECT min(s.ctid) AS place FROM staged s JOIN read_domain dm ON dm.given = s.domain
      WHERE NOT dm.known GROUP BY dm.id) first_row
JOIN listed l ON l.place = first_row.place
WHERE NOT l.waits
"""


def keep_waiting_rows(rating_import: RatingImport) -> Mapping[str, int]:
    """Keep the rows that wait, each with its reason; those settled before stay.  The number waiting by reason."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM waiting_row WHERE rating_import_id = %s AND state = 'waiting'", [rating_import.pk])
        cursor.execute("SELECT EXISTS (SELECT 1 FROM read_word WHERE NOT recognised)")
        kinds = [_UNMATCHED, _UNREADABLE, _DISPUTED]
        kinds += [_UNSEEN_WORD] if _truth(cursor.fetchone()) else []
        cursor.execute("SELECT EXISTS (SELECT 1 FROM read_domain WHERE NOT known)")
        kinds += [_UNSEEN_DOMAIN] if _truth(cursor.fetchone()) else []
        for rows in kinds:
            cursor.execute(_WAIT.format(rows=rows), {"import": rating_import.pk})
        cursor.execute(
            "SELECT reason, count(*) FROM waiting_row WHERE rating_import_id = %s AND state = 'waiting' "
            "GROUP BY reason ORDER BY reason",
            [rating_import.pk],
        )
        return dict(cursor.fetchall())


def _truth(row: tuple[Any, ...] | None) -> bool:
    return bool(row and row[0])
