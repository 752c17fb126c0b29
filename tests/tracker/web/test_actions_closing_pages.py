"""The pages by which an action is closed: evidence, verification by another, later dates, editing by two at once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from tests.cast import Cast
from tests.plan_factories import a_link, access, finish, new_action, stored
from tests.tracker.web.page import Page
from tests.tracker.web.test_actions_pages import hidden, page
from tracker.clock import moment
from tracker.people.roles import Role
from tracker.people.scope import scope_of
from tracker.plans.closing_models import Evidence
from tracker.plans.evidencing import add_evidence
from tracker.plans.models import Action

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def today_as(name: str) -> dict[str, str]:
    day = moment().today
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def send_evidence(client: Client, action: Action, **other: Any) -> Any:
    sent = {"title": "Audit of ward 7", "kind": "audit", "form_key": str(uuid4()), **today_as("dated_on"), **other}
    return client.post(f"/actions/{action.reference}/evidence", sent, follow=True)


def pieces(action: Action, cast: Cast) -> list[Evidence]:
    with scope_of(access(cast.lead)):
        return list(action.evidence.order_by("pk"))


def done_today(cast: Cast) -> Action:
    return finish(new_action(cast, due_on=moment().today + timedelta(days=9)), cast, now=moment().now)


def test_done_with_a_file_on_the_same_form(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    sent = {**hidden(page(client, f"/actions/{action.reference}")), "status": "done", "words": "All wards."}
    path = f"/actions/{action.reference}/progress"
    refused = client.post(path, {**sent, **today_as("delivered_on")})
    assert "Add evidence dated" in refused.content.decode()
    assert "All wards." in refused.content.decode()
    sent |= {**hidden(Page(refused.content.decode())), **today_as("delivered_on"), **today_as("dated_on")}
    half = client.post(path, {**sent, "title": "Audit"}).content.decode()
    assert "Select what kind of evidence it is" in half
    file = SimpleUploadedFile("audit.txt", b"12 of 12")
    answer = client.post(path, {**sent, "title": "Audit", "kind": "audit", "file": file}, follow=True)
    assert "Progress recorded: done." in answer.content.decode()
    assert [one.file_name for one in pieces(action, cast)] == ["audit.txt"]


def test_a_file_is_downloaded_as_it_came_and_never_opened_in_our_name(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    told = send_evidence(client, action, file=SimpleUploadedFile("ward <7>.txt", b"<script>alert(1)</script>"))
    assert "not virus-scanned" in told.content.decode()
    (piece,) = pieces(action, cast)
    answer = client.get(f"/evidence/{piece.public_id}/file")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "text/plain; charset=utf-8")
    shown = client.get(f"/evidence/{piece.public_id}").content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    assert piece.sha256 in shown
    assert client.get(f"/evidence/{piece.public_id}/image").status_code == 404


def test_an_image_is_shown_and_may_do_nothing(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    send_evidence(client, action, file=SimpleUploadedFile("ward.png", PNG))
    (piece,) = pieces(action, cast)
    answer = client.get(f"/evidence/{piece.public_id}/image")
    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_file_is_out_of_reach_until_it_is_found_clean(cast: Cast, as_user: Any, settings: Settings) -> None:
    settings.EVIDENCE_SCANNER = "tcp://127.0.0.1:1"
    action, client = new_action(cast), as_user(cast.lead)
    told = send_evidence(client, action, file=SimpleUploadedFile("audit.txt", b"x")).content.decode()
    assert "once it has been checked" in told
    (piece,) = pieces(action, cast)
    assert client.get(f"/evidence/{piece.public_id}/file").status_code == 404
    assert client.get(f"/evidence/{piece.public_id}").status_code == 200
    # and nothing written waits for it
    sent = {**hidden(page(client, f"/actions/{action.reference}")), "status": "on_track", "words": "Going on."}
    assert client.post(f"/actions/{action.reference}/progress", sent).status_code == 302


@pytest.mark.parametrize("part", ["", "/file", "/image"])
def test_another_trusts_evidence_is_not_there(cast: Cast, as_user: Any, part: str) -> None:
    action = new_action(cast)
    with scope_of(access(cast.lead)) as by:
        file = SimpleUploadedFile("ward.png", PNG)
        piece = add_evidence(action, by=by, now=moment().now, given=a_link(link="", file=file))
    assert as_user(cast.lead).get(f"/evidence/{piece.public_id}{part}").status_code == 200
    for person in (cast.other_lead, cast.person(Role.PEER_MENTOR, "XN1"), cast.administrator):
        assert as_user(person).get(f"/evidence/{piece.public_id}{part}").status_code == 404


def test_a_newer_version_stands_over_the_older_which_is_kept(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    send_evidence(client, action, link="https://intranet.test/1")
    (first,) = pieces(action, cast)
    path = f"/actions/{action.reference}/evidence?replaces={first.public_id}"
    assert "Add a newer version" in client.get(path).content.decode()
    sent = {"title": "Audit, corrected", "kind": "audit", "link": "https://intranet.test/2", **today_as("dated_on")}
    client.post(path, {**sent, "form_key": str(uuid4())})
    listed = client.get(f"/actions/{action.reference}/evidence").content.decode()
    assert "Audit, corrected" in listed
    assert "Audit of ward 7" not in listed
    assert "There is a newer version" in client.get(f"/evidence/{first.public_id}").content.decode()


def test_one_cannot_verify_ones_own_and_another_can(cast: Cast, as_user: Any) -> None:
    action = done_today(cast)
    path = f"/actions/{action.reference}/verify"
    own = as_user(cast.lead)
    assert "somebody else verifies it" in own.get(path).content.decode()
    (piece,) = pieces(action, cast)
    sent = {"words": "Twelve of twelve.", "where": "Ward 7", "evidence": str(piece.pk), "version": action.version}
    assert own.post(path, sent).status_code == 403
    other = as_user(cast.executive)
    assert "Verify that it is done" in other.get(f"/actions/{action.reference}").content.decode()
    half = other.post(path, {**sent, "where": ""}).content.decode()
    assert "Say where it was seen" in half
    assert "Twelve of twelve." in half
    told = other.post(path, {**sent, "witness": "Mrs A", "witness_role": "Carer"}, follow=True).content.decode()
    assert "Seen by Mrs A, carer, recorded by" in told
    assert stored(action).status == "verified"
    held = other.post(f"/actions/{action.reference}/sustain", {"words": "It holds.", "version": 3}).content.decode()
    assert "It must hold until" in held


def test_a_later_date_is_asked_argued_and_granted_and_each_is_told(cast: Cast, as_user: Any) -> None:
    action, lead, executive = new_action(cast), as_user(cast.lead), as_user(cast.executive)
    path = f"/actions/{action.reference}/due-date"
    later = {"due_wanted_day": "1", "due_wanted_month": "2", "due_wanted_year": "2100"}
    sent = {"reason": "No scanner.", "impact": "Longer waits.", "interim_control": "Paper chart.", **later}
    assert "1 February 2100" in lead.post(f"{path}/ask", sent, follow=True).content.decode()
    assert lead.get(f"{path}/decide").status_code == 403
    comments = f"/actions/{action.reference}/comments?about=extension"
    executive.post(comments, {"words": "The ward agrees.", "form_key": str(uuid4())})
    told = executive.get(f"{path}/decide").content.decode()
    assert "Longer waits." in told
    executive.post(f"{path}/decide", {"grant": "yes", "why": "Agreed."})
    text = " ".join(lead.get(path).content.decode().split())
    for words in ("21 December 2026 to 1 February 2100", "Granted", "Agreed.", "The ward agrees.", "Once"):
        assert words in text


def test_two_who_edit_the_same_text_see_both(cast: Cast, as_user: Any) -> None:
    action = new_action(cast, owner=cast.executive)
    path = f"/actions/{action.reference}/edit"
    sent = {"title": action.title, "detail": "", "interim_control": "", "risk": "", "own_reference": "", "version": "1"}
    as_user(cast.lead).post(path, {**sent, "detail": "Hers: every ward.", "risk": "Sepsis."})
    answer = as_user(cast.executive).post(path, {**sent, "detail": "His: every bay."})
    found = Page(answer.content.decode())
    both = next(e.text for e in found.all("div") if e.get("id") == "both-texts")
    assert "Hers: every ward." in both
    assert "His: every bay." in both
    texts = {e.get("name"): e.text.strip() for e in found.all("textarea")}
    assert (texts["detail"], texts["risk"]) == ("His: every bay.", "Sepsis.")
    again = {**sent, **texts, **hidden(found)}
    assert as_user(cast.executive).post(path, again).status_code == 302
    assert (stored(action).detail, stored(action).risk) == ("His: every bay.", "Sepsis.")


def test_a_comment_tells_who_is_named_and_nobody_who_may_not_see_it(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    words = f"@{cast.executive.name} and @{cast.other_lead.name}: see ward 7."
    told = client.post(f"/actions/{action.reference}/comments", {"words": words, "form_key": str(uuid4())}, follow=True)
    said = told.content.decode()
    assert f"{cast.executive.name} will see it under Today." in said
    assert f"{cast.other_lead.name} will" not in said


def test_watching_is_switched_on_and_off(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.national)
    path = f"/actions/{action.reference}/watch"
    assert "1 person watches it" in client.post(path, {"watch": "yes"}, follow=True).content.decode()
    assert "Nobody watches it" in client.post(path, {"watch": "no"}, follow=True).content.decode()
    assert as_user(cast.other_lead).post(path, {"watch": "yes"}).status_code == 404
