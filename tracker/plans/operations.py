"""Making actions, and every move of one.

Each operation locks the action through the person's own wall, checks the permission, the version the person
saw and the lifecycle, and writes its history row in the same transaction.  `by` is the person's access; the
service itself (`tracker.people.scope.whole_service`) is an access without a person.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.findings.models import Finding
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.people.access import Access
from tracker.people.models import Assignment
from tracker.people.roles import Can
from tracker.plans.lifecycle import MOVES, Status
from tracker.plans.models import Action, ActionEvent, ActionFinding, ProgressUpdate, ReferenceCounter
from tracker.plans.queries import people_of_the_plan
from tracker.problems import NotAllowed, Refused, Stale
from tracker.ratings.models import RatedDomain, RatedService
from tracker.trusts.models import Site, Trust

OWN = "OW"  # the kind of an action that answers no finding
TITLE_LENGTH = 300
Duty = Assignment.Duty


class Change(Protocol):
    """The rating change that moves an action, as far as its history needs it."""

    pk: int


@transaction.atomic
def make_action(
    trust: Trust,
    *,
    by: Access,
    now: datetime,
    title: str,
    owner: User,
    executive: User,
    due_on: date,
    findings: Sequence[Finding] = (),
    detail: str = "",
    service: RatedService | None = None,
    key_question: RatedDomain | None = None,
    site: Site | None = None,
    form_key: UUID | None = None,
    nhs_number_checked: bool = False,
) -> Action:
    """Make an action that answers `findings`, or none; its reference is given for ever (XN1-MD-001).

    Where service, key question or site is not given, the action takes the one its findings agree on.  The same
    form sent twice answers with the action it made.  Raises `NotAllowed`, or `Refused` for what is missing, a
    due date in the past, people who do not hold a role of the plan there, or another trust's findings."""
    if by.person_id is None or not by.may(Can.MAKE_ACTIONS, trust.pk):
        raise NotAllowed("Only the trust's improvement lead or accountable executive may make its actions.")
    title, detail, today = title.strip(), detail.strip(), Moment(now).today
    if not title:
        raise Refused("Enter what will be done.", field="title")
    if len(title) > TITLE_LENGTH:
        raise Refused(f"Shorten the title to {TITLE_LENGTH} characters or fewer; use the detail.", field="title")
    refuse_nhs_numbers(title, field="title", checked=nhs_number_checked)
    refuse_nhs_numbers(detail, field="detail", checked=nhs_number_checked)
    if due_on < today:
        raise Refused("The due date must be today or later.", field="due_on")
    if any(finding.trust_id != trust.pk for finding in findings):
        raise Refused("Choose findings of this trust only.", field="findings")
    if site is not None and site.trust_id != trust.pk:
        raise Refused("Choose a site of this trust.", field="site")
    _check_holds_a_role(trust.pk, owner, today, field="owner")
    _check_holds_a_role(trust.pk, executive, today, field="executive")

    counter = _locked_counter(trust, _kind_of(findings))
    if form_key and (made := Action.objects.visible_to(by).filter(trust=trust, form_key=form_key).first()):
        if (made.title, made.detail) == (title, detail):
            return made
        raise Refused(f"This form has already made {made.reference}. Open that action to change it.")
    counter.last += 1
    counter.save(update_fields=["last"])
    action = Action.objects.create(
        trust=trust,
        reference=f"{trust.code}-{counter.kind}-{counter.last:03d}",
        title=title,
        detail=detail,
        service_id=service.pk if service else _agreed([finding.service_id for finding in findings]),
        key_question_id=key_question.pk if key_question else _agreed([f.key_question_id for f in findings]),
        site_id=site.pk if site else _agreed([finding.site_id for finding in findings]),
        owner=owner,
        executive=executive,
        original_due_on=due_on,
        due_on=due_on,
        made_at=now,
        made_by_id=by.person_id,
        form_key=form_key,
    )
    ActionFinding.objects.bulk_create(
        ActionFinding(trust=trust, action=action, finding=finding) for finding in dict.fromkeys(findings)
    )
    _assign(action, owner, Duty.OWNER, by_id=by.person_id, now=now)
    _assign(action, executive, Duty.EXECUTIVE, by_id=by.person_id, now=now)
    _record(action, ActionEvent.Kind.MADE, before="", why="", by=by, now=now)
    return action


@transaction.atomic
def record_progress(
    action: Action,
    *,
    by: Access,
    now: datetime,
    words: str,
    status: str,
    version: int,
    on_behalf_of: User | None = None,
    form_key: UUID | None = None,
    nhs_number_checked: bool = False,
) -> ProgressUpdate:
    """Record what was done and how the action now stands: its owner, or whoever may update the trust's actions.

    `version` is the one the person saw.  The same form sent twice answers with the update it made.  Raises
    `Stale` with what stands now when somebody saved in between, `NotAllowed`, or `Refused`, also for a form
    that somebody else has sent."""
    action, before = _locked(action, by)
    if by.person_id is None:
        raise NotAllowed("Progress is recorded by a person.")
    _check_may_move(action, by, status)
    words = words.strip()
    for_id = on_behalf_of.pk if on_behalf_of else None
    if form_key and (sent := action.updates.filter(form_key=form_key).first()):
        if sent.by_id != by.person_id:
            raise Refused(
                "Somebody else has already saved this form. Read what stands now, then save yours as a new one."
            )
        if (sent.words, sent.status_after, sent.on_behalf_of_id) == (words, status, for_id):
            return sent
        version = 0  # the form was changed after it had been saved: older than anything
    _check_version(action, version)
    if not words:
        raise Refused("Say in a sentence what was done or what stands in the way.", field="words")
    refuse_nhs_numbers(words, field="words", checked=nhs_number_checked)
    if (before, status) not in MOVES:
        raise Refused(_no_such_move(action, before, status), field="status")
    if on_behalf_of is not None:
        _check_holds_a_role(action.trust_id, on_behalf_of, Moment(now).today, field="on_behalf_of")
    _move(action, Status(status), now=now)
    update = ProgressUpdate.objects.create(
        trust_id=action.trust_id,
        action=action,
        words=words,
        status_before=before,
        status_after=status,
        at=now,
        by_id=by.person_id,
        on_behalf_of=on_behalf_of,
        form_key=form_key,
    )
    _record(action, _kind_of_move(before, Status(status)), before=before, why=words, by=by, now=now, progress=update)
    return update


@transaction.atomic
def reassign_action(
    action: Action,
    *,
    by: Access,
    now: datetime,
    why: str,
    version: int,
    owner: User | None = None,
    executive: User | None = None,
    nhs_number_checked: bool = False,
) -> Action:
    """Give the action another owner, another executive, or both; the old assignment ends and stays on record.

    Raises `NotAllowed`, `Stale`, or `Refused` for no reason, a reason that looks like it holds an NHS number
    (unless checked), nobody new, or people without a role of the plan."""
    action, before = _locked(action, by)
    if by.person_id is None or not by.may(Can.UPDATE_ACTIONS, action.trust_id):
        raise NotAllowed("Only the trust's improvement lead may give an action to somebody else.")
    _check_version(action, version)
    if not why.strip():
        raise Refused("Say why the action changes hands.", field="why")
    refuse_nhs_numbers(why, field="why", checked=nhs_number_checked)
    today, moved = Moment(now).today, []
    for duty, person, held_by in (
        (Duty.OWNER, owner, action.owner),
        (Duty.EXECUTIVE, executive, action.executive),
    ):
        if person is None or person == held_by:
            continue
        _check_holds_a_role(action.trust_id, person, today, field=duty.value)
        Assignment.objects.filter(
            object_kind="action", object_id=action.pk, duty=duty, ended_at=None, trust_id=action.trust_id
        ).update(ended_at=now)
        _assign(action, person, duty, by_id=by.person_id, now=now)
        setattr(action, duty.value, person)
        moved.append(f"{duty.label}: {held_by} to {person}.")
    if not moved:
        raise Refused("Choose another owner or another executive.", field="owner")
    action.version += 1
    action.save(update_fields=["owner", "executive", "version"])
    said = " ".join([*moved, why.strip()])
    _record(action, ActionEvent.Kind.REASSIGNED, before=before, why=said, by=by, now=now)
    return action


@transaction.atomic
def reopen_action(
    action: Action, *, by: Access, now: datetime, why: str, rating_change: Change | None = None
) -> Action:
    """Open a done action again, for a reason: the service when its rating falls, its owner or lead at any time.

    Raises `NotAllowed`, or `Refused` when it is open already or no reason is given."""
    action, before = _locked(action, by)
    _check_may_move(action, by, Status.REOPENED)
    if before != Status.DONE:
        raise Refused(f"{action.reference} is open already.", field="status")
    if not why.strip():
        raise Refused("Say why the action is opened again.", field="why")
    _move(action, Status.REOPENED, now=now)
    kind = ActionEvent.Kind.REOPENED
    _record(action, kind, before=before, why=why.strip(), by=by, now=now, rating_change=rating_change)
    return action


@transaction.atomic
def note_on_action(
    action: Action, *, by: Access, now: datetime, why: str, rating_change: Change | None = None
) -> ActionEvent:
    """The service puts a fact on the action's record without moving it.  Raises `NotAllowed` for a person."""
    action, before = _locked(action, by)
    if by.person_id is not None:
        raise NotAllowed("Record progress instead: notes on an action are made by the service.")
    kind = ActionEvent.Kind.NOTED
    return _record(action, kind, before=before, why=why, by=by, now=now, rating_change=rating_change)


def _locked(action: Action, by: Access) -> tuple[Action, Status]:
    """The action as it stands now, locked until the transaction ends, and its status.

    The lock leaves foreign keys to the action free, so that a reader's note need not wait."""
    fresh = Action.objects.visible_to(by).select_for_update(no_key=True).filter(pk=action.pk).first()
    if fresh is None:
        raise NotAllowed("You may not see this trust's plan.")
    return fresh, Status(fresh.status)


def _check_may_move(action: Action, by: Access, status: str) -> None:
    needed = next((can for move, can in MOVES.items() if move == (action.status, status)), Can.UPDATE_ACTIONS)
    if by.person_id != action.owner_id and not by.may(needed, action.trust_id):
        raise NotAllowed("Only the action's owner or the trust's improvement lead may update it.")


def _check_version(action: Action, version: int) -> None:
    """Raise `Stale`, with what stands now, unless the person saw the action as it is."""
    if version == action.version:
        return
    last = action.events.exclude(kind=ActionEvent.Kind.NOTED).select_related("by").first()
    raise Stale(
        "Somebody saved this action while you were writing. Your words are kept below; read what stands now, "
        "then save again.",
        theirs={
            "version": str(action.version),
            "status": action.status,
            "words": last.why if last else "",
            "by": str(last.by) if last and last.by else "Turnaround",
            "at": last.at.isoformat() if last else "",
        },
    )


def _kind_of_move(before: Status, after: Status) -> ActionEvent.Kind:
    if before == after:
        return ActionEvent.Kind.UPDATED
    return ActionEvent.Kind.REOPENED if after == Status.REOPENED else ActionEvent.Kind.MOVED


def _no_such_move(action: Action, before: Status, status: str) -> str:
    if before == Status.DONE:
        return f"{action.reference} is done. To say more about it, open it again with the reason."
    if status not in Status.values:
        return "Choose how the action stands."
    return f"An action that is “{before.label}” cannot become “{Status(status).label}”. Choose another status."


def _check_holds_a_role(trust_id: int, person: User, today: date, *, field: str) -> None:
    if not people_of_the_plan(trust_id, today).filter(pk=person.pk).exists():
        said = f"{person} holds no role at this trust that sees its plan. Choose somebody who does."
        raise Refused(said, field=field)


def _kind_of(findings: Sequence[Finding]) -> str:
    """A must-do among the findings makes the action a must-do."""
    kinds = {finding.kind for finding in findings}
    return next((kind for kind in (Finding.Kind.MUST, Finding.Kind.SHOULD) if kind in kinds), OWN)


def _agreed(values: list[int | None]) -> int | None:
    """The one value all findings share, or none."""
    return values[0] if len(set(values)) == 1 else None


def _locked_counter(trust: Trust, kind: str) -> ReferenceCounter:
    ReferenceCounter.objects.bulk_create([ReferenceCounter(trust=trust, kind=kind)], ignore_conflicts=True)
    return ReferenceCounter.objects.select_for_update().get(trust=trust, kind=kind)


def _assign(action: Action, person: User, duty: Duty, *, by_id: int, now: datetime) -> None:
    Assignment.objects.create(
        trust_id=action.trust_id,
        person=person,
        duty=duty,
        object_kind="action",
        object_id=action.pk,
        assigned_at=now,
        assigned_by_id=by_id,
    )


def _move(action: Action, status: Status, *, now: datetime) -> None:
    action.status = status
    action.done_on = Moment(now).today if status == Status.DONE else None
    action.version += 1
    action.save(update_fields=["status", "done_on", "version"])


def _record(
    action: Action,
    kind: ActionEvent.Kind,
    *,
    before: str,
    why: str,
    by: Access,
    now: datetime,
    progress: ProgressUpdate | None = None,
    rating_change: Change | None = None,
) -> ActionEvent:
    return ActionEvent.objects.create(
        trust_id=action.trust_id,
        action=action,
        kind=kind,
        status_before=before,
        status_after=action.status,
        why=why,
        at=now,
        by_id=by.person_id,
        progress=progress,
        rating_change_id=rating_change.pk if rating_change else None,
    )
