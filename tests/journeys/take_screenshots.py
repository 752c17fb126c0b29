"""Refreshes the pictures in `docs/screenshots/`: `make screenshots`.

Not collected with the tests; run by name, on the demonstration every newcomer sees.
"""

import re
from collections.abc import Callable

import pytest

from tests.databases import ROOT
from tests.journeys.conftest import Person, Service
from tests.journeys.test_load_a_month import part_of, send_the_file
from tracker.demonstration.cast import CAST
from tracker.management.demonstration import PASSWORD

pytestmark = pytest.mark.browser
FOLDER = ROOT / "docs/screenshots"


def test_take_the_pictures(demonstration: Service, visitor: Callable[..., Person]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    demonstration.start_worker_and_beat()
    lead, national = visitor(demonstration), visitor(demonstration)
    lead.sign_in("lead@demo.test", PASSWORD)
    national.sign_in("national@demo.test", PASSWORD)
    for name, person, path in (
        ("today", lead, "/"),
        ("trust", lead, f"/trusts/{CAST.struggling.code}"),
        ("action", lead, f"/actions/{CAST.struggling.code}-MD-001"),
        ("sector", national, "/sector"),
    ):
        person.go(path)
        take(person, name)
    national.go("/peer/rounds/new")
    national.page.get_by_label("Name of the round").fill("Winter 2026")
    national.page.get_by_role("button", name="Propose the round").click()
    national.page.wait_for_url(re.compile(r"/peer/rounds/\d+"))
    take(national, "pairing")
    send_the_file(national)
    national.eventually_sees(part_of(national), "this file would make", seconds=120)
    take(national, "change-set")


def take(person: Person, name: str) -> None:
    person.page.screenshot(path=FOLDER / f"{name}.png", clip={"x": 0, "y": 0, "width": 1280, "height": 900})
