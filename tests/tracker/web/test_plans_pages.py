"""The pages of plans: drafted from findings in one table, moved by those who may, and nothing typed is lost."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tests.plan_factories import must_do, new_action
from tests.tracker.web.page import Page
from tests.tracker.web.test_actions_pages import heading, hidden, page
from tracker.clock import moment
from tracker.findings.models import Finding
from tracker.people.roles import Role
from tracker.people.scope import whole_service
from tracker.plans.models import Action
from tracker.plans.plan_models import ActionPlan


def findings(cast: Cast) -> list[Finding]:
    """A must-do, the same of another service, and a should-do, of one inspection."""
    first = must_do(cast, words="The trust must ensure equipment is cleaned daily.", regulation="Regulation 12")
    rest = [
        Finding.objects.create(
            inspection=first.inspection, trust=cast.northborough, kind=kind, words=words, regulation=regulation,
            confirmed_at=first.confirmed_at, confirmed_by=cast.lead,
        )
        for kind, words, regulation in (
            ("MD", "The service must make sure that equipment is cleaned daily.", "Regulation 12(2)(e)"),
            ("SD", "The trust should share learning with night staff.", ""),
        )
    ]  # fmt: skip
    return [first, *rest]


def path_of(finding: Finding) -> str:
    return f"/trusts/XN1/inspections/{finding.inspection_id}/plan"


def filled(found: Page) -> dict[str, str]:
    """What a browser would send of the page as it stands."""
    sent = hidden(found)
    for e in found.all("input"):
        if e.get("name").startswith("row-") and e.get("type") != "checkbox":
            sent[e.get("name")] = e.get("value")
    for e in found.all("textarea"):
        sent[e.get("name")] = "".join(e.pieces)
    name = ""
    for e in found.all("select", "option"):
        if e.tag == "select":
            name = e.get("name")
            sent[name] = ""
        elif "selected" in e.attributes:
            sent[name] = e.get("value")
    return sent


def made() -> list[Action]:
    with whole_service():
        return list(Action.objects.order_by("reference"))


def draft(client: Client, cast: Cast) -> ActionPlan:
    path = path_of(findings(cast)[0])
    client.post(path, filled(page(client, path)))
    with whole_service():
        return ActionPlan.objects.get()


def test_one_press_leads_from_the_inspection_to_a_table_of_proposals(cast: Cast, as_user: Any) -> None:
    client, found = as_user(cast.lead), findings(cast)
    links = [e.get("href") for e in page(client, "/trusts/XN1/inspections").all("a") if "Draft the plan" in e.text]
    assert links == [path_of(found[0])]
    table = page(client, links[0])
    sent = filled(table)
    assert sent["row-1-title"] == "Equipment is cleaned daily"
    assert sent["row-1-findings"] == f"{found[0].pk},{found[1].pk}"
    assert sent["row-2-title"] == "Share learning with night staff"
    assert sent["row-1-owner"] == str(cast.lead.pk)
    answer = client.post(links[0], sent, follow=True)
    shown = Page(answer.content.decode())
    assert heading(shown) == "Plan XN1-PL-001"
    assert [one.reference for one in made()] == ["XN1-MD-001", "XN1-SD-001"]
    assert "Must do: 0 of 1 done" in answer.content.decode()
    client.post(links[0], sent)
    assert len(made()) == 2
    assert client.get(links[0]).headers["Location"] == "/plans/XN1-PL-001"


def test_rows_are_merged_and_left_out(cast: Cast, as_user: Any) -> None:
    client, found = as_user(cast.lead), findings(cast)
    sent = filled(page(client, path_of(found[0])))
    client.post(path_of(found[0]), {**sent, "row-2-together_with": "1"})
    (one,) = made()
    with whole_service():
        assert one.findings.count() == 3


def test_what_is_wrong_stands_at_its_row_and_everything_typed_is_kept(cast: Cast, as_user: Any) -> None:
    client, found = as_user(cast.lead), findings(cast)
    sent = filled(page(client, path_of(found[0])))
    yesterday = moment().today - timedelta(days=1)
    for wrong, said in (
        ({"row-1-due_on": "31/02/2027"}, "Row 1: “31/02/2027” is not a real date. Enter one like 31/03/2027."),
        ({"row-2-owner": ""}, "Row 2: Select an owner"),
        ({"row-2-due_on": f"{yesterday:%d/%m/%Y}"}, "Row 2: The due date must be today or later."),
        ({"row-2-together_with": "7"}, "Row 2: Enter the number of a row that is kept"),
    ):
        answer = client.post(path_of(found[0]), {**sent, "row-1-title": "Words of mine", **wrong})
        again = Page(answer.content.decode())
        assert said in [e.text for e in again.all("a")], said
        assert {**filled(again), "form_key": ""} == {**sent, "row-1-title": "Words of mine", **wrong, "form_key": ""}
        assert not made()


def test_a_number_like_a_patients_waits_for_a_tick(cast: Cast, as_user: Any) -> None:
    client, found = as_user(cast.lead), findings(cast)
    sent = filled(page(client, path_of(found[0]))) | {"row-1-title": "See 943 476 5919"}
    answer = client.post(path_of(found[0]), sent).content.decode()
    assert "looks like an NHS number" in answer
    again = filled(Page(answer))
    client.post(path_of(found[0]), {**again, "nhs_number_checked": "on"})
    assert len(made()) == 2


def test_a_plan_goes_from_draft_to_accepted_by_the_hands_that_may(cast: Cast, as_user: Any) -> None:
    lead, chief = as_user(cast.lead), as_user(cast.person(Role.CHIEF_EXECUTIVE, "XN1"))
    plan = draft(lead, cast)
    path = f"/plans/{plan.reference}"
    assert lead.get(f"{path}/approve").status_code == 403
    assert "Approve" in [e.text for e in page(chief, path).all("a")]
    empty = chief.post(f"{path}/approve", {"why": ""}).content.decode()
    assert "Enter on what grounds you approve it" in empty
    assert "approved" in chief.post(f"{path}/approve", {"why": "Read it."}, follow=True).content.decode()
    today = moment().today
    on = {"on_day": today.day, "on_month": today.month, "on_year": today.year}
    assert chief.post(f"{path}/submit", {**on, "why": "By e-mail."}).status_code == 403
    sent = lead.post(f"{path}/submit", {**on, "why": "By e-mail."}, follow=True).content.decode()
    assert "Sent to CQC on" in sent
    lead.post(f"{path}/accept", {**on, "why": "A letter."})
    assert "Accepted by CQC" in lead.get(path).content.decode()
    again = lead.post(f"{path}/accept", {**on, "why": "A letter."}).content.decode()
    assert "so it cannot become" in again
    new = lead.post(f"{path}/version", {"why": "CQC asked for more."}, follow=True)
    assert heading(Page(new.content.decode())) == "Plan XN1-PL-001-2"
    assert "Accepted by CQC" in lead.get("/plans").content.decode()


@pytest.mark.parametrize(
    ("role", "at", "status"),
    [
        (Role.REGIONAL_STAFF, "", 200),
        (Role.NATIONAL_STAFF, "", 200),
        (Role.BOARD_SIGNATORY, "XN1", 200),
        (Role.REGIONAL_STAFF, "YS", 404),
        (Role.IMPROVEMENT_LEAD, "XE1", 404),
        (Role.PEER_MENTOR, "XN1", 404),
    ],
)
def test_who_reads_a_plan(cast: Cast, as_user: Any, role: Role, at: str, status: int) -> None:
    plan = draft(as_user(cast.lead), cast)
    assert as_user(cast.person(role, at)).get(f"/plans/{plan.reference}").status_code == status


def test_the_list_says_how_the_28_days_stand_and_is_a_file(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.lead)
    assert "There is no plan yet." in client.get("/plans").content.decode()
    draft(client, cast)
    assert "28 days for the written plan" in client.get("/plans").content.decode()
    assert "XN1-PL-001,1,XN1" in client.get("/plans?format=csv").content.decode()


def test_an_inspection_whose_findings_all_have_actions_gets_a_plan_of_those(cast: Cast, as_user: Any) -> None:
    finding = must_do(cast)
    new_action(cast, findings=[finding])
    client = as_user(cast.lead)
    shown = page(client, path_of(finding))
    assert "Every finding of this inspection has an action already." in "".join(shown.all("main")[0].pieces)
    client.post(path_of(finding), hidden(shown))
    with whole_service():
        assert ActionPlan.objects.get().actions.count() == 1
