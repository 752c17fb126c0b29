"""The pages of inspections: everybody reads what was published; the trust's lead and national staff record it."""

from datetime import date
from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import rated_domain, rated_service, rating_record
from tests.plan_factories import NOW, PUBLISHED, access, must_do, new_action
from tests.tracker.web.page import Page
from tracker.findings.models import Finding, Inspection
from tracker.findings.operations import record_finding
from tracker.people.roles import Role

PATH = "/trusts/XN1/inspections"
REPORT = {"title": "Core services", "published_on_day": "2", "published_on_month": "2", "published_on_year": "2020"}


@pytest.mark.parametrize("role", [Role.PEER_MENTOR, Role.LAY_REVIEWER, Role.SYSTEM_STAFF, Role.NATIONAL_STAFF])
def test_published_findings_are_open_to_everybody_signed_in(cast: Cast, as_user: Any, role: Role) -> None:
    must_do(cast)
    client = as_user(cast.person(role, "XE1") if role is Role.PEER_MENTOR else cast.person(role))
    text = client.get(PATH).content.decode()
    assert "The trust must screen every patient for sepsis." in text
    assert "Surgery, Safe, Northborough General Hospital" in text


def test_each_inspection_shows_the_ratings_published_that_day(cast: Cast, as_user: Any) -> None:
    must_do(cast)
    for day, rating in ((PUBLISHED, 2), (date(2025, 1, 1), 4)):
        rating_record(
            cast.northborough,
            rated_service("surgery"),
            rated_domain("safe"),
            rating,
            published_on=day,
            site=cast.general,
        )
    page = Page(as_user(cast.lead).get(PATH).content.decode())
    assert any(e.text == "1 rating published that day" for e in page.all("summary"))
    cells = [e.text for e in page.all("td")]
    assert "Requires improvement" in cells
    assert "Outstanding" not in cells


def test_only_people_of_the_plan_learn_which_finding_has_an_action(cast: Cast, as_user: Any) -> None:
    action, other = new_action(cast), must_do(cast, words="The trust must staff every shift.")
    lead = as_user(cast.lead).get(PATH).content.decode()
    assert action.reference in lead
    assert f"/actions/new?finding={other.pk}" in lead
    for outsider in (cast.other_lead, cast.person(Role.PEER_MENTOR, "XN1"), cast.administrator):
        text = as_user(outsider).get(f"{PATH}?show=without_action").content.decode()
        assert "sepsis" in text
        assert action.reference not in text
        assert "No action answers this" not in text
        assert "with no action yet" not in text


def test_findings_without_an_action_are_counted_and_listed_alike(cast: Cast, as_user: Any) -> None:
    new_action(cast)
    must_do(cast, words="The trust must staff every shift.")
    client = as_user(cast.lead)
    assert "1 finding with no action yet" in client.get(PATH).content.decode()
    only = client.get(f"{PATH}?show=without_action").content.decode()
    assert "staff every shift" in only
    assert "sepsis" not in only


def test_the_lead_types_in_an_inspection_and_its_must_do(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.lead)
    answer = client.post(f"{PATH}/new", REPORT)
    inspection = Inspection.objects.get()
    assert answer["Location"] == f"{PATH}#inspection-{inspection.pk}"
    sent = {"kind": "MD", "words": "The trust must act.", "regulation": "Regulation 12(2)(g)"}
    answer = client.post(f"{PATH}/{inspection.pk}/findings/new", {**sent, "site": str(cast.general.pk)})
    made = Finding.objects.get().pk
    assert answer["Location"] == f"{PATH}?finding={made}#finding-{made}"
    text = client.get(PATH).content.decode()
    assert "The trust must act." in text
    assert "Regulation 12(2)(g)" in text


def test_an_inspection_recorded_twice_is_refused_and_keeps_what_was_typed(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.national)
    client.post(f"{PATH}/new", REPORT)
    text = client.post(f"{PATH}/new", REPORT).content.decode()
    assert "already recorded" in text
    assert 'value="Core services"' in text
    assert Inspection.objects.count() == 1


@pytest.mark.parametrize("url", ["http://example.test/", "javascript:alert(1)"])
def test_a_report_is_linked_at_cqc_only(cast: Cast, as_user: Any, url: str) -> None:
    text = as_user(cast.lead).post(f"{PATH}/new", {**REPORT, "report_url": url}).content.decode()
    assert "must start with https://www.cqc.org.uk/" in text
    assert not Inspection.objects.exists()


def test_a_finding_with_a_patients_number_is_kept_on_the_page_until_checked(cast: Cast, as_user: Any) -> None:
    inspection = must_do(cast).inspection
    client, path = as_user(cast.lead), f"{PATH}/{inspection.pk}/findings/new"
    sent = {"kind": "SD", "words": "About patient 943 476 5919 the trust should write."}
    text = client.post(path, sent).content.decode()
    assert "looks like an NHS number" in text
    assert "943 476 5919 the trust should write." in text
    assert Finding.objects.count() == 1
    client.post(path, {**sent, "nhs_number_checked": "on"})
    assert Finding.objects.count() == 2


@pytest.mark.parametrize(
    "number", [{"title": "Report 943 476 5919"}, {"report_url": "https://www.cqc.org.uk/report/9434765919"}]
)
def test_a_report_that_seems_to_name_a_patient_is_recorded_once_checked(
    cast: Cast, as_user: Any, number: dict[str, str]
) -> None:
    client, sent = as_user(cast.lead), {**REPORT, **number}
    assert "nhs_number_checked" not in client.get(f"{PATH}/new").content.decode()
    text = client.post(f"{PATH}/new", sent).content.decode()
    assert "looks like an NHS number" in text
    assert "nhs_number_checked" in text
    assert not Inspection.objects.exists()
    client.post(f"{PATH}/new", {**sent, "nhs_number_checked": "on"})
    assert Inspection.objects.count() == 1


def test_a_finding_about_the_trust_as_a_whole_is_said_in_one_way(cast: Cast, as_user: Any) -> None:
    inspection = must_do(cast).inspection
    words = {str(rated_service("overall")), str(rated_service("surgery")), "The trust as a whole"}
    found = Page(as_user(cast.lead).get(f"{PATH}/{inspection.pk}/findings/new").content.decode())
    assert [e.text for e in found.all("option") if e.text in words] == ["The trust as a whole", "Surgery"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("lead", 200), ("national", 200), ("other_lead", 404), ("executive", 404), ("administrator", 404)],
)
def test_who_may_record(cast: Cast, as_user: Any, who: str, status: int) -> None:
    inspection = must_do(cast).inspection
    client = as_user(getattr(cast, who))
    for path in (f"{PATH}/new", f"{PATH}/{inspection.pk}/findings/new"):
        assert client.get(path).status_code == status
        assert client.post(path, {}).status_code == status


def test_another_trusts_inspection_is_not_found_under_this_one(cast: Cast, as_user: Any) -> None:
    inspection = must_do(cast).inspection
    assert as_user(cast.national).get(f"/trusts/XE1/inspections/{inspection.pk}/findings/new").status_code == 404


def test_words_from_a_report_are_shown_as_words(cast: Cast, as_user: Any) -> None:
    must_do(cast, words="<script>alert(1)</script>\nSecond line")
    text = as_user(cast.national).get(PATH).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>Second line" in text


def test_many_findings_stand_on_pages_and_each_is_found_on_its_own(cast: Cast, as_user: Any) -> None:
    first = must_do(cast)
    by = access(cast.lead)
    made = [
        record_finding(first.inspection, by=by, now=NOW, kind="MD", words=f"Must-do number {number}.")
        for number in range(60)
    ]
    later = must_do(cast, published_on=date(2026, 6, 1), words="The newest report.")
    client = as_user(cast.lead)
    start, rest = (Page(client.get(f"{PATH}?page={number}").content.decode()) for number in (1, 2))
    shown = [{e.attributes["id"] for e in page.all("li") if "id" in e.attributes} for page in (start, rest)]
    every = {f"finding-{one.pk}" for one in (first, later, *made)}
    assert shown[0] | shown[1] == every
    assert [len(ids) for ids in shown] == [50, 12]
    assert f"finding-{later.pk}" in shown[0], "the newest report stands first"
    headings = [[e.text for e in page.all("h3")] for page in (start, rest)]
    assert "61 findings, 1 to 49 on this page" in headings[0][1]
    assert "61 findings, 50 to 61 on this page" in headings[1][0]
    assert f"finding-{made[-1].pk}" in client.get(f"{PATH}?finding={made[-1].pk}").content.decode()
    assert f"finding-{later.pk}" in client.get(f"{PATH}?finding=nothing").content.decode()
