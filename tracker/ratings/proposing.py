"""Keeps what an import would change while a person decides, and the rows that wait for one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet

from tracker.ratings.models import ProposedChange, ProposedOrganisation, RatingImport, RatingsSource
from tracker.ratings.staging import FIELDS, TEXTS

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
       COALESCE(sd.word, d.before_word) AS word,
       CASE WHEN d.place IS NULL THEN d.before_published_on ELSE d.published_on END AS published_on,
       COALESCE(p.report_type, '') AS report_type, COALESCE(p.inherited, '') AS inherited,
       COALESCE(CASE WHEN sd.well_led THEN p.well_led_framework ELSE p.framework END, '') AS framework,
       CASE WHEN a.url LIKE 'https://www.cqc.org.uk/%%' THEN a.url ELSE '' END AS url,
       d.disputed, d.superseded
"""
FROM_DELTA: Final = """
FROM delta d LEFT JOIN staged_about a ON a.no = d.about LEFT JOIN read_said sd ON sd.no = d.said
LEFT JOIN read_published p ON p.no = d.published
"""


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
            f"FROM ({WIDE_DELTA}, s.line, a.part {FROM_DELTA} "
            "LEFT JOIN LATERAL (SELECT * FROM staged WHERE ctid = d.place OFFSET 0) s ON true) wide "
            "ORDER BY kind, organisation_id",
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
_NUMBERED: Final = f"""{IN_FORCE_FROM} AS in_force_from,
nextval((SELECT pg_get_serial_sequence('rating_record', 'id')::regclass)) AS record_id"""


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


_WAIT: Final = f"""
INSERT INTO waiting_row (rating_import_id, part, line, reason, detail, row, organisation_id, service_id, domain_id,
                         state, how, answer)
SELECT %(import)s, left(a.part, 100), s.line, w.reason, w.detail, json_build_object({FIELDS}),
       w.organisation_id, w.service_id, w.domain_id, 'waiting', '', '{{{{}}}}'
FROM ({{rows}}) w CROSS JOIN LATERAL (SELECT * FROM staged WHERE ctid = w.place OFFSET 0) s {TEXTS}
WHERE NOT EXISTS (
  SELECT 1 FROM waiting_row k WHERE k.rating_import_id = %(import)s AND k.part = left(a.part, 100)
  AND k.line = s.line AND k.reason = w.reason AND k.row ->> 'service' = sd.service
  AND k.row ->> 'domain' = sd.domain AND k.row ->> 'rating' = sd.rating
  AND k.reason IN ('disputed', 'rating', 'domain'))
"""  # noqa: S608  names of ours

# Each kind of row that waits, and the question, quickly answered, whether there may be any.
_UNMATCHED: Final = """
SELECT s.ctid AS place, n.waits AS reason, CASE n.waits
    WHEN 'organisation' THEN 'The row names no organisation, or not by an id of CQC''s.'
    WHEN 'no_provider' THEN 'The row names no provider, and the location ' || n.cqc_id || ' is not known.'
    ELSE 'The provider ' || n.provider_cqc_id || ' is not in the register of NHS trusts.' END AS detail,
  n.id AS organisation_id, NULL::smallint AS service_id, NULL::smallint AS domain_id
FROM named n JOIN staged_about a ON a.level = n.level AND a.organisation_id = n.cqc_id JOIN staged s ON s.about = a.no
WHERE n.waits NOT IN ('', 'aside')
"""
_UNREADABLE: Final = """
SELECT l.place, 'date' AS reason, p.problem AS detail, l.organisation_id, l.service_id, l.domain_id
FROM listed l JOIN read_published p ON p.no = l.published JOIN named n ON n.id = l.organisation_id
WHERE l.waits AND p.problem <> '' AND n.waits = ''
"""
# These are listed all the same; a person is told.
_DISPUTED: Final = """
SELECT l.place, 'disputed' AS reason, 'The file gives two values for this rating on one day. Both are kept.' AS detail,
  l.organisation_id, l.service_id, l.domain_id
FROM listed l WHERE l.disputed
"""
_UNSEEN_WORD: Final = """
SELECT l.place, 'rating' AS reason, 'This word has not been seen before. It is kept as printed.' AS detail,
  l.organisation_id, l.service_id, l.domain_id
FROM listed l JOIN read_said sd ON sd.no = l.said
WHERE NOT l.waits AND NOT sd.recognised
"""
_UNSEEN_DOMAIN: Final = """
SELECT first_row.place, 'domain' AS reason,
  'This key question has not been seen before. It is kept as printed.' AS detail,
  l.organisation_id, l.service_id, l.domain_id
FROM (SELECT min(s.ctid) AS place FROM staged s JOIN read_said sd ON sd.no = s.said
      WHERE NOT sd.domain_known GROUP BY sd.domain_id) first_row
JOIN listed l ON l.place = first_row.place
WHERE NOT l.waits
"""
_WAITING: Final = (
    (_UNMATCHED, "SELECT 1 FROM named WHERE waits NOT IN ('', 'aside')"),
    (_UNREADABLE, "SELECT 1 FROM read_published WHERE problem <> ''"),
    (_DISPUTED, "SELECT 1 FROM listed WHERE disputed"),
    (_UNSEEN_WORD, "SELECT 1 FROM read_said WHERE NOT recognised"),
    (_UNSEEN_DOMAIN, "SELECT 1 FROM read_said WHERE NOT domain_known"),
)


def keep_waiting_rows(rating_import: RatingImport) -> Mapping[str, int]:
    """Keep the rows that wait, each with its reason; those settled before stay.  The number waiting by reason."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM waiting_row WHERE rating_import_id = %s AND state = 'waiting'", [rating_import.pk])
        for rows, any_of_them in _WAITING:
            cursor.execute(f"SELECT EXISTS ({any_of_them})")
            if _truth(cursor.fetchone()):
                cursor.execute(_WAIT.format(rows=rows), {"import": rating_import.pk})
        cursor.execute(
            "SELECT reason, count(*) FROM waiting_row WHERE rating_import_id = %s AND state = 'waiting' "
            "GROUP BY reason ORDER BY reason",
            [rating_import.pk],
        )
        return dict(cursor.fetchall())


def _truth(row: tuple[Any, ...] | None) -> bool:
    return bool(row and row[0])
