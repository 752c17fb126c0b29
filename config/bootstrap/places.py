"""Where the launcher keeps things.

Everything lives under the data directory (`TURNAROUND_DATA_DIR`, else `.data` in the checkout)::

    .data/
      logs/            one file per process
      demo.lock        held while a demonstration runs; says at which address
      environment.lock held while packages are installed
      servers/         the embedded pair (see `ServerPlace`)
      test/0, 1, …     one server pair per test run at a time
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.bootstrap.account import Account
from config.bootstrap.problems import SetupProblem

CHECKOUT = Path(__file__).resolve().parents[2]

# A unix socket's address holds 108 bytes with its closing NUL; the longest name put in the directory is
# PostgreSQL's lock beside its socket.
LONGEST_SOCKET_PATH = 107
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432.lock"

MEGABYTE = 1024 * 1024


def data_directory(environ: Mapping[str, str], checkout: Path = CHECKOUT) -> Path:
    """The data directory, absolute; a relative setting counts from the checkout."""
    return (checkout / (environ.get("TURNAROUND_DATA_DIR") or ".data")).absolute()


def make_directory(path: Path, mode: int = 0o711) -> Path:
    """Make `path` and its parents, or explain why that cannot be.

    The default mode lets the servers' own account pass through without listing anything.
    """
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "not writable", str(path))
    except OSError as error:
        raise SetupProblem(
            f"Cannot write to {path}: {error.strerror or error}.\n"
            "It may belong to another user, or the disk may be full or read-only. Set TURNAROUND_DATA_DIR\n"
            "to a directory of your own, or start as the user who owns it."
        ) from error
    return path


def require_space(path: Path, megabytes: int, purpose: str) -> None:
    """Refuse to start `purpose` when fewer than `megabytes` are free where `path` will be."""
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    free = shutil.disk_usage(existing).free // MEGABYTE
    if free < megabytes:
        raise SetupProblem(
            f"The disk is nearly full: {free} MB free at {existing}, and {purpose} needs {megabytes} MB.\n"
            "Free some space, or set TURNAROUND_DATA_DIR to a directory on another disk."
        )


@dataclass(frozen=True)
class ServerPlace:
    """One embedded server pair's directories.

    `control` belongs to whoever starts the launcher: locks, passwords, logs. `home` belongs to the servers'
    account and holds their data; it is inside `control` unless that account cannot reach it.
    """

    control: Path
    home: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "postgres"

    @property
    def valkey(self) -> Path:
        """Valkey's working directory, with its append-only file."""
        return self.home / "valkey"

    @property
    def sockets(self) -> Path:
        """The directory of both unix sockets, mode 0700; a link to a short path when this one is too long."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        """Where the two servers and their keeper write."""
        return self.control / "logs"


def server_place(control: Path, account: Account) -> ServerPlace:
    """Settle where the pair controlled from `control` keeps its data, once and for good.

    The first answer is written down and kept, so that a later change of some parent's permissions never
    makes a database seem to have vanished.
    """
    make_directory(control)
    make_directory(control / "logs", 0o700)
    note = control / "home"
    if note.is_file():
        return ServerPlace(control, Path(note.read_text(encoding="utf-8").strip()))
    home = control / "data"
    if not account.can_reach(control):
        home = _outside_home(control)
    make_directory(home, 0o700)
    account.give(home)
    unfinished = control / "home.new"
    unfinished.write_text(f"{home}\n", encoding="utf-8")
    unfinished.rename(note)
    return ServerPlace(control, home)


def _outside_home(control: Path) -> Path:
    """A directory per checkout, where an account without rights of its own can go."""
    name = f"{CHECKOUT.name}-{hashlib.sha256(bytes(control)).hexdigest()[:12]}"
    for parent in (Path("/var/lib/turnaround"), Path("/var/tmp/turnaround")):  # noqa: S108 - owned by root, below
        try:
            parent.mkdir(mode=0o711, exist_ok=True)
        except OSError:
            continue
        facts = parent.lstat()
        if stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid():
            return parent / name
    raise SetupProblem(
        f"The servers cannot run as root, and no other account can reach {control}.\n"
        "Move the checkout somewhere other accounts can pass through, or start as an ordinary user."
    )
