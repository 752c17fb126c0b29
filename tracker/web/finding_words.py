"""The words and links of inspections and their findings on a page."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse

from tracker.findings.models import Finding
from tracker.findings.queries import PublishedInspection
from tracker.plans.models import Action
from tracker.ratings.models import RatingRecord
from tracker.web.action_words import status_tag
from tracker.web.ratings_words import long_day, rating_tone, rating_words, report_link

NO_SINGLE_PLACE = "The trust as a whole"


def place_of_finding(finding: Finding) -> str:
    """Where it applies: "Surgery, Safe, Northborough General Hospital"."""
    named = (finding.service, finding.key_question, finding.site)
    return ", ".join(str(one) for one in named if one is not None) or NO_SINGLE_PLACE


def shown_finding(finding: Finding, actions: Iterable[Action] = ()) -> dict[str, Any]:
    return {
        "id": finding.pk,
        "kind": Finding.Kind(finding.kind).label,
        "colour": "red" if finding.kind == Finding.Kind.MUST else "blue",
        "words": finding.words,
        "place": place_of_finding(finding),
        "regulation": finding.regulation,
        "actions": [
            {
                "reference": action.reference,
                "title": action.title,
                "href": reverse("action", args=[action.reference]),
                "status": status_tag(action.status),
            }
            for action in actions
        ],
    }


def shown_ratings(records: Iterable[RatingRecord]) -> list[list[object]]:
    """Rows of a table: place, service, key question, rating as {word, tone}."""
    return [
        [
            str(record.organisation.site or record.organisation),
            record.service.name,
            record.domain.name,
            {"word": rating_words(record.state, record.rating, record.word), "tone": rating_tone(record.rating)},
        ]
        for record in records
    ]


def shown_inspection(
    published: PublishedInspection,
    actions: Mapping[int, list[Action]],
    unanswered: set[int],
    *,
    only_unanswered: bool,
) -> dict[str, Any]:
    """An inspection with its findings, must-dos first, and the ratings published that day."""
    inspection = published.inspection
    return {
        "id": inspection.pk,
        "title": inspection.title,
        "published": long_day(inspection.published_on),
        "report_href": report_link(inspection.report_url),
        "findings": [
            {**shown_finding(finding, actions.get(finding.pk, ())), "unanswered": finding.pk in unanswered}
            for finding in published.findings
            if finding.pk in unanswered or not only_unanswered
        ],
        "ratings": shown_ratings(published.ratings),
    }
