"""What every operation on an action begins and ends with: the lock, the checks, and the row of its history."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.findings.models import Finding
from tracker.people.access import Access
from tracker.people.models import Assignment
from tracker.people.roles import Can
from tracker.plans.lifecycle import CLAIMED, MOVES, Status
from tracker.plans.models import Action, ActionEvent, ProgressUpdate
from tracker.plans.queries import people_of_the_plan
from tracker.problems import NotAllowed, Refused, Stale

Duty = Assignment.Duty


class Change(Protocol):
    """The rating change that moves an action, as far as its history needs it."""

    pk: int


def locked(action: Action, by: Access) -> tuple[Action, Status]:
    """The action as it stands now, locked until the transaction ends, and its status.

    The lock leaves foreign keys to the action free, so that a reader's note need not wait."""
    fresh = Action.objects.visible_to(by).select_for_update(no_key=True).filter(pk=action.pk).first()
    if fresh is None:
        raise NotAllowed("You may not see this trust's plan.")
    return fresh, Status(fresh.status)


def person_of(by: Access, said: str) -> int:
    """The id of the person who acts.  Raises NotAllowed, saying so, where it is the service itself."""
    if by.person_id is None:
        raise NotAllowed(said)
    return by.person_id


def may_work_on(action: Action, by: Access) -> bool:
    """Its owner, and whoever may update the trust's actions."""
    return by.person_id == action.owner_id or by.may(Can.UPDATE_ACTIONS, action.trust_id)


def may_move(action: Action, by: Access, status: str) -> bool:
    needed = next((can for move, can in MOVES.items() if move == (action.status, status)), Can.UPDATE_ACTIONS)
    if needed == Can.UPDATE_ACTIONS:
        return may_work_on(action, by)
    return by.may(needed, action.trust_id)


def check_may_work_on(action: Action, by: Access) -> None:
    if not may_work_on(action, by):
        raise NotAllowed("Only the action's owner or the trust's improvement lead may update it.")


def check_may_move(action: Action, by: Access, status: str) -> None:
    if not may_move(action, by, status):
        raise NotAllowed("Only the action's owner or the trust's improvement lead may update it.")


def check_version(action: Action, version: int) -> None:
    """Raise `Stale`, with what stands now, unless the person saw the action as it is."""
    if version == action.version:
        return
    raise Stale(
        "Somebody saved this action while you were writing. Your words are kept below; read what stands now, "
        "then save again.",
        theirs=what_stands(action),
    )


def what_stands(action: Action) -> dict[str, str]:
    """The action's last change, for somebody who wrote at the same time."""
    quiet = (ActionEvent.Kind.NOTED, ActionEvent.Kind.EVIDENCE)
    last = action.events.exclude(kind__in=quiet).select_related("by").first()
    return {
        "version": str(action.version),
        "status": action.status,
        "words": last.why if last else "",
        "by": str(last.by) if last and last.by else "Turnaround",
        "at": last.at.isoformat() if last else "",
    }


def check_holds_a_role(trust_id: int, person: User, today: date, *, field: str) -> None:
    if not people_of_the_plan(trust_id, today).filter(pk=person.pk).exists():
        said = f"{person} holds no role at this trust that sees its plan. Choose somebody who does."
        raise Refused(said, field=field)


def assign(action: Action, person: User, duty: Duty, *, by_id: int, now: datetime) -> None:
    Assignment.objects.create(
        trust_id=action.trust_id,
        person=person,
        duty=duty,
        object_kind="action",
        object_id=action.pk,
        assigned_at=now,
        assigned_by_id=by_id,
    )


def move(action: Action, status: Status, *, now: datetime, delivered_on: date | None = None) -> None:
    """Put the action in `status`.  What was claimed and verified goes when it is open again."""
    today = Moment(now).today
    if status == Status.DONE:
        action.done_on, action.delivered_on = today, delivered_on or today
    elif status not in CLAIMED:
        action.done_on = action.delivered_on = None
    if status not in (Status.VERIFIED, Status.SUSTAINED):
        action.verified_on = action.verified_by = None
    action.sustained_on = today if status == Status.SUSTAINED else None
    action.status = status
    action.version += 1
    action.save(
        update_fields=["status", "done_on", "delivered_on", "verified_on", "verified_by", "sustained_on", "version"]
    )


def record(
    action: Action,
    kind: ActionEvent.Kind,
    *,
    before: str,
    why: str,
    by: Access,
    now: datetime,
    on_behalf_of: User | None = None,
    progress: ProgressUpdate | None = None,
    rating_change: Change | None = None,
    finding: Finding | None = None,
    changes: Mapping[str, list[str]] | None = None,
) -> ActionEvent:
    """The row of the action's history.  Every operation ends with one."""
    return ActionEvent.objects.create(
        trust_id=action.trust_id,
        action=action,
        kind=kind,
        status_before=before,
        status_after=action.status,
        why=why,
        at=now,
        by_id=by.person_id,
        on_behalf_of=on_behalf_of,
        progress=progress,
        rating_change_id=rating_change.pk if rating_change else None,
        finding=finding,
        changes=dict(changes or {}),
        version=action.version,
    )
