"""The cast's people at work on an invented England."""

from typing import Any

import pytest
from django.test import Client

from peerreview.pairing.inputs import Limits
from peerreview.pairing.models import PairingRound
from peerreview.pairing.operations import propose_round
from peerreview.pairing.solving import outcome_of
from tests.cast import make_person
from tests.peerreview.england import NOW, TODAY, England, small_england
from tracker.accounts.models import User
from tracker.people.access import Access, access_of
from tracker.people.roles import Role
from tracker.people.scope import enter
from tracker.trusts.models import Trust


@pytest.fixture
def england(db: None) -> tuple[England, dict[str, Trust]]:
    return small_england()


@pytest.fixture
def trusts(england: tuple[England, dict[str, Trust]]) -> dict[str, Trust]:
    return england[1]


@pytest.fixture
def convenor(db: None) -> User:
    return make_person("Convenor", Role.CONVENOR)


@pytest.fixture
def by(convenor: User) -> Access:
    """The convenor's access, with the scope open in which the database shows them rounds."""
    access = access_of(convenor, TODAY)
    enter(access)
    return access


@pytest.fixture
def proposed(england: tuple[England, dict[str, Trust]], by: Access) -> PairingRound:
    return propose_round(name="Winter 2026", by=by, now=NOW, today=TODAY, limits=Limits())


@pytest.fixture
def at(trusts: dict[str, Trust]) -> Any:
    """`at("ZNA")`: an improvement lead of that trust."""
    return lambda code, role=Role.IMPROVEMENT_LEAD: make_person(f"{role.label} {code}", role, trust=trusts[code])


@pytest.fixture
def convening(convenor: User) -> Client:
    client = Client()
    client.force_login(convenor)
    client.get("/accessibility")  # as `as_user` does
    return client


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Each test works its rounds out itself."""
    outcome_of.cache_clear()
