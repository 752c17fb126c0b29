"""An analyst pastes fourteen months of values: chart, signs, table and headline agree with sums done by hand; a
recalculation with its reason; under thirteen values no limits."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person, Service
from tracker.management.demonstration import PASSWORD

pytestmark = pytest.mark.browser
NAME = "Swabs counted before closing"
# Fourteen months alternating 48 and 52: mean 50, moving ranges 4, limits 50 -+ 2.66 x 4 = 39.36 and 60.64.
VALUES = [48, 52] * 7
MONTHS = [date(2023 + n // 12, n % 12 + 1, 1) for n in range(14)]
WAYS = ["{0:%d/%m/%Y}\t{1}", "{0:%b %Y}\t{1}%", "{0:%Y-%m}\t{1},0", "{0:%B %Y}\t{1}.0 %"]
LINES = [WAYS[n % 4].format(month, value) for n, (month, value) in enumerate(zip(MONTHS, VALUES, strict=True))]


def look(person: Person, *, scripts: bool) -> None:
    """As axe and a phone would, wherever the journey stops."""
    if scripts:
        assert person.accessibility_problems() == []
    assert person.sideways_scroll() <= 0 if scripts else True


def add_the_measure(person: Person, name: str) -> None:
    person.go("/measures")
    person.page.get_by_role("button", name="Add a measure").click()
    person.page.get_by_label("Name", exact=True).fill(name)
    person.page.get_by_label("Unit").fill("%")
    person.page.get_by_label("Up is better").check()
    person.page.get_by_label("Target").fill("95")
    person.page.get_by_role("button", name="Add measure").click()
    person.sees(f"{name}: no values yet")


def paste(person: Person, text: str) -> None:
    person.page.get_by_role("button", name="Add values").click()
    person.page.get_by_label("Paste from Excel: date and value").fill(text)
    person.page.get_by_role("button", name="Check values").click()
    person.sees("Nothing is kept yet.")


def walk(person: Person, name: str, *, scripts: bool) -> None:
    person.sign_in("lead@demo.test", PASSWORD)
    add_the_measure(person, name)
    look(person, scripts=scripts)

    paste(person, "\n".join(["Month\tShare", *LINES[:11], "Dec 2023\tunknown"]))
    person.sees("1 line to put right")
    look(person, scripts=scripts)
    person.page.get_by_label("Value, line 13").fill("52")
    person.page.get_by_role("button", name="Save values").click()
    person.sees("12 values added.")
    person.sees("1 more value is needed before there can be limits")
    assert person.page.locator(".app-spc .app-spc__line--limit").count() == 0

    paste(person, "\n".join(LINES[10:]))
    person.sees("2 new values. 2 values that stand already.")
    person.page.get_by_role("button", name="Save values").click()
    person.sees("2 values added.")
    person.sees(f"{name}: common cause, no significant change; the target will be missed")
    person.sees("Mean 50%. Process limits 39.4% to 60.6%, from 14 values. Target 95%.")
    look(person, scripts=scripts)
    assert person.page.locator(".app-spc .app-spc__ring").count() == 2
    drawn = person.page.locator(".app-spc use title").all_text_contents()
    told = person.page.locator(".app-chart__data tbody tr").evaluate_all(
        "rows => rows.map(r => r.cells[0].textContent + ': ' + r.cells[1].textContent)"
    )
    assert drawn == told == [f"{month:%b %Y}: {value}%" for month, value in zip(MONTHS, VALUES, strict=True)]

    person.page.get_by_role("button", name="Recalculate limits").click()
    for label, value in (("Day", "1"), ("Month", "8"), ("Year", "2023")):
        person.page.get_by_label(label, exact=True).fill(value)
    person.page.get_by_label("What changed, and how you know").fill("Counting moved to the second nurse")
    look(person, scripts=scripts)
    person.page.get_by_role("button", name="Recalculate limits").click()
    person.sees("Limits recalculated from August 2023. The old ones stay.")
    person.sees("Counting moved to the second nurse")
    person.sees("These limits are provisional until they rest on 13 values.")
    assert person.page.locator(".app-spc .app-spc__line--mean").count() == 2
    person.page.get_by_role("link", name="History").click()
    person.sees("From 1 August 2023: Counting moved to the second nurse")
    look(person, scripts=scripts)


@pytest.mark.parametrize(
    ("width", "scripts"),
    [
        (1280, True),
        pytest.param(320, True, marks=pytest.mark.slow),
        pytest.param(320, False, marks=pytest.mark.slow),
    ],
)
def test_values_are_pasted_charted_and_recalculated(
    demonstration: Service, visitor: Callable[..., Person], width: int, scripts: bool
) -> None:
    person = visitor(demonstration, width=width, scripts=scripts)
    walk(person, NAME, scripts=scripts)
    assert not person.problems, person.problems


@pytest.mark.slow
def test_values_are_added_by_keyboard_alone(demonstration: Service, visitor: Callable[..., Person]) -> None:
    person = visitor(demonstration)
    person.sign_in("lead@demo.test", PASSWORD)
    person.go("/measures")
    person.page.get_by_role("link", name="Hand hygiene").focus()
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**/measures/*")
    tab_to(person, "Add values")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**/data")
    tab_to(person, "Paste from Excel: date and value")
    person.page.keyboard.type("nonsense 5")
    tab_to(person, "Check values")
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("heading", name="Check the values")).to_be_visible()
    person.sees("“nonsense” is not a date we can read")
    expect(person.page.locator(".nhsuk-error-summary")).to_be_focused()
    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Enter")  # the summary's line leads to its box
    expect(person.page.get_by_label("Period, line 1")).to_be_focused()
    person.page.keyboard.press("Control+a")
    person.page.keyboard.type("January 2019")
    tab_to(person, "Save values")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**new=*")
    person.sees("1 value added.")


def tab_to(person: Person, name: str) -> None:
    """Presses Tab until the thing with that name has the focus, which must be in sight."""
    for _ in range(60):
        person.page.keyboard.press("Tab")
        focused = person.page.evaluate(
            "(() => { const e = document.activeElement; const l = e.labels && e.labels[0];"
            "return ((l && l.textContent) || e.textContent || '').trim(); })()"
        )
        if focused.startswith(name):
            return
    raise AssertionError(f"no Tab leads to {name!r}")
