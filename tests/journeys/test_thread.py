"""The whole thread, walked once as people walk it: file, rating, finding, action, reminder, pairing, next file,
changed rating, reopened action."""

import re
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from tests.journeys.conftest import Person, Service
from tracker.clock import ENGLAND
from tracker.demonstration.cast import CAST
from tracker.management.demonstration import PASSWORD

pytestmark = pytest.mark.browser
WORSE = CAST.worse
TRUST = CAST.struggling
TITLE = "Check the swab count before closing, every time"


def fill_date(person: Person, legend: str, day: date) -> None:
    group = person.page.get_by_role("group", name=legend)
    for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(label).fill(str(value))


def record_the_finding(lead: Person) -> None:
    lead.go(f"/trusts/{TRUST.code}/inspections")
    lead.page.get_by_role("link", name="Record a must-do or should-do").first.click()
    lead.page.get_by_label("The trust must do this").check()
    lead.page.get_by_label("The finding").fill("The trust must ensure that swabs are counted before closing.")
    lead.page.get_by_label("Service").select_option(label=WORSE.service)
    lead.page.get_by_label("Key question").select_option(label=WORSE.domain)
    lead.page.get_by_label("Hospital").select_option(label=WORSE.hospital)
    lead.page.get_by_role("textbox", name="Regulation").fill("Regulation 12(2)(b)")
    lead.page.get_by_role("button", name="Record finding").click()
    lead.sees("swabs are counted before closing")


def make_the_action(lead: Person, due: date) -> str:
    """From the finding to an action with one owner, an executive and a due date; its reference."""
    finding = lead.page.locator("li, tr, section, article, div").filter(has_text="swabs are counted before closing")
    finding.last.get_by_role("link", name="Make an action").click()
    lead.sees("swabs are counted before closing")
    lead.page.get_by_label("What will be done").fill(TITLE)
    lead.page.get_by_label("Owner").select_option(label="Ngozi Adeyemi")
    lead.page.get_by_label("Accountable executive").select_option(label="Daniel Okafor")
    fill_date(lead, "Due date", due)
    lead.page.get_by_role("button", name="Make action").click()
    lead.sees(TITLE)
    return lead.page.url.rsplit("/", 1)[1].split("?")[0]


def record_progress(lead: Person, reference: str, status: str, words: str, evidence: str = "") -> None:
    lead.go(f"/actions/{reference}")
    lead.page.get_by_label(status, exact=True).check()
    lead.page.get_by_label("What was done, or what stands in the way").fill(words)
    if evidence:
        today = datetime.now(ENGLAND).date()
        lead.page.get_by_label("What it is (optional)").fill(evidence)
        lead.page.get_by_label("Kind of evidence (optional)").select_option(label="Audit or check")
        fill_date(lead, "Date of the evidence (optional)", today)
        lead.page.get_by_label("Or the address of a page (optional)").fill("https://intranet.example.nhs.test/audit")
    lead.page.get_by_role("button", name="Save progress").click()
    lead.sees(words)


def hear_of_each(person: Person) -> None:
    """A message for each reminder: whoever hears once a day has had today's already."""
    person.go("/reminders/settings")
    person.page.locator("input[name=rhythm][value=each]").check()
    person.page.get_by_role("button", name="Save").click()


def test_the_whole_thread(demonstration: Service, visitor: Callable[..., Person]) -> None:
    service = demonstration
    service.start_worker_and_beat()
    lead, national, administrator = visitor(service), visitor(service), visitor(service)
    lead.sign_in("lead@demo.test", PASSWORD)
    national.sign_in("national@demo.test", PASSWORD)
    administrator.sign_in("admin@demo.test", PASSWORD)

    # the rating, as the file of November listed it
    lead.go(f"/ratings/location/{WORSE.location_id}/surgery/safe")
    lead.sees("Good")

    hear_of_each(lead)
    record_the_finding(lead)
    reference = make_the_action(lead, datetime.now(ENGLAND).date() + timedelta(days=3))
    record_progress(lead, reference, "On track", "Two theatres of five count together now.")

    # beat plans and a worker sends: the message says which action, and nothing that email should not carry
    administrator.eventually_sees("/outbox", reference, seconds=90)
    assert TITLE not in administrator.page.content()

    record_progress(lead, reference, "Done", "All five theatres; audit of 40 operations.", "Audit of swab counts")

    # a round, and why each pair
    national.go("/peer/rounds/new")
    national.page.get_by_label("Name of the round").fill("Winter 2026")
    national.page.get_by_role("button", name="Propose the round").click()
    national.page.wait_for_url(re.compile(r"/peer/rounds/\d+"))
    national.sees("Need met")
    national.go(national.page.url.removeprefix(service.address) + f"/{TRUST.code}")
    national.sees(TRUST.name)
    national.sees("Why")

    # the next month's file appears in the watched folder, under its real kind of name
    incoming = service.folder / "incoming"
    incoming.mkdir(exist_ok=True)
    month = service.folder / "demonstration/cqc-files/2025-12.xlsx"
    shutil.copy(month, incoming / "01_December_2025_Latest_ratings.xlsx.part")
    (incoming / "01_December_2025_Latest_ratings.xlsx.part").rename(incoming / "01_December_2025_Latest_ratings.xlsx")

    # the service was re-rated worse: the done action is open again, and says why
    lead.eventually_sees(f"/actions/{reference}", "Requires improvement", seconds=180)
    lead.sees("Status Reopened")
    lead.go(f"/ratings/location/{WORSE.location_id}/surgery/safe")
    lead.sees("Requires improvement")
    national.go("/sector")
    national.sees("as at 1 December 2025")
    for person in (lead, national, administrator):
        assert not person.problems, person.problems
