"""The words, tones and links of actions on a page."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from tracker.clock import ENGLAND
from tracker.findings.models import Finding
from tracker.plans.editing import LABELS
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
    Status.VERIFIED: "blue",
    Status.SUSTAINED: "aqua-green",
    Status.REOPENED: "purple",
    Status.SET_ASIDE: "white",
}
_EVENT_WORDS = {
    ActionEvent.Kind.MADE: "Action made",
    ActionEvent.Kind.REASSIGNED: "Given to somebody else",
    ActionEvent.Kind.NOTED: "Noted",
    ActionEvent.Kind.EDITED: "Edited",
    ActionEvent.Kind.EVIDENCE: "Evidence added",
    ActionEvent.Kind.VERIFIED: "Verified",
    ActionEvent.Kind.SUSTAINED: "Sustained: complete and embedded",
    ActionEvent.Kind.SET_ASIDE: "Set aside",
    ActionEvent.Kind.EXTENSION_ASKED: "A later date was asked for",
    ActionEvent.Kind.EXTENDED: "The later date was granted",
    ActionEvent.Kind.EXTENSION_REFUSED: "The later date was refused",
    ActionEvent.Kind.EXTENSION_WITHDRAWN: "The later date is no longer asked for",
}

_FIELD_WORDS = {
    **LABELS,
    "owner": "Owner",
    "executive": "Accountable executive",
    "due_on": "Due date",
    "due_asked": "Later due date asked for",
    "status": "Status",
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
        return f"done {long_day(action.delivered_on)}" if action.delivered_on else ""
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
        if entry.finding_id:
            return "Reopened because its finding returned"
        return "Reopened because a rating fell" if entry.rating_change_id else "Reopened"
    if kind == ActionEvent.Kind.UPDATED:
        return f"Progress recorded, still {after.lower()}"
    if kind == ActionEvent.Kind.MOVED:
        return f"{Status(entry.status_before).label} to {after.lower()}"
    if kind == ActionEvent.Kind.NOTED and entry.rating_change_id:
        return "A rating changed"
    return _EVENT_WORDS[kind]


def shown_entry(entry: Entry) -> dict[str, Any]:
    """One event of the timeline."""
    by = str(entry.by) if entry.by else "Turnaround"
    return {
        "title": event_title(entry),
        "date": moment_words(entry.at),
        "datetime": entry.at.isoformat(),
        "by": f"{by} on behalf of {entry.on_behalf_of}" if entry.on_behalf_of else by,
        "text": entry.words,
        "changes": shown_changes(entry.changes),
    }


def shown_changes(changes: dict[str, list[str]]) -> list[dict[str, str]]:
    """What changed, before and after, in words."""
    return [
        {"what": _FIELD_WORDS.get(name, name), "before": _value(before), "after": _value(after)}
        for name, (before, after) in changes.items()
    ]


def _value(text: str) -> str:
    """A day in words, anything else as it is."""
    try:
        return long_day(date.fromisoformat(text))
    except ValueError:
        return text or "nothing"


def reopened_because(action: Action, entries: list[Entry]) -> str:
    """Why a reopened action is open again; empty when it is not reopened."""
    if action.status != Status.REOPENED:
        return ""
    return next((entry.words for entry in entries if entry.kind == ActionEvent.Kind.REOPENED), "")


def action_href(action: Action) -> str:
    return reverse("action", args=[action.reference])
