"""Lists as files: the rows of the page, all of them, to the same people; text that runs nowhere; who made it when."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import Cast
from tests.factories import rated_domain, rated_service, rating_change
from tests.plan_factories import must_do, new_action
from tests.tracker.web.files import read_csv, read_workbook
from tests.tracker.web.page import Page
from tracker.people.roles import Role
from tracker.people.scope import whole_service
from tracker.reminders.models import OutboxMessage, Reminder

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
STAMPED = {"As at", "Source", "Licence", "Made", "Made by"}


def remind(cast: Cast, times: int, subject: str = "Reminder", why: str = "") -> str:
    """As many reminders of one action, and a message of each.  Returns the action's reference."""
    action = new_action(cast)
    with whole_service():
        for day in range(times):
            message = OutboxMessage.objects.create(
                person=cast.lead, to=cast.lead.email, subject=subject, text=f"Text {day}", at=NOON, reference=uuid4(),
                state="not_sent", settled_at=NOON,
            )  # fmt: skip
            Reminder.objects.create(
                trust=cast.northborough, kind="action", object_id=action.pk, person=cast.lead, told="owner",
                stage="before", days=-7, due_on=date(2026, 1, 1) + timedelta(days=day), send_on=date(2026, 1, 1),
                planned_at=NOON, state="failed", settled_at=NOON, message=message,
                why=why or "Refused by the mail server.",
            )  # fmt: skip
    return action.reference


def links(client: Any, path: str) -> list[str]:
    page = Page(client.get(path).content.decode())
    return [e.get("href") for e in page.all("a") if e.text.startswith("Download")]


def test_a_file_holds_every_page_of_the_list(cast: Cast, as_user: Any) -> None:
    reference = remind(cast, 60)
    lead = as_user(cast.lead)
    rows = read_csv(lead, "/reminders?format=csv")
    assert len(rows) == 60
    assert {row["About"] for row in rows} == {reference}
    assert rows[0]["Due"] > rows[-1]["Due"], "the newest first, as on the page"
    messages = read_csv(lead, "/reminders?format=csv&of=messages")
    assert len({row["Message"] for row in messages}) == 60
    assert len(read_csv(as_user(cast.administrator), "/outbox?format=csv")) == 60
    assert len(read_csv(as_user(cast.administrator), "/outbox?format=csv&of=attention")) == 60


def test_of_an_action_the_reader_may_not_see_a_file_has_no_name(cast: Cast, as_user: Any) -> None:
    remind(cast, 1)
    (row,) = read_csv(as_user(cast.administrator), "/outbox?format=csv&of=attention")
    assert (row["About"], row["Title"]) == ("", "")


def test_each_person_downloads_their_own_only(cast: Cast, as_user: Any) -> None:
    remind(cast, 1)
    for other in (cast.executive, cast.other_lead, cast.national):
        assert read_csv(as_user(other), "/reminders?format=csv") == []
        assert read_csv(as_user(other), "/reminders?format=csv&of=messages") == []
        assert as_user(other).get("/outbox?format=csv").status_code == 404


def test_a_file_says_when_it_was_made_by_whom_and_that_it_is_confidential(cast: Cast, as_user: Any) -> None:
    remind(cast, 1)
    (row,) = read_csv(as_user(cast.lead), "/reminders?format=csv")
    assert row["Made by"] == str(cast.lead)
    assert row["Licence"].startswith("Confidential")
    assert row["Made"] >= row["As at"]
    table, about = read_workbook(as_user(cast.lead), "/reminders?format=xlsx")
    assert (len(table), about["Made by"]) == (2, str(cast.lead))
    assert not STAMPED & {str(heading) for heading in table[0]}, "a workbook says it on a sheet of its own"


def test_no_text_of_a_file_runs_in_a_spreadsheet(cast: Cast, as_user: Any) -> None:
    remind(cast, 1, subject="=HYPERLINK(1)", why="+1")
    (message,) = read_csv(as_user(cast.lead), "/reminders?format=csv&of=messages")
    assert message["Subject"] == "'=HYPERLINK(1)"
    (reminder,) = read_csv(as_user(cast.lead), "/reminders?format=csv")
    assert reminder["Why"] == "'+1"


def test_findings_are_a_row_each_and_their_actions_for_people_of_the_plan_only(cast: Cast, as_user: Any) -> None:
    action = new_action(cast)
    must_do(cast, words="The trust must staff every shift.")
    path = "/trusts/XN1/inspections?format=csv"
    rows = read_csv(as_user(cast.lead), path)
    assert sorted((row["Finding"], row["Actions"], row["No action yet"]) for row in rows) == [
        ("The trust must screen every patient for sepsis.", f"{action.reference} (not started)", ""),
        ("The trust must staff every shift.", "", "No action yet"),
    ]
    assert {row["Licence"] for row in rows} == {"Confidential: the trust's own plan"}
    (only,) = read_csv(as_user(cast.lead), f"{path}&show=without_action")
    assert only["Finding"] == "The trust must staff every shift."
    for outsider in (cast.other_lead, cast.person(Role.PEER_MENTOR, "XN1"), cast.administrator):
        rows = read_csv(as_user(outsider), f"{path}&show=without_action")
        assert len(rows) == 2
        assert not {"Actions", "No action yet"} & rows[0].keys()
        assert {row["Licence"] for row in rows} == {"Open Government Licence v3.0"}


def test_what_was_found_and_what_fell_download_as_listed(cast: Cast, as_user: Any) -> None:
    found = read_csv(as_user(cast.lead), "/search?q=Northborough&format=csv")
    assert {"Trust", "Hospital"} == {row["What it is"] for row in found}
    assert found[0]["Name"].endswith("(XN1)")
    assert read_csv(as_user(cast.lead), "/search?q=Nowhere&format=csv") == []
    rating_change(cast.northborough, rated_service("surgery"), rated_domain("safe"), site=cast.general)
    (fell,) = read_csv(as_user(cast.national), "/sector/worse?since=2020-01-01&format=csv")
    assert (fell["Trust code"], fell["Ratings that fell"]) == ("XN1", "1")
    assert read_csv(as_user(cast.national), "/sector/worse?since=2099-01-01&format=csv") == []


@pytest.mark.parametrize("path", ["/reminders", "/search?q=North", "/trusts/XN1/inspections", "/actions"])
def test_every_list_leads_to_its_files(cast: Cast, as_user: Any, path: str) -> None:
    remind(cast, 1)
    lead = as_user(cast.lead)
    found = links(lead, path)
    assert found
    for href in found:
        assert lead.get(href).has_header("Content-Disposition"), href
    assert lead.get(f"{path.split('?')[0]}?format=pdf").status_code == 404
