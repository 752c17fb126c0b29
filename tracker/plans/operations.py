"""Making actions, and every move of one.

Each operation locks the action through the person's own wall, checks the permission, the version the person
saw and the lifecycle, and writes its history row in the same transaction.  `by` is the person's access; the
service itself (`tracker.people.scope.whole_service`) is an access without a person.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.findings.models import Finding
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.people.access import Access
from tracker.people.models import Assignment
from tracker.people.roles import Can
from tracker.plans.evidencing import NewEvidence, add_evidence, counts_for
from tracker.plans.lifecycle import CLAIMED, MOVES, Status
from tracker.plans.models import Action, ActionEvent, ActionFinding, ProgressUpdate
from tracker.plans.numbering import locked_counter
from tracker.plans.writing import (
    Change,
    Duty,
    assign,
    check_holds_a_role,
    check_may_move,
    check_version,
    locked,
    move,
    record,
)
from tracker.problems import NotAllowed, Refused
from tracker.ratings.models import RatedDomain, RatedService
from tracker.trusts.models import Site, Trust

OWN: Final = "OW"  # the kind of an action that answers no finding
TITLE_LENGTH = 300


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
    first_due_on: date | None = None,
    kind: str = "",
    own_reference: str = "",
) -> Action:
    """Make an action that answers `findings`, or none; its reference is given for ever (XN1-MD-001).

    An action that the trust kept elsewhere before brings its `kind` (MD, SD, OW), its `own_reference` and, as
    `first_due_on`, the day for which it was promised first, which may have passed.

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
    check_holds_a_role(trust.pk, owner, today, field="owner")
    check_holds_a_role(trust.pk, executive, today, field="executive")

    counter = locked_counter(trust, kind or _kind_of(findings))
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
        original_due_on=first_due_on or due_on,
        due_on=due_on,
        times_moved=int(first_due_on is not None and first_due_on != due_on),
        own_reference=own_reference,
        made_at=now,
        made_by_id=by.person_id,
        form_key=form_key,
    )
    ActionFinding.objects.bulk_create(
        ActionFinding(trust=trust, action=action, finding=finding) for finding in dict.fromkeys(findings)
    )
    assign(action, owner, Duty.OWNER, by_id=by.person_id, now=now)
    assign(action, executive, Duty.EXECUTIVE, by_id=by.person_id, now=now)
    record(action, ActionEvent.Kind.MADE, before="", why="", by=by, now=now)
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
    delivered_on: date | None = None,
    evidence: NewEvidence | None = None,
    form_key: UUID | None = None,
    nhs_number_checked: bool = False,
) -> ProgressUpdate:
    """Record what was done and how the action now stands: its owner, or whoever may update the trust's actions.

    `version` is the one the person saw.  To say that it is done takes evidence dated on the day it was delivered
    or later; `evidence` is added with the update.  The same form sent twice answers with the update it made.
    Raises `Stale` with what stands now when somebody saved in between, `NotAllowed`, or `Refused`, also for a
    form that somebody else has sent."""
    action, before = locked(action, by)
    if by.person_id is None:
        raise NotAllowed("Progress is recorded by a person.")
    check_may_move(action, by, status)
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
    check_version(action, version)
    if not words:
        raise Refused("Say in a sentence what was done or what stands in the way.", field="words")
    refuse_nhs_numbers(words, field="words", checked=nhs_number_checked)
    if (before, status) not in MOVES:
        raise Refused(_no_such_move(action, before, status), field="status")
    if on_behalf_of is not None:
        check_holds_a_role(action.trust_id, on_behalf_of, Moment(now).today, field="on_behalf_of")
    if evidence is not None:
        add_evidence(action, by=by, now=now, given=evidence, form_key=form_key, nhs_number_checked=nhs_number_checked)
    if status == Status.DONE:
        _check_delivered(action, delivered_on or Moment(now).today, Moment(now).today)
    move(action, Status(status), now=now, delivered_on=delivered_on)
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
    kind = _kind_of_move(before, Status(status))
    record(action, kind, before=before, why=words, by=by, now=now, on_behalf_of=on_behalf_of, progress=update)
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
    action, before = locked(action, by)
    if by.person_id is None or not by.may(Can.UPDATE_ACTIONS, action.trust_id):
        raise NotAllowed("Only the trust's improvement lead may give an action to somebody else.")
    check_version(action, version)
    if not why.strip():
        raise Refused("Say why the action changes hands.", field="why")
    refuse_nhs_numbers(why, field="why", checked=nhs_number_checked)
    today = Moment(now).today
    moved: dict[str, list[str]] = {}
    for duty, person, held_by in (
        (Duty.OWNER, owner, action.owner),
        (Duty.EXECUTIVE, executive, action.executive),
    ):
        if person is None or person == held_by:
            continue
        check_holds_a_role(action.trust_id, person, today, field=duty.value)
        if duty == Duty.OWNER and person.pk == action.verified_by_id:
            raise Refused(f"{person} verified this action, so cannot own it. Choose somebody else.", field="owner")
        Assignment.objects.filter(
            object_kind="action", object_id=action.pk, duty=duty, ended_at=None, trust_id=action.trust_id
        ).update(ended_at=now)
        assign(action, person, duty, by_id=by.person_id, now=now)
        setattr(action, duty.value, person)
        moved[duty.value] = [str(held_by), str(person)]
    if not moved:
        raise Refused("Choose another owner or another executive.", field="owner")
    action.version += 1
    action.save(update_fields=["owner", "executive", "version"])
    kind = ActionEvent.Kind.REASSIGNED
    record(action, kind, before=before, why=why.strip(), by=by, now=now, changes=moved)
    return action


@transaction.atomic
def note_on_action(
    action: Action, *, by: Access, now: datetime, why: str, rating_change: Change | None = None
) -> ActionEvent:
    """The service puts a fact on the action's record without moving it.  Raises `NotAllowed` for a person."""
    action, before = locked(action, by)
    if by.person_id is not None:
        raise NotAllowed("Record progress instead: notes on an action are made by the service.")
    kind = ActionEvent.Kind.NOTED
    return record(action, kind, before=before, why=why, by=by, now=now, rating_change=rating_change)


def _check_delivered(action: Action, delivered_on: date, today: date) -> None:
    if delivered_on > today:
        raise Refused("The day it was delivered must be today or earlier.", field="delivered_on")
    if not counts_for(action, delivered_on):
        day = f"{delivered_on.day} {delivered_on:%B %Y}"
        raise Refused(
            f"Add evidence dated {day} or later, which is when it was delivered. Without it the action is not done.",
            field="status",
        )


def _kind_of_move(before: Status, after: Status) -> ActionEvent.Kind:
    if before == after:
        return ActionEvent.Kind.UPDATED
    return ActionEvent.Kind.REOPENED if after == Status.REOPENED else ActionEvent.Kind.MOVED


def _no_such_move(action: Action, before: Status, status: str) -> str:
    if before in CLAIMED or before == Status.SET_ASIDE:
        return f"{action.reference} is {before.label.lower()}. To say more about it, open it again with the reason."
    if status not in Status.values:
        return "Choose how the action stands."
    return f"An action that is “{before.label}” cannot become “{Status(status).label}”. Choose another status."


_KINDS: Final = {
    Finding.Kind.CONDITION: "CO",
    Finding.Kind.WARNING: "NO",
    Finding.Kind.REQUIREMENT: "NO",
    Finding.Kind.MUST: "MD",
    Finding.Kind.BREACH: "MD",
    Finding.Kind.SHOULD: "SD",
}
"""By what an action's reference is named for what it answers, the most serious first (house decision 9)."""


def _kind_of(findings: Sequence[Finding]) -> str:
    """The most serious of the findings gives the action its kind."""
    kinds = {finding.kind for finding in findings}
    return next((named for kind, named in _KINDS.items() if kind in kinds), OWN)


def _agreed(values: list[int | None]) -> int | None:
    """The one value all findings share, or none."""
    return values[0] if len(set(values)) == 1 else None
