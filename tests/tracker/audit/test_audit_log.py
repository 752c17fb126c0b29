"""The audit log: written with what it speaks of, by nobody's choice, and changed by nobody."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import Client

from tests.cast import Cast
from tests.plan_factories import new_action
from tests.ratings_files import ratings_file
from tracker import tasks
from tracker.audit.models import AuditEntry
from tracker.people.access import access_of
from tracker.people.models import Membership
from tracker.people.roles import Role
from tracker.people.scope import scope_of, whole_service
from tracker.ratings import importer
from tracker.ratings.models import RatingRecord
from tracker.ratings.receiving import receive_import, source_by_hand

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def entries(**by: Any) -> list[AuditEntry]:
    with whole_service():
        return list(AuditEntry.objects.filter(**by).order_by("pk"))


def test_an_operation_is_recorded_with_who_what_whose_and_when(cast: Cast) -> None:
    action = new_action(cast)
    (entry,) = entries(kind="action")
    assert (entry.person_id, entry.operation, entry.object_id) == (cast.lead.pk, "made", action.pk)
    assert (entry.trust_id, entry.source) == (cast.northborough.pk, "action_event")
    assert action.events.get().pk == entry.source_id


def test_what_was_rolled_back_was_never_recorded(cast: Cast) -> None:
    class Stop(Exception):
        pass

    @transaction.atomic
    def make_and_stop() -> None:
        new_action(cast)
        raise Stop

    with pytest.raises(Stop):
        make_and_stop()
    assert entries(kind="action") == []


def test_an_import_is_an_entry_for_each_of_its_events_however_many_ratings_it_brings(
    cast: Cast, tmp_path: Any, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    path = tmp_path / "1_May_2026.csv"
    path.write_bytes(ratings_file())
    with scope_of(access_of(cast.national, NOW.date())):
        received, _ = receive_import(
            path, name=path.name, as_at=date(2026, 5, 1), keep="nhs", source=source_by_hand(), by=cast.national, now=NOW
        )
        importer.read_import(received, by=cast.national, now=NOW)
        importer.apply_import(received, by=cast.national, now=NOW)
    assert RatingRecord.objects.count() > 5
    said = [(entry.operation, entry.person_id, entry.object_id) for entry in entries(kind="import")]
    assert said == [(kind, cast.national.pk, received.pk) for kind in ("received", "read", "applied")]


def test_a_role_given_and_taken_names_who_did_it(cast: Cast) -> None:
    with scope_of(access_of(cast.administrator, NOW.date())):
        given = Membership.objects.create(
            person=cast.lead, role=Role.APPROVER, trust=cast.northborough, valid_from=date(2026, 1, 1)
        )
        number = given.pk
        given.delete()
    found = entries(kind="role", object_id=number)
    assert [(entry.operation, entry.person_id) for entry in found] == [
        ("insert", cast.administrator.pk),
        ("delete", cast.administrator.pk),
    ]


@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize(("table", "column"), [("audit_entry", "person_id"), ("audit_seal", "entry_id")])
def test_the_application_changes_nothing_in_it(cast: Cast, statement: str, table: str, column: str) -> None:
    new_action(cast)
    tasks.seal_audit()
    with whole_service(), pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        connection.cursor().execute(statement.format(table, column, column))


def test_nobody_but_who_looks_after_the_service_reads_it(cast: Cast) -> None:
    new_action(cast)
    for person, seen in ((cast.lead, 0), (cast.national, 0), (cast.administrator, len(entries()))):
        with scope_of(access_of(person, NOW.date())):
            assert AuditEntry.objects.count() == seen


def test_another_trusts_action_is_not_found_and_the_attempt_is_recorded(cast: Cast, as_user: Any) -> None:
    action = new_action(cast)
    answer = as_user(cast.other_lead).get(f"/actions/{action.reference}?secret=word")
    assert answer.status_code == 404
    (entry,) = entries(operation="refused")
    assert entry.person_id == cast.other_lead.pk
    assert entry.words == f"GET /actions/{action.reference}: 404"


def test_what_an_operation_refused_on_a_form_is_recorded_though_all_else_is_rolled_back(
    cast: Cast, as_user: Any
) -> None:
    action = new_action(cast)
    answer = as_user(cast.lead).post(
        f"/actions/{action.reference}/progress", {"words": "Screened.", "status": "at_risk", "version": 99}
    )
    assert answer.status_code == 200
    assert action.updates.count() == 0
    assert [entry.words for entry in entries(operation="refused")] == [
        f"POST /actions/{action.reference}/progress: 200"
    ]


def test_a_strangers_or_a_mistyped_address_is_no_entry(cast: Cast, as_user: Any, client: Client) -> None:
    client.get("/actions")
    as_user(cast.lead).get("/no/such/place")
    assert entries(operation="refused") == []


def test_every_entry_of_a_request_carries_the_number_the_logs_know_it_by(cast: Cast, as_user: Any, caplog: Any) -> None:
    action = new_action(cast)
    caplog.set_level("INFO")
    as_user(cast.lead).post(
        f"/actions/{action.reference}/progress",
        {"words": "Screened.", "status": "at_risk", "version": action.version},
    )
    number = entries(kind="action")[-1].request_id
    assert len(number) > 30
    assert number in caplog.text
