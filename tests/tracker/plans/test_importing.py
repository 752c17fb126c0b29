"""A trust's own tracker, imported: nothing is made before all is right, and taking back spares what was worked on."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.cast import Cast
from tests.plan_factories import NOW, TODAY, access
from tracker.people.roles import Role
from tracker.people.scope import scope_of, whole_service
from tracker.plans.importing import import_rows, name_columns, put_rows_right, receive_tracker, undo_import
from tracker.plans.importing_models import TrackerImport
from tracker.plans.importing_queries import lines_of
from tracker.plans.lifecycle import TrackerState
from tracker.plans.models import Action
from tracker.plans.talking import comment_on_action
from tracker.plans.tracker_rows import Column, read_pasted
from tracker.problems import NotAllowed, Refused

pytestmark = pytest.mark.django_db
LEAD, EXECUTIVE = "Improvement lead XN1", "Accountable executive XN1"
TEXT = (
    "Ref\tMD/SD\tAction\tExec lead\tAction owner\tOriginal due\tRevised due\tBRAG\n"
    f"MD01\tMust\tRecruit nurses\t{EXECUTIVE}\t{LEAD}\t31/03/2026\t30/06/2027\tAmber\n"
    f"MD02\tMust\tTriage in 15 minutes\t{EXECUTIVE}\tSomebody Else\t\t28/02/2027\tGreen\n"
    f"SD01\tShould\tShare learning\t\t\t\t30/04/2027\tBlue\n"
)


def received(cast: Cast, text: str = TEXT, **other: object) -> TrackerImport:
    with scope_of(access(cast.lead)) as by:
        sheet = read_pasted(text)
        return receive_tracker(cast.northborough, by=by, now=NOW, sheet=sheet, name="Pasted cells", **other)  # type: ignore[arg-type]


def imported(cast: Cast) -> TrackerImport:
    tracker = received(cast)
    with scope_of(access(cast.lead)) as by:
        put_rows_right(tracker, by=by, now=NOW, corrections={1: {"owner": f"#{cast.lead.pk}"}})
        import_rows(tracker, by=by, now=NOW)
        tracker.refresh_from_db()
    return tracker


def test_nothing_is_made_while_a_row_is_wrong(cast: Cast) -> None:
    tracker = received(cast)
    with scope_of(access(cast.lead)) as by:
        assert [sorted(line.errors) for line in lines_of(tracker, TODAY)] == [[], ["owner"], []]
        with pytest.raises(Refused, match="Put 1 row right"):
            import_rows(tracker, by=by, now=NOW)
        assert not Action.objects.exists()


def test_rows_put_right_become_actions_with_their_first_promise(cast: Cast) -> None:
    tracker = imported(cast)
    with scope_of(access(cast.lead)):
        first, _, third = Action.objects.order_by("own_reference")
        assert (first.reference, first.own_reference, first.status) == ("XN1-MD-001", "MD01", "at_risk")
        assert (f"{first.original_due_on}", f"{first.due_on}", first.times_moved) == ("2026-03-31", "2027-06-30", 1)
        assert (third.reference, third.owner, third.status) == ("XN1-SD-001", cast.lead, "on_track")
        assert "Add evidence" in third.updates.get().words
        assert tracker.state == TrackerState.IMPORTED


def test_a_row_is_left_out(cast: Cast) -> None:
    tracker = received(cast)
    with scope_of(access(cast.lead)) as by:
        put_rows_right(tracker, by=by, now=NOW, corrections={1: {"leave_out": "on"}, 7: {"owner": "#1"}})
        assert len(import_rows(tracker, by=by, now=NOW)) == 2
        assert len(import_rows(tracker, by=by, now=NOW)) == 2  # sent twice
        assert Action.objects.count() == 2
        with pytest.raises(Refused, match="imported already"):
            put_rows_right(tracker, by=by, now=NOW, corrections={0: {"title": "Late"}})


def test_what_columns_mean_is_remembered_for_the_trust(cast: Cast) -> None:
    tracker = received(cast)
    columns = [*tracker.columns]
    columns[2], columns[7] = Column.REQUIREMENT.value, ""
    with scope_of(access(cast.lead)) as by:
        name_columns(tracker, by=by, now=NOW, columns=columns)
        with pytest.raises(Refused, match="Two columns"):
            name_columns(tracker, by=by, now=NOW, columns=["title"] * 8)
    assert received(cast).columns == columns


def test_an_import_is_undone_within_a_day_and_nothing_is_deleted(cast: Cast) -> None:
    tracker = imported(cast)
    with scope_of(access(cast.lead)) as by:
        with pytest.raises(Refused, match="within 24 hours"):
            undo_import(tracker, by=by, now=NOW + timedelta(hours=25), why="Too late.")
        taken = undo_import(tracker, by=by, now=NOW + timedelta(hours=1), why="The wrong file.")
        assert (len(taken.set_aside), taken.kept) == (3, [])
        assert set(Action.objects.values_list("status", flat=True)) == {"set_aside"}
        with pytest.raises(Refused, match="nothing to undo"):
            undo_import(tracker, by=by, now=NOW, why="Twice.")
    assert not any(line.errors.get("reference") for line in _lines(cast, received(cast)))


def test_what_somebody_worked_on_stays_and_is_named(cast: Cast) -> None:
    tracker = imported(cast)
    with scope_of(access(cast.lead)) as by:
        first = Action.objects.order_by("reference")[0]
        comment_on_action(first, by=by, now=NOW, words="Two nurses start on Monday.")
        taken = undo_import(tracker, by=by, now=NOW, why="The wrong file.")
        assert [(action.pk, why) for action, why in taken.kept] == [(first.pk, "somebody has commented on it")]
        assert len(taken.set_aside) == 2


def test_a_reference_that_is_there_already_is_wrong(cast: Cast) -> None:
    imported(cast)
    lines = _lines(cast, received(cast))
    assert "already" in lines[0].errors["reference"]


def test_a_number_like_a_patients_is_not_imported_unchecked(cast: Cast) -> None:
    tracker = received(cast, TEXT.replace("Share learning", "See 943 476 5919").replace("Somebody Else", LEAD))
    with scope_of(access(cast.lead)) as by:
        with pytest.raises(Refused, match="looks like an NHS number"):
            import_rows(tracker, by=by, now=NOW)
        assert len(import_rows(tracker, by=by, now=NOW, nhs_number_checked=True)) == 3


def test_only_whoever_makes_actions_sees_an_import(cast: Cast) -> None:
    tracker = received(cast)
    for person in (cast.other_lead, cast.person(Role.BOARD_SIGNATORY, "XN1"), cast.national):
        with scope_of(access(person)) as by:
            assert not TrackerImport.objects.visible_to(by).exists()
            with pytest.raises(NotAllowed):
                import_rows(tracker, by=by, now=NOW)
    with scope_of(access(cast.other_lead)):
        assert not TrackerImport.objects.exists()


def test_the_form_sent_twice_is_one_import_and_its_cells_never_change(cast: Cast) -> None:
    key = uuid4()
    tracker = received(cast, form_key=key)
    assert received(cast, form_key=key) == tracker
    with whole_service(), pytest.raises(IntegrityError, match="may change"), transaction.atomic():
        TrackerImport.objects.update(cells=[])
    with whole_service(), pytest.raises(IntegrityError, match="no move"), transaction.atomic():
        TrackerImport.objects.update(state="undone", imported_at=NOW)


def _lines(cast: Cast, tracker: TrackerImport) -> list:  # type: ignore[type-arg]
    with scope_of(access(cast.lead)):
        return lines_of(tracker, TODAY)
