"""Borrows the PostgreSQL and Redis at this machine's standard ports, for one more run of the tests.

Only with what is ours: a database made for the run and dropped after it, and a Redis database that was empty.
"""

import contextlib
import os
import pwd
import secrets
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.bootstrap.account import server_account
from config.bootstrap.binaries import LOWEST_POSTGRES, LOWEST_REDIS, find_postgres
from config.bootstrap.places import server_place

HOST = "127.0.0.1"
POSTGRES_PORT = 5432
REDIS_PORT = 6379
LAST_REDIS_DATABASE = 15  # a Redis has sixteen unless told otherwise

NOTHING: Mapping[str, str] = {}


@contextlib.contextmanager
def borrowed_pair(control: Path) -> Iterator[tuple[Mapping[str, str], str]]:
    """The two URLs to export and what they lead to; no URLs, and why, when one of the servers will not do.

    `control` is a server pair's control directory, whose `psql` is used.
    """
    with contextlib.ExitStack() as stack:
        number = _empty_redis_database()
        if isinstance(number, str):
            yield NOTHING, number
            return
        stack.callback(_redis, f"SELECT {number}", "FLUSHDB")
        psql = _client(control)
        if isinstance(psql, str):
            yield NOTHING, psql
            return
        name = f"turnaround_test_{secrets.token_hex(4)}"
        roles = psql.lines("SELECT rolname FROM pg_roles")
        psql.lines(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        stack.callback(psql.drop, name, roles)
        urls = {
            "DATABASE_URL": f"postgresql://{psql.user}@{HOST}:{POSTGRES_PORT}/{name}",
            "REDIS_URL": f"redis://{HOST}:{REDIS_PORT}/{number}",
        }
        yield urls, f"PostgreSQL {psql.version} and Redis at {HOST}'s standard ports, with one database URL"


@dataclass(frozen=True)
class Client:
    """`psql` as one user of the server at the standard port; `version` as that server prints it."""

    program: Path
    user: str
    version: str = ""

    def lines(self, statement: str) -> list[str]:
        """The statement's result, one string a row. Raises `CalledProcessError`."""
        command = [str(self.program), "-h", HOST, "-p", str(POSTGRES_PORT), "-U", self.user]
        command += ["-d", "postgres", "-w", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement]
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={**os.environ, "PGCONNECT_TIMEOUT": "3", "PGAPPNAME": "turnaround tests"},
        )
        return done.stdout.split("\n")[:-1]

    def drop(self, database: str, roles_before: list[str]) -> None:
        """Drop our database, those the tests made beside it, and the roles the run created."""
        ours = self.lines(f"SELECT datname FROM pg_database WHERE datname LIKE '%{database}%'")  # noqa: S608 - our own name
        for name in ours:
            self.lines(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        for role in self.lines("SELECT rolname FROM pg_roles WHERE rolname LIKE 'turnaround%'"):
            if role not in roles_before:
                self.lines(f'DROP ROLE IF EXISTS "{role}"')


def _client(control: Path) -> Client | str:
    """A client of a PostgreSQL that will do, or why there is none."""
    account = server_account()
    place = server_place(control, account)
    program = find_postgres(account, place.home / "programs").psql
    try:
        socket.create_connection((HOST, POSTGRES_PORT), timeout=2).close()
    except OSError:
        return f"no PostgreSQL at {HOST}:{POSTGRES_PORT}"
    for user in dict.fromkeys(("postgres", pwd.getpwuid(os.geteuid()).pw_name)):
        try:
            facts = Client(program, user).lines(
                "SELECT current_setting('server_version_num'), current_setting('server_version'), rolsuper"
                " FROM pg_roles WHERE rolname = current_user"
            )
        except (OSError, subprocess.SubprocessError):
            continue
        number, version, superuser = facts[0].split("|")
        if int(number) < LOWEST_POSTGRES * 10000:
            return f"the PostgreSQL at {HOST}:{POSTGRES_PORT} is older than {LOWEST_POSTGRES}"
        if superuser == "t":
            return Client(program, user, version.split()[0])
    return f"the PostgreSQL at {HOST}:{POSTGRES_PORT} does not let us make databases"


def _empty_redis_database() -> int | str:
    """The number of a Redis database nobody uses, or why there is none."""
    try:
        information = _redis("INFO server")
    except OSError:
        return f"no Redis at {HOST}:{REDIS_PORT}"
    version = information.partition("redis_version:")[2].partition(".")[0]
    if not version.isdigit():
        return f"the Redis at {HOST}:{REDIS_PORT} does not let us in"
    if int(version) < LOWEST_REDIS:
        return f"the Redis at {HOST}:{REDIS_PORT} is older than {LOWEST_REDIS}"
    for number in range(LAST_REDIS_DATABASE, 0, -1):
        if _redis(f"SELECT {number}", "DBSIZE") == ":0":
            return number
    return f"every database of the Redis at {HOST}:{REDIS_PORT} is in use"


def _redis(*commands: str) -> str:
    """Send commands to Redis; the answer to the last."""
    answer = b""
    with socket.create_connection((HOST, REDIS_PORT), timeout=5) as connection:
        for command in commands:
            connection.sendall(command.encode() + b"\r\n")
            answer = connection.recv(65536)
    return answer.decode(errors="replace").strip()
