"""A person's reminders, and the outbox: every message as it left, for whoever looks after the service."""

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from tracker.people.roles import Can
from tracker.plans.models import Action
from tracker.reminders.models import OutboxMessage, Reminder
from tracker.reminders.queries import ledger_by_state, messages_visible_to, needing_a_person, reminders_visible_to
from tracker.reports.tables import Columns
from tracker.web.action_words import action_href, moment_words
from tracker.web.exports import download_links, list_file
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
Lines = Iterator[tuple[Reminder, Action | None]]

MESSAGES = "messages"  # `?of=messages`: which of the two tables of the page a file holds
ATTENTION = "attention"

MESSAGE_COLUMNS: Final = Columns[OutboxMessage](
    title="Messages",
    stem="messages",
    values={
        "Sent": lambda message: moment_words(message.at),
        "To": lambda message: str(message.person),
        "Address": lambda message: message.to,
        "Subject": lambda message: message.subject,
        "Message": lambda message: message.text,
    },
)


REMINDER_COLUMNS: Final = Columns[tuple[Reminder, Action | None]](
    title="Reminders",
    stem="reminders",
    values={
        "Action": lambda line: line[1].reference if line[1] else "",
        "Title": lambda line: line[1].title if line[1] else "",
        "To": lambda line: str(line[0].person),
        "Reminder": lambda line: Reminder.Stage(line[0].stage).label,
        "Due": lambda line: line[0].due_on,
        "To be sent": lambda line: line[0].send_on,
        "State": lambda line: str(State(line[0].state).label),
        "Why": lambda line: line[0].why,
    },
)


@needs(Can.SEE_PLANS)
def reminders(request: SignedInRequest) -> HttpResponse:
    """The person's own: what is planned, what was sent, and why they get them."""
    person = request.access.person_id
    own = reminders_visible_to(request.access).filter(person_id=person)
    sent = messages_visible_to(request.access).filter(person_id=person)
    today = request.moment.today
    if request.GET.get("of") == MESSAGES:
        file = list_file(request, MESSAGE_COLUMNS, sent, as_at=today)
    else:
        file = list_file(request, REMINDER_COLUMNS, _with_actions(request, own), as_at=today)
    if file:
        return file
    rows, pages = one_page(own, request.GET)
    return render(
        request,
        "tracker/reminders/reminders.jinja",
        {
            "rows": [_shown(*line) for line in _with_actions(request, rows)],
            "total": pages.total,
            "pagination": pages.links(request.path, {}),
            "messages_sent": [_message(message) for message in sent[:20]],
            "downloads": download_links(request),
            "messages_downloads": download_links(request, of=MESSAGES),
            "email": request.user.email,
        },
    )


@needs(Can.SEE_OPERATIONS)
def outbox(request: SignedInRequest) -> HttpResponse:
    """Every message, the newest first, what stands in the ledger, and what needs a person."""
    every, attention = messages_visible_to(request.access), needing_a_person(request.access)
    today = request.moment.today
    if request.GET.get("of") == ATTENTION:
        lines: Lines = ((reminder, None) for reminder in attention)
        file = list_file(request, REMINDER_COLUMNS, lines, as_at=today, chosen="Reminders that need a person")
    else:
        file = list_file(request, MESSAGE_COLUMNS, every, as_at=today)
    if file:
        return file
    rows, pages = one_page(every, request.GET)
    states = ledger_by_state(request.access)
    return render(
        request,
        "tracker/reminders/outbox.jinja",
        {
            "rows": [_message(message) for message in rows],
            "total": pages.total,
            "pagination": pages.links(request.path, {}),
            "ledger": [{"key": State(state).label, "value": f"{count:,}"} for state, count in states.items()],
            "need_a_person": [_shown(reminder, None) for reminder in attention[:50]],
            "downloads": download_links(request),
            "attention_downloads": download_links(request, of=ATTENTION),
        },
    )


def _with_actions(request: SignedInRequest, reminders: QuerySet[Reminder]) -> Lines:
    """Each reminder with its action, where the person may see that."""
    found = list(reminders)
    ids = {one.object_id for one in found}
    actions = Action.objects.visible_to(request.access).in_bulk(ids)
    yield from ((one, actions.get(one.object_id)) for one in found)


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
