"""The words and links of inspections and their findings on a page."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.urls import reverse

from tracker.findings.models import Finding, Inspection
from tracker.findings.queries import PublishedInspection
from tracker.plans.models import Action
from tracker.ratings.models import RatingRecord
from tracker.reports.tables import CONFIDENTIAL_PLAN, LICENCE, OURS, SOURCE, Columns
from tracker.web.action_words import status_tag
from tracker.web.addresses import address
from tracker.web.ratings_words import long_day, rating_tone, rating_words, report_link

KIND_COLOURS = {"MD": "red", "SD": "blue", "BR": "red", "NO": "yellow", "WN": "orange", "CO": "purple"}
NO_SINGLE_PLACE = "The trust as a whole"


def place_of_finding(finding: Finding) -> str:
    """Where it applies: "Surgery, Safe, Northborough General Hospital"."""
    named = (finding.service, finding.key_question, finding.site)
    return ", ".join(str(one) for one in named if one is not None) or NO_SINGLE_PLACE


def finding_href(trust_code: str, finding_id: int) -> str:
    """Where the finding stands among its trust's: on whichever page that is."""
    path = address(reverse("inspections", args=[trust_code]), {"finding": finding_id})
    return f"{path}#finding-{finding_id}"


def shown_finding(finding: Finding, actions: Iterable[Action] = ()) -> dict[str, Any]:
    return {
        "id": finding.pk,
        "kind": Finding.Kind(finding.kind).label,
        "colour": KIND_COLOURS[finding.kind],
        "href": reverse("finding", args=[finding.pk]),
        "improve_by": long_day(finding.improve_by) if finding.improve_by else "",
        "recurs": finding.recurrence_of_id is not None,
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
    published: PublishedInspection, actions: Mapping[int, list[Action]], *, sees_plan: bool
) -> dict[str, Any]:
    """An inspection with its findings, must-dos first, and the ratings published that day.  `actions` are all those
    that answer them, for people who see the plan; to others nothing is said of whether one does."""
    inspection, first = published.inspection, published.first
    last = first + len(published.findings) - 1
    return {
        "id": inspection.pk,
        "title": inspection.title,
        "published": long_day(inspection.published_on),
        "report_href": report_link(inspection.report_url),
        "total": published.total,
        "goes_on": first > 1,
        "part": f"{first} to {last} on this page" if len(published.findings) < published.total else "",
        "findings": [
            {**shown_finding(finding, actions.get(finding.pk, ())), "unanswered": finding.pk not in actions}
            for finding in published.findings
        ]
        if sees_plan
        else [shown_finding(finding) for finding in published.findings],
        "ratings": shown_ratings(published.ratings),
    }


@dataclass(frozen=True)
class Line:
    """A finding of the list as a file, with what is done about it, or an inspection of which none is recorded."""

    inspection: Inspection
    finding: Finding | None
    actions: tuple[Action, ...] = ()
    is_unanswered: bool = False

    def of_finding(self, name: str) -> str:
        return str(getattr(self.finding, name) or "") if self.finding else ""


PUBLISHED_FINDINGS: Final = Columns[Line](
    title="Inspections and their findings",
    stem="inspections",
    values={
        "Published": lambda line: line.inspection.published_on,
        "Report": lambda line: line.inspection.title,
        "Address of the report": lambda line: report_link(line.inspection.report_url),
        "Finding": lambda line: line.of_finding("words"),
        "Must or should": lambda line: Finding.Kind(line.finding.kind).label if line.finding else "",
        "Service": lambda line: line.of_finding("service"),
        "Key question": lambda line: line.of_finding("key_question"),
        "Hospital": lambda line: line.of_finding("site"),
        "Regulation": lambda line: line.of_finding("regulation"),
    },
    source=SOURCE,
    licence=LICENCE,
)
FINDINGS_AND_ACTIONS: Final = replace(
    PUBLISHED_FINDINGS,
    values={
        **PUBLISHED_FINDINGS.values,
        "Actions": lambda line: ", ".join(
            f"{action.reference} ({status_tag(action.status)['text'].lower()})" for action in line.actions
        ),
        "No action yet": lambda line: "No action yet" if line.is_unanswered else "",
    },
    source=f"{SOURCE} and {OURS}",
    licence=CONFIDENTIAL_PLAN,
)


def finding_lines(
    published: Iterable[PublishedInspection], actions: Mapping[int, list[Action]], *, sees_plan: bool
) -> Iterator[Line]:
    """The page's inspections, a line for each finding."""
    for one in published:
        for finding in one.findings:
            answered = tuple(actions.get(finding.pk, ()))
            yield Line(one.inspection, finding, answered, sees_plan and not answered)
        if not one.findings:
            yield Line(one.inspection, None)
