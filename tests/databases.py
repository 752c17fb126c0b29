"""Databases for the tests: a migrated template, made once, and quick copies of it.

Every test runs as the application's role, so the second wall stands in tests as it does in production.
A copy holds committed data for tests that start real processes; it is dropped afterwards, and no test
disables a trigger.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent


def migrations_digest() -> str:
    """Changes when any migration, or what migrations call, or whose are run, changes."""
    digest = hashlib.sha256(" ".join(settings.INSTALLED_APPS).encode())
    called = [ROOT / "tracker/row_security.py", ROOT / "tracker/audit/history_triggers.py", ROOT / "requirements.txt"]
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *called]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def as_owner() -> Iterator[psycopg.Connection]:
    """A connection of the tables' owner to the database the cluster was given with."""
    entry = settings.OWNER_DATABASE
    with psycopg.connect(
        host=entry["HOST"],
        port=entry["PORT"] or None,
        user=entry["USER"],
        password=entry["PASSWORD"] or None,
        dbname=entry["NAME"],
        autocommit=True,
    ) as connection:
        yield connection


def make_template() -> str:
    """The name of a migrated database to copy from, made when this set of migrations has none yet."""
    role = settings.DATABASE_APP_ROLE
    home = settings.OWNER_DATABASE["NAME"]  # in the name, so that who lends the server can clear up after a run
    name = f"{home}_template_{migrations_digest()}_{hashlib.sha256(role.encode()).hexdigest()[:6]}"
    with as_owner() as connection:
        connection.execute("SELECT pg_advisory_lock(7201948)")  # two test runs at once make one template
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        building = f"{home}_building_{uuid4().hex[:12]}"
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
        point_at(building)
        call_command("migrate", verbosity=0)
        connections["default"].close()
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name))
        )
    return name


def point_at(name: str) -> None:
    """Let Django's connection use the database `name` from now on."""
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = name


@contextmanager
def copy_of(template: str) -> Iterator[str]:
    """A fresh copy of `template`, dropped at the end whoever is still connected."""
    name = f"{settings.OWNER_DATABASE['NAME']}_copy_{uuid4().hex[:12]}"
    with as_owner() as connection:
        connection.execute("SELECT pg_advisory_lock(7201948)")
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    try:
        yield name
    finally:
        connections["default"].close()
        with as_owner() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def url_of(name: str, entry: dict[str, str]) -> str:
    """The address of the database `name` for another process, with the role of `entry`."""
    password = f":{quote(entry['PASSWORD'], safe='')}" if entry["PASSWORD"] else ""
    port = f":{entry['PORT']}" if entry["PORT"] else ""
    return f"postgres://{quote(entry['USER'], safe='')}{password}@{quote(entry['HOST'], safe='')}{port}/{name}"


def environment_for(name: str) -> dict[str, str]:
    """The environment in which a real process uses the database `name` as this test run would."""
    environment = {**os.environ, "DATABASE_URL": url_of(name, settings.DATABASES["default"])}
    if not settings.ONE_DATABASE_URL:
        environment["MIGRATION_DATABASE_URL"] = url_of(name, settings.OWNER_DATABASE)
    environment["TURNAROUND_TEST_DIR"] = str(settings.DATA_DIR)
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    return environment
