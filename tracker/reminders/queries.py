"""Reading the ledger: whether a reminder still holds, what became of them, what needs a person."""

from datetime import date

from django.db.models import Count, Q, QuerySet

from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.lifecycle import OPEN
from tracker.plans.models import Action
from tracker.plans.queries import people_of_the_plan
from tracker.reminders.models import OutboxMessage, Reminder

State = Reminder.State


def why_no_longer_due(reminder: Reminder, action: Action | None, today: date) -> str:
    """Why `reminder` of `action` should not be sent after all, in a sentence; empty when it should be.

    Whatever may have changed between planning and sending is asked again here, in the claiming transaction."""
    if action is None or action.status not in OPEN:
        return "The action is done."
    if action.due_on != reminder.due_on:
        return "The due date has moved."
    if action.owner_id != reminder.person_id:
        return "Somebody else owns the action now."
    if not reminder.person.is_active:
        return "The person's account is disabled."
    if not people_of_the_plan(reminder.trust_id, today).filter(pk=reminder.person_id).exists():
        return "The person no longer holds a role at the trust."
    if _overtaken(reminder).exists():
        return "A later reminder of the same action takes its place."
    return ""


def _overtaken(reminder: Reminder) -> QuerySet[Reminder]:
    """Reminders of the same thing to the same person planned after it, and not given up."""
    return Reminder.objects.filter(
        kind=reminder.kind,
        object_id=reminder.object_id,
        person=reminder.person_id,
        pk__gt=reminder.pk,
        state__in=[State.PLANNED, State.SENDING, State.SENT],
    )


def messages_visible_to(access: Access) -> QuerySet[OutboxMessage]:
    """A person's own messages; all of them for whoever looks after the service.  The newest first."""
    messages = OutboxMessage.objects.select_related("person", "reminder")
    if access.may(Can.SEE_OPERATIONS):
        return messages
    return messages.filter(person_id=access.person_id) if access.person_id else messages.none()


def reminders_visible_to(access: Access) -> QuerySet[Reminder]:
    """A person's own reminders and those of the plans they see; all for whoever looks after the service."""
    reminders = Reminder.objects.select_related("person", "trust").order_by("-pk")
    if access.may(Can.SEE_OPERATIONS):
        return reminders
    return reminders.filter(Q(trust_id__in=access.trusts(Can.SEE_PLANS)) | Q(person_id=access.person_id))


def needing_a_person(access: Access) -> QuerySet[Reminder]:
    """Reminders set aside after too many attempts, and those of which nobody knows whether they were sent."""
    return reminders_visible_to(access).filter(state__in=[State.FAILED, State.UNKNOWN])


def ledger_by_state(access: Access) -> dict[str, int]:
    """How many reminders stand in each state."""
    counted = reminders_visible_to(access).order_by().values_list("state").annotate(Count("pk"))
    return {state.value: 0 for state in State} | dict(counted)
