"""Changing many actions at once: tried first, so that a person sees each before and after and what will be refused
and why; and taken back, as far as nobody has changed them since.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from tracker.accounts.models import User
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.closing_models import Extension
from tracker.plans.extending import ask_extension, withdraw_extension
from tracker.plans.lifecycle import MOVES, UNDOING, WORKING, Asked, Status
from tracker.plans.models import Action, ActionEvent
from tracker.plans.operations import reassign_action, record_progress
from tracker.plans.working_models import BulkChange, BulkChangeRow
from tracker.plans.writing import locked, move, person_of, record
from tracker.problems import NotAllowed, Refused

MOST = 100


@dataclass(frozen=True)
class Wish:
    """What is to become of each action; what is none stays as it is."""

    why: str
    owner: User | None = None
    executive: User | None = None
    status: str = ""
    due_wanted: date | None = None
    impact: str = ""
    interim_control: str = ""
    nhs_number_checked: bool = False


@dataclass
class Outcome:
    """What becomes of one action: each part before and after, or why it is left as it is."""

    action: Action
    changes: dict[str, list[str]] = field(default_factory=dict)
    refused: str = ""


def try_bulk_change(actions: Sequence[Action], *, by: Access, now: datetime, wish: Wish) -> list[Outcome]:
    """What the change would do to each action.  It is done and taken back, so nothing is foretold wrongly."""
    _check(actions, by, wish)
    outcomes = []
    for action in actions:
        with transaction.atomic():
            outcomes.append(_change(action, by, now, wish)[0])
            transaction.set_rollback(True)
    return outcomes


@transaction.atomic
def make_bulk_change(
    actions: Sequence[Action], *, by: Access, now: datetime, wish: Wish
) -> tuple[BulkChange, list[Outcome]]:
    """Change every action that can be changed; the others are left as they are, and said.

    Raises `NotAllowed`, or `Refused` for none or too many, actions of several trusts, or nothing to change."""
    trust_id = _check(actions, by, wish)
    person_id = person_of(by, "Actions are changed by a person.")
    bulk = BulkChange.objects.create(trust_id=trust_id, by_id=person_id, at=now, why=wish.why.strip())
    outcomes = []
    for action in sorted(actions, key=lambda one: one.pk):  # the order of locks is the same for everybody
        with transaction.atomic():
            outcome, row = _change(action, by, now, wish)
            if outcome.refused:
                transaction.set_rollback(True)
        if row is not None and not outcome.refused:
            row.bulk = bulk
            row.save()
        outcomes.append(outcome)
    return bulk, outcomes


@transaction.atomic
def undo_bulk_change(bulk: BulkChange, *, by: Access, now: datetime) -> list[Outcome]:
    """Put back what the change did, action by action; where somebody has changed one since, it is left and said.

    Raises `NotAllowed`, or `Refused` when it has been taken back already."""
    person_id = person_of(by, "A change is taken back by a person.")
    stands = BulkChange.objects.select_for_update().filter(pk=bulk.pk).first()
    if stands is None or not by.may(Can.UPDATE_ACTIONS, stands.trust_id):
        raise NotAllowed("Only the trust's improvement lead may take this back.")
    if stands.undone_at is not None:
        raise Refused("This change has been taken back already.")
    stands.undone_at, stands.undone_by_id = now, person_id
    stands.save(update_fields=["undone_at", "undone_by"])
    outcomes = []
    for row in stands.rows.select_related("action", "extension").order_by("action_id"):
        outcome = Outcome(row.action)
        try:
            with transaction.atomic():
                outcome.changes = _put_back(row, by, now)
        except Refused as refused:
            outcome.refused = refused.message
        outcomes.append(outcome)
    return outcomes


def _check(actions: Sequence[Action], by: Access, wish: Wish) -> int:
    person_of(by, "Actions are changed by a person.")
    if not actions:
        raise Refused("Select at least one action.")
    if len(actions) > MOST:
        raise Refused(f"Select at most {MOST} actions: filter the list further.")
    trusts = {action.trust_id for action in actions}
    if len(trusts) > 1:
        raise Refused("Select actions of one trust.")
    trust_id = trusts.pop()
    if not by.may(Can.UPDATE_ACTIONS, trust_id):
        raise NotAllowed("Only the trust's improvement lead may change many actions.")
    if not (wish.owner or wish.executive or wish.status or wish.due_wanted):
        raise Refused("Say what is to change: the owner, the executive, the status or the due date.")
    if not wish.why.strip():
        raise Refused("Say why.", field="why")
    if wish.status and wish.status not in WORKING:
        raise Refused("To say that something is done, or to set it aside, open the action.", field="status")
    return trust_id


def _change(action: Action, by: Access, now: datetime, wish: Wish) -> tuple[Outcome, BulkChangeRow | None]:
    """Change one action by the same operations as its own page."""
    stands, _ = locked(action, by)
    outcome = Outcome(action)
    before: dict[str, int | str] = {}
    after: dict[str, int | str] = {}
    extension: Extension | None = None
    checked = wish.nhs_number_checked
    try:
        with transaction.atomic():
            owner = wish.owner if wish.owner and wish.owner.pk != stands.owner_id else None
            executive = wish.executive if wish.executive and wish.executive.pk != stands.executive_id else None
            if owner or executive:
                for name, person, held in (("owner", owner, stands.owner), ("executive", executive, stands.executive)):
                    if person:
                        before[name], after[name] = held.pk, person.pk
                        outcome.changes[name] = [str(held), str(person)]
                reassign_action(
                    stands, by=by, now=now, why=wish.why, version=stands.version, owner=owner, executive=executive,
                    nhs_number_checked=checked,
                )  # fmt: skip
                stands, _ = locked(action, by)
            if wish.status and wish.status != stands.status:
                before["status"], after["status"] = stands.status, wish.status
                outcome.changes["status"] = [Status(stands.status).label, Status(wish.status).label]
                record_progress(
                    stands, by=by, now=now, words=wish.why, status=wish.status, version=stands.version,
                    nhs_number_checked=checked,
                )  # fmt: skip
                stands, _ = locked(action, by)
            if wish.due_wanted:
                extension = ask_extension(
                    stands, by=by, now=now, due_wanted=wish.due_wanted, reason=wish.why, impact=wish.impact,
                    interim_control=wish.interim_control, nhs_number_checked=checked,
                )  # fmt: skip
                outcome.changes["due_asked"] = [stands.due_on.isoformat(), wish.due_wanted.isoformat()]
    except Refused as refused:
        return Outcome(action, refused=refused.message), None
    if not outcome.changes:
        return Outcome(action, refused="It is so already."), None
    row = BulkChangeRow(
        trust_id=action.trust_id, action=action, before=before, after=after, version=stands.version, extension=extension
    )
    return outcome, row


def _put_back(row: BulkChangeRow, by: Access, now: datetime) -> dict[str, list[str]]:
    action, status = locked(row.action, by)
    if action.version != row.version:
        last = action.events.exclude(kind=ActionEvent.Kind.NOTED).select_related("by").first()
        raise Refused(f"{last.by if last and last.by else 'Turnaround'} has changed it since.")
    if row.extension is not None and row.extension.state != Asked.ASKED:
        raise Refused("The later date has been decided since.")
    said, changes = "A change of many actions was taken back.", {}
    people = {name: User.objects.get(pk=row.before[name]) for name in ("owner", "executive") if name in row.before}
    if people:
        changes = {name: [str(getattr(action, name)), str(person)] for name, person in people.items()}
        reassign_action(
            action, by=by, now=now, why=said, version=action.version,
            owner=people.get("owner"), executive=people.get("executive"),
        )  # fmt: skip
        action, status = locked(row.action, by)
    if "status" in row.before:
        back = Status(row.before["status"])
        if (status, back) not in {*MOVES, *UNDOING}:
            raise Refused(f"It cannot go back to “{back.label}”.")
        move(action, back, now=now)
        changes["status"] = [status.label, back.label]
        moved = {"status": changes["status"]}
        record(action, ActionEvent.Kind.MOVED, before=status, why=said, by=by, now=now, changes=moved)
    if row.extension is not None:
        withdraw_extension(row.extension, by=by, now=now, why=said)
        changes["due_asked"] = [row.extension.due_wanted.isoformat(), action.due_on.isoformat()]
    return changes
