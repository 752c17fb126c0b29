"""Borrows the PostgreSQL and Redis at this machine's standard ports, for one more run of the tests.

Only with what is ours: a database made for the run and dropped after it with its copies, a role when the run made
one, and a Redis database that was empty. What has to be put back is written beside the database, as its comment;
a session held for as long as the run lives says that the run lives. So the next run puts back what a killed one
could not.
"""

import contextlib
import json
import os
import pwd
import secrets
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from config.bootstrap.account import server_account
from config.bootstrap.binaries import LOWEST_POSTGRES, LOWEST_REDIS, find_postgres
from config.bootstrap.places import server_place

HOST = "127.0.0.1"
POSTGRES_PORT = 5432
REDIS_PORT = 6379
LAST_REDIS_DATABASE = 15  # a Redis has sixteen unless told otherwise
RUN = "turnaround_test_"  # and eight letters: the name of a run's database
KEYS = "turnaround-test:"  # what every key of the tests begins with
LIVES = 7201949  # the first half of the advisory lock a run holds while it lives
DROP_SECONDS = 300  # on a busy machine a server flushes for minutes before it lets a database go

NOTHING: Mapping[str, str] = {}


@contextlib.contextmanager
def borrowed_pair(control: Path) -> Iterator[tuple[Mapping[str, str], str]]:
    """The two URLs to export and what they lead to; no URLs, and why, when one of the servers will not do.

    `control` is a server pair's control directory, whose `psql` is used.
    """
    psql = _client(control)
    if isinstance(psql, str):
        yield NOTHING, psql
        return
    problem = _redis_problem()
    if problem:
        yield NOTHING, problem
        return
    psql.clear_up()
    name = RUN + secrets.token_hex(4)
    number = _claim_redis_database(name)
    if number is None:
        yield NOTHING, f"every database of the Redis at {HOST}:{REDIS_PORT} is in use"
        return
    with contextlib.ExitStack() as stack:
        stack.callback(_give_back_redis_database, number)
        stack.enter_context(psql.living(name))
        stack.callback(psql.put_back, name)
        psql.make(name, redis=number)
        urls = {
            "DATABASE_URL": f"postgresql://{psql.user}@{HOST}:{POSTGRES_PORT}/{name}",
            "REDIS_URL": f"redis://{HOST}:{REDIS_PORT}/{number}",
        }
        yield urls, f"PostgreSQL {psql.version} and Redis at {HOST}'s standard ports, with one database URL"


@dataclass(frozen=True)
class Borrowed:
    """What one run has to put back: the roles it found, and its Redis database."""

    roles_before: frozenset[str]
    redis: int | None

    @classmethod
    def read(cls, note: str, roles: frozenset[str]) -> Self:
        """From the comment beside the database.  A run killed before it wrote one made no role yet."""
        try:
            facts = json.loads(note)
            return cls(frozenset(facts["roles_before"]), int(facts["redis"]))
        except (ValueError, KeyError, TypeError):
            return cls(roles, None)


@dataclass(frozen=True)
class Client:
    """`psql` as one user of the server at the standard port; `version` as that server prints it."""

    program: Path
    user: str
    version: str = ""

    def lines(self, statement: str, seconds: float = 60) -> list[str]:
        """The statement's result, one string a row. Raises `CalledProcessError`."""
        done = subprocess.run(  # noqa: S603 - our own command
            [*self._command(), "-c", statement],
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds,
            env=self._environment(),
        )
        return done.stdout.split("\n")[:-1]

    @contextlib.contextmanager
    def living(self, run: str) -> Iterator[None]:
        """Hold the lock that says this run lives: its session ends when we do, however that comes about."""
        session = subprocess.Popen(  # noqa: S603 - our own command
            self._command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment(),
            start_new_session=True,  # Ctrl-C is for the run, which then puts back what it borrowed
        )
        with session:
            assert session.stdin is not None
            assert session.stdout is not None
            session.stdin.write(f"SELECT pg_advisory_lock({LIVES}, hashtext('{run}'));\n")
            session.stdin.flush()
            session.stdout.readline()
            yield

    def make(self, run: str, *, redis: int) -> None:
        """Make the run's database, and write beside it what has to be put back."""
        roles = self._our_roles()
        for living in self._runs().values():  # what another run made goes when that run does
            roles &= living.roles_before
        note = json.dumps({"by": "a test run of Turnaround", "roles_before": sorted(roles), "redis": redis})
        self.lines(f"CREATE DATABASE {run} ENCODING 'UTF8' TEMPLATE template0", DROP_SECONDS)
        self.lines(f"COMMENT ON DATABASE {run} IS '{note}'")

    def put_back(self, run: str) -> None:
        """Drop a run's database, the copies made beside it, and the roles it made when no other run needs them."""
        run_itself = self._runs().get(run)
        beside = self.lines(f"SELECT datname FROM pg_database WHERE datname LIKE '{run}%' ORDER BY datname DESC")  # noqa: S608 - our own name
        for name in beside:  # the run's own, which carries the note, comes last
            self.lines(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', DROP_SECONDS)
        for role in self._our_roles() - run_itself.roles_before if run_itself else ():
            with contextlib.suppress(subprocess.CalledProcessError):  # another run's tables still name it
                self.lines(f'DROP ROLE IF EXISTS "{role}"')

    def clear_up(self) -> None:
        """Put back what runs that were killed had borrowed."""
        for run, borrowed in self._runs().items():
            if self.lines(f"SELECT pg_try_advisory_lock({LIVES}, hashtext('{run}'))") == ["t"]:
                self.put_back(run)
                if borrowed.redis is not None:
                    _give_back_redis_database(borrowed.redis)

    def _runs(self) -> "dict[str, Borrowed]":
        """Every run there is, by the name of its database."""
        found = {}
        for line in self.lines(
            "SELECT datname || ' ' || coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database"  # noqa: S608 - our own names
            f" WHERE datname ~ '^{RUN}[0-9a-f]{{8}}$'"
        ):
            name, _, note = line.partition(" ")
            found[name] = Borrowed.read(note, self._our_roles())
        return found

    def _our_roles(self) -> frozenset[str]:
        return frozenset(self.lines("SELECT rolname FROM pg_roles WHERE rolname LIKE 'turnaround%'"))

    def _command(self) -> list[str]:
        command = [str(self.program), "-h", HOST, "-p", str(POSTGRES_PORT), "-U", self.user]
        return [*command, "-d", "postgres", "-w", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1"]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PGCONNECT_TIMEOUT": "3", "PGAPPNAME": "turnaround tests"}


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


def _redis_problem() -> str:
    """Why the Redis at its standard port will not do; empty when it will."""
    try:
        information = _redis("INFO server")
    except OSError:
        return f"no Redis at {HOST}:{REDIS_PORT}"
    version = information.partition("redis_version:")[2].partition(".")[0]
    if not version.isdigit():
        return f"the Redis at {HOST}:{REDIS_PORT} does not let us in"
    if int(version) < LOWEST_REDIS:
        return f"the Redis at {HOST}:{REDIS_PORT} is older than {LOWEST_REDIS}"
    return ""


def _claim_redis_database(run: str) -> int | None:
    """The number of a Redis database that was empty and now says whose it is."""
    for number in range(LAST_REDIS_DATABASE, 0, -1):
        if _redis(f"SELECT {number}", "DBSIZE") != ":0":
            continue
        if _redis(f"SELECT {number}", f"SETNX {KEYS}run {run}") == ":1":
            return number
    return None


def _give_back_redis_database(number: int) -> None:
    """Leave it as empty as it was: what the tests wrote goes, and only that."""
    script = f"for _, key in ipairs(redis.call('keys', '{KEYS}*')) do redis.call('del', key) end"
    _redis(f"SELECT {number}", f'EVAL "{script}" 0')


def _redis(*commands: str) -> str:
    """Send commands to Redis; the answer to the last."""
    answer = b""
    with socket.create_connection((HOST, REDIS_PORT), timeout=5) as connection:
        for command in commands:
            connection.sendall(command.encode() + b"\r\n")
            answer = connection.recv(65536)
    return answer.decode(errors="replace").strip()
