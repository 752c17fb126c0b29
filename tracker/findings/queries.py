"""Reading what inspections published.  All of it is public fact; which findings have an action is not."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import ceil
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tracker.findings.agreement import Agreement, agreement
from tracker.findings.causes import BY_CODE
from tracker.findings.models import Finding, Inspection
from tracker.findings.reading_models import CauseCoding
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.ratings.models import RatingRecord, RatingRetraction
from tracker.trusts.models import Trust

_CELL_AND_DAY = ("organisation_id", "service_id", "domain_id", "variant", "published_on")


@dataclass(frozen=True)
class PublishedInspection:
    """What one page shows of an inspection: `findings`, of its `total` those from place `first` (counted from 1)
    on, and the ratings published that day, one a cell, sites and services in grid order.

    One that goes on from the page before does not tell its ratings again."""

    inspection: Inspection
    findings: list[Finding]
    first: int
    total: int
    ratings: list[RatingRecord]


@dataclass(frozen=True)
class InspectionsPage:
    """One page of a trust's inspections.  `total` counts what pages are made of: each finding, and each inspection
    without one; `unanswered` are the trust's findings that no action answers (see `findings_without_action` for who
    may learn of them)."""

    number: int
    total: int
    unanswered: int
    inspections: list[PublishedInspection]


def inspections_page(
    trust: Trust, *, number: int = 1, size: int, only_unanswered: bool = False, with_finding: int | None = None
) -> InspectionsPage:
    """Page `number` of the trust's inspections, the newest first, each with its findings, must-dos first; or the
    page that holds the finding `with_finding`.  Past the end it is the last page.  Three queries."""
    listed = list(_inspection_of_each_finding(trust))
    unanswered = sum(one.waits for one in listed)
    if only_unanswered:
        listed = [one for one in listed if one.waits]
    places = {one.finding_id: place for place, one in enumerate(listed) if one.finding_id}
    if with_finding in places:
        number = 1 + places[with_finding] // size
    number = min(number, max(1, ceil(len(listed) / size)))
    here = listed[(number - 1) * size : number * size]
    chosen = Finding.objects.filter(pk__in=[one.finding_id for one in here if one.finding_id])
    findings: dict[int, list[Finding]] = {}
    for finding in chosen.select_related("service", "key_question", "site"):
        findings.setdefault(finding.inspection_id, []).append(finding)
    shown = {one.pk: one for one in here}
    skipped = Counter(one.pk for one in listed[: (number - 1) * size])
    totals = Counter(one.pk for one in listed if one.finding_id)
    ratings: dict[date | None, list[RatingRecord]] = {}
    for record in ratings_published(trust, {one.published_on for one in shown.values() if not skipped[one.pk]}):
        ratings.setdefault(record.published_on, []).append(record)
    return InspectionsPage(
        number,
        len(listed),
        unanswered,
        [
            PublishedInspection(
                inspection,
                findings.get(pk, []),
                1 + skipped[pk],
                totals[pk],
                [] if skipped[pk] else ratings.get(inspection.published_on, []),
            )
            for pk, inspection in shown.items()
        ],
    )


def _inspection_of_each_finding(trust: Trust) -> QuerySet[Any]:
    """The trust's inspections, one once for each of its findings (`finding_id`; None where it has none), in the order
    of the page, and whether the finding `waits` for an action."""
    unanswered = Finding.objects.without_action().filter(pk=OuterRef("finding_id"))
    return (
        Inspection.objects.filter(trust=trust)
        .only("published_on", "title", "report_url")
        .annotate(finding_id=F("findings"))
        .annotate(waits=Exists(unanswered))
        .order_by("-published_on", "-pk", "findings__kind", "findings")
    )


def ratings_published(trust: Trust, days: Collection[date]) -> list[RatingRecord]:
    """What the trust's organisations were rated in reports published on `days`, in grid order.

    The last word on each cell, leaving out what an undone import said: a monthly file lists the same
    publication many times over, and a correction replaces it."""
    records = (
        RatingRecord.objects.filter(Q(organisation__trust=trust) | Q(organisation__site__trust=trust))
        .filter(published_on__in=days, listed=True)
        .exclude(Exists(RatingRetraction.objects.filter(record_id=OuterRef("pk"))))
        .order_by(*_CELL_AND_DAY, "-in_force_from", "-pk")
        .distinct(*_CELL_AND_DAY)
        .select_related("organisation", "organisation__site", "service", "domain")
    )
    return sorted(
        records,
        key=lambda r: (
            r.organisation.level != "provider",
            r.organisation.name,
            r.service.position,
            r.service.name,
            r.domain.position,
            r.variant,
        ),
    )


def findings_without_action(trust: Trust) -> QuerySet[Finding]:
    """Findings of the trust that no action answers yet, must-dos first.

    Which findings have an action is confidential: inside a scope that does not show the trust's plan, row
    security hides the actions and every finding stands here, so show this to people of the plan only."""
    return (
        Finding.objects.of_trust(trust).without_action().select_related("inspection", "service", "key_question", "site")
    )


def latest_codings(access: Access, **about: object) -> list[CauseCoding]:
    """Each person's latest coding of each finding, the oldest coder first, of the trusts whose plans are seen."""
    seen = CauseCoding.objects.filter(trust_id__in=access.trusts(Can.SEE_PLANS), **about)
    latest = seen.order_by("finding_id", "by_id", "-pk").distinct("finding_id", "by_id")
    found = latest.select_related("by").prefetch_related("causes")
    return sorted(found, key=lambda coding: (coding.finding_id, coding.pk))


def coded_with(code: str, access: Access) -> set[int]:
    """The findings somebody's latest coding gives this cause."""
    return {
        coding.finding_id
        for coding in latest_codings(access, finding__codings__causes__code=code)
        if any(cause.code == code for cause in coding.causes.all())
    }


@dataclass(frozen=True)
class CodersAgree:
    """Two people who coded findings of one inspection, and how far they agree."""

    first: str
    second: str
    agreement: Agreement


def coders_agree(codings: Iterable[CauseCoding]) -> list[CodersAgree]:
    """Cohen's kappa for each pair of people of whose latest codings, say of one inspection, some are of the same
    findings."""
    by_coder: dict[tuple[int, str], dict[int, set[str]]] = {}
    for coding in codings:
        coded = by_coder.setdefault((coding.by_id, str(coding.by)), {})
        coded[coding.finding_id] = {cause.code for cause in coding.causes.all()}
    found = []
    for (one, first), (other, second) in combinations(by_coder.items(), 2):
        measured = agreement(first, second, BY_CODE)
        if measured is not None:
            found.append(CodersAgree(one[1], other[1], measured))
    return found
