"""Every page a person can reach by links, looked at as axe, a phone, a keyboard and a security officer would."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.journeys.conftest import Person, Service
from tracker.management.demonstration import PASSWORD

pytestmark = pytest.mark.browser

LEFT_OUT = re.compile(
    r"^/(administration|static|accounts/logout|api)/?|format=(csv|xlsx)|/file$|/as\.\w+$|\.(ics|eml)$"
)
MOST_OF_A_KIND = 2  # pages of one address pattern that each person looks at
EVERYBODY = ["lead", "national", "admin", "mentor", "region", "convenor", "otherlead", "resident"]


def route_of(path: str) -> str:
    try:
        return resolve(path).route
    except Resolver404:
        return f"no such page: {path}"


def crawl(person: Person, look: Callable[[Person], list[str]]) -> tuple[list[str], set[str]]:
    """Follows every link from the first page, some of each kind; answers what was wrong and the routes seen."""
    waiting, known, seen, wrong = ["/"], {"/"}, dict[str, int](), list[str]()
    while waiting:
        path = waiting.pop(0)
        route = route_of(urlsplit(path).path)
        if seen.get(route, 0) >= MOST_OF_A_KIND:
            continue
        seen[route] = seen.get(route, 0) + 1
        answer = person.page.goto(person.service.address + path)
        assert answer is not None
        if answer.status >= 400:
            wrong.append(f"{path} answers {answer.status}")
            continue
        wrong += look(person)
        for href in person.page.eval_on_selector_all("a[href]", "links => links.map(a => a.getAttribute('href'))"):
            target = urlsplit(href)
            here = urlsplit(person.page.url)
            if target.netloc or href.startswith(("#", "mailto:")) or LEFT_OUT.search(href):
                continue
            full = (target.path or here.path) + (f"?{target.query}" if target.query else "")
            if full not in known:
                known.add(full)
                waiting.append(full)
    return wrong, set(seen)


def look_closely(person: Person) -> list[str]:
    wrong = person.accessibility_problems()
    headings = person.page.locator("h1").count()
    if headings != 1:
        wrong.append(f"{person.page.url} has {headings} main headings")
    if not person.page.title().endswith(" - Turnaround"):
        wrong.append(f"{person.page.url} has the title {person.page.title()!r}")
    return wrong


def look_on_a_phone(person: Person) -> list[str]:
    sideways = person.sideways_scroll()
    return [f"{person.page.url} scrolls {sideways} px sideways"] if sideways > 0 else []


@pytest.mark.parametrize("name", [*EVERYBODY[:2], *(pytest.param(n, marks=pytest.mark.slow) for n in EVERYBODY[2:])])
def test_every_page_a_person_can_reach_is_accessible_and_asks_nobody_else(
    demonstration: Service, visitor: Callable[..., Person], name: str
) -> None:
    person = visitor(demonstration)
    person.sign_in(f"{name}@demo.test", PASSWORD)
    wrong, routes = crawl(person, look_closely)
    assert not wrong, "\n".join(wrong)
    assert not person.problems, person.problems
    assert {"account", "accessibility"} <= routes


def test_every_page_is_whole_on_a_phone_without_scripts(demonstration: Service, visitor: Callable[..., Person]) -> None:
    person = visitor(demonstration, width=320, scripts=False)
    person.sign_in("national@demo.test", PASSWORD)
    wrong, _ = crawl(person, lambda who: [])
    assert not wrong, "\n".join(wrong)


def test_no_page_scrolls_sideways_on_a_phone(demonstration: Service, visitor: Callable[..., Person]) -> None:
    person = visitor(demonstration, width=320)
    person.sign_in("national@demo.test", PASSWORD)
    wrong, _ = crawl(person, look_on_a_phone)
    assert not wrong, "\n".join(wrong)
    assert not person.problems, person.problems
