"""A form survives being signed out: what was typed comes back to its person, to nobody else, and without scripts."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.cast import PASSWORD, Cast
from tests.plan_factories import new_action, stored
from tracker.accounts.models import User

WORDS = "Two wards are left; <b>nights</b> begin next week."


def fields(html: str) -> dict[str, str]:
    """Every hidden field of the form that is posted last on the page."""
    form = html[html.rindex('<form method="post"') :]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def sign_in(client: Client, person: User) -> Any:
    return client.post("/accounts/login/?next=/actions", {"login": person.email, "password": PASSWORD})


@pytest.fixture
def typed(cast: Cast) -> tuple[Client, str, str]:
    """A browser whose person was signed out while writing, and has sent the form; the path, and the answer's."""
    action = new_action(cast)
    client = Client()
    client.force_login(cast.lead)
    drawn = fields(client.get(f"/actions/{action.reference}").content.decode())
    client.cookies.pop("sessionid")
    path = f"/actions/{action.reference}/progress"
    answer = client.post(path, {**drawn, "status": "at_risk", "words": WORDS})
    assert answer.status_code == 302
    return client, path, answer["Location"]


def test_what_was_typed_comes_back_after_signing_in_and_is_saved_by_one_press(
    cast: Cast, typed: tuple[Client, str, str]
) -> None:
    client, path, sign_in_at = typed
    answer = client.post(sign_in_at, {"login": cast.lead.email, "password": PASSWORD}, follow=True)
    text = answer.content.decode()
    assert "What you typed was not saved yet" in text
    assert "&lt;b&gt;nights&lt;/b&gt;" in text
    saved = client.post(path, fields(text), follow=True).content.decode()
    assert "Progress recorded: at risk." in saved
    assert "What you typed" not in client.get(path).content.decode()


def test_somebody_else_who_signs_in_there_sees_nothing_of_it(cast: Cast, typed: tuple[Client, str, str]) -> None:
    client, path, sign_in_at = typed
    seen = client.post(sign_in_at, {"login": cast.executive.email, "password": PASSWORD}, follow=True)
    assert "nights" not in seen.content.decode()
    client.post("/accounts/logout/")
    sign_in(client, cast.lead)
    assert "nights" not in client.get(path).content.decode()  # and it is gone for good


def test_a_stranger_can_leave_nothing(cast: Cast) -> None:
    action, client = new_action(cast), Client()
    path = f"/actions/{action.reference}/progress"
    for forged in ({}, {"drawn_for": "1"}, {"drawn_for": "MQ:1x:x"}):
        client.post(path, {"words": WORDS, "status": "done", **forged})
    sign_in(client, cast.lead)
    assert "What you typed" not in client.get(path).content.decode()


def test_a_form_drawn_before_signing_in_anew_is_kept_too(cast: Cast) -> None:
    action, client = new_action(cast), Client(enforce_csrf_checks=True)
    client.force_login(cast.lead)
    drawn = fields(client.get(f"/actions/{action.reference}").content.decode())
    path = f"/actions/{action.reference}/progress"
    sent = {**drawn, "status": "at_risk", "words": WORDS, "csrfmiddlewaretoken": "a" * 64}
    answer = client.post(path, sent, follow=True)
    text = answer.content.decode()
    assert "What you typed was not saved yet" in text
    assert stored(action).status == "not_started"  # nothing is saved by showing it
    assert client.post(path, fields(text)).status_code == 302
    assert stored(action).status == "at_risk"


def test_without_a_form_of_ours_a_wrong_token_is_still_refused(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.lead)
    assert client.post("/actions/new", {"title": "Forged"}).status_code == 403
