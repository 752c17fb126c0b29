"""The database's own wall, with no help from the code's filters."""

from datetime import date

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from tests.cast import Cast
from tracker.people.access import NOBODY, access_of
from tracker.people.scope import enter, scope_of, whole_service
from tracker.plans.models import Action

TODAY = date(2026, 11, 23)


@pytest.fixture
def action(cast: Cast) -> Action:
    with whole_service():
        return Action.objects.create(
            trust=cast.northborough,
            reference="XN1-MD-001",
            title="Screen every patient for sepsis",
            owner=cast.lead,
            executive=cast.executive,
            original_due_on=TODAY,
            due_on=TODAY,
            made_at=timezone.now(),
            made_by=cast.lead,
        )


def test_the_tests_run_as_a_role_that_owns_nothing_and_cannot_pass_the_wall(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)


def test_a_person_sees_the_rows_of_their_own_trust_without_any_filter(cast: Cast, action: Action) -> None:
    with scope_of(access_of(cast.lead, TODAY)):
        assert list(Action.objects.all()) == [action]


@pytest.mark.parametrize("who", ["other_lead", "administrator"])
def test_without_any_filter_nobody_elses_rows_are_there(cast: Cast, action: Action, who: str) -> None:
    with scope_of(access_of(getattr(cast, who), TODAY)):
        assert Action.objects.count() == 0
        assert Action.objects.filter(pk=action.pk).update(title="Read by the wrong trust") == 0


def test_outside_a_scope_a_confidential_table_is_empty(cast: Cast, action: Action) -> None:
    enter(NOBODY)
    assert Action.objects.count() == 0


def test_nobody_writes_a_row_into_another_trust(cast: Cast, action: Action) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        scope_of(access_of(cast.other_lead, TODAY)),
        transaction.atomic(),
    ):
        Action.objects.create(
            trust=cast.northborough,
            reference="XN1-MD-002",
            title="Planted",
            owner=cast.lead,
            executive=cast.executive,
            original_due_on=TODAY,
            due_on=TODAY,
            made_at=timezone.now(),
            made_by=cast.other_lead,
        )


def test_the_original_due_date_never_changes(action: Action) -> None:
    with pytest.raises(IntegrityError, match="never changes"), whole_service():
        Action.objects.filter(pk=action.pk).update(original_due_on=date(2027, 1, 1))


@pytest.mark.parametrize("table", ["rating_record", "progress_update", "action_event", "reminder_wish"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_history_is_only_ever_added_to(db: None, table: str, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as c,
    ):
        c.execute(statement.format(table))
