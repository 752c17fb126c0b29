"""National staff load the second month: the sector before, the change set in words, a part, the rest, and undo."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person, Service
from tracker.demonstration.cast import CAST
from tracker.management.demonstration import PASSWORD

pytestmark = pytest.mark.browser
WORSE = CAST.worse


def send_the_file(person: Person) -> None:
    person.go("/imports")
    person.page.get_by_role("button", name="Load a ratings file").click()
    file = person.service.folder / "demonstration/cqc-files/2025-12.xlsx"
    person.page.get_by_label("Ratings file").set_input_files(file)
    person.page.get_by_role("button", name="Continue").click()
    person.sees("Which day is the file as at?")
    group = person.page.get_by_role("group", name="Which day is the file as at?")
    for label, value in (("Day", "1"), ("Month", "12"), ("Year", "2025")):
        group.get_by_label(label).fill(value)
    person.page.get_by_role("button", name="Read the file").click()


def part_of(person: Person) -> str:
    return person.page.url.removeprefix(person.service.address).split("?")[0]


@pytest.mark.parametrize(
    "scripts", [pytest.param(True, id="with scripts"), pytest.param(False, id="without", marks=pytest.mark.slow)]
)
def test_load_read_apply_part_apply_the_rest_undo(
    demonstration: Service, visitor: Callable[..., Person], scripts: bool
) -> None:
    demonstration.start_worker_and_beat()
    person = visitor(demonstration, scripts=scripts)
    person.sign_in("national@demo.test", PASSWORD)

    # the sector, as the demonstration's first month has it; the acute filter as the article printed it
    person.go("/sector")
    person.sees("3 : 30 : 61 : 7")
    person.sees("179")
    person.page.get_by_role("link", name="General acute trusts only").click()
    person.sees("3 : 30 : 60 : 7")
    person.sees("136")

    send_the_file(person)
    page = part_of(person)
    person.eventually_sees(page, "this file would make", seconds=90)

    # in words, before it applies
    person.page.get_by_role("link", name="Choose by trust, or one by one").click()
    person.page.get_by_label("Trust", exact=True).select_option(label=CAST.struggling.name)
    person.page.get_by_role("button", name="Apply filters").click()
    person.sees(f"{WORSE.service}, {WORSE.domain}: {WORSE.before}")
    person.go(f"/ratings/location/{WORSE.location_id}/surgery/safe")
    assert "18 Nov 2025" not in person.page.content(), "nothing may change before somebody decides"

    # a part: what got worse
    person.go(page)
    for box in person.page.get_by_role("checkbox").all():
        box.uncheck()
    person.page.get_by_role("checkbox", name="Worse").check()
    person.page.get_by_role("button", name="Review the ticked kinds").click()
    person.sees("stay to be decided")
    person.page.get_by_role("button", name="Apply").click()
    person.eventually_sees(page, "Applied in part", seconds=60)
    person.go(f"/ratings/location/{WORSE.location_id}/surgery/safe")
    person.sees("18 Nov 2025")

    # the rest
    person.go(page)
    person.page.get_by_role("button", name="Review the ticked kinds").click()
    person.page.get_by_role("button", name="Apply").click()
    person.eventually_sees(page, "What this import changed", seconds=60)
    person.eventually_sees("/sector", "as at 1 December 2025", seconds=60)

    # undone: the sector is as it was
    person.go(page)
    person.page.get_by_role("link", name="Undo this import").click()
    person.page.get_by_role("textbox").fill("A trial: this was the wrong month.")
    person.page.get_by_role("button", name="Undo the import").click()
    person.sees("Undone")
    person.go("/sector")
    person.sees("as at 1 November 2025")
    person.sees("3 : 30 : 61 : 7")
    person.go(f"/ratings/location/{WORSE.location_id}/surgery/safe")
    person.sees("Good")
    assert not person.problems, person.problems
