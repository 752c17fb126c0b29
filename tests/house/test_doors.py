"""Every door of the service: who gets in, by address, role and organisation; and no foreign canary inside."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django.plugin import DjangoDbBlocker

from tests.cast import Cast, make_cast
from tests.databases import copy_of, point_at
from tests.house.doors import (
    DOORS,
    DRAFTS_PLANS,
    OUTSIDE,
    PERSONAS,
    PLAN_OF_THE_TRUST,
    RUNS_THE_SERVICE,
    SEES_ROUNDS,
    persona,
)
from tests.house.furniture import (
    ACTION_CANARY,
    EVIDENCE_CANARY,
    MEASURE_CANARY,
    MESSAGE_CANARY,
    READING_CANARY,
    ROUND_CANARY,
    TRACKER_CANARY,
    UPDATE_CANARY,
    VIEW_CANARY,
    Furniture,
    furnish,
)
from tracker.accounts.models import User
from tracker.api.throttles import COUNTS

pytestmark = pytest.mark.django_db
MAY_HEAR = {
    ACTION_CANARY: PLAN_OF_THE_TRUST,
    UPDATE_CANARY: PLAN_OF_THE_TRUST,
    EVIDENCE_CANARY: PLAN_OF_THE_TRUST,
    VIEW_CANARY: frozenset({"own lead"}),
    MEASURE_CANARY: PLAN_OF_THE_TRUST,
    TRACKER_CANARY: DRAFTS_PLANS,
    MESSAGE_CANARY: RUNS_THE_SERVICE | {"own lead"},
    ROUND_CANARY: SEES_ROUNDS,
    READING_CANARY: PLAN_OF_THE_TRUST,
}


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if route != "administration/":  # Django's own pages: see test_only_administrators below
                yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


# The people most worth watching are watched at every run, the others with `--all`.
WATCHED = {"own lead", "helper's peer mentor", "other trust's lead", "national staff", "system staff", "stranger"}
SOME = [name if name in WATCHED else pytest.param(name, marks=pytest.mark.slow) for name in PERSONAS]

SEARCHES_AND_SECOND_TABLES = [f"?q={ACTION_CANARY}", "?format=csv&of=messages"]


class Everybody(dict[str, Client]):
    """A test client for each persona, signed in when first asked for."""

    def __init__(self, cast: Cast) -> None:
        super().__init__()
        self.cast, self.people = cast, dict[str, User | None]()

    def __missing__(self, name: str) -> Client:
        if name not in self.people:
            self.people[name] = persona(self.cast, name)
        self[name] = Client()
        person = self.people[name]
        if person is not None:
            self[name].force_login(person)
        return self[name]


@dataclass
class House:
    cast: Cast
    furniture: Furniture
    clients: "Everybody"

    def address(self, route: str) -> str:
        return "/" + DOORS[route].path(route, self.furniture)


@pytest.fixture(scope="module")
def furnished(
    django_db_setup: None, database_template: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Cast, Furniture]]:
    """A database with everything in it, committed once for all the tests here, which roll back what they add."""
    before = connections["default"].settings_dict["NAME"]
    with django_db_blocker.unblock(), copy_of(database_template) as name:
        point_at(name)
        try:
            cast = make_cast()
            yield cast, furnish(cast)
        finally:
            point_at(before)


@pytest.fixture
def house(furnished: tuple[Cast, Furniture], db: None) -> House:
    COUNTS.clear()
    cast, furniture = furnished
    return House(cast, furniture, Everybody(cast))


def test_every_address_is_known() -> None:
    unknown = sorted(set(routes()) - DOORS.keys())
    assert not unknown, f"say in tests/house/doors.py who may open: {unknown}"
    gone = sorted(DOORS.keys() - set(routes()))
    assert not gone, f"tests/house/doors.py knows addresses that are gone: {gone}"


@pytest.mark.parametrize("name", PERSONAS)
def test_each_person_opens_the_doors_the_table_says_and_no_other(house: House, name: str) -> None:
    assert wrongly_answered(house, name, "get") == []


@pytest.mark.parametrize("name", SOME)
def test_asking_for_the_headers_alone_opens_no_other_door(house: House, name: str) -> None:
    assert wrongly_answered(house, name, "head") == []


def wrongly_answered(house: House, name: str, method: str) -> list[str]:
    """The addresses that do not answer `name` as the table says."""
    wrong = []
    for route, door in DOORS.items():
        address = house.address(route)
        answer = getattr(house.clients[name], method)(address)
        expected = door.expected(name, name in OUTSIDE)
        if answer.status_code not in expected:
            wrong.append(f"{name}: {method.upper()} {address}: {answer.status_code}, not {sorted(expected)}")
    return wrong


@pytest.mark.parametrize("name", SOME)
def test_whatever_is_sent_nobody_gets_an_error_of_ours_or_into_a_closed_room(house: House, name: str) -> None:
    wrong = []
    for route, door in DOORS.items():
        address = house.address(route)
        for method in ("post", "put", "patch", "delete", "options"):
            answer = getattr(house.clients[name], method)(address)
            if answer.status_code >= 500:
                wrong.append(f"{method.upper()} {address}: {answer.status_code}")
            if name not in door.open_to and answer.status_code < 300 and method != "options":
                wrong.append(f"{method.upper()} {address}: {answer.status_code}, though the door is closed")
            if address.startswith("/accounts/logout"):
                house.clients.pop(name)  # signed out: comes in again
    assert not wrong, f"{name}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("name", SOME)
def test_no_canary_sings_in_a_foreign_room(house: House, name: str) -> None:
    heard = []
    for route in DOORS:
        address = house.address(route)
        queries = [""] if "accounts" in route else ["", "?format=csv"]
        if "<" not in route:
            queries += SEARCHES_AND_SECOND_TABLES
        for query in queries:
            answer: Any = house.clients[name].get(address.split("?")[0] + query)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            for canary, who in MAY_HEAR.items():
                # what a person typed into a search is said back to them, and is no leak
                if name not in who and canary not in query and canary.encode() in body:
                    heard.append(f"{address}{query}: {canary}")
    assert not heard, f"{name} hears:\n" + "\n".join(heard)


def test_the_canaries_do_sing_where_they_may(house: House) -> None:
    """Else the test above would pass by an empty house."""
    lead, convenor, administrator = (house.clients[n] for n in ("own lead", "convenor", "administrator"))
    assert ACTION_CANARY in lead.get("/actions").content.decode()
    assert UPDATE_CANARY in lead.get(f"/actions/{house.furniture.action.reference}").content.decode()
    assert EVIDENCE_CANARY in lead.get(f"/evidence/{house.furniture.evidence.public_id}/file").content.decode()
    for path in ("/measures", f"/measures/{house.furniture.rebase.measure_id}/history"):
        assert MEASURE_CANARY in lead.get(path).content.decode()
    assert ACTION_CANARY in lead.get(f"/plans/{house.furniture.plan.reference}").content.decode()
    assert READING_CANARY in lead.get(f"/readings/{house.furniture.reading.public_id}").content.decode()
    assert READING_CANARY in lead.get(f"/findings/{house.furniture.finding_id}").content.decode()
    assert READING_CANARY in lead.get("/api/v1/readings").content.decode()
    assert TRACKER_CANARY in lead.get(f"/actions/import/{house.furniture.tracker.public_id}").content.decode()
    assert ACTION_CANARY in lead.get(f"/plans/{house.furniture.plan.reference}/as.csv").content.decode()
    assert MESSAGE_CANARY in administrator.get("/outbox").content.decode()
    assert ROUND_CANARY in convenor.get("/peer/rounds").content.decode()
    assert MESSAGE_CANARY in lead.get(house.address("reminders/messages/<int:message_id>/file")).content.decode()
    assert ACTION_CANARY in lead.get("/reminders/coming").content.decode()
    assert ACTION_CANARY in lead.get("/reminders?format=csv").content.decode()
    assert MESSAGE_CANARY in lead.get("/reminders?format=csv&of=messages").content.decode()
    for path in ("/measures", f"/measures/{house.furniture.rebase.measure_id}/history"):
        assert MEASURE_CANARY in lead.get(path).content.decode()
    assert READING_CANARY in lead.get(f"/readings/{house.furniture.reading.public_id}").content.decode()
    assert READING_CANARY in lead.get(f"/findings/{house.furniture.finding_id}").content.decode()
    assert READING_CANARY in lead.get("/api/v1/readings").content.decode()
    assert MESSAGE_CANARY in administrator.get("/outbox?format=csv").content.decode()
    assert ROUND_CANARY in convenor.get("/peer/rounds?format=csv").content.decode()
    assert house.furniture.action.reference in lead.get("/trusts/XN1/inspections?format=csv").content.decode()


@pytest.mark.parametrize("name", PERSONAS)
def test_only_administrators_of_the_service_open_its_administration(house: House, name: str) -> None:
    answer = house.clients[name].get("/administration/tracker/membership/")
    assert answer.status_code in {302, 404}
