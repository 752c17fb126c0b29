"""A later due date: asked for with its reason, granted or refused by somebody else, counted, never silent."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.cast import Cast
from tests.plan_factories import NOW, access, finish, new_action, stored
from tracker.accounts.models import User
from tracker.people.roles import Role
from tracker.people.scope import scope_of, whole_service
from tracker.plans.closing_models import Extension
from tracker.plans.extending import ask_extension, decide_extension, withdraw_extension
from tracker.plans.models import Action, ActionEvent
from tracker.problems import NotAllowed, Refused

LATER = date(2027, 1, 29)


def ask(action: Action, by: User, **other: Any) -> Extension:
    given = {"due_wanted": LATER, "reason": "No scanner.", "impact": "Waits.", "interim_control": "Paper."}
    with scope_of(access(by)) as may:
        return ask_extension(action, by=may, now=NOW, **{**given, **other})


def decide(asked: Extension, by: User, *, grant: bool = True, why: str = "Agreed at the group.") -> Extension:
    with scope_of(access(by)) as may:
        return decide_extension(asked, by=may, now=NOW, grant=grant, why=why)


def test_a_granted_extension_moves_the_due_date_and_is_counted_and_on_record(cast: Cast) -> None:
    action = new_action(cast)
    decide(ask(action, cast.lead), cast.executive)
    action = stored(action)
    assert (action.original_due_on, action.due_on, action.times_moved) == (date(2026, 12, 21), LATER, 1)
    with whole_service():
        granted = ActionEvent.objects.get(kind="extended")
        assert (granted.by, granted.changes) == (cast.executive, {"due_on": ["2026-12-21", "2027-01-29"]})


def test_a_refused_one_moves_nothing_and_another_may_be_asked(cast: Cast) -> None:
    action = new_action(cast)
    decide(ask(action, cast.lead), cast.executive, grant=False)
    assert stored(action).due_on == date(2026, 12, 21)
    with whole_service():
        refused = Extension.objects.get()
    with pytest.raises(Refused, match="already"):
        decide(refused, cast.executive)
    assert ask(action, cast.lead).state == "asked"
    with pytest.raises(Refused, match="asked for"):
        ask(action, cast.lead)


@pytest.mark.parametrize("role", [Role.IMPROVEMENT_LEAD, Role.BOARD_SIGNATORY, Role.NATIONAL_STAFF])
def test_only_somebody_entitled_decides(cast: Cast, role: Role) -> None:
    asked = ask(new_action(cast, owner=cast.executive), cast.executive)
    with pytest.raises(NotAllowed):
        decide(asked, cast.people.get((role, "XN1")) or cast.person(role))


def test_nobody_decides_what_they_asked_or_had_asked_for_them(cast: Cast) -> None:
    action = new_action(cast, owner=cast.executive)
    for asked in (ask(action, cast.executive),):
        with pytest.raises(NotAllowed):
            decide(asked, cast.executive)
        with scope_of(access(cast.executive)) as by:
            withdraw_extension(asked, by=by, now=NOW, why="")
    for_them = ask(action, cast.lead, on_behalf_of=cast.executive)
    with pytest.raises(NotAllowed):
        decide(for_them, cast.executive)
    decided = {"state": "granted", "decided_at": NOW, "decided_by": cast.executive}
    with whole_service(), pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.filter(pk=for_them.pk).update(**decided)


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_wanted": date(2026, 12, 21)}, {"due_wanted": date(2026, 12, 1)}, {"reason": " "}, {"impact": ""},
        {"interim_control": ""}, {"reason": "Seen: 943 476 5919."},
    ],
)  # fmt: skip
def test_what_is_asked_is_later_and_says_why_and_what_it_means(cast: Cast, wrong: dict[str, Any]) -> None:
    action = new_action(cast)
    with pytest.raises(Refused):
        ask(action, cast.lead, **wrong)


def test_a_done_action_needs_no_later_date(cast: Cast) -> None:
    action = new_action(cast)
    asked = ask(action, cast.lead)
    finish(action, cast)
    with pytest.raises(Refused, match="no longer matters"):
        decide(asked, cast.executive)
    with pytest.raises(Refused, match="no longer matters"):
        ask(action, cast.lead)


def test_the_database_keeps_what_was_asked_and_moves_no_date_without_a_grant(cast: Cast) -> None:
    action = new_action(cast)
    asked = ask(action, cast.lead)
    for change in ({"due_wanted": date(2028, 1, 1)}, {"reason": "Other"}, {"asked_by": cast.executive}):
        with whole_service(), pytest.raises(DatabaseError), transaction.atomic():
            Extension.objects.filter(pk=asked.pk).update(**change)
    with whole_service(), pytest.raises(DatabaseError, match="granted extension"), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(due_on=LATER)
