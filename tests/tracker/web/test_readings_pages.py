"""Reading a report on its pages: paste, see each item beside its place, correct, split, join, confirm; and what
became of the findings."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import Cast
from tests.factories import rated_domain, rated_service
from tests.plan_factories import NOW, access, finish, must_do, new_action
from tests.tracker.web.page import Page
from tracker.findings.models import Finding, Inspection
from tracker.findings.operations import record_inspection
from tracker.findings.reading_models import ReadItem, ReportReading
from tracker.people.roles import Role
from tracker.people.scope import scope_of, whole_service

TEXT = """Action the trust MUST take to improve:
Surgery
• The trust must screen every patient for sepsis before surgery. Regulation 12(2)(a)
• The trust must staff theatres safely. (Regulation 18(1))
Action the trust SHOULD take to improve:
Surgery
• The trust should review waits for pain relief.
"""


@pytest.fixture
def inspection(cast: Cast) -> Inspection:
    rated_service("surgery")
    rated_domain("safe")
    return record_inspection(
        cast.northborough, by=access(cast.lead), now=NOW, published_on=NOW.date(), title="Inspection report"
    )


@pytest.fixture
def lead(cast: Cast, as_user: Any) -> Client:
    client: Client = as_user(cast.lead)
    return client


def paste(client: Client, inspection: Inspection, text: str = TEXT, **other: Any) -> Any:
    path = f"/trusts/XN1/inspections/{inspection.pk}/read"
    return client.post(path, {"text": text, **other}, follow=True)


def items() -> list[ReadItem]:
    with whole_service():
        return list(ReadItem.objects.order_by("number"))


def test_a_pasted_report_shows_each_item_beside_its_place(lead: Client, inspection: Inspection) -> None:
    answer = paste(lead, inspection)
    page = Page(answer.content.decode())
    marks = page.all("mark")
    assert [mark.get("id") for mark in marks] == ["place-1", "place-2", "place-3"]
    assert "screen every patient for sepsis" in marks[0].text
    assert {"item-1", "item-2", "item-3"} <= set(page.ids)
    assert "2 × Must do, 1 × Should do." in answer.content.decode()
    assert not Finding.objects.exists()


def test_confirming_publishes_and_says_so(lead: Client, inspection: Inspection, cast: Cast, as_user: Any) -> None:
    address = paste(lead, inspection).redirect_chain[-1][0].split("#")[0]
    with whole_service():
        version = ReportReading.objects.get().version
    answer = lead.post(address, {"do": "confirm", "version": version}, follow=True)
    assert "Confirmed: 3 findings published." in answer.content.decode()
    listed = as_user(cast.person(Role.LAY_REVIEWER)).get("/findings?kind=MD").content.decode()
    assert "2 findings, filtered by Kind: Must do" in listed
    assert "screen every patient for sepsis" in listed
    assert lead.post(address, {"do": "confirm", "version": version}).status_code == 200  # twice: refused, in words
    assert Finding.objects.count() == 3


def test_items_are_set_aside_brought_back_joined_and_agreed_by_buttons(lead: Client, inspection: Inspection) -> None:
    address = paste(lead, inspection).redirect_chain[-1][0].split("#")[0]
    lead.post(address, {"do": "set-aside", "item": 3, "version": 1})
    lead.post(address, {"do": "restore", "item": 3, "version": 2})
    lead.post(address, {"do": "agree", "item": 1, "version": 1})
    lead.post(address, {"do": "join", "item": [1, 2], "version-1": 2, "version-2": 1})
    assert [(item.number, item.state) for item in items()] == [
        (1, "replaced"), (2, "replaced"), (3, "agreed"), (4, "agreed"),
    ]  # fmt: skip
    stale = lead.post(address, {"do": "set-aside", "item": 3, "version": 1}).content.decode()
    assert "Somebody changed this while you were writing" in stale


def test_splitting_needs_the_same_words_and_keeps_what_was_typed(lead: Client, inspection: Inspection) -> None:
    address = paste(lead, inspection).redirect_chain[-1][0].split("#")[0]
    wrong = lead.post(f"{address}/items/2/split", {"version": 1, "words": "Something\n\nelse"}).content.decode()
    assert "none left out and none added" in wrong
    assert "Something" in wrong
    lead.post(
        f"{address}/items/2/split",
        {"version": 1, "words": "The trust must staff\n\ntheatres safely. (Regulation 18(1))"},
    )
    assert [item.words for item in items()][-2:] == ["The trust must staff", "theatres safely. (Regulation 18(1))"]


def test_a_correction_over_somebody_elses_shows_both_texts(
    lead: Client, inspection: Inspection, cast: Cast, as_user: Any
) -> None:
    address = paste(lead, inspection).redirect_chain[-1][0].split("#")[0]
    national = as_user(cast.national)
    sent = {"version": 1, "kind": "MD", "words": "Theirs.", "regulation": ""}
    assert national.post(f"{address}/items/1", sent).status_code == 302
    answer = lead.post(f"{address}/items/1", {**sent, "words": "Mine."}).content.decode()
    assert "Theirs." in answer
    assert "Mine." in answer
    version = next(e.get("value") for e in Page(answer).all("input") if e.get("name") == "version")
    assert lead.post(f"{address}/items/1", {**sent, "words": "Mine.", "version": version}).status_code == 302
    assert items()[0].words == "Mine."


def test_a_number_like_a_patients_asks_for_a_check_pasted_or_sent(lead: Client, inspection: Inspection) -> None:
    number = TEXT + "943 476 5919\n"
    answer = paste(lead, inspection, number).content.decode()
    assert "looks like an NHS number" in answer
    assert "I have checked" in answer
    assert "screen every patient for sepsis" in answer  # nothing typed is lost
    file = SimpleUploadedFile("report.pdf", b"%PDF-1.4 broken")
    refused = paste(lead, inspection, "", file=file).content.decode()
    assert "damaged or cut short" in refused
    assert "What was read" in paste(lead, inspection, number, nhs_number_checked="on").content.decode()


def test_hostile_text_is_shown_and_never_run(lead: Client, inspection: Inspection) -> None:
    hostile = TEXT.replace("staff theatres", "<script>alert(1)</script> staff theatres")
    answer = paste(lead, inspection, hostile).content.decode()
    assert "<script>alert" not in answer
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer


def test_staff_of_the_region_read_a_draft_and_change_nothing(
    lead: Client, inspection: Inspection, cast: Cast, as_user: Any
) -> None:
    address = paste(lead, inspection).redirect_chain[-1][0].split("#")[0]
    region = as_user(cast.person(Role.REGIONAL_STAFF))
    seen = region.get(address).content.decode()
    assert "screen every patient" in seen
    assert "Confirm and publish" not in seen
    assert region.post(address, {"do": "agree", "item": 1, "version": 1}).status_code == 403
    for outsider in (cast.other_lead, cast.person(Role.SYSTEM_STAFF)):
        assert as_user(outsider).get(address).status_code == 404


def test_a_finding_that_came_back_stands_beside_the_action_that_was_done(
    lead: Client, inspection: Inspection, cast: Cast, as_user: Any
) -> None:
    earlier = must_do(cast, words="The trust must screen every patient for sepsis before surgery.", site=None,
                      regulation="Regulation 12(2)(a)")  # fmt: skip
    action = finish(new_action(cast, findings=[earlier]), cast)
    address = paste(lead, inspection).redirect_chain[-1][0].split("#")[0]
    with whole_service():
        version = ReportReading.objects.get().version
    lead.post(address, {"do": "confirm", "version": version})
    again = Finding.objects.get(recurrence_of=earlier)
    own = lead.get(f"/findings/{again.pk}").content.decode()
    assert "Found before" in own
    assert action.reference in own
    other = as_user(cast.other_lead).get(f"/findings/{again.pk}").content.decode()
    assert "Found before" in other
    assert action.reference not in other
    assert "1 finding, filtered by" in lead.get("/findings?found=again").content.decode()


def test_causes_are_coded_filtered_by_and_compared_between_coders(lead: Client, cast: Cast, as_user: Any) -> None:
    finding = must_do(cast, words="The trust must ensure there are enough nurses.")
    page = lead.get(f"/findings/{finding.pk}/causes").content.decode()
    assert "Suggested by “enough nurses”" in page
    refused = lead.post(f"/findings/{finding.pk}/causes", {"seen": ["TRN"]}).content.decode()
    assert "at least one cause from behind the problem" in refused
    lead.post(f"/findings/{finding.pk}/causes", {"behind": ["STF"], "seen": ["TRN"]})
    as_user(cast.national).post(f"/findings/{finding.pk}/causes", {"behind": ["STF"]})
    shown = lead.get(f"/findings/{finding.pk}").content.decode()
    assert "Cohen&#39;s kappa 0.64" in shown or "Cohen's kappa 0.64" in shown
    assert "1 finding, filtered by" in lead.get("/findings?cause=TRN").content.decode()
    for outsider in (cast.other_lead, cast.person(Role.LAY_REVIEWER)):
        client = as_user(outsider)
        assert "Training, supervision" not in client.get(f"/findings/{finding.pk}").content.decode()
        assert "enough nurses" not in client.get("/findings?cause=TRN").content.decode()


def test_a_notice_moves_by_its_table_with_the_day_it_happened(lead: Client, cast: Cast) -> None:
    with scope_of(access(cast.lead)):
        finding = must_do(cast, kind="NO")
    path = f"/findings/{finding.pk}/notice"
    assert "Report of actions sent" in lead.get(path).content.decode()
    sent = {
        "version": 1,
        "state": "reported",
        "happened_on_day": "2",
        "happened_on_month": "3",
        "happened_on_year": "2026",
    }
    assert "Select a valid choice" in lead.post(path, {**sent, "state": "requirement_met"}).content.decode()
    assert lead.post(path, sent).status_code == 302
    assert "Report of actions sent" in lead.get(f"/findings/{finding.pk}").content.decode()


def test_the_list_of_findings_is_a_file_and_a_mistake_in_its_filters_is_said(lead: Client, cast: Cast) -> None:
    must_do(cast, words="=The trust must staff theatres.")
    rows = lead.get("/findings?format=csv").content.decode("utf-8-sig").splitlines()
    assert any("'=The trust must staff theatres." in row for row in rows)
    assert lead.get("/findings?format=xlsx").content[:2] == b"PK"
    assert lead.get("/findings?kind=XX").status_code == 400


def test_the_api_tells_regulations_and_drafts_to_those_who_may(
    lead: Client, inspection: Inspection, cast: Cast, as_user: Any
) -> None:
    must_do(cast, regulation="Regulation 12(2)(g)")
    paste(lead, inspection)
    (found,) = lead.get("/api/v1/findings?instrument=RA2014&regulation=12").json()["results"]
    assert found["regulations"] == [{"instrument": "RA2014", "number": "12", "paragraph": "(2)(g)"}]
    assert lead.get("/api/v1/findings?regulation=17").json()["results"] == []
    (reading,) = lead.get("/api/v1/readings?state=draft").json()["results"]
    assert [item["kind"] for item in reading["items"]] == ["MD", "MD", "SD"]
    assert as_user(cast.other_lead).get("/api/v1/readings").json()["results"] == []


def test_pages_cost_the_same_however_many_items_there_are(
    lead: Client, inspection: Inspection, django_assert_max_num_queries: Any
) -> None:
    long = TEXT + "".join(f"• The trust should review matter number {n} of surgery.\n" for n in range(60))
    address = paste(lead, inspection, long).redirect_chain[-1][0].split("#")[0]
    with django_assert_max_num_queries(15):
        lead.get(address)
    with scope_of(access(inspection.recorded_by)):
        version = ReportReading.objects.get().version
    lead.post(address, {"do": "confirm", "version": version})
    with django_assert_max_num_queries(15):
        assert "63 findings" in lead.get("/findings").content.decode()
