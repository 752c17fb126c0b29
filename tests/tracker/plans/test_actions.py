"""Making an action, recording progress on it, giving it to somebody else, opening it again."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection

from tests.cast import Cast, make_person
from tests.plan_factories import NOW, TODAY, access, finish, must_do, new_action, stored
from tracker.accounts.models import User
from tracker.people.access import Access
from tracker.people.models import Assignment
from tracker.people.roles import GRANTS, Can, Role
from tracker.people.scope import enter, scope_of, whole_service
from tracker.plans.closing import reopen_action
from tracker.plans.models import Action, ActionEvent, ProgressUpdate
from tracker.plans.operations import make_action, reassign_action, record_progress
from tracker.plans.queries import owed_today, people_of_the_plan, timeline
from tracker.problems import NotAllowed, Refused, Stale

AT_NORTHBOROUGH = [role for role in Role if role not in (Role.LAY_REVIEWER, Role.RESIDENT_DOCTOR_REVIEWER)]


def person_of(cast: Cast, role: Role) -> User:
    return cast.people.get((role, "XN1")) or cast.people[role, ""]


def progress(action: Action, cast: Cast, words: str = "Ward rounds begun.", **other: Any) -> ProgressUpdate:
    by = other.pop("by", cast.lead)
    with scope_of(access(by)) as may:
        given = {"status": "on_track", "version": action.version, "now": NOW, **other}
        return record_progress(action, by=may, words=words, **given)


def test_references_count_up_by_kind_and_trust(cast: Cast) -> None:
    should = must_do(cast, words="The trust should audit its consent forms.", kind="SD")
    made = [new_action(cast), new_action(cast, findings=[should]), new_action(cast, findings=[])]
    made.append(new_action(cast, findings=[should, must_do(cast, words="The trust must staff theatres.")]))
    assert [action.reference for action in made] == ["XN1-MD-001", "XN1-SD-001", "XN1-OW-001", "XN1-MD-002"]


def test_a_new_action_takes_the_place_its_findings_agree_on_and_is_on_record(cast: Cast) -> None:
    finding = must_do(cast)
    elsewhere = must_do(cast, words="The trust must do so on every site.", site=None)
    action = new_action(cast, findings=[finding, elsewhere])
    assert (action.service, action.key_question, action.site) == (finding.service, finding.key_question, None)
    with whole_service():
        assert {(a.duty, a.person) for a in Assignment.objects.all()} == {
            ("owner", cast.lead),
            ("executive", cast.executive),
        }
        assert [(event.kind, event.by) for event in ActionEvent.objects.all()] == [("made", cast.lead)]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "Ring 943 476 5919"}),
        ("detail", {"detail": "Patient 943-476-5919 waited."}),
        ("due_on", {"due_on": TODAY - timedelta(days=1)}),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_action_is_said_at_its_field(cast: Cast, field: str, wrong: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        new_action(cast, **wrong)
    assert refused.value.field == field
    with whole_service():
        assert Action.objects.count() == 0


def test_an_action_may_be_due_today(cast: Cast) -> None:
    assert new_action(cast, due_on=TODAY).original_due_on == TODAY


def test_owner_and_executive_hold_a_role_of_the_plan_at_that_trust_now(cast: Cast) -> None:
    cast.executive.memberships.update(valid_to=TODAY)
    mentor = cast.person(Role.PEER_MENTOR, "XN1")  # at the trust, but sees nothing of its plan
    for wrong in ({"owner": cast.other_lead}, {"owner": mentor}, {"executive": cast.executive}):
        with pytest.raises(Refused) as refused:
            new_action(cast, **{"executive": cast.lead, **wrong})
        assert refused.value.field in wrong


def test_a_disabled_person_is_not_offered_as_owner(cast: Cast) -> None:
    cast.executive.is_active = False
    cast.executive.save()
    offered = people_of_the_plan(cast.northborough.pk, TODAY)
    assert cast.lead in offered
    assert cast.executive not in offered


def test_the_form_of_a_new_action_sent_twice_makes_one(cast: Cast) -> None:
    finding, key = must_do(cast), uuid4()
    first = new_action(cast, findings=[finding], form_key=key)
    assert new_action(cast, findings=[finding], form_key=key) == first
    with pytest.raises(Refused, match="XN1-MD-001"):
        new_action(cast, findings=[finding], form_key=key, title="Something else")
    assert new_action(cast, findings=[finding], form_key=uuid4()).reference == "XN1-MD-002"


@pytest.mark.parametrize("role", AT_NORTHBOROUGH)
def test_who_makes_actions_is_what_the_table_of_roles_says(cast: Cast, role: Role) -> None:
    with scope_of(access(person_of(cast, role))) as by:
        if Can.MAKE_ACTIONS in GRANTS[role]:
            assert make_one(cast, by)
        else:
            with pytest.raises(NotAllowed):
                make_one(cast, by)


def make_one(cast: Cast, by: Access) -> Action:
    return make_action(
        cast.northborough, by=by, now=NOW, title="Own", owner=cast.lead, executive=cast.executive, due_on=TODAY
    )


@pytest.mark.parametrize("role", AT_NORTHBOROUGH)
def test_who_updates_an_action_is_its_owner_or_what_the_table_of_roles_says(cast: Cast, role: Role) -> None:
    owner = make_person("Ward Manager", Role.APPROVER, trust=cast.northborough)
    action, person = new_action(cast, owner=owner), person_of(cast, role)
    assert progress(action, cast, by=owner).by == owner
    if Can.UPDATE_ACTIONS in GRANTS[role]:
        progress(stored(action), cast, by=person)
        return
    with pytest.raises(NotAllowed):
        progress(stored(action), cast, by=person)
    with pytest.raises(NotAllowed), scope_of(access(person)) as by:
        reassign_action(action, by=by, now=NOW, why="Mine now", version=2, owner=cast.executive)


def test_the_service_records_no_progress(cast: Cast) -> None:
    action = new_action(cast)
    with pytest.raises(NotAllowed), whole_service() as service:
        record_progress(action, by=service, now=NOW, words="All well", status="done", version=1)


def test_progress_moves_the_action_and_keeps_both_names(cast: Cast) -> None:
    action = new_action(cast)
    update = progress(action, cast, status="at_risk", on_behalf_of=cast.executive)
    assert (update.by, update.on_behalf_of) == (cast.lead, cast.executive)
    assert (update.status_before, update.status_after) == ("not_started", "at_risk")
    now = stored(action)
    assert (now.status, now.version, now.done_on) == ("at_risk", 2, None)
    assert finish(action, cast).done_on == TODAY


def test_nothing_typed_over_somebody_elses_save_is_lost(cast: Cast) -> None:
    action = new_action(cast)
    progress(action, cast, "Mine came first.", status="off_track")
    with pytest.raises(Stale) as stale:
        progress(action, cast, "Mine came second.", by=cast.lead, status="at_risk")
    theirs = stale.value.theirs
    assert (theirs["words"], theirs["status"], theirs["by"]) == ("Mine came first.", "off_track", str(cast.lead))
    progress(action, cast, "Mine came second.", status="at_risk", version=int(theirs["version"]))
    with whole_service():
        assert [u.words for u in action.updates.all()] == ["Mine came second.", "Mine came first."]


def test_a_form_sent_twice_is_one_update_and_words_changed_since_are_not_swallowed(cast: Cast) -> None:
    action, key = new_action(cast), UUID(int=7)
    first = progress(action, cast, form_key=key)
    assert progress(action, cast, form_key=key) == first
    with pytest.raises(Stale):
        progress(action, cast, "Other words.", form_key=key)
    with whole_service():
        assert action.updates.count() == 1
        assert action.events.count() == 2
    assert stored(action).version == 2


def test_a_form_that_somebody_else_has_sent_is_refused_with_a_sentence(cast: Cast) -> None:
    action, key = new_action(cast, owner=cast.executive), UUID(int=8)
    progress(action, cast, "Hers.", by=cast.executive, form_key=key)
    for words in ("Hers.", "Mine."):
        with pytest.raises(Refused, match="Somebody else has already saved this form"):
            progress(stored(action), cast, words, form_key=key)
    with whole_service():
        assert [(update.words, update.by) for update in action.updates.all()] == [("Hers.", cast.executive)]


def test_a_new_actions_form_that_somebody_else_has_sent_is_refused_with_its_action(cast: Cast) -> None:
    finding, key = must_do(cast), uuid4()
    new_action(cast, findings=[finding], form_key=key)
    with pytest.raises(Refused, match="XN1-MD-001"):
        new_action(cast, findings=[finding], form_key=key, by=access(cast.executive), title="Another's words")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("words", {"words": " "}),
        ("words", {"words": "Seen 9434765919 today"}),
        ("status", {"status": "not_started"}),
        ("status", {"status": "blue"}),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_update_is_said_at_its_field(cast: Cast, field: str, wrong: dict[str, str]) -> None:
    action = new_action(cast)
    progress(action, cast)
    with pytest.raises(Refused) as refused:
        progress(stored(action), cast, **wrong)
    assert refused.value.field == field
    assert stored(action).version == 2


def test_words_that_somebody_checked_are_saved(cast: Cast) -> None:
    update = progress(new_action(cast), cast, "Order 9434765919 placed", nhs_number_checked=True)
    assert update.words == "Order 9434765919 placed"


def test_a_done_action_takes_no_update_until_it_is_opened_again(cast: Cast) -> None:
    action = new_action(cast)
    finish(action, cast)
    with pytest.raises(Refused) as refused:
        progress(stored(action), cast)
    assert refused.value.field == "status"
    with scope_of(access(cast.lead)) as by:
        again = reopen_action(action, by=by, now=NOW, why="The audit was of another ward.")
        with pytest.raises(Refused, match="open already"):
            reopen_action(action, by=by, now=NOW, why="Twice")
    assert (again.status, again.done_on) == ("reopened", None)


@pytest.mark.parametrize("who", ["executive", "national", "other_lead"])
def test_who_may_not_update_may_not_open_an_action_again(cast: Cast, who: str) -> None:
    action = new_action(cast)
    finish(action, cast)
    with pytest.raises(NotAllowed), scope_of(access(getattr(cast, who))) as by:
        reopen_action(action, by=by, now=NOW, why="I wish it")


def test_an_action_that_changes_hands_keeps_who_held_it(cast: Cast) -> None:
    action = new_action(cast)
    with scope_of(access(cast.lead)) as by:
        with pytest.raises(Refused):
            reassign_action(action, by=by, now=NOW, why="No change", version=1, owner=cast.lead)
        with pytest.raises(Refused):
            reassign_action(action, by=by, now=NOW, why="Abroad", version=1, owner=cast.other_lead)
        reassign_action(action, by=by, now=NOW, why="On leave.", version=1, owner=cast.executive)
        with pytest.raises(Stale):
            reassign_action(action, by=by, now=NOW, why="Late", version=1, executive=cast.lead)
    assert stored(action).owner == cast.executive
    with whole_service():
        held = Assignment.objects.filter(duty="owner").order_by("pk")
        assert [(one.person, one.ended_at) for one in held] == [(cast.lead, NOW), (cast.executive, None)]
        assert "On leave." in action.events.filter(kind="reassigned").get().why


def test_why_an_action_changes_hands_holds_no_patients_number_unless_checked(cast: Cast) -> None:
    action, given = (
        new_action(cast),
        {"now": NOW, "why": "Asked by 943 476 5919", "version": 1, "owner": cast.executive},
    )
    with scope_of(access(cast.lead)) as by:
        with pytest.raises(Refused, match="NHS number") as refused:
            reassign_action(action, by=by, **given)
        assert refused.value.field == "why"
        assert stored(action).owner == cast.lead
        reassign_action(action, by=by, **given, nhs_number_checked=True)
    assert stored(action).owner == cast.executive


def test_the_timeline_tells_each_thing_once_and_the_newest_first(cast: Cast) -> None:
    action = new_action(cast)
    progress(action, cast, "Begun.")
    progress(stored(action), cast, "Going on.")
    finish(action, cast)
    with scope_of(access(cast.lead)) as by:
        reopen_action(action, by=by, now=NOW + timedelta(days=1), why="It came back.")
        told = [(entry.kind, entry.words, entry.status_after) for entry in timeline(action, by)]
    assert told == [
        ("reopened", "It came back.", "reopened"),
        ("moved", "Audit of 40 patients: all screened.", "done"),
        ("evidence", "Audit of 40 patients, dated 23 November 2026", "on_track"),
        ("updated", "Going on.", "on_track"),
        ("moved", "Begun.", "on_track"),
        ("made", "", "not_started"),
    ]


def test_today_puts_each_action_in_one_list_and_counts_that_list(cast: Cast) -> None:
    late = date(2026, 12, 1)
    overdue = new_action(cast, due_on=date(2026, 11, 30))
    today = new_action(cast, findings=[], due_on=late)
    soon = new_action(cast, findings=[], due_on=late + timedelta(days=14))
    new_action(cast, findings=[], due_on=late + timedelta(days=15))
    new_action(cast, findings=[], due_on=late, owner=cast.executive)
    finish(new_action(cast, findings=[], due_on=late), cast)
    back = new_action(cast, findings=[], due_on=date(2026, 11, 24))
    finish(back, cast)
    with scope_of(access(cast.lead)) as by:
        reopen_action(back, by=by, now=NOW, why="Not so")
        owed = owed_today(by, late)
        lists = {name: list(actions) for name, actions in owed.every.items()}
        assert {name: actions.count() for name, actions in owed.every.items()} == {
            name: len(actions) for name, actions in lists.items()
        }
    assert lists == {"reopened": [back], "overdue": [overdue], "due_soon": [today, soon]}


def test_the_first_wall_stands_without_the_second(cast: Cast) -> None:
    """Every row is in reach of the database; the filters alone keep other trusts out."""
    action = new_action(cast)
    progress(action, cast)
    other = access(cast.other_lead)
    with whole_service():
        assert list(Action.objects.visible_to(other)) == []
        assert timeline(action, other) == []
        assert owed_today(other, TODAY).due_soon.count() == 0
        for refused in (
            lambda: record_progress(action, by=other, now=NOW, words="Seen", status="done", version=2),
            lambda: reopen_action(action, by=other, now=NOW, why="Seen"),
            lambda: reassign_action(action, by=other, now=NOW, why="Seen", version=2, owner=cast.other_lead),
        ):
            with pytest.raises(NotAllowed):
                refused()


def test_the_second_wall_stands_without_the_first(cast: Cast) -> None:
    """The code is told that the person may do everything; the database still shows nothing of the trust."""
    action = new_action(cast)
    progress(action, cast)
    with whole_service() as all_seeing:
        enter(access(cast.other_lead))
        assert timeline(action, all_seeing) == []
        assert Action.objects.visible_to(all_seeing).count() == 0
        with pytest.raises(NotAllowed):
            reopen_action(action, by=all_seeing, now=NOW, why="Seen")
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        scope_of(access(cast.other_lead)),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO progress_update (trust_id, action_id, words, status_before, status_after, at, by_id) "
            "VALUES (%s, %s, 'planted', 'done', 'done', now(), %s)",
            [cast.northborough.pk, action.pk, cast.other_lead.pk],
        )
