"""A plan drafted from findings, and its versions: who may move one, what it holds, and what it held then."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.cast import Cast
from tests.plan_factories import NOW, TODAY, access, must_do, new_action
from tracker.findings.models import Finding
from tracker.people.roles import Role
from tracker.people.scope import scope_of
from tracker.plans.lifecycle import PLAN_MOVES, PlanState
from tracker.plans.models import Action
from tracker.plans.plan_models import ActionPlan, PlanEvent, PlanRow
from tracker.plans.plan_queries import progress_of, proposed_for
from tracker.plans.planning import (
    Planned,
    RowsRefused,
    accept_plan,
    approve_plan,
    draft_next_version,
    draft_plan,
    submit_plan,
)
from tracker.problems import NotAllowed, Refused

pytestmark = pytest.mark.django_db
DUE = TODAY + timedelta(days=30)


def row(cast: Cast, finding: Finding, **other: Any) -> Planned:
    given = {"title": "Screen for sepsis", "owner": cast.lead, "executive": cast.executive, "due_on": DUE}
    return Planned(**{**given, "findings": [finding], **other})


def draft(cast: Cast, **other: Any) -> ActionPlan:
    finding = must_do(cast)
    with scope_of(access(cast.lead)) as by:
        return draft_plan(finding.inspection, by=by, now=NOW, rows=[row(cast, finding)], **other)


def approve(cast: Cast, plan: ActionPlan) -> ActionPlan:
    with scope_of(access(cast.person(Role.CHIEF_EXECUTIVE, "XN1"))) as by:
        return approve_plan(plan, by=by, now=NOW, why="Read at the executive meeting.")


def test_a_draft_makes_its_actions_and_holds_what_answers_the_inspection_already(cast: Cast) -> None:
    finding = must_do(cast)
    already = new_action(cast, findings=[finding])
    other = Finding.objects.create(
        inspection=finding.inspection, trust=cast.northborough, kind="SD", words="The trust should share learning.",
        confirmed_at=NOW, confirmed_by=cast.lead,
    )  # fmt: skip
    with scope_of(access(cast.lead)) as by:
        proposed, findings = proposed_for(finding.inspection, TODAY)
        assert [one.title for one in proposed] == ["Share learning"]
        assert (proposed[0].owner_id, proposed[0].executive_id) == (cast.lead.pk, cast.executive.pk)
        plan = draft_plan(finding.inspection, by=by, now=NOW, rows=[row(cast, findings[other.pk])])
        assert plan.reference == "XN1-PL-001"
        assert [one.reference for one in plan.actions.order_by("reference")] == ["XN1-MD-001", "XN1-SD-001"]
        assert already in plan.actions.all()
        counts = {one.kind: (one.total, one.done) for one in progress_of(list(plan.actions.all()), TODAY)}
        assert counts == {"MD": (1, 0), "SD": (1, 0)}


def test_a_form_sent_twice_makes_one_plan_and_a_second_plan_is_refused(cast: Cast) -> None:
    finding, key = must_do(cast), uuid4()
    with scope_of(access(cast.lead)) as by:
        rows = [row(cast, finding)]
        first = draft_plan(finding.inspection, by=by, now=NOW, rows=rows, form_key=key)
        assert draft_plan(finding.inspection, by=by, now=NOW, rows=rows, form_key=key) == first
        assert Action.objects.count() == 1
        with pytest.raises(Refused, match="has a plan already: XN1-PL-001"):
            draft_plan(finding.inspection, by=by, now=NOW, rows=rows, form_key=uuid4())


def test_one_bad_row_makes_nothing_and_every_bad_row_is_named(cast: Cast) -> None:
    finding = must_do(cast)
    rows = [
        row(cast, finding),
        row(cast, finding, title=" "),
        row(cast, finding, due_on=TODAY - timedelta(days=1)),
        row(cast, finding, owner=cast.other_lead),
    ]
    with scope_of(access(cast.lead)) as by:
        with pytest.raises(RowsRefused, match="Correct 3 rows") as refused:
            draft_plan(finding.inspection, by=by, now=NOW, rows=rows)
        assert [(one.row, one.field) for one in refused.value.problems] == [(1, "title"), (2, "due_on"), (3, "owner")]
        assert not Action.objects.exists()
        assert not ActionPlan.objects.exists()


def test_the_author_does_not_approve(cast: Cast) -> None:
    plan = draft(cast)
    with scope_of(access(cast.lead)) as by, pytest.raises(NotAllowed):
        approve_plan(plan, by=by, now=NOW, why="Mine.")
    finding = must_do(cast)
    with scope_of(access(cast.executive)) as by:
        own = draft_plan(finding.inspection, by=by, now=NOW, rows=[row(cast, finding)])
        with pytest.raises(NotAllowed, match="somebody else approves"):
            approve_plan(own, by=by, now=NOW, why="Mine.")
        with pytest.raises(IntegrityError, match="plan_not_approved_by_its_author"), transaction.atomic():
            ActionPlan.objects.filter(pk=own.pk).update(state="approved", approved_at=NOW, approved_by=cast.executive)


def test_approved_words_stay_though_the_action_changes(cast: Cast) -> None:
    plan = approve(cast, draft(cast))
    with scope_of(access(cast.lead)):
        Action.objects.update(title="Something else")
        held = PlanRow.objects.get(plan=plan)
        assert (held.title, held.owner) == ("Screen for sepsis", str(cast.lead))
        assert held.findings == "The trust must screen every patient for sepsis."


def test_a_version_supersedes_when_it_is_approved_and_not_before(cast: Cast) -> None:
    plan = approve(cast, draft(cast))
    with scope_of(access(cast.lead)) as by:
        plan = submit_plan(plan, by=by, now=NOW, why="By e-mail.", on=TODAY)
        plan = accept_plan(plan, by=by, now=NOW, why="CQC's letter.", on=TODAY)
        again = draft_next_version(plan, by=by, now=NOW, why="CQC asked for more.")
        assert (again.reference, again.number, again.state) == ("XN1-PL-001-2", 2, "draft")
        assert list(again.actions.all()) == list(plan.actions.all())
        plan.refresh_from_db()
        assert plan.state == PlanState.ACCEPTED
        with pytest.raises(Refused, match="newer version"):
            draft_next_version(plan, by=by, now=NOW, why="Twice.")
    approve(cast, again)
    with scope_of(access(cast.lead)):
        plan.refresh_from_db()
        assert plan.state == PlanState.SUPERSEDED
        assert PlanEvent.objects.filter(plan=plan).count() == 5


def test_what_each_step_refuses(cast: Cast) -> None:
    plan = draft(cast)
    with scope_of(access(cast.lead)) as by, pytest.raises(Refused, match="cannot become"):
        submit_plan(plan, by=by, now=NOW, why="Early.", on=TODAY)
    plan = approve(cast, plan)
    with scope_of(access(cast.lead)) as by:
        for wrong in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
            with pytest.raises(Refused, match="The day it was sent"):
                submit_plan(plan, by=by, now=NOW, why="By e-mail.", on=wrong)
        with pytest.raises(Refused, match="Say how"):
            submit_plan(plan, by=by, now=NOW, why=" ", on=TODAY)
    with scope_of(access(cast.person(Role.BOARD_SIGNATORY, "XN1"))) as by, pytest.raises(NotAllowed):
        submit_plan(plan, by=by, now=NOW, why="By e-mail.", on=TODAY)
    with scope_of(access(cast.other_lead)) as by, pytest.raises(NotAllowed, match="may not see"):
        submit_plan(plan, by=by, now=NOW, why="By e-mail.", on=TODAY)


def test_the_database_makes_no_other_move(cast: Cast) -> None:
    plan = draft(cast)
    days = {"approved_at": NOW, "approved_by": cast.executive, "submitted_on": TODAY, "accepted_on": TODAY}
    with scope_of(access(cast.lead)):
        for state in PlanState:
            if state == PlanState.DRAFT or (PlanState.DRAFT, state) in PLAN_MOVES:
                continue
            with pytest.raises(IntegrityError, match="no move from draft"), transaction.atomic():
                ActionPlan.objects.filter(pk=plan.pk).update(state=state, **days)
        with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
            ActionPlan.objects.filter(pk=plan.pk)._raw_delete("default")
        with pytest.raises(IntegrityError), transaction.atomic():
            ActionPlan.objects.filter(pk=plan.pk).update(trust=cast.ashford)


def test_another_trust_sees_nothing_of_it(cast: Cast) -> None:
    draft(cast)
    with scope_of(access(cast.other_lead)):
        assert not ActionPlan.objects.exists()
