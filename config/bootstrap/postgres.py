"""The embedded PostgreSQL: made once, started and stopped by the keeper.

It listens on a unix socket in a private directory and on no network address, asks every connection for a
password (SCRAM), and holds one database for each world, since the demonstration and real data never share
one:

- `turnaround_owner` owns the tables and migrates them;
- `turnaround_app` is what the service connects as: neither owner nor superuser, and bound by row security.
"""

import hashlib
import json
import locale
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.bootstrap import processes
from config.bootstrap.account import Account
from config.bootstrap.binaries import PostgresPrograms
from config.bootstrap.places import ServerPlace
from config.bootstrap.problems import SetupProblem

SUPERUSER = "postgres"
OWNER = "turnaround_owner"
APP = "turnaround_app"
DATABASES: Mapping[str, str] = {"demo": "turnaround", "real": "turnaround_real"}
EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent")

START_SECONDS = 60.0  # recovery after a crash can take a while on a slow disk
STOP_SECONDS = 20.0

# The server needs nothing of the starter's environment, which may hold passwords of other services.
SERVER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Passwords:
    """Random passwords of one cluster's roles, kept in a file only the starter can read."""

    superuser: str
    owner: str
    app: str


def read_passwords(place: ServerPlace) -> Passwords:
    """The cluster's passwords, made up the first time."""
    path = place.control / "passwords.json"
    try:
        return Passwords(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        # Missing or cut short by a full disk: new ones are given to the roles by `provision`.
        made = Passwords(*(secrets.token_hex(24) for _ in range(3)))
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(made.__dict__, file)
    draft.rename(path)
    return made


def url(sockets: Path, role: str, password: str, world: str) -> str:
    """A connection URL over the unix socket in `sockets`.

    The directory stands where a host would. Everything but lower-case letters and digits is written as
    `%XX`, capitals included, because parsers of URLs turn host names to lower case before they decode them.
    """
    host = "".join(chr(byte) if chr(byte) in SAFE_IN_HOST else f"%{byte:02X}" for byte in os.fsencode(sockets))
    return f"postgresql://{role}:{quote(password, safe='')}@{host}/{DATABASES[world]}"


SAFE_IN_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


@dataclass(frozen=True)
class Postgres:
    """One cluster and the programs that run it. `durable` off trades safety from power cuts for speed."""

    place: ServerPlace
    programs: PostgresPrograms
    account: Account
    durable: bool

    def prepare(self) -> None:
        """Make the cluster, its roles and databases where they are missing; quick when all is there."""
        self._settle_earlier_server()
        cluster = self.place.cluster
        if not cluster.exists():
            draft = cluster.with_name("postgres.new")
            shutil.rmtree(draft, ignore_errors=True)
            self._initialise(draft)
            draft.rename(cluster)
        made_by = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != str(self.programs.major):
            raise SetupProblem(
                f"The data in {cluster} were made by PostgreSQL {made_by}, and the one found here is "
                f"{self.programs.major}.\n"
                f"Install PostgreSQL {made_by}, or move that directory away to begin with an empty database."
            )
        self._provision()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and return once it takes connections."""
        log_path = self.place.logs / "postgres.log"
        with processes.open_log(log_path) as log:
            server = processes.start(
                [self.programs.server, "-D", self.place.cluster, *self._options()],
                log=log,
                environ=SERVER_ENVIRONMENT,
                cwd=self.place.cluster,
                death_signal=signal.SIGINT,
                account=self.account,
            )
        processes.wait_until(lambda: self._ready(server) or server.poll() is not None, START_SECONDS)
        if server.poll() is not None or not self._ready(server):
            processes.stop(server, signal.SIGQUIT, 5)
            raise SetupProblem(f"PostgreSQL did not start. The end of {log_path}:\n{processes.last_lines(log_path)}")
        return server

    def stop(self, server: subprocess.Popen[bytes]) -> None:
        """Stop at once but cleanly: SIGINT ends sessions, where SIGTERM would wait for them to leave."""
        processes.stop(server, signal.SIGINT, STOP_SECONDS)

    def _options(self) -> Sequence[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.place.sockets.resolve()),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "128MB",
            "log_timezone": "UTC",
            "timezone": "UTC",
            "password_encryption": "scram-sha-256",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [word for name, value in options.items() for word in ("-c", f"{name}={value}")]

    def _initialise(self, directory: Path) -> None:
        password_file = self.place.home / "superuser"
        password_file.unlink(missing_ok=True)
        with open(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(read_passwords(self.place).superuser)
        self.account.give(password_file)
        command: list[str | Path] = [
            self.programs.initdb,
            "-D",
            directory,
            "-U",
            SUPERUSER,
            f"--pwfile={password_file}",
        ]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", f"--locale={_system_locale()}"]
        if self.programs.major >= 17:
            # Sorting by code point from PostgreSQL itself: the same on every machine, and no system upgrade
            # can change the order under an index.
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            command += ["--no-sync"]
        try:
            self._run(command, "make its data directory")
        finally:
            password_file.unlink()

    def _provision(self) -> None:
        """Create roles, databases and extensions in single-user mode, before anybody can connect.

        Every statement may be run again. A note of what was last run makes the usual start quick.
        """
        passwords = read_passwords(self.place)
        ordinary = "LOGIN NOSUPERUSER NOBYPASSRLS NOREPLICATION"
        cluster_wide = [
            f"ALTER ROLE {SUPERUSER} PASSWORD '{passwords.superuser}'",
            _role_unless_there(OWNER),
            f"ALTER ROLE {OWNER} {ordinary} CREATEDB CREATEROLE PASSWORD '{passwords.owner}'",
            _role_unless_there(APP),
            f"ALTER ROLE {APP} {ordinary} NOCREATEDB NOCREATEROLE PASSWORD '{passwords.app}'",
            f"GRANT {APP} TO {OWNER} WITH ADMIN OPTION",
        ]
        databases = [f"CREATE DATABASE {name} OWNER {OWNER}" for name in DATABASES.values()]
        per_database = [f"CREATE EXTENSION IF NOT EXISTS {name}" for name in EXTENSIONS]
        script = "\n".join([*cluster_wide, *databases, *per_database])
        digest = hashlib.sha256(script.encode()).hexdigest()
        note = self.place.control / "provisioned"
        if note.is_file() and note.read_text(encoding="ascii") == digest:
            return
        self._single_user("postgres", cluster_wide, forgiving=False)
        # There is no CREATE DATABASE IF NOT EXISTS: one that is there already is passed over, and one that
        # could not be made shows in the next step, which cannot open it.
        self._single_user("postgres", databases, forgiving=True)
        for name in DATABASES.values():
            self._single_user(name, per_database, forgiving=False)
        note.write_text(digest, encoding="ascii")

    def _single_user(self, database: str, statements: Sequence[str], *, forgiving: bool) -> None:
        command: list[str | Path] = [self.programs.server, "--single", "-D", self.place.cluster]
        command += ["-c", f"exit_on_error={'off' if forgiving else 'on'}", "-c", "log_min_messages=error"]
        if not self.durable:
            command += ["-F"]
        self._run([*command, database], f"prepare the database {database}", "\n".join(statements) + "\n")

    def _run(self, command: Sequence[str | Path], what: str, text: str = "") -> None:
        done = subprocess.run(  # noqa: S603 - our own commands
            [str(word) for word in command],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.place.home,
            env=SERVER_ENVIRONMENT,
            umask=0o077,
            preexec_fn=processes.dies_with_parent(signal.SIGKILL),
            **self.account.popen_arguments(),
        )
        if done.returncode != 0:
            raise SetupProblem(f"PostgreSQL could not {what}:\n{done.stderr.strip()}")

    def _ready(self, server: subprocess.Popen[bytes]) -> bool:
        """Read the status PostgreSQL itself keeps in the eighth line of `postmaster.pid`."""
        lines = _lines(self.place.cluster / "postmaster.pid")
        return len(lines) >= 8 and lines[0].strip() == str(server.pid) and lines[7].strip() == "ready"

    def _settle_earlier_server(self) -> None:
        """Wait for, or end, a server that an earlier keeper left; drop a stale lock file.

        After a crash the number in `postmaster.pid` may belong to some other process by now, which would make
        PostgreSQL refuse to start.
        """
        lock = self.place.cluster / "postmaster.pid"
        lines = _lines(lock)
        if not lines or not lines[0].strip().isdigit():
            return
        pid, cluster = int(lines[0]), str(self.place.cluster)
        for request, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGKILL, 5.0)):
            if processes.is_alive(pid, cluster):
                os.kill(pid, request)
                processes.wait_until(lambda: not processes.is_alive(pid, cluster), patience)
        lock.unlink(missing_ok=True)


def _role_unless_there(name: str) -> str:
    missing = f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
    return f"DO $$ BEGIN IF {missing} THEN CREATE ROLE {name}; END IF; END $$"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _system_locale() -> str:
    """`C.UTF-8` where the system has it (every glibc of this decade), else `C`."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"
