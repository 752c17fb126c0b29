"""Every page there is, from the routes themselves, with something to show for each argument.

A route whose arguments are not known here is not passed over: it is answered as unknown, and counts as missed.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from peerreview.pairing.models import PairingRound
from tracker.accounts.models import User
from tracker.clock import moment
from tracker.demonstration.cast import CAST
from tracker.findings.models import Finding, Inspection
from tracker.findings.reading_models import ReadItem
from tracker.measures.models import Rebase
from tracker.people.scope import whole_service
from tracker.plans.closing_models import Evidence
from tracker.plans.importing_models import TrackerImport
from tracker.plans.measuring_models import ActionMeasure
from tracker.plans.models import Action
from tracker.plans.plan_models import ActionPlan
from tracker.plans.working_models import BulkChange, SavedView
from tracker.ratings.models import CurrentRating, RatingImport, SettlingRule, WaitingRow
from tracker.reminders.models import Absence, OutboxMessage, Reminder
from tracker.reminders.operations import renew_calendar_feed

OTHERS = ("accounts/", "administration/")
"""Pages of other people's making."""


class Route(NamedTuple):
    """A named address and the arguments it takes."""

    name: str
    arguments: frozenset[str]


def routes() -> list[Route]:
    """Our own named routes, in their order."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[Any], under: str) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if not str(pattern.pattern).startswith(OTHERS):
                name = f"{under}{pattern.namespace}:" if pattern.namespace else under
                yield from _walk(pattern.url_patterns, name)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield Route(f"{under}{pattern.name}", frozenset(pattern.pattern.converters))


def arguments() -> dict[str, Any]:
    """A value for each argument a route may take: of the trust with the most going on."""
    code = CAST.struggling.code
    with whole_service() as service:
        lead = replace(service, person_id=User.objects.get(email="lead@demo.test").pk)
        secret = renew_calendar_feed(by=lead, now=moment().now)
        cell = (
            CurrentRating.objects.filter(trust__code=code, site__isnull=False, state="rated")
            .select_related("organisation", "service", "domain", "site")
            .order_by("pk")[0]
        )
        action = Action.objects.order_by("pk")[0]
        rebase = Rebase.objects.order_by("pk")[0]
        newest = RatingImport.objects.order_by("-pk")[0]
        values = {
            "code": code,
            "cqc_id": cell.organisation.cqc_id,
            "level": cell.organisation.level,
            "service": cell.service.key,
            "domain": cell.domain.key,
            "reference": action.reference,
            "measure_id": rebase.measure_id,
            "rebase_id": rebase.pk,
            "link_id": ActionMeasure.objects.order_by("pk")[0].pk,
            "plan": ActionPlan.objects.order_by("pk").values_list("reference", flat=True).first() or "none",
            "inspection_id": Inspection.objects.order_by("pk")[0].pk,
            "finding_id": Finding.objects.order_by("pk")[0].pk,
            **_of_a_reading(),
            "row_id": WaitingRow.objects.order_by("pk")[0].pk,
            "rule_id": SettlingRule.objects.order_by("pk")[0].pk,
            "number": PairingRound.objects.order_by("pk")[0].pk,
            "public_id": newest.public_id,
            "session_id": 1,  # of an address for posting to
            **_of_actions(),
            "message_id": OutboxMessage.objects.order_by("pk")[0].pk,
            "reminder_id": Reminder.objects.filter(state="unknown").order_by("pk")[0].pk,
            "secret": secret,
            "absence_id": Absence.objects.order_by("pk")[0].pk,
        }
    connection.close()
    return values


def _of_actions() -> dict[str, Any]:
    """A piece of evidence, a change of many and a saved view; zeros, which answer nobody, where there is none."""
    piece = Evidence.objects.filter(media_type="image/png").first()
    bulk, view = BulkChange.objects.first(), SavedView.objects.first()
    tracker = TrackerImport.objects.first()
    return {
        "tracker_id": tracker.public_id if tracker else UUID(int=0),
        "suffix": "csv",
        "evidence_id": piece.public_id if piece else UUID(int=0),
        "bulk_id": bulk.public_id if bulk else UUID(int=0),
        "view_id": view.pk if view else 0,
    }


def _of_a_reading() -> dict[str, Any]:
    item = ReadItem.objects.select_related("reading").order_by("pk")[0]
    return {"reading_id": item.reading.public_id, "item_number": item.number}


def address(route: Route, values: dict[str, Any]) -> str | None:
    """The page's address, or None where an argument is not known."""
    if not route.arguments <= values.keys():
        return None
    return reverse(route.name, kwargs={name: values[name] for name in route.arguments})
