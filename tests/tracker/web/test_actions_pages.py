"""The pages of actions: who sees them, what is saved, and that nothing typed is lost."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.cast import Cast
from tests.factories import rated_domain, rated_service, rating_change
from tests.plan_factories import NOW, access, finish, must_do, new_action, stored
from tests.tracker.web.page import Page
from tracker.consequences.operations import follow_up_changes
from tracker.people.roles import Role
from tracker.people.scope import scope_of, whole_service
from tracker.plans.models import Action, ProgressUpdate
from tracker.plans.operations import record_progress


def page(client: Client, path: str, status: int = 200) -> Page:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return Page(answer.content.decode())


def heading(found: Page) -> str:
    return next(e.text for e in found.all("h1"))


def hidden(found: Page) -> dict[str, str]:
    return {
        e.get("name"): e.get("value")
        for e in found.all("input")
        if e.get("type") == "hidden" and e.get("name") in {"version", "form_key"}
    }


def rows_of(found: Page) -> list[str]:
    return [e.text for e in found.all("a") if re.fullmatch(r"X\w\d-(MD|SD|OW)-\d+", e.text)]


def updates() -> list[str]:
    with whole_service():
        return list(ProgressUpdate.objects.order_by("pk").values_list("words", flat=True))


@pytest.mark.parametrize(
    ("role", "at", "status"),
    [
        (Role.IMPROVEMENT_LEAD, "XN1", 200),
        (Role.CHIEF_EXECUTIVE, "XN1", 200),
        (Role.REGIONAL_STAFF, "", 200),
        (Role.NATIONAL_STAFF, "", 200),
        (Role.REGIONAL_STAFF, "YS", 404),
        (Role.IMPROVEMENT_LEAD, "XE1", 404),
        (Role.PEER_MENTOR, "XN1", 404),
        (Role.SYSTEM_STAFF, "", 404),
        (Role.CONVENOR, "", 404),
        (Role.SYSTEM_ADMINISTRATOR, "", 404),
    ],
)
def test_an_action_exists_only_for_people_of_its_plan(
    cast: Cast, as_user: Any, role: Role, at: str, status: int
) -> None:
    action = new_action(cast)
    client = as_user(cast.person(role, at))
    for path in (f"/actions/{action.reference}", f"/actions/{action.reference}/progress"):
        answer = client.get(path, follow=True)
        assert answer.status_code == status
    listed = client.get("/actions").content.decode()
    assert (action.reference in listed) == (status == 200)


def test_an_action_tells_what_cqc_found_who_does_what_and_what_happened(cast: Cast, as_user: Any) -> None:
    action = new_action(cast)
    text = as_user(cast.lead).get(f"/actions/{action.reference}").content.decode()
    for words in (
        "The trust must screen every patient for sepsis.",
        str(cast.executive),
        "21 December 2026",
        "Must do",
    ):
        assert words in text
    assert "Action made" in text


def test_a_reopened_action_says_first_why(committed_cast: Cast, as_user: Any) -> None:
    action = finish(new_action(committed_cast), committed_cast)
    rating_change(
        committed_cast.northborough, rated_service("surgery"), rated_domain("safe"), site=committed_cast.general
    )
    follow_up_changes(now=NOW)
    found = page(as_user(committed_cast.lead), f"/actions/{action.reference}")
    inset = next(e.text for e in found.all("div") if e.has_class("nhsuk-inset-text"))
    assert inset.startswith("Reopened because Surgery at Northborough General Hospital, Safe: Good -> Requires")
    assert "Reopened because a rating fell" in [e.text for e in found.all("h3")]


def test_the_owner_records_progress_and_sees_it(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    sent = {**hidden(page(client, f"/actions/{action.reference}")), "status": "at_risk", "words": "Two wards are left."}
    answer = client.post(f"/actions/{action.reference}/progress", sent, follow=True)
    text = answer.content.decode()
    assert "Progress recorded: at risk." in text
    assert "Not started to at risk" in text
    assert stored(action).status == "at_risk"


def test_the_same_form_sent_twice_is_one_update(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    sent = {
        **hidden(page(client, f"/actions/{action.reference}")),
        "status": "on_track",
        "words": "Training has begun.",
    }
    for _ in range(2):
        assert client.post(f"/actions/{action.reference}/progress", sent).status_code == 302
    assert updates() == ["Training has begun."]


def test_a_late_save_shows_both_texts_and_can_then_be_saved(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    mine = {
        **hidden(page(client, f"/actions/{action.reference}")),
        "status": "at_risk",
        "words": "Mine: the\nrota fails.",
    }
    with scope_of(access(cast.lead)) as by:
        record_progress(action, by=by, now=NOW, words="Theirs: all went well.", status="on_track", version=1)
    answer = client.post(f"/actions/{action.reference}/progress", mine)
    found = Page(answer.content.decode())
    both = next(e.text for e in found.all("div") if e.get("id") == "both-texts")
    assert "Theirs: all went well." in both
    assert "Mine: therota fails." in both.replace("the rota", "therota")
    assert next(e.text for e in found.all("textarea") if e.get("name") == "words").startswith("Mine: the")
    assert any(e.get("value") == "at_risk" and "checked" in e.attributes for e in found.all("input"))
    assert updates() == ["Theirs: all went well."]
    client.post(f"/actions/{action.reference}/progress", {**mine, **hidden(found)})
    assert [words.split()[0] for words in updates()] == ["Theirs:", "Mine:"]


def test_words_with_a_patients_number_are_kept_and_asked_about(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    sent = {
        **hidden(page(client, f"/actions/{action.reference}")),
        "status": "on_track",
        "words": "Seen: 943 476 5919.",
    }
    text = client.post(f"/actions/{action.reference}/progress", sent).content.decode()
    assert "looks like an NHS number" in text
    assert "Seen: 943 476 5919." in text
    assert "nhs_number_checked" in text
    assert updates() == []
    client.post(f"/actions/{action.reference}/progress", {**sent, "nhs_number_checked": "on"})
    assert updates() == ["Seen: 943 476 5919."]


def test_nothing_said_is_refused_at_its_field(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    sent = {**hidden(page(client, f"/actions/{action.reference}")), "status": "done", "words": "  "}
    found = Page(client.post(f"/actions/{action.reference}/progress", sent).content.decode())
    assert any(e.get("href") == "#progress_words" for e in found.all("a"))
    assert any(e.get("value") == "done" and "checked" in e.attributes for e in found.all("input"))
    assert stored(action).status == "not_started"


def test_somebody_who_only_sees_the_plan_has_no_form_and_cannot_send_one(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.national)
    assert "Save progress" not in client.get(f"/actions/{action.reference}").content.decode()
    sent = {"version": "1", "form_key": str(uuid4()), "status": "done", "words": "Done."}
    assert client.post(f"/actions/{action.reference}/progress", sent).status_code == 403
    assert client.get(f"/actions/{action.reference}/reassign").status_code == 403
    assert stored(action).status == "not_started"


def test_the_lead_may_record_on_behalf_of_the_owner(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast, owner=cast.executive), as_user(cast.lead)
    sent = {**hidden(page(client, f"/actions/{action.reference}")), "status": "on_track", "words": "She rang."}
    text = client.post(
        f"/actions/{action.reference}/progress", {**sent, "for_owner": "on"}, follow=True
    ).content.decode()
    assert f"{cast.lead} on behalf of {cast.executive}" in text


def action_form(cast: Cast, **other: str) -> dict[str, str]:
    given = {"title": "Screen everybody", "owner": str(cast.lead.pk), "executive": str(cast.executive.pk)}
    return {**given, "due_on_day": "1", "due_on_month": "2", "due_on_year": "2100", "form_key": str(uuid4()), **other}


def test_an_action_is_made_from_a_finding_once(cast: Cast, as_user: Any) -> None:
    finding, client = must_do(cast), as_user(cast.lead)
    assert finding.words in client.get(f"/actions/new?finding={finding.pk}").content.decode()
    sent = action_form(cast)
    for _ in range(2):
        answer = client.post(f"/actions/new?finding={finding.pk}", sent)
        assert answer["Location"] == "/actions/XN1-MD-001"
    with whole_service():
        made = Action.objects.get()
        assert [one.pk for one in made.findings.all()] == [finding.pk]


def test_a_refused_action_keeps_what_was_typed(cast: Cast, as_user: Any) -> None:
    finding, client = must_do(cast), as_user(cast.lead)
    sent = action_form(cast, due_on_year="2001", detail="Every ward, every shift.")
    text = client.post(f"/actions/new?finding={finding.pk}", sent).content.decode()
    assert "The due date must be today or later." in text
    assert "Every ward, every shift." in text
    assert 'value="2001"' in text
    with whole_service():
        assert not Action.objects.exists()


@pytest.mark.parametrize("who", ["other_lead", "national", "administrator"])
def test_nobody_else_makes_the_trusts_actions(cast: Cast, as_user: Any, who: str) -> None:
    finding = must_do(cast)
    client = as_user(getattr(cast, who))
    assert client.get(f"/actions/new?finding={finding.pk}").status_code == 404
    assert client.post(f"/actions/new?finding={finding.pk}", action_form(cast)).status_code == 404


@pytest.mark.parametrize("asked", ["0", "x", "99999999999999999999", "1&finding=x"])
def test_a_finding_that_is_none_is_not_found(cast: Cast, as_user: Any, asked: str) -> None:
    assert as_user(cast.lead).get(f"/actions/new?finding={asked}").status_code == 404


def test_the_lead_gives_an_action_to_somebody_else_with_a_reason(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    sent = {"version": "1", "owner": str(cast.executive.pk), "executive": str(cast.executive.pk), "why": ""}
    found = Page(client.post(f"/actions/{action.reference}/reassign", sent).content.decode())
    assert any(e.get("href") == "#id_why" for e in found.all("a"))
    answer = client.post(f"/actions/{action.reference}/reassign", {**sent, "why": "She leads the ward."})
    assert answer.status_code == 302
    assert stored(action).owner == cast.executive
    late = client.post(f"/actions/{action.reference}/reassign", {**sent, "why": "Once more."}).content.decode()
    assert "Once more." in late
    assert "What stands now" in late


def test_a_reason_that_seems_to_name_a_patient_is_kept_once_checked(cast: Cast, as_user: Any) -> None:
    action, client = new_action(cast), as_user(cast.lead)
    path, why = f"/actions/{action.reference}/reassign", "She rang about 943 476 5919."
    assert "nhs_number_checked" not in client.get(path).content.decode()
    sent = {"version": "1", "owner": str(cast.executive.pk), "executive": str(cast.executive.pk), "why": why}
    text = client.post(path, sent).content.decode()
    assert "looks like an NHS number" in text
    assert why in text
    assert "nhs_number_checked" in text
    assert stored(action).owner == cast.lead
    client.post(path, {**sent, "nhs_number_checked": "on"})
    assert stored(action).owner == cast.executive


def test_the_form_of_somebody_who_sat_here_before_is_refused_and_then_saved_as_ones_own(
    cast: Cast, as_user: Any
) -> None:
    action, hers, mine = new_action(cast, owner=cast.executive), as_user(cast.executive), as_user(cast.lead)
    path = f"/actions/{action.reference}/progress"
    sent = {**hidden(page(hers, f"/actions/{action.reference}")), "status": "on_track", "words": "Hers."}
    hers.post(path, sent)
    answer = mine.post(path, {**sent, "words": "Mine."})
    assert "Somebody else has already saved this form" in answer.content.decode()
    drawn = hidden(Page(answer.content.decode()))
    assert drawn["form_key"] != sent["form_key"]
    late = Page(mine.post(path, {**sent, **drawn, "words": "Mine."}).content.decode())
    assert any(e.get("id") == "both-texts" for e in late.all("div"))
    mine.post(path, {**sent, **hidden(late), "words": "Mine."})
    assert updates() == ["Hers.", "Mine."]


def test_an_action_about_the_trust_as_a_whole_is_said_in_one_way(cast: Cast, as_user: Any) -> None:
    words = {str(rated_service("overall")), str(rated_service("surgery")), "The trust as a whole"}
    found = page(as_user(cast.lead), "/actions/new")
    assert [e.text for e in found.all("option") if e.text in words] == ["The trust as a whole", "Surgery"]


def several(cast: Cast) -> list[Action]:
    """Three of the lead's, one of the executive's; one of the lead's is done and one is another service's."""
    surgery = [must_do(cast)]
    own: dict[str, Any] = {"findings": [], "service": rated_service("maternity", "Maternity")}
    return [
        new_action(cast, findings=surgery, title="First"),
        new_action(cast, title="Second", **own),
        finish(new_action(cast, findings=surgery, title="Third"), cast),
        new_action(cast, findings=surgery, title="Fourth", owner=cast.executive),
    ]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["First", "Second", "Third", "Fourth"]),
        ("?status=open", ["First", "Second", "Fourth"]),
        ("?status=done", ["Third"]),
        ("?owner=me", ["First", "Second", "Third"]),
        ("?kind=OW", ["Second"]),
        ("?service=maternity", ["Second"]),
        ("?owner=me&status=working&service=surgery", ["First"]),
        ("?due=overdue", []),
    ],
)
def test_filters_stand_in_the_address_and_the_heading_counts_what_they_leave(
    cast: Cast, as_user: Any, query: str, titles: list[str]
) -> None:
    several(cast)
    found = page(as_user(cast.lead), f"/actions{query}")
    assert len(rows_of(found)) == len(titles)
    cells = " ".join(e.text for e in found.all("td"))
    assert [title for title in ("First", "Second", "Third", "Fourth") if title in cells] == titles
    assert heading(found) == (f"{len(titles)} of 4 actions" if query else "4 actions")


def test_an_unknown_filter_is_an_error_and_shows_nothing(cast: Cast, as_user: Any) -> None:
    several(cast)
    found = page(as_user(cast.lead), "/actions?status=forgotten", status=400)
    assert rows_of(found) == []


def test_the_list_is_sorted_both_ways_and_downloads_what_it_shows(cast: Cast, as_user: Any) -> None:
    several(cast)
    client = as_user(cast.lead)
    up = rows_of(page(client, "/actions?sort=reference"))
    assert up == sorted(up)
    assert rows_of(page(client, "/actions?sort=-reference")) == up[::-1]
    answer = client.get("/actions?owner=me&format=csv")
    text = answer.content.decode()
    assert "XN1-MD-001" in text
    assert "Fourth" not in text
    assert "Confidential" in text


def test_a_long_list_has_pages_and_costs_the_same_whatever_its_length(
    cast: Cast, as_user: Any, django_assert_max_num_queries: Any
) -> None:
    finding = must_do(cast)
    for number in range(53):
        new_action(cast, findings=[finding], title=f"Number {number}")
    client = as_user(cast.lead)
    with django_assert_max_num_queries(15):
        assert len(rows_of(page(client, "/actions"))) == 50
    assert len(rows_of(page(client, "/actions?page=2"))) == 3
