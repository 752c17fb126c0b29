"""Reading what inspections published.  All of it is public fact; which findings have an action is not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from tracker.findings.models import Finding, Inspection
from tracker.ratings.models import RatingRecord, RatingRetraction
from tracker.trusts.models import Trust

_CELL_AND_DAY = ("organisation_id", "service_id", "domain_id", "variant", "published_on")


@dataclass(frozen=True)
class PublishedInspection:
    """An inspection and the ratings published that day, one a cell, sites and services in grid order."""

    inspection: Inspection
    findings: list[Finding]
    ratings: list[RatingRecord]


def inspections_of(trust: Trust) -> list[PublishedInspection]:
    """The trust's inspections, the newest first, each with its findings and ratings, in three queries."""
    inspections = list(
        Inspection.objects.filter(trust=trust).prefetch_related(
            "findings__service", "findings__key_question", "findings__site"
        )
    )
    ratings: dict[date | None, list[RatingRecord]] = {}
    for record in ratings_published(trust, {inspection.published_on for inspection in inspections}):
        ratings.setdefault(record.published_on, []).append(record)
    return [
        PublishedInspection(inspection, list(inspection.findings.all()), ratings.get(inspection.published_on, []))
        for inspection in inspections
    ]


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
