"""Working the plan, as people do it: update with evidence, find and share, change many and undo, close by another.

Each is walked with scripts, and at 320 px without any."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.journeys.conftest import Person, Service
from tests.journeys.test_thread import fill_date
from tracker.clock import ENGLAND
from tracker.management.demonstration import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOW = pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (False, 320)], ids=["scripts", "plain-320px"])
Visitor = Callable[..., Person]


def looks_well(person: Person, scripts: bool) -> None:
    assert person.sideways_scroll() == 0, f"{person.page.url} scrolls sideways"
    if scripts:
        assert not person.accessibility_problems()


def press(person: Person, name: str) -> None:
    """A button, found and pressed from the keyboard."""
    button = person.page.get_by_role("button", name=name, exact=True)
    button.focus()
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")


def reference_of(person: Person, title: str) -> str:
    person.go(f"/actions?all=1&q={title.replace(' ', '+')}")
    return person.page.locator("tbody th a").first.inner_text()


@HOW
def test_a_lead_updates_an_overdue_action_with_evidence(
    demonstration: Service, visitor: Visitor, tmp_path: Path, scripts: bool, width: int
) -> None:
    lead = visitor(demonstration, scripts=scripts, width=width)
    lead.sign_in("lead@demo.test", PASSWORD)
    looks_well(lead, scripts)
    section = lead.page.get_by_role("heading", name="Overdue actions of yours")
    count = int(section.inner_text().rsplit("(", 1)[1].rstrip(")"))
    link = lead.page.locator("a", has_text="Overdue actions of yours").first
    link.click()
    assert lead.page.locator("tbody tr").count() == count
    looks_well(lead, scripts)
    reference = reference_of(lead, "Screen for sepsis within an hour")
    lead.go(f"/actions/{reference}")
    looks_well(lead, scripts)
    lead.page.get_by_label("Done", exact=True).check()
    lead.page.get_by_label("What was done, or what stands in the way").fill("All three shifts screen now.")
    press(lead, "Save progress")
    lead.sees("Add evidence dated")
    words = lead.page.get_by_label("What was done, or what stands in the way")
    assert words.input_value() == "All three shifts screen now."
    looks_well(lead, scripts)
    file = tmp_path / "audit.csv"
    file.write_text("shift,seen,screened\nnight,20,20\n")
    lead.page.get_by_label("What it is (optional)").fill("Audit of three shifts")
    lead.page.get_by_label("Kind of evidence (optional)").select_option(label="Audit or check")
    fill_date(lead, "Date of the evidence (optional)", datetime.now(ENGLAND).date())
    lead.page.get_by_label("File (optional)").set_input_files(file)
    press(lead, "Save progress")
    lead.sees("Progress recorded: done.")
    lead.sees("Evidence added")
    lead.go(f"/actions/{reference}/evidence")
    lead.page.get_by_role("link", name="Audit of three shifts").click()
    lead.sees("not virus-scanned")
    lead.sees("night,20,20")
    looks_well(lead, scripts)


@HOW
def test_a_list_is_found_saved_and_shared_and_a_stranger_sees_nothing(
    demonstration: Service, visitor: Visitor, scripts: bool, width: int
) -> None:
    lead, colleague, stranger = (visitor(demonstration, scripts=scripts, width=width) for _ in range(3))
    lead.sign_in("lead@demo.test", PASSWORD)
    colleague.sign_in("chief@demo.test", PASSWORD)
    stranger.sign_in("otherlead@demo.test", PASSWORD)
    lead.go("/actions?all=1")
    lead.page.get_by_label("Status").select_option(label="Open")
    lead.page.get_by_label("Search").fill("every")
    press(lead, "Apply filters")
    lead.page.locator("th a", has_text="Action").first.click()
    address = lead.page.url.removeprefix(demonstration.address)
    rows = lead.page.locator("tbody th a").all_inner_texts()
    assert rows
    lead.page.get_by_role("link", name="Save this view").click()
    looks_well(lead, scripts)
    lead.page.get_by_label("Name").fill("For the committee")
    lead.page.get_by_label("Share it with everybody of my trust").check()
    press(lead, "Save view")
    colleague.go("/actions")
    colleague.page.get_by_role("link", name="For the committee").click()
    assert colleague.page.locator("tbody th a").all_inner_texts() == rows
    stranger.go(address)
    assert stranger.page.locator("tbody th a").count() == 0
    stranger.go(f"/actions/{rows[0]}")
    stranger.sees("Page not found")


@HOW
def test_twelve_actions_change_hands_and_back(
    demonstration: Service, visitor: Visitor, scripts: bool, width: int
) -> None:
    lead = visitor(demonstration, scripts=scripts, width=width)
    lead.sign_in("lead@demo.test", PASSWORD)
    lead.go("/actions?status=open")
    boxes = lead.page.get_by_role("checkbox")
    for place in range(12):
        boxes.nth(place).focus()
        lead.page.keyboard.press("Space")
    press(lead, "Change the selected actions")
    lead.sees("Change 12 actions")
    looks_well(lead, scripts)
    lead.page.get_by_label("New owner (optional)").select_option(label="Daniel Okafor")
    lead.page.get_by_label("Why", exact=True).fill("He leads the programme now.")
    press(lead, "Review the changes")
    lead.sees("12 of 12 actions will change")
    looks_well(lead, scripts)
    press(lead, "Change 12 actions")
    lead.sees("12 actions were changed.")
    looks_well(lead, scripts)
    press(lead, "Undo")
    lead.sees("The change was taken back")
    looks_well(lead, scripts)
    lead.go("/actions?status=open")
    assert "Daniel Okafor" not in " ".join(lead.page.locator("tbody").all_inner_texts())


@HOW
def test_another_person_verifies_and_the_owner_cannot(
    demonstration: Service, visitor: Visitor, scripts: bool, width: int
) -> None:
    lead, approver = (visitor(demonstration, scripts=scripts, width=width) for _ in range(2))
    lead.sign_in("lead@demo.test", PASSWORD)
    approver.sign_in("approver@demo.test", PASSWORD)
    approver.sees("Done actions to verify")
    reference = reference_of(approver, "Follow and record the five steps")
    lead.go(f"/actions/{reference}/verify")
    lead.sees("somebody else verifies it")
    looks_well(lead, scripts)
    approver.go(f"/actions/{reference}")
    approver.page.get_by_role("link", name="Verify that it is done").click()
    looks_well(approver, scripts)
    press(approver, "Verify")
    approver.sees("Say what was seen")
    looks_well(approver, scripts)
    approver.page.get_by_label("What was seen").fill("Twelve operations, every step said aloud and recorded.")
    approver.page.get_by_label("Where", exact=True).fill("Theatres 1 and 4")
    approver.page.get_by_label("Evidence looked at").select_option(index=1)
    press(approver, "Verify")
    approver.sees("It now has to hold")
    looks_well(approver, scripts)
    approver.page.get_by_role("link", name="Say that it has held").click()
    approver.page.get_by_label("What shows that it has held").fill("It does.")
    press(approver, "Save")
    approver.sees("It must hold until")
    looks_well(approver, scripts)
