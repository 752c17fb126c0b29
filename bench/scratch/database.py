"""Scratch databases for one measurement: made and dropped by the owner's role, beside the service's own.

Names begin with `bench_`, so that what a killed run left behind is known and cleared by the next.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self
from uuid import uuid4

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from tests.databases import as_owner, make_template, point_at

ONE_RUN: Final = 7_201_949
"""Advisory lock of the run: two at once would measure each other."""


@contextmanager
def scratch(template: str | None = None) -> Iterator[str]:
    """A database of its own, migrated and empty or a copy of `template`; Django points at it.  Dropped after."""
    name = copy_database(template or make_template())
    try:
        point_at(name)
        yield name
    finally:
        drop_database(name)


def copy_database(template: str) -> str:
    """Copy `template`, which nobody may be connected to; the copy's name.  The caller drops it."""
    name = f"bench_{uuid4().hex[:12]}"
    connections["default"].close()
    with as_owner() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return name


def drop_database(name: str) -> None:
    connections["default"].close()
    with as_owner() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def only_run() -> Iterator[None]:
    """Hold the server for one run of the benchmarks, and clear what earlier ones left.

    Raises RuntimeError when another run is going on.
    """
    with as_owner() as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [ONE_RUN]).fetchone()
        if row is None or not row[0]:
            raise RuntimeError("Another run of the benchmarks uses this server. Wait for it to end.")
        _drop_like(connection, "bench\\_%")
        try:
            yield
        finally:
            _drop_like(connection, "bench\\_%")
            _drop_like(connection, settings.OWNER_DATABASE["NAME"].replace("_", "\\_") + "\\_template\\_%")


def _drop_like(connection: psycopg.Connection[Any], pattern: str) -> None:
    for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]).fetchall():
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def connect_owner(name: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    """A connection of the tables' owner to the database `name`."""
    entry = settings.OWNER_DATABASE
    return psycopg.connect(
        host=entry["HOST"],
        port=entry["PORT"] or None,
        user=entry["USER"],
        password=entry["PASSWORD"] or None,
        dbname=name,
        autocommit=autocommit,
    )


@contextmanager
def owner_of(name: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the tables' owner to the database `name`, each statement committed at once."""
    with connect_owner(name, autocommit=True) as connection:
        yield connection


class Connections:
    """Django's connection to each of several databases, kept open, to be taken in turns: a new one would be slower
    for its first queries, whatever they read.  Close them by leaving `with`."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._keep()
        for kept in self._kept.values():
            if kept is not None:
                kept.close()

    def use(self, name: str) -> None:
        """Let Django use the database `name` from now on."""
        self._keep()
        default = connections["default"]
        default.settings_dict["NAME"] = name
        default.connection = self._kept.get(name)

    def _keep(self) -> None:
        default = connections["default"]
        self._kept[default.settings_dict["NAME"]] = default.connection
        default.connection = None


def settle(name: str) -> None:
    """What autovacuum would have done by the next month: statistics, and the marks of visible rows."""
    with owner_of(name) as connection:
        connection.execute("VACUUM (ANALYZE)")
