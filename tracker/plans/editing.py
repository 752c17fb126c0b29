"""Changing an action's texts: two people may do so at once, and both keep their words."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.people.access import Access
from tracker.plans.merging import merge
from tracker.plans.models import Action, ActionEvent
from tracker.plans.writing import check_may_work_on, check_version, locked, person_of, record, what_stands
from tracker.problems import Refused, Stale

LENGTHS = {"title": 300, "detail": 10_000, "interim_control": 10_000, "risk": 10_000, "own_reference": 60}
LABELS = {
    "title": "What will be done",
    "detail": "Detail",
    "interim_control": "Interim control",
    "risk": "Risk",
    "own_reference": "The trust's own reference",
}


class Clash(Stale):
    """Both changed the same text.  `merged` is every field as it stands with mine where they clash; `theirs` has,
    beside who and when, what they wrote in the fields that clash."""

    def __init__(self, message: str, *, theirs: dict[str, str], merged: dict[str, str]) -> None:
        super().__init__(message, theirs=theirs)
        self.merged = merged


def texts_of(action: Action) -> dict[str, str]:
    return {name: getattr(action, name) for name in LENGTHS}


def texts_at(action: Action, version: int) -> dict[str, str]:
    """The texts as they were when the action was at `version`: what stands, less what was changed since."""
    texts = texts_of(action)
    edits = action.events.filter(kind=ActionEvent.Kind.EDITED, version__gt=version)
    for event in edits.order_by("-version", "-pk"):
        texts.update({name: before for name, (before, _) in event.changes.items()})
    return texts


@transaction.atomic
def replace_texts(
    action: Action,
    *,
    by: Access,
    now: datetime,
    texts: Mapping[str, str],
    version: int,
    nhs_number_checked: bool = False,
) -> Action:
    """Change some of the texts of the action as it stands: for a caller that cannot be shown both.

    Raises what `edit_action` does, and `Stale` when the action is no longer at `version`."""
    stands, _ = locked(action, by)
    check_may_work_on(stands, by)
    check_version(stands, version)
    whole = {**texts_of(stands), **texts}
    return edit_action(stands, by=by, now=now, texts=whole, version=version, nhs_number_checked=nhs_number_checked)


@transaction.atomic
def edit_action(
    action: Action,
    *,
    by: Access,
    now: datetime,
    texts: Mapping[str, str],
    version: int,
    nhs_number_checked: bool = False,
) -> Action:
    """Save the texts somebody wrote who saw the action at `version`.

    What others changed since stands, where this person left it alone.  Raises `NotAllowed`, `Clash` where both
    changed one text differently, or `Refused`."""
    person_of(by, "An action's texts are written by a person.")
    action, before = locked(action, by)
    check_may_work_on(action, by)
    mine = {name: " ".join(texts[name].split()) if name == "title" else texts[name].strip() for name in LENGTHS}
    mine = {name: text.replace("\r\n", "\n") for name, text in mine.items()}
    if not mine["title"]:
        raise Refused("Enter what will be done.", field="title")
    for name, text in mine.items():
        if len(text) > LENGTHS[name]:
            raise Refused(f"Shorten this to {LENGTHS[name]:,} characters or fewer.", field=name)
        refuse_nhs_numbers(text, field=name, checked=nhs_number_checked)
    stands = texts_of(action)
    merged = merge(texts_at(action, version), mine, stands)
    if merged.clashes:
        raise Clash(
            "Somebody changed the same text while you were writing. Nothing is lost: read what they wrote beside "
            "yours, then save again.",
            theirs={**what_stands(action), **merged.clashes},
            merged=merged.values,
        )
    changes = merged.changes_from(stands)
    if not changes:
        return action
    for name, (_, after) in changes.items():
        setattr(action, name, after)
    action.version += 1
    action.save(update_fields=[*changes, "version"])
    said = ", ".join(LABELS[name].lower() for name in changes)
    record(action, ActionEvent.Kind.EDITED, before=before, why=f"Changed: {said}.", by=by, now=now, changes=changes)
    return action
