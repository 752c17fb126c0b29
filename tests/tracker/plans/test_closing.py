"""Closing an action, which can fail: done on evidence, verified by another, sustained, set aside, opened again."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.cast import Cast
from tests.plan_factories import NOW, TODAY, a_link, access, finish, new_action, stored
from tracker.accounts.models import User
from tracker.people.roles import Role
from tracker.people.scope import scope_of, whole_service
from tracker.plans.closing import reopen_action, set_action_aside, sustain_action, verify_action
from tracker.plans.closing_models import Verification
from tracker.plans.evidencing import add_evidence
from tracker.plans.lifecycle import MOVES, UNDOING, Status
from tracker.plans.models import Action, ActionEvent
from tracker.plans.operations import reassign_action, record_progress
from tracker.plans.queries import to_verify, why_may_not_verify
from tracker.problems import NotAllowed, Refused


def approver(cast: Cast) -> User:
    return cast.person(Role.APPROVER, "XN1")


def verify(action: Action, by: User, *, now: datetime = NOW, **other: Any) -> Verification:
    with scope_of(access(by, now.date())) as may:
        fresh = Action.objects.get(pk=action.pk)
        given = {"words": "Twelve screened of twelve.", "where": "Ward 7, at night", "version": fresh.version}
        return verify_action(fresh, by=may, now=now, **{**given, "evidence": fresh.evidence.first(), **other})


def verified(cast: Cast) -> Action:
    action = finish(new_action(cast), cast)
    verify(action, approver(cast))
    return stored(action)


def test_an_action_is_done_only_with_evidence_dated_on_its_delivery_or_later(cast: Cast) -> None:
    action = new_action(cast)
    with scope_of(access(cast.lead)) as by:
        given: dict[str, Any] = {"by": by, "now": NOW, "words": "All wards.", "status": "done", "version": 1}
        with pytest.raises(Refused, match="Add evidence dated 20 November 2026 or later"):
            record_progress(action, delivered_on=date(2026, 11, 20), **given)
        add_evidence(action, by=by, now=NOW, given=a_link(dated_on=date(2026, 11, 19)))
        with pytest.raises(Refused, match="Add evidence dated 20 November 2026"):
            record_progress(action, delivered_on=date(2026, 11, 20), **given)
        with pytest.raises(Refused, match="today or earlier"):
            record_progress(action, delivered_on=date(2026, 11, 24), **given)
        record_progress(action, delivered_on=date(2026, 11, 19), **given)
    assert (stored(action).status, stored(action).delivered_on) == ("done", date(2026, 11, 19))


def test_somebody_who_had_no_part_in_it_verifies_what_they_saw(cast: Cast) -> None:
    action = finish(new_action(cast), cast)
    made = verify(action, approver(cast), witness="Mrs A", witness_role="Carer")
    action = stored(action)
    assert (action.status, action.verified_on, action.verified_by) == ("verified", TODAY, approver(cast))
    with whole_service():
        assert ActionEvent.objects.filter(kind="verified", by=approver(cast), why__contains="Mrs A, carer").exists()
        assert made.claim.status_after == "done"


@pytest.mark.parametrize("role", [Role.BOARD_SIGNATORY, Role.NATIONAL_STAFF, Role.REGIONAL_STAFF])
def test_whoever_may_only_see_the_plan_verifies_nothing(cast: Cast, role: Role) -> None:
    action = finish(new_action(cast), cast)
    with pytest.raises(NotAllowed, match="may not verify"):
        verify(action, cast.people.get((role, "XN1")) or cast.person(role))
    assert stored(action).status == "done"


def test_neither_owner_nor_who_typed_nor_for_whom_verifies(cast: Cast) -> None:
    chief = cast.person(Role.CHIEF_EXECUTIVE, "XN1")
    action = new_action(cast, owner=approver(cast))
    with scope_of(access(cast.lead)) as by:
        record_progress(action, by=by, now=NOW, words="She rang.", status="on_track", version=1, on_behalf_of=chief)
    action = finish(action, cast)
    with scope_of(access(cast.lead)) as by:  # the owner gives it up, and was its owner all the same
        reassign_action(stored(action), by=by, now=NOW, why="Leave.", version=3, owner=cast.executive)
    for person in (cast.executive, approver(cast), cast.lead, chief):
        with pytest.raises(NotAllowed, match="somebody else verifies"):
            verify(action, person)
    assert stored(action).status == "done"


def test_the_list_of_what_waits_for_a_verifier_is_what_they_may_verify(cast: Cast) -> None:
    waiting, own = finish(new_action(cast), cast), finish(new_action(cast, owner=approver(cast)), cast)
    with scope_of(access(approver(cast))) as by:
        assert list(to_verify(by)) == [waiting]
        assert why_may_not_verify(own, by.person_id or 0)
    with scope_of(access(cast.lead)) as by:
        assert not to_verify(by).exists()


def test_a_verification_says_what_where_and_on_what_evidence(cast: Cast) -> None:
    action, other = finish(new_action(cast), cast), finish(new_action(cast), cast)
    with scope_of(access(cast.lead)) as by:
        old = add_evidence(action, by=by, now=NOW, given=a_link(dated_on=date(2026, 11, 1)))
        elsewhere = other.evidence.first()
    for wrong in (
        {"words": " "}, {"where": ""}, {"evidence": None}, {"evidence": old}, {"evidence": elsewhere},
        {"witness": "Mrs A"}, {"witness_role": "Carer"}, {"words": "Seen: 943 476 5919."},
    ):  # fmt: skip
        with pytest.raises(Refused):
            verify(action, approver(cast), **wrong)
    assert stored(action).status == "done"


def in_database(action: Action, **columns: Any) -> None:
    """What somebody would do who went round every operation."""
    with whole_service(), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(**columns)


def test_the_database_too_lets_no_owner_close_and_nothing_be_verified_without_evidence(cast: Cast) -> None:
    action = finish(new_action(cast), cast)
    for wrong in (
        {"status": "verified", "verified_on": TODAY, "verified_by": cast.lead},
        {"status": "verified", "verified_on": TODAY, "verified_by": approver(cast)},  # nobody looked
        {"status": "verified"},
        {"status": "sustained", "sustained_on": TODAY},
        {"status": "on_track", "done_on": None, "delivered_on": None},
        {"due_on": date(2027, 5, 1)},
        {"original_due_on": date(2027, 5, 1)},
    ):
        with pytest.raises((IntegrityError, DatabaseError)):
            in_database(action, **wrong)
    with whole_service():
        claim, evidence = action.updates.get(), action.evidence.get()
        seen = {"trust_id": action.trust_id, "action": action, "claim": claim, "words": "x", "where": "x", "at": NOW}
        with pytest.raises(IntegrityError, match="neither owned nor updated"), transaction.atomic():
            Verification.objects.create(**seen, evidence=evidence, by=cast.lead)
        other = finish(new_action(cast), cast)
        with pytest.raises(IntegrityError, match="rests on evidence"), transaction.atomic():
            Verification.objects.create(**seen, evidence=other.evidence.get(), by=approver(cast))


@pytest.mark.parametrize("start", Status)
def test_the_database_knows_the_lifecycle_and_no_other_move(cast: Cast, start: Status) -> None:
    """Every pair is tried on the trigger itself, in a table of nothing but a status."""
    allowed = {end for (before, end) in {*MOVES, *UNDOING} if before == start} | {start}
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE life (status text)")
        cursor.execute("CREATE TRIGGER t BEFORE UPDATE ON life FOR EACH ROW EXECUTE FUNCTION action_status_moves()")
        cursor.execute("INSERT INTO life VALUES (%s)", [start.value])
        went = set()
        for end in Status:
            try:
                with transaction.atomic():
                    cursor.execute("UPDATE life SET status = %s", [end.value])
                    went.add(end)
                    cursor.execute("DELETE FROM life")
                    cursor.execute("INSERT INTO life VALUES (%s)", [start.value])
            except DatabaseError:
                pass
        cursor.execute("DROP TABLE life")
    assert went == allowed


def test_what_was_verified_is_sustained_when_it_has_held_and_a_re_audit_shows_it(cast: Cast) -> None:
    action, later = verified(cast), NOW + timedelta(days=100)

    def hold(now: datetime) -> None:
        with scope_of(access(approver(cast), now.date())) as by:
            fresh = Action.objects.get(pk=action.pk)
            sustain_action(fresh, by=by, now=now, words="Re-audit: 39 of 40.", version=fresh.version)

    with pytest.raises(Refused, match="must hold until 23 February 2027"):
        hold(NOW + timedelta(days=80))
    with pytest.raises(Refused, match="Add a re-audit dated 23 February 2027 or later"):
        hold(later)
    with scope_of(access(cast.lead, later.date())) as by:
        add_evidence(action, by=by, now=later, given=a_link(later, title="Re-audit"))
    hold(later)
    assert (stored(action).status, stored(action).sustained_on) == ("sustained", later.date())


def test_closed_actions_open_again_with_a_reason_and_keep_nothing_of_their_closing(cast: Cast) -> None:
    action = verified(cast)
    with scope_of(access(cast.lead)) as by:
        with pytest.raises(Refused, match="Say why"):
            reopen_action(action, by=by, now=NOW, why=" ")
        reopen_action(action, by=by, now=NOW, why="The ward has moved.")
    action = stored(action)
    assert action.status == "reopened"
    assert not any((action.done_on, action.delivered_on, action.verified_on, action.verified_by))


def test_an_open_action_is_set_aside_for_a_reason_and_may_come_back(cast: Cast) -> None:
    action = new_action(cast)
    with scope_of(access(cast.lead)) as by:
        with pytest.raises(Refused, match="Say why"):
            set_action_aside(action, by=by, now=NOW, why="", version=1)
        set_action_aside(action, by=by, now=NOW, why="Made twice.", version=1)
        with pytest.raises(Refused, match="is set aside"):
            record_progress(action, by=by, now=NOW, words="And yet.", status="on_track", version=2)
        reopen_action(action, by=by, now=NOW, why="It was not.")
    assert stored(action).status == "reopened"


def test_the_owner_may_not_set_aside_what_only_the_trust_may(cast: Cast) -> None:
    action = new_action(cast, owner=approver(cast))
    with scope_of(access(approver(cast))) as by, pytest.raises(NotAllowed):
        set_action_aside(action, by=by, now=NOW, why="I would rather not.", version=1)


def test_whoever_verified_an_action_cannot_be_made_its_owner(cast: Cast) -> None:
    action = verified(cast)
    with scope_of(access(cast.lead)) as by, pytest.raises(Refused, match="verified this action"):
        reassign_action(action, by=by, now=NOW, why="x", version=action.version, owner=approver(cast))
