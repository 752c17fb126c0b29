"""The due dates of a person's actions, for their calendar."""

from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q

from tracker.clock import Moment
from tracker.people.access import Access
from tracker.plans.lifecycle import OPEN
from tracker.plans.models import Action, ActionEvent
from tracker.sources import CalendarEvent

CANCELLED_FOR: Final = timedelta(days=30)
"""How long a closed action is still told as cancelled: a program that looks once a month learns of it."""


def due_dates(access: Access, moment: Moment) -> list[CalendarEvent]:
    """Each open action the person owns or is accountable for, and those closed in the last thirty days."""
    if access.person_id is None:
        return []
    theirs = Action.objects.visible_to(access).filter(Q(owner=access.person_id) | Q(executive=access.person_id))
    lately = ActionEvent.objects.filter(action=OuterRef("pk"), at__gte=moment.now - CANCELLED_FOR)
    shown = theirs.filter(Q(status__in=OPEN) | Exists(lately)).order_by("due_on", "pk")
    return [
        CalendarEvent(
            uid=f"action-{action.reference}",
            sequence=action.version,
            on=action.due_on,
            summary=f"{action.reference} is due",
            href=f"/actions/{action.reference}",
            cancelled=action.status not in OPEN,
        )
        for action in shown
    ]
