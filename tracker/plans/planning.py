"""Drafting a plan from what an inspection found, and every move of a version of it.

A plan is drafted by whoever may make actions, approved by somebody else, submitted to CQC and accepted; the next
version supersedes it when that is approved.  Nothing is deleted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.findings.models import Finding, Inspection
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.lifecycle import PLAN_MOVES, PlanState, Status
from tracker.plans.models import Action
from tracker.plans.numbering import next_number
from tracker.plans.operations import make_action
from tracker.plans.plan_models import ActionPlan, PlanAction, PlanEvent, PlanRow
from tracker.plans.writing import person_of
from tracker.problems import NotAllowed, Refused

PLAN = "PL"  # the kind of a plan in references


@dataclass(frozen=True)
class Planned:
    """A row of the draft as the lead left it: an action to make for some findings, or for none."""

    title: str
    owner: User
    executive: User
    due_on: date
    findings: Sequence[Finding] = field(default=())


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with one row; `row` counts from 0."""

    row: int
    field: str
    message: str


class RowsRefused(Refused):
    """Some rows cannot be made, and so none was."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        rows = "1 row" if len({one.row for one in problems}) == 1 else f"{len({one.row for one in problems})} rows"
        super().__init__(f"Correct {rows}. Nothing has been made yet.")
        self.problems = tuple(problems)


@transaction.atomic
def draft_plan(
    inspection: Inspection,
    *,
    by: Access,
    now: datetime,
    rows: Sequence[Planned],
    form_key: UUID | None = None,
    nhs_number_checked: bool = False,
) -> ActionPlan:
    """Make the actions of `rows` and a draft plan that holds them, beside those that answer the inspection already.

    The same form sent twice answers with the plan it made.  Raises `NotAllowed`, `RowsRefused` with every row that
    cannot be made, or `Refused` where there is a plan already or nothing to plan."""
    trust = inspection.trust
    person_id = person_of(by, "A plan is drafted by a person.")
    if not by.may(Can.MAKE_ACTIONS, trust.pk):
        raise NotAllowed("Only the trust's improvement lead or accountable executive may draft its plan.")
    Inspection.objects.select_for_update(no_key=True).get(pk=inspection.pk)
    if form_key and (made := ActionPlan.objects.visible_to(by).filter(trust=trust, form_key=form_key).first()):
        return made
    if plan := ActionPlan.objects.visible_to(by).filter(inspection=inspection).order_by("-number").first():
        raise Refused(f"This inspection has a plan already: {plan.reference}. Open it, or make a new version of it.")
    problems = []
    for number, row in enumerate(rows):
        try:
            make_action(
                trust, by=by, now=now, title=row.title, owner=row.owner, executive=row.executive, due_on=row.due_on,
                findings=row.findings, nhs_number_checked=nhs_number_checked,
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refused:
            problems.append(RowProblem(number, refused.field, refused.message))
    if problems:
        raise RowsRefused(problems)
    actions = _actions_that_answer(inspection, by)
    if not actions:
        raise Refused("Keep at least one row: a plan holds at least one action.")
    reference = f"{trust.code}-{PLAN}-{next_number(trust, PLAN):03d}"
    plan = ActionPlan.objects.create(
        trust=trust, inspection=inspection, reference=reference, made_at=now, made_by_id=person_id, form_key=form_key
    )
    _hold(plan, actions)
    _record(plan, before="", why="", person_id=person_id, now=now)
    return plan


@transaction.atomic
def draft_next_version(
    plan: ActionPlan, *, by: Access, now: datetime, why: str, nhs_number_checked: bool = False
) -> ActionPlan:
    """A new draft of the plan: what it held and what has been made for the inspection since, less what is set aside.

    The plan stays in force until the new version is approved."""
    plan, person_id = _locked(plan, by)
    if not by.may(Can.MAKE_ACTIONS, plan.trust_id):
        raise NotAllowed("Only the trust's improvement lead or accountable executive may draft its plan.")
    if plan.state == PlanState.DRAFT:
        raise Refused("This version is still a draft: it holds what is made for the inspection when it is approved.")
    if ActionPlan.objects.filter(replaces=plan).exists():
        raise Refused("There is a newer version already. Open that one.")
    why = _reason(why, "Say why there is a new version.", checked=nhs_number_checked)
    held = list(Action.objects.filter(plans=plan).exclude(status=Status.SET_ASIDE).order_by("reference"))
    more = [one for one in _actions_that_answer(plan.inspection, by) if one not in held]
    first = plan.reference if plan.number == 1 else plan.reference.rsplit("-", 1)[0]
    number = plan.number + 1
    made = ActionPlan.objects.create(
        trust_id=plan.trust_id, inspection=plan.inspection, reference=f"{first}-{number}", number=number,
        replaces=plan, made_at=now, made_by_id=person_id,
    )  # fmt: skip
    _hold(made, [*held, *more])
    _record(made, before="", why=why, person_id=person_id, now=now)
    return made


@transaction.atomic
def approve_plan(
    plan: ActionPlan, *, by: Access, now: datetime, why: str, nhs_number_checked: bool = False
) -> ActionPlan:
    """Approve a draft that somebody else wrote, keep its words as they are now, and supersede the version before."""
    plan, person_id = _locked(plan, by)
    _check_move(plan, PlanState.APPROVED, by)
    if plan.made_by_id == person_id:
        raise NotAllowed("You drafted this version, so somebody else approves it.")
    why = _reason(why, "Say on what grounds the plan is approved.", checked=nhs_number_checked)
    _hold(plan, _actions_that_answer(plan.inspection, by))  # made since it was drafted
    _keep_words(plan)
    plan.approved_at, plan.approved_by_id = now, person_id
    _move(plan, PlanState.APPROVED, why=why, person_id=person_id, now=now)
    before = plan.replaces
    if before is not None and before.state != PlanState.SUPERSEDED:
        said = f"Version {plan.number} was approved."
        _move(before, PlanState.SUPERSEDED, why=said, person_id=person_id, now=now)
    return plan


@transaction.atomic
def submit_plan(
    plan: ActionPlan, *, by: Access, now: datetime, why: str, on: date, nhs_number_checked: bool = False
) -> ActionPlan:
    """Record that the approved plan went to CQC on a day."""
    plan, person_id = _locked(plan, by)
    _check_move(plan, PlanState.SUBMITTED, by)
    why = _reason(why, "Say how it was sent, and to whom.", checked=nhs_number_checked)
    if on > Moment(now).today:
        raise Refused("The day it was sent must be today or earlier.", field="on")
    if plan.approved_at is not None and on < Moment(plan.approved_at).today:
        raise Refused("The day it was sent must not be before the day it was approved.", field="on")
    plan.submitted_on = on
    _move(plan, PlanState.SUBMITTED, why=why, person_id=person_id, now=now)
    return plan


@transaction.atomic
def accept_plan(
    plan: ActionPlan, *, by: Access, now: datetime, why: str, on: date, nhs_number_checked: bool = False
) -> ActionPlan:
    """Record that CQC accepted the submitted plan on a day."""
    plan, person_id = _locked(plan, by)
    _check_move(plan, PlanState.ACCEPTED, by)
    why = _reason(why, "Say how CQC told you.", checked=nhs_number_checked)
    if on > Moment(now).today:
        raise Refused("The day it was accepted must be today or earlier.", field="on")
    if plan.submitted_on is not None and on < plan.submitted_on:
        raise Refused("The day it was accepted must not be before the day it was sent.", field="on")
    plan.accepted_on = on
    _move(plan, PlanState.ACCEPTED, why=why, person_id=person_id, now=now)
    return plan


def _locked(plan: ActionPlan, by: Access) -> tuple[ActionPlan, int]:
    person_id = person_of(by, "A plan is moved by a person.")
    fresh = (
        ActionPlan.objects.visible_to(by)
        .select_for_update(no_key=True, of=("self",))
        .select_related("inspection", "replaces")
        .filter(pk=plan.pk)
        .first()
    )
    if fresh is None:
        raise NotAllowed("You may not see this trust's plan.")
    return fresh, person_id


def _check_move(plan: ActionPlan, state: PlanState, by: Access) -> None:
    can = PLAN_MOVES.get((PlanState(plan.state), state))
    if can is None:
        raise Refused(f"{plan.reference} is “{PlanState(plan.state).label}”, so it cannot become “{state.label}” now.")
    if not by.may(can, plan.trust_id):
        raise NotAllowed("Your role does not take this step.")


def _reason(why: str, missing: str, *, checked: bool) -> str:
    if not why.strip():
        raise Refused(missing, field="why")
    refuse_nhs_numbers(why, field="why", checked=checked)
    return why.strip()


def _move(plan: ActionPlan, state: PlanState, *, why: str, person_id: int, now: datetime) -> None:
    before, plan.state = plan.state, state
    plan.save(update_fields=["state", "approved_at", "approved_by", "submitted_on", "accepted_on"])
    _record(plan, before=before, why=why, person_id=person_id, now=now)


def _record(plan: ActionPlan, *, before: str, why: str, person_id: int, now: datetime) -> None:
    PlanEvent.objects.create(
        trust_id=plan.trust_id, plan=plan, state_before=before, state_after=plan.state, why=why, at=now, by_id=person_id
    )


def _actions_that_answer(inspection: Inspection, by: Access) -> list[Action]:
    """The actions that answer any of the inspection's findings, less those set aside."""
    answering = Action.objects.visible_to(by).filter(findings__inspection=inspection, trust_id=inspection.trust_id)
    return list(answering.exclude(status=Status.SET_ASIDE).order_by("reference").distinct())


def _hold(plan: ActionPlan, actions: Sequence[Action]) -> None:
    known = set(plan.holds.values_list("action_id", flat=True))
    new = [action for action in actions if action.pk not in known]
    PlanAction.objects.bulk_create(
        PlanAction(trust_id=plan.trust_id, plan=plan, action=action, position=position)
        for position, action in enumerate(new, start=len(known) + 1)
    )


def _keep_words(plan: ActionPlan) -> None:
    """The rows of the plan as they read today; what was set aside while it was a draft is no part of it."""
    holds = plan.holds.exclude(action__status=Status.SET_ASIDE).select_related(
        "action__owner", "action__executive", "action__service", "action__key_question", "action__site"
    )
    rows = []
    for position, action in enumerate((one.action for one in holds.prefetch_related("action__findings")), start=1):
        findings = list(action.findings.all())
        place = [str(one) for one in (action.service, action.key_question, action.site) if one is not None]
        rows.append(
            PlanRow(
                trust_id=plan.trust_id, plan=plan, action=action, position=position, title=action.title,
                detail=action.detail, findings="\n".join(" ".join(one.words.split()) for one in findings),
                regulations="; ".join(dict.fromkeys(one.regulation for one in findings if one.regulation))[:1000],
                place=", ".join(place)[:600], owner=str(action.owner), executive=str(action.executive),
                due_on=action.due_on,
            )
        )  # fmt: skip
    if not rows:
        raise Refused("Every action of this plan is set aside. Make one before it is approved.")
    PlanRow.objects.bulk_create(rows)
