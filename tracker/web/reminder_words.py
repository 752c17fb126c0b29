"""Reminders and messages in words: what, why you, how it stands; and the pages about them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from django.urls import reverse

from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.reminders.letters import why_told
from tracker.reminders.models import OutboxMessage, Reminder
from tracker.reminders.planning import promises
from tracker.sources import DuePromises, Named, Pace, Told
from tracker.web.action_words import moment_words
from tracker.web.ratings_words import short_day

State, Became = Reminder.State, OutboxMessage.State
STATE_TONES: Final = {
    State.PLANNED: "blue",
    State.SENDING: "blue",
    State.SENT: "green",
    State.FAILED: "red",
    State.UNKNOWN: "orange",
    State.SKIPPED: "grey",
}
BECAME_TONES: Final = {Became.SENDING: "blue", Became.SENT: "green", Became.NOT_SENT: "red", Became.UNKNOWN: "orange"}
Lines: TypeAlias = Iterator[tuple[Reminder, Named | None]]


def with_names(access: Access, reminders: Iterable[Reminder]) -> Lines:
    """Each reminder with what it is about, where the person may see that: a query for each kind."""
    found = list(reminders)
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for one in found:
        ids[one.kind].add(one.object_id)
    named = {kind.kind: kind.named(access, ids[kind.kind]) for kind in promises() if kind.kind in ids}
    yield from ((one, named.get(one.kind, {}).get(one.object_id)) for one in found)


def why_words(reminder: Reminder) -> str:
    """ "You own it: it goes a week before the due date." """
    kind = kind_of(reminder)
    told = why_told(reminder, kind)
    return f"{told[0].upper()}{told[1:]}: {stage_words(reminder.days, kind)}"


def kind_of(reminder: Reminder) -> DuePromises | None:
    return next((kind for kind in promises() if kind.kind == reminder.kind), None)


def stage_words(days: int, kind: DuePromises | None = None) -> str:
    """When, against its due date or the day it was asked, a reminder goes."""
    if kind is not None and kind.pace is Pace.ANSWER:
        return "on the day it was asked" if days == 0 else f"{days} days after it was asked"
    if days == 0:
        return "on the day it is due"
    if days == -7:
        return "a week before it is due"
    many = abs(days)
    return f"{many} {'day' if many == 1 else 'days'} {'after' if days > 0 else 'before'} it is due"


def about(reminder: Reminder, named: Named | None) -> str:
    """What it is about.  Of a thing the person may not see there is no name."""
    if named:
        return f"{named.reference}: {named.title}"
    kind = kind_of(reminder)
    noun = kind.noun if kind else "something"
    return noun[0].upper() + noun[1:]


def shown_reminder(reminder: Reminder, named: Named | None) -> dict[str, Any]:
    state = State(reminder.state)
    return {
        "id": reminder.pk,
        "about": about(reminder, named),
        "href": named.href if named else "",
        "person": str(reminder.person),
        "told": Reminder.ROLES[Told(reminder.told)],
        "stage": stage_words(reminder.days, kind_of(reminder)),
        "why_you": why_words(reminder),
        "due": short_day(reminder.due_on),
        "send_on": short_day(reminder.send_on),
        "state": {"text": str(state.label), "colour": STATE_TONES[state]},
        "why": reminder.why,
        "message_href": reverse("message", args=[reminder.message_id]) if reminder.message_id else "",
    }


def shown_message(message: OutboxMessage) -> dict[str, Any]:
    state = Became(message.state)
    return {
        "href": reverse("message", args=[message.pk]),
        "subject": message.subject,
        "person": str(message.person),
        "to": message.to,
        "at": moment_words(message.at),
        "state": {"text": str(state.label), "colour": BECAME_TONES[state]},
        "why": message.why,
        "attempt": message.attempt,
    }


def reminder_pages(access: Access, path: str) -> list[dict[str, Any]]:
    """The pages about a person's reminders."""
    pages = [
        ("Your reminders", "reminders"),
        ("Coming up", "coming"),
        ("How you hear", "reminder_settings"),
        ("Your calendar", "calendar_settings"),
    ]
    if not access.may(Can.SEE_RATINGS):
        return []
    return [{"text": text, "href": reverse(name), "current": path == reverse(name)} for text, name in pages]
