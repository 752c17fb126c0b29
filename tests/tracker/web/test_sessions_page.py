"""Where a person is signed in: their own sessions only, ended one by one, all others, or by being disabled."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from tests.cast import Cast
from tests.tracker.web.page import Page
from tracker.accounts.models import User
from tracker.web.device_words import device_words

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Mobile Safari/604.1"
EDGE = f"{CHROME} Edg/141.0"


def sign_in(person: User, browser: str) -> Client:
    client = Client(headers={"user-agent": browser})
    client.force_login(person)
    assert client.get("/account").status_code == 200  # first seen
    return client


def rows(client: Client) -> list[str]:
    page = Page(client.get("/account/sessions").content.decode())
    return [e.text for e in page.all("tr")][1:]


def end_forms(client: Client) -> list[str]:
    page = Page(client.get("/account/sessions").content.decode())
    return [e.get("action") for e in page.all("form") if e.get("action").startswith("/account/sessions/")]


def is_signed_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def test_each_session_is_listed_in_words_and_this_one_marked(cast: Cast) -> None:
    here, phone = sign_in(cast.lead, CHROME), sign_in(cast.lead, IPHONE)
    sign_in(cast.other_lead, EDGE)
    found = rows(here)
    assert len(found) == 2
    assert [row for row in found if "This one" in row][0].startswith("Chrome on Windows")  # noqa: RUF015
    assert any(row.startswith("Safari on iPhone") and "Sign out of Safari on iPhone" in row for row in found)
    assert not any("127.0.0.1" in row for row in found)
    assert any("This one" in row and row.startswith("Safari") for row in rows(phone))


def test_one_is_ended_and_the_others_go_on(cast: Cast) -> None:
    here, phone, other = (sign_in(cast.lead, browser) for browser in (CHROME, IPHONE, EDGE))
    address = next(action for action in end_forms(phone) if "end-others" not in action)
    assert here.post(address).status_code in {302, 404}
    ended = [client for client in (here, phone, other) if not is_signed_in(client)]
    assert len(ended) == 1
    assert phone not in ended


def test_all_others_are_ended_at_once_and_this_one_goes_on(cast: Cast) -> None:
    here, phone, other = (sign_in(cast.lead, browser) for browser in (CHROME, IPHONE, EDGE))
    colleague = sign_in(cast.executive, EDGE)
    answer = here.post("/account/sessions/end-others", follow=True)
    assert "Signed out everywhere else." in answer.content.decode()
    assert [is_signed_in(client) for client in (here, phone, other, colleague)] == [True, False, False, True]
    assert end_forms(here) == []


def test_nobody_ends_a_session_of_somebody_else_or_by_looking(cast: Cast) -> None:
    here, theirs = sign_in(cast.lead, CHROME), sign_in(cast.other_lead, EDGE)
    foreign = UserSession.objects.get(user=cast.other_lead).pk
    assert here.post(f"/account/sessions/{foreign}/end").status_code == 404
    assert theirs.get("/account/sessions/end-others").status_code == 405
    assert is_signed_in(theirs)


def test_this_session_is_not_ended_here(cast: Cast) -> None:
    here = sign_in(cast.lead, CHROME)
    own = UserSession.objects.get(user=cast.lead).pk
    assert here.post(f"/account/sessions/{own}/end").status_code == 404
    assert is_signed_in(here)


def test_disabling_a_person_ends_their_sessions_for_good(cast: Cast) -> None:
    theirs, ours = sign_in(cast.lead, CHROME), sign_in(cast.executive, CHROME)
    root = User.objects.create_superuser("root@example.nhs.test", "x" * 20, name="Root")
    admin = sign_in(root, EDGE)
    sent = {"name": cast.lead.name, "email": cast.lead.email, "job_title": ""}
    address = f"/administration/tracker/user/{cast.lead.pk}/change/"
    assert admin.post(address, sent).status_code == 302
    assert not is_signed_in(theirs)
    assert admin.post(address, {**sent, "is_active": "on"}).status_code == 302
    assert not is_signed_in(theirs), "enabled again, they sign in again"
    assert is_signed_in(ours)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome on Windows"),
        (EDGE, "Edge on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 SamsungBrowser/28 Chrome/130 Mobile Safari/537.36",
         "Samsung Internet on Android"),
        ("curl/8.1", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)  # fmt: skip
def test_browsers_in_words(agent: str, words: str) -> None:
    assert device_words(agent) == words
