"""Reads of ratings: what is listed of an organisation, and everything ever said of one cell."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from tracker.ratings.as_at import AsAt, listed
from tracker.ratings.import_lifecycle import in_force_sql
from tracker.ratings.models import RatedDomain, RatedOrganisation, RatedService
from tracker.trusts.models import Site, Trust


@dataclass(frozen=True, slots=True)
class ListedCell:
    """One cell as listed on a day, with the organisation, service and domain it is about.

    `rating` is 4 Outstanding to 1 Inadequate, None whenever `state` is not "rated"; `word` is the text as printed.
    `variant` tells two values of one cell and one day apart; such a cell is `disputed`.
    """

    organisation_id: int
    level: str
    cqc_id: str
    service: str
    service_name: str
    service_position: int
    domain: str
    domain_name: str
    domain_position: int
    variant: int
    state: str
    rating: int | None
    word: str
    published_on: date | None
    inherited: str
    framework: str
    in_force_from: date
    before_state: str
    before_rating: int | None
    superseded: bool
    counted: bool
    disputed: bool


_CELLS: Final = """
SELECT c.organisation_id, o.level, o.cqc_id, s.key, s.name, s.position, d.key, d.name, d.position, c.variant,
  c.state, c.rating, c.word, c.published_on, c.inherited, c.framework, c.in_force_from, c.before_state,
  c.before_rating, c.superseded, c.counted, c.disputed
FROM ({listed}) c
JOIN rated_organisation o ON o.id = c.organisation_id
JOIN rated_service s ON s.id = c.service_id
JOIN rated_domain d ON d.id = c.domain_id
ORDER BY o.level DESC, o.name, o.cqc_id, s.position, s.name, d.position, d.name, c.variant
"""


def cells_of_trust(when: AsAt, trust: Trust) -> list[ListedCell]:
    """Every cell of the trust itself and of all its sites, in the order of a grid; the trust's own come first."""
    return _cells(when, "{o}.trust_id = %(trust)s", {"trust": trust.pk})


def cells_of_sites(when: AsAt, sites: list[int]) -> list[ListedCell]:
    """Every cell of the sites with these keys."""
    return _cells(when, "{o}.site_id = ANY (%(sites)s)", {"sites": sites})


def _cells(when: AsAt, organisations: str, parameters: dict[str, Any]) -> list[ListedCell]:
    query = _CELLS.format(listed=listed(when, organisations, with_before=True))
    with connection.cursor() as cursor:
        cursor.execute(query, {**when.parameters, **parameters})
        return [ListedCell(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One record of a cell: what a source said, which file said it, and whether it was taken back.

    `listed` false says that the source no longer listed the cell from `in_force_from` on.  `last_as_at` is the
    newest file in force that carried the record on unchanged.
    """

    record_id: int
    variant: int
    state: str
    rating: int | None
    word: str
    published_on: date | None
    inherited: str
    framework: str
    report_type: str
    url: str
    listed: bool
    historic: bool
    in_force_from: date
    scope: str
    file_name: str
    file_as_at: date
    source: str
    retracted_at: datetime | None
    retracted_why: str
    is_current: bool
    disputed: bool
    last_as_at: date | None


@dataclass(frozen=True, slots=True)
class CellHistory:
    """Everything known of one cell, newest first, and whom it is about.  `trust` and `site` are None for an
    organisation of nobody in the register."""

    organisation: RatedOrganisation
    service: RatedService
    domain: RatedDomain
    entries: tuple[HistoryEntry, ...]

    @property
    def trust(self) -> Trust | None:
        return self.organisation.trust

    @property
    def site(self) -> Site | None:
        return self.organisation.site


# A record holds until the next surviving one of its cell and scope; the last file in force before that day is
# the last that listed it.
_HISTORY: Final = f"""
SELECT r.id, r.variant, r.state, r.rating, r.word, r.published_on, r.inherited, r.framework, r.report_type, r.url,
  r.listed, r.historic, r.in_force_from, r.scope, i.file_name, i.as_at, f.name, taken.at, COALESCE(taken.why, ''),
  now.id IS NOT NULL, COALESCE(now.disputed, false), carried.as_at
FROM rating_record r
JOIN rating_import i ON i.id = r.rating_import_id
JOIN ratings_source f ON f.id = i.source_id
LEFT JOIN rating_retraction x ON x.record_id = r.id
LEFT JOIN import_event taken ON taken.id = x.event_id
LEFT JOIN current_rating now ON now.organisation_id = r.organisation_id AND now.service_id = r.service_id
  AND now.domain_id = r.domain_id AND now.variant = r.variant AND now.record_id = r.id
LEFT JOIN LATERAL (
  SELECT max(carrying.as_at) AS as_at
  FROM rating_import carrying JOIN ratings_source own ON own.id = carrying.source_id AND own.scope = r.scope
  WHERE r.listed AND NOT r.historic AND x.id IS NULL AND r.scope = 'bulk'
    AND {in_force_sql("carrying")} AND carrying.as_at >= r.in_force_from
    AND carrying.as_at < COALESCE((
      SELECT min(n.in_force_from) FROM rating_record n
      WHERE n.organisation_id = r.organisation_id AND n.service_id = r.service_id AND n.domain_id = r.domain_id
        AND n.variant = r.variant AND n.scope = r.scope AND NOT n.historic
        AND (n.in_force_from, n.id) > (r.in_force_from, r.id)
        AND NOT EXISTS (SELECT 1 FROM rating_retraction nx WHERE nx.record_id = n.id)), 'infinity'::date)
) carried ON true
WHERE r.organisation_id = %(organisation)s AND r.service_id = %(service)s AND r.domain_id = %(domain)s
ORDER BY CASE WHEN r.historic THEN r.published_on ELSE r.in_force_from END DESC, r.id DESC
"""  # noqa: S608  words of ours


def cell_history(level: str, cqc_id: str, service: str, domain: str) -> CellHistory | None:
    """The history of the cell these keys name, None where there is no such organisation, service or domain.

    Retracted records are among the entries: who may see them is the page's to say.
    """
    organisation = (
        RatedOrganisation.objects.filter(level=level, cqc_id=cqc_id)
        .select_related("trust", "site", "site__trust")
        .first()
    )
    rated_service = RatedService.objects.filter(key=service).first()
    rated_domain = RatedDomain.objects.filter(key=domain).first()
    if organisation is None or rated_service is None or rated_domain is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            _HISTORY,
            {
                "organisation": organisation.pk,
                "service": rated_service.pk,
                "domain": rated_domain.pk,
            },
        )
        entries = tuple(HistoryEntry(*row) for row in cursor.fetchall())
    return CellHistory(organisation, rated_service, rated_domain, entries)
