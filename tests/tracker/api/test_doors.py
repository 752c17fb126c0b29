"""Who gets in, as whom, and what every answer carries."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from rest_framework.authtoken.models import Token

from tests.cast import Cast
from tests.plan_factories import new_action
from tests.tracker.api.conftest import Caller
from tracker.api.throttles import COUNTS, Reads, Writes
from tracker.people.access import access_of
from tracker.people.roles import Role
from tracker.people.tokens import issue_token
from tracker.plans.models import Action
from tracker.problems import NotAllowed

Calling = Callable[[Any], Caller]
LISTS = (
    "regions", "systems", "trusts", "sites", "ratings", "ratings/history", "rating-changes", "findings", "actions",
    "rounds", "pairs",
)  # fmt: skip


@pytest.mark.parametrize("path", [*LISTS, "sector/distribution"])
def test_every_list_is_open_to_the_signed_in_and_to_nobody_else(cast: Cast, caller: Calling, path: str) -> None:
    refused = Client().get(f"/api/v1/{path}")
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"] == "Token"
    assert set(refused.json()) == {"error"}
    assert caller(cast.other_lead).get(path).status_code == 200


@pytest.mark.parametrize("path", ["trusts", "actions", "nowhere", "trusts?colour=red", "imports"])
def test_every_answer_says_its_licence_and_is_kept_by_nobody(
    cast: Cast, caller: Calling, settings: Any, path: str
) -> None:
    calling = caller(cast.lead)
    for answer in (calling.get(path), Client().get(f"/api/v1/{path}")):
        assert "no-store" in answer["Cache-Control"]
        assert "Fictional" in answer["X-Data-Licence"]
        assert answer["Content-Type"] == "application/json"
    settings.WORLD = "real"
    licence = calling.get(path)["X-Data-Licence"]
    assert "Confidential" in licence if path == "actions" else "Open Government Licence" in licence


def test_a_tokens_person_sees_what_they_may_and_another_trusts_lead_sees_nothing(cast: Cast, caller: Calling) -> None:
    action = new_action(cast)
    assert [row["reference"] for row in caller(cast.lead).rows("actions")] == [action.reference]
    stranger = caller(cast.other_lead)
    assert stranger.rows("actions") == []
    assert stranger.get(f"actions/{action.reference}").status_code == 404
    sent = {"words": "Read by the wrong trust", "status": "done"}
    refused = stranger.post(f"actions/{action.reference}/updates", sent, **{"If-Match": f'"{action.reference}.1"'})
    assert refused.status_code == 404


def test_the_database_itself_answers_for_the_tokens_person(cast: Cast, caller: Calling, monkeypatch: Any) -> None:
    """The second wall, with the first one taken away."""
    action = new_action(cast)
    monkeypatch.setattr(type(Action.objects.all()), "visible_to", lambda rows, access: rows)
    assert len(caller(cast.lead).rows("actions")) == 1
    assert caller(cast.other_lead).rows("actions") == []
    assert caller(cast.other_lead).get(f"actions/{action.reference}").status_code == 404


def test_the_first_wall_stands_without_the_second(cast: Cast, caller: Calling, monkeypatch: Any) -> None:
    """A scope that shows everything, as if the policies were gone."""
    new_action(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('turnaround.trusts', %s, true)", [f"{{{cast.northborough.pk}}}"])
    monkeypatch.setattr("tracker.api.access.enter", lambda access: None)
    monkeypatch.setattr("tracker.web.middleware.enter", lambda access: None)
    assert Action.objects.count() == 1
    assert caller(cast.other_lead).rows("actions") == []


def test_a_token_beside_another_persons_session_is_answered_for_the_token(cast: Cast, caller: Calling) -> None:
    new_action(cast)
    stranger = caller(cast.other_lead)
    stranger.client.force_login(cast.lead)
    assert stranger.rows("actions") == []
    lead = caller(cast.lead)
    lead.client.force_login(cast.other_lead)
    assert len(lead.rows("actions")) == 1


def test_a_session_reads_too_and_writes_only_with_its_token_of_the_form(cast: Cast) -> None:
    action = new_action(cast)
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.lead)
    assert client.get("/api/v1/actions").json()["results"][0]["reference"] == action.reference
    answer = client.post(
        f"/api/v1/actions/{action.reference}/updates",
        {"words": "Sent by another site", "status": "on_track"},
        content_type="application/json",
        headers={"If-Match": f'"{action.reference}.1"'},
    )
    assert answer.status_code == 403


def test_a_disabled_persons_token_and_a_wrong_one_are_refused(cast: Cast, caller: Calling) -> None:
    calling = caller(cast.lead)
    assert calling.get("trusts").status_code == 200
    cast.lead.is_active = False
    cast.lead.save()
    assert calling.get("trusts").status_code == 401
    assert Caller("turnaround_guess", Client()).get("trusts").status_code == 401


def test_what_the_database_keeps_of_a_token_signs_nobody_in(cast: Cast, caller: Calling) -> None:
    secret = caller(cast.lead).secret
    kept = Token.objects.get(user=cast.lead).key
    assert kept not in secret
    assert Caller(kept, Client()).get("trusts").status_code == 401


def test_an_administrator_issues_and_revokes_a_token_by_command(cast: Cast) -> None:
    shown, said = StringIO(), StringIO()
    call_command("issue_token", cast.lead.email.upper(), stdout=shown, stderr=said)
    first = Caller(shown.getvalue().strip(), Client())
    assert first.get("trusts").status_code == 200
    call_command("issue_token", cast.lead.email, stdout=(again := StringIO()), stderr=said)
    assert first.get("trusts").status_code == 401
    second = Caller(again.getvalue().strip(), Client())
    assert second.get("trusts").status_code == 200
    call_command("issue_token", cast.lead.email, "--revoke", stdout=StringIO())
    assert second.get("trusts").status_code == 401
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("issue_token", "nobody@example.test")


def test_only_an_administrator_issues_tokens(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        issue_token(cast.other_lead, by=access_of(cast.lead, cast.lead.memberships.get().valid_from))


def test_a_person_without_a_role_finds_nothing(cast: Cast, caller: Calling) -> None:
    calling = caller(cast.lead)
    cast.lead.memberships.all().delete()
    assert {path: calling.get(path).status_code for path in LISTS} == dict.fromkeys(LISTS, 404)
    assert calling.get("schema/").status_code == 200


def test_imports_do_not_exist_for_those_who_do_not_load_them(cast: Cast, caller: Calling) -> None:
    for person in (cast.lead, cast.person(Role.REGIONAL_STAFF), cast.person(Role.SYSTEM_STAFF)):
        assert caller(person).get("imports").status_code == 404
    assert caller(cast.national).get("imports").status_code == 200
    assert caller(cast.administrator).get("imports").status_code == 200


def test_a_runaway_script_is_told_to_wait(cast: Cast, caller: Calling, monkeypatch: Any) -> None:
    monkeypatch.setattr(Reads, "rate", "2/min")
    calling, other = caller(cast.lead), caller(cast.national)
    assert [calling.get("regions").status_code for _ in range(3)] == [200, 200, 429]
    assert int(calling.get("regions")["Retry-After"]) <= 60
    assert other.get("regions").status_code == 200
    COUNTS.clear()
    monkeypatch.setattr(Writes, "rate", "1/min")
    assert [calling.post("actions/XN1-MD-001/updates", {}).status_code for _ in range(2)] == [404, 429]


@pytest.mark.parametrize(("method", "path"), [("delete", "trusts"), ("put", "trusts/XN1"), ("delete", "actions/X")])
def test_nothing_else_can_be_done(cast: Cast, caller: Calling, method: str, path: str) -> None:
    calling = caller(cast.national)
    answer = getattr(calling.client, method)(f"/api/v1/{path}", headers=calling.headers)
    assert answer.status_code == 405
    assert set(answer.json()) == {"error"}
