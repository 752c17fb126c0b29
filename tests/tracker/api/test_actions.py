"""Progress recorded by another system: nobody's words are lost, and nothing is recorded twice."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import Cast
from tests.plan_factories import finish, new_action, stored
from tests.tracker.api.conftest import API, Caller
from tracker.clock import moment
from tracker.people.roles import Role
from tracker.people.scope import whole_service
from tracker.plans.models import Action, ProgressUpdate

Calling = Callable[[Any], Caller]
SENT = {"words": "Ward audits have begun.", "status": "on_track"}


def updates() -> list[str]:
    with whole_service():
        return list(ProgressUpdate.objects.order_by("pk").values_list("words", flat=True))


def test_progress_is_recorded_against_the_version_that_was_read(cast: Cast, caller: Calling) -> None:
    action = new_action(cast)
    calling = caller(cast.lead)
    read = calling.get(f"actions/{action.reference}")
    assert read.json()["findings"][0]["words"] == "The trust must screen every patient for sepsis."
    answer = calling.post(f"actions/{action.reference}/updates", SENT, **{"If-Match": read["ETag"]})
    assert answer.status_code == 201
    assert answer.json()["status_after"] == "on_track"
    again = calling.get(f"actions/{action.reference}")
    assert again["ETag"] == answer["ETag"] != read["ETag"]
    assert again.json()["history"][0]["words"] == SENT["words"]
    assert updates() == [SENT["words"]]


def test_a_stale_version_is_answered_with_both_texts(cast: Cast, caller: Calling) -> None:
    action = new_action(cast)
    calling = caller(cast.lead)
    tag = calling.get(f"actions/{action.reference}")["ETag"]
    finish(action, cast)
    answer = calling.post(f"actions/{action.reference}/updates", SENT, **{"If-Match": tag})
    assert answer.status_code == 412
    assert answer.json()["yours"] == SENT
    assert answer.json()["theirs"]["words"] == "Audit of 40 patients: all screened."
    assert answer.json()["theirs"]["status"] == "done"
    assert SENT["words"] not in updates()
    assert stored(action).status == "done"


def test_without_a_version_nothing_is_recorded(cast: Cast, caller: Calling) -> None:
    action = new_action(cast)
    calling = caller(cast.lead)
    for headers in ({}, {"If-Match": "*"}):
        answer = calling.post(f"actions/{action.reference}/updates", SENT, **headers)
        assert answer.status_code == 428
        assert "If-Match" in answer.json()["error"]
    for tag in ("1", '"1"', '"XA1-MD-001.1"', f'"{action.reference}.99"', f'W/"{action.reference}.1"'):
        assert calling.post(f"actions/{action.reference}/updates", SENT, **{"If-Match": tag}).status_code == 412
    assert updates() == []


def test_the_same_request_sent_twice_records_one_update(cast: Cast, caller: Calling) -> None:
    action = new_action(cast)
    calling = caller(cast.lead)
    headers = {"If-Match": f'"{action.reference}.1"', "Idempotency-Key": str(uuid4())}
    answers = [calling.post(f"actions/{action.reference}/updates", SENT, **headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert updates() == [SENT["words"]]
    headers["Idempotency-Key"] = "not one"
    refused = calling.post(f"actions/{action.reference}/updates", SENT, **headers)
    assert (refused.status_code, refused.json()["field"]) == (400, "Idempotency-Key")


def test_what_is_sent_is_checked_and_named(cast: Cast, caller: Calling) -> None:
    action = new_action(cast)
    calling = caller(cast.lead)
    headers = {"If-Match": f'"{action.reference}.1"'}
    path = f"actions/{action.reference}/updates"
    for body, status, field in (
        ({"words": "x"}, 400, "status"),
        ({"words": " ", "status": "on_track"}, 400, "words"),
        ({"words": "x", "status": "finished"}, 400, "status"),
        ({"words": "NUL \x00", "status": "on_track"}, 400, "words"),
        ({"words": "Seen: 943 476 5919", "status": "on_track"}, 422, "words"),
        ({"words": "x", "status": "not_started"}, 201, None),
    ):
        answer = calling.post(path, body, **headers)
        assert (answer.status_code, answer.json().get("field")) == (status, field), answer.content
    assert calling.post(path, {"words": "x" * 300_000, "status": "on_track"}, **headers).status_code == 413
    assert calling.post(path, [1, 2], **headers).status_code == 400
    raw = calling.client.post(
        f"/api/v1/{path}", b"{not json", content_type="application/json", headers={**calling.headers, **headers}
    )
    assert raw.status_code == 400


def test_one_who_may_only_read_is_told_so(cast: Cast, caller: Calling) -> None:
    action = new_action(cast)
    for person in (cast.person(Role.REGIONAL_STAFF), cast.executive):
        calling = caller(person)
        assert calling.get(f"actions/{action.reference}").status_code == 200
        sent = calling.post(f"actions/{action.reference}/updates", SENT, **{"If-Match": f'"{action.reference}.1"'})
        assert sent.status_code == 403
    assert updates() == []


def test_filters_find_ones_own_actions(cast: Cast, caller: Calling) -> None:
    new_action(cast)
    calling = caller(cast.lead)
    assert len(calling.rows("actions", status="not_started", trust="XN1", due_before="2026-12-21")) == 1
    assert calling.rows("actions", due_after="2026-12-22") == []
    assert calling.rows("actions", trust="XA1") == []


def patch(calling: Caller, action: Action, body: object, tag: str) -> Any:
    headers = {**calling.headers, "If-Match": tag}
    return calling.client.patch(f"{API}actions/{action.reference}", body, "application/json", headers=headers)


def test_texts_are_changed_at_the_version_that_was_read_and_no_other(cast: Cast, caller: Calling) -> None:
    action, calling = new_action(cast), caller(cast.lead)
    tag = calling.get(f"actions/{action.reference}")["ETag"]
    answer = patch(calling, action, {"risk": "Late antibiotics."}, tag)
    assert answer.status_code == 200
    assert (answer.json()["risk"], answer.json()["title"]) == ("Late antibiotics.", action.title)
    stale = patch(calling, action, {"risk": "None."}, tag)
    assert (stale.status_code, stale.json()["yours"]) == (412, {"risk": "None."})
    assert patch(calling, action, {"risk": "None."}, "").status_code == 428
    assert patch(calling, action, {"title": ""}, answer["ETag"]).status_code == 400
    assert stored(action).risk == "Late antibiotics."


def test_done_by_the_api_takes_evidence_too(cast: Cast, caller: Calling) -> None:
    action, calling = new_action(cast), caller(cast.lead)
    tag, today = calling.get(f"actions/{action.reference}")["ETag"], str(moment().today)
    sent: dict[str, Any] = {"words": "All wards.", "status": "done", "delivered_on": today}
    refused = calling.post(f"actions/{action.reference}/updates", sent, **{"If-Match": tag})
    assert (refused.status_code, "Add evidence" in refused.json()["error"]) == (422, True)
    sent["evidence"] = {"title": "Audit", "kind": "audit", "dated_on": today, "link": "https://intranet.test/audit"}
    assert calling.post(f"actions/{action.reference}/updates", sent, **{"If-Match": tag}).status_code == 201
    told = calling.get(f"actions/{action.reference}").json()
    assert (told["status"], told["evidence"][0]["title"], told["delivered_on"]) == ("done", "Audit", today)


@pytest.mark.parametrize("who", ["national", "other_lead"])
def test_nobody_else_changes_the_texts(cast: Cast, caller: Calling, who: str) -> None:
    action = new_action(cast)
    answer = patch(caller(getattr(cast, who)), action, {"risk": "x"}, f'"{action.reference}.1"')
    assert answer.status_code == (403 if who == "national" else 404)
