"""A person's reminders, and the outbox: every message as it left, for whoever looks after the service."""

from django.http import HttpResponse
from django.shortcuts import render

from tracker.people.roles import Can
from tracker.plans.models import Action
from tracker.reminders.models import OutboxMessage, Reminder
from tracker.reminders.queries import ledger_by_state, messages_visible_to, needing_a_person, reminders_visible_to
from tracker.web.action_words import action_href, moment_words
from tracker.web.paging import one_page
from tracker.web.ratings_words import short_day
from tracker.web.requests import SignedInRequest, needs

State = Reminder.State
STATE_TONES = {
    State.PLANNED: "blue",
    State.SENDING: "blue",
    State.SENT: "green",
    State.FAILED: "red",
    State.UNKNOWN: "orange",
    State.SKIPPED: "grey",
}


@needs(Can.SEE_PLANS)
def reminders(request: SignedInRequest) -> HttpResponse:
    """The person's own: what is planned, what was sent, and why they get them."""
    person = request.access.person_id
    own = reminders_visible_to(request.access).filter(person_id=person)
    rows, pages = one_page(own, request.GET)
    found = list(rows)
    actions = {
        action.pk: action
        for action in Action.objects.visible_to(request.access).filter(pk__in=[one.object_id for one in found])
    }
    return render(
        request,
        "tracker/reminders/reminders.jinja",
        {
            "rows": [_shown(reminder, actions.get(reminder.object_id)) for reminder in found],
            "total": pages.total,
            "pagination": pages.links(request.path, {}),
            "messages_sent": [
                _message(message) for message in messages_visible_to(request.access).filter(person_id=person)[:20]
            ],
            "email": request.user.email,
        },
    )


@needs(Can.SEE_OPERATIONS)
def outbox(request: SignedInRequest) -> HttpResponse:
    """Every message, the newest first, what stands in the ledger, and what needs a person."""
    rows, pages = one_page(messages_visible_to(request.access), request.GET)
    states = ledger_by_state(request.access)
    return render(
        request,
        "tracker/reminders/outbox.jinja",
        {
            "rows": [_message(message) for message in rows],
            "total": pages.total,
            "pagination": pages.links(request.path, {}),
            "ledger": [{"key": State(state).label, "value": f"{count:,}"} for state, count in states.items()],
            "need_a_person": [_shown(reminder, None) for reminder in needing_a_person(request.access)[:50]],
        },
    )


def _shown(reminder: Reminder, action: Action | None) -> dict[str, object]:
    """A reminder in words.  Of an action the person may not see there is no name and no link."""
    state = State(reminder.state)
    return {
        "about": f"{action.reference}: {action.title}" if action else "An action",
        "href": action_href(action) if action else "",
        "person": str(reminder.person),
        "stage": Reminder.Stage(reminder.stage).label,
        "due": short_day(reminder.due_on),
        "send_on": short_day(reminder.send_on),
        "state": {"text": str(state.label), "colour": STATE_TONES[state]},
        "why": reminder.why,
    }


def _message(message: OutboxMessage) -> dict[str, object]:
    return {
        "id": message.pk,
        "subject": message.subject,
        "person": str(message.person),
        "to": message.to,
        "at": moment_words(message.at),
        "text": message.text,
    }
