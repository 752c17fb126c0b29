"""Signing in, the first page, and what stands around every page."""

from typing import Any

import pytest
from django.test import Client

from tests.cast import PASSWORD, Cast
from tracker.accounts.models import User


def test_a_person_signs_in_with_email_and_password_and_sees_their_day(cast: Cast, client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": cast.lead.email.upper(), "password": PASSWORD}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [("/", 302)]
    assert "<h1" in page
    assert "Today" in page
    assert cast.lead.name in page
    assert "Northborough Hospitals NHS Trust" in page


def test_a_wrong_password_says_what_to_do_and_keeps_the_address(cast: Cast, client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": cast.lead.email, "password": "not this one"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "There is a problem" in page
    assert cast.lead.email in page
    assert "Today" not in page


def test_nobody_signs_up(client: Client, db: None) -> None:
    answer = client.post(
        "/accounts/signup/", {"email": "new@example.test", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert "Accounts are made for you" in answer.content.decode()
    assert not User.objects.filter(email="new@example.test").exists()


def test_without_signing_in_every_page_leads_to_the_sign_in_page(client: Client, db: None) -> None:
    answer = client.get("/account")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/account"


def test_a_disabled_person_is_out_at_the_next_request(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.lead)
    assert client.get("/account").status_code == 200
    cast.lead.is_active = False
    cast.lead.save()
    assert client.get("/account").status_code == 302


@pytest.mark.parametrize("path", ["/", "/account", "/no-such-page", "/livez"])
def test_safe_headers_stand_on_every_answer_errors_included(cast: Cast, as_user: Any, path: str) -> None:
    answer = as_user(cast.lead).get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"


def test_the_demonstration_says_so_on_every_page(cast: Cast, as_user: Any, client: Client) -> None:
    for who, path in (
        (as_user(cast.lead), "/"),
        (client, "/accounts/login/"),
        (as_user(cast.lead), "/nowhere"),
    ):
        assert "fictional" in who.get(path).content.decode()


@pytest.mark.parametrize("path", ["/trusts/%00", "/api/v1/trusts/%00", "/search?q=%00"])
def test_a_nul_in_an_address_is_refused_and_no_error_of_ours(cast: Cast, as_user: Any, path: str) -> None:
    assert as_user(cast.lead).get(path).status_code == 400


def test_the_administration_pages_are_signed_in_to_like_everything_else(db: None, client: Client) -> None:
    answer = client.get("/administration/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_a_forgotten_password_is_answered_alike_for_everybody_and_leaves_as_the_mail_route_says(
    cast: Cast, client: Client, settings: Any
) -> None:
    for email in (cast.lead.email, "nobody@example.test"):
        answer = client.post("/accounts/password/reset/", {"email": email})
        assert answer.status_code == 302
        assert answer["Location"] == "/accounts/password/reset/done/"
