"""Refreshes the pictures in `docs/screenshots/`: `make screenshots`.

Not collected with the tests; run by name, on the demonstration every newcomer sees.
"""

from collections.abc import Callable

import pytest

from tests.databases import ROOT
from tests.journeys.conftest import Person, Service
from tracker.demonstration.cast import CAST
from tracker.management.demonstration import PASSWORD

pytestmark = pytest.mark.browser
PAGES = {
    "today": ("lead", "/"),
    "trust": ("lead", f"/trusts/{CAST.struggling.code}"),
    "sector": ("national", "/sector"),
    "change-set": ("national", ""),
    "action": ("lead", f"/actions/{CAST.struggling.code}-MD-001"),
    "pairing": ("national", ""),
}
FOLDER = ROOT / "docs/screenshots"


def test_take_the_pictures(demonstration: Service, visitor: Callable[..., Person]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    people = {}
    for name in ("lead", "national"):
        people[name] = visitor(demonstration)
        people[name].sign_in(f"{name}@demo.test", PASSWORD)
    national = people["national"]
    national.go("/peer/rounds/new")
    national.page.get_by_role("button").filter(has_text="ropose").click()
    pairing = national.page.url.removeprefix(demonstration.address)
    for name, (who, path) in PAGES.items():
        address = path or {"pairing": pairing, "change-set": "/imports"}[name]
        people[who].go(address)
        people[who].page.screenshot(path=FOLDER / f"{name}.png", clip={"x": 0, "y": 0, "width": 1280, "height": 900})
