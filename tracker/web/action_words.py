"""The words, tones and links of actions on a page."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from tracker.clock import ENGLAND
from tracker.findings.models import Finding
from tracker.plans.lifecycle import OPEN, Status
from tracker.plans.models import Action, ActionEvent
from tracker.plans.operations import OWN
from tracker.plans.queries import Entry
from tracker.web.ratings_words import long_day

KIND_WORDS = {**dict(Finding.Kind.choices), OWN: "Trust's own"}
STATUS_TONES = {
    Status.NOT_STARTED: "grey",
    Status.ON_TRACK: "green",
    Status.AT_RISK: "yellow",
    Status.OFF_TRACK: "red",
    Status.DONE: "blue",
    Status.REOPENED: "purple",
}
_EVENT_WORDS = {
    ActionEvent.Kind.MADE: "Action made",
    ActionEvent.Kind.REASSIGNED: "Given to somebody else",
    ActionEvent.Kind.NOTED: "Noted",
}


def status_tag(status: str) -> dict[str, str]:
    """The status in a word, with its tag's colour."""
    return {"text": Status(status).label, "colour": STATUS_TONES[Status(status)]}


def kind_words(reference: str) -> str:
    """Must do, should do or the trust's own, from the reference."""
    return KIND_WORDS.get(reference.split("-")[-2], "")


def days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def due_note(action: Action, today: date) -> str:
    """How the due date stands: "12 days overdue", "due today", "in 5 days"; empty when it no longer matters."""
    if action.status not in OPEN:
        return f"done {long_day(action.done_on)}"
    left = (action.due_on - today).days
    if left < 0:
        return f"{days(-left)} overdue"
    if left == 0:
        return "due today"
    return f"in {days(left)}" if left <= 14 else ""


def place_of_action(action: Action) -> str:
    """Where it applies: "Surgery, Safe, Northborough General Hospital"; empty for the trust as a whole."""
    return ", ".join(str(one) for one in (action.service, action.key_question, action.site) if one is not None)


def moment_words(at: Any) -> str:
    """23 November 2026, 5:30pm."""
    local = timezone.localtime(at, ENGLAND)
    minutes = f":{local:%M}" if local.minute else ""
    return f"{long_day(local.date())}, {local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


def event_title(entry: Entry) -> str:
    """What happened, in a line."""
    kind = ActionEvent.Kind(entry.kind)
    after = Status(entry.status_after).label if entry.status_after else ""
    if kind == ActionEvent.Kind.REOPENED:
        return "Reopened because a rating fell" if entry.rating_change_id else "Reopened"
    if kind == ActionEvent.Kind.UPDATED:
        return f"Progress recorded, still {after.lower()}"
    if kind == ActionEvent.Kind.MOVED:
        return f"{Status(entry.status_before).label} to {after.lower()}"
    if kind == ActionEvent.Kind.NOTED and entry.rating_change_id:
        return "A rating changed"
    return _EVENT_WORDS[kind]


def shown_entry(entry: Entry) -> dict[str, str]:
    """One event of the timeline."""
    by = str(entry.by) if entry.by else "Turnaround"
    return {
        "title": event_title(entry),
        "date": moment_words(entry.at),
        "datetime": entry.at.isoformat(),
        "by": f"{by} on behalf of {entry.on_behalf_of}" if entry.on_behalf_of else by,
        "text": entry.words,
    }


def reopened_because(action: Action, entries: list[Entry]) -> str:
    """Why a reopened action is open again; empty when it is not reopened."""
    if action.status != Status.REOPENED:
        return ""
    return next((entry.words for entry in entries if entry.kind == ActionEvent.Kind.REOPENED), "")


def action_href(action: Action) -> str:
    return reverse("action", args=[action.reference])
