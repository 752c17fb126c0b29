"""Fixtures every test may use.  The cast, people and trusts with names, stands in `tests.cast`."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tests.cast import Cast, make_cast
from tests.databases import copy_of, make_template, point_at
from tests.small_disks import why_no_small_disk

NOT_RUN = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def database_template(django_db_blocker: DjangoDbBlocker) -> str:
    with django_db_blocker.unblock():
        return make_template()


@pytest.fixture(scope="session")
def django_db_setup(database_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's own fixture, replaced: its test database would belong to the application's role."""
    with django_db_blocker.unblock(), copy_of(database_template) as name:
        point_at(name)
        yield


@pytest.fixture
def committed(django_db_setup: None, database_template: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of the test's own where what is written is committed: for real processes and real races.

    The value is its name; `tests.databases.environment_for` tells another process how to reach it."""
    before = connections["default"].settings_dict["NAME"]
    with django_db_blocker.unblock(), copy_of(database_template) as name:
        point_at(name)
        try:
            yield name
        finally:
            point_at(before)


@pytest.fixture
def cast(db: None) -> Cast:
    """Trusts and people with names; see `tests.cast`."""
    return make_cast()


@pytest.fixture
def committed_cast(committed: str) -> Cast:
    return make_cast()


@pytest.fixture
def as_user(client: Client) -> Any:
    """`as_user(person)` answers a test client signed in as that person."""

    def sign_in(person: Any) -> Client:
        other = Client()
        other.force_login(person)
        other.get("/accessibility")  # a session's first request notes it: those that a test counts do not
        return other

    return sign_in


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Takes out what needs a disk of its own where none can be mounted, for `pytest_terminal_summary` to tell."""
    disks = [item for item in items if item.get_closest_marker("small_disk")]
    why = why_no_small_disk() if disks else ""
    if why:
        items[:] = [item for item in items if item not in disks]
        config.stash[NOT_RUN] = f"not run: {len(disks)} tests of full disks, because {why}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if NOT_RUN in config.stash:
        terminalreporter.write_line(config.stash[NOT_RUN])
