"""Who the embedded servers run as.

PostgreSQL refuses to run as root, and a server needs no more rights than its own files. Started as an
ordinary user the servers run as that user; started as root they run as an account the system already has.
No account is ever created.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.bootstrap.problems import SetupProblem

# Accounts without rights, in the order tried: every Debian and Alpine has the first.
UNPRIVILEGED = ("nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """A user and group for the servers; `switch` is true when the launcher is root and must change to it."""

    uid: int
    gid: int
    name: str
    switch: bool

    def popen_arguments(self) -> Mapping[str, Any]:
        """What `subprocess` needs to start a process as this account."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make the account the owner of one file or directory."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def can_reach(self, directory: Path) -> bool:
        """Whether the account may pass through every parent of `directory` and itself."""
        return not self.switch or self._succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(directory)])

    def can_run(self, command: Sequence[str]) -> bool:
        """Whether `command` starts and ends well as this account."""
        return self._succeeds(command)

    def _succeeds(self, command: Sequence[str]) -> bool:
        try:
            done = subprocess.run(  # noqa: S603 - our own fixed commands
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=30,
                check=False,
                cwd="/",
                **self.popen_arguments(),
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode == 0


def server_account() -> Account:
    """The account the servers run as.

    Raises `SetupProblem` when the current user has no entry in the system's list of users (PostgreSQL's
    `initdb` insists on one), or when root finds no account to change to.
    """
    uid = os.geteuid()
    if uid != 0:
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:
            raise SetupProblem(
                f"User number {uid} has no entry in /etc/passwd, and PostgreSQL will not run without one.\n"
                "Start as a named user, or set DATABASE_URL and REDIS_URL to servers of your own."
            ) from None
        return Account(uid, os.getegid(), name, switch=False)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid, name, switch=True)
    raise SetupProblem(
        "The database cannot run as root, and this system has neither a 'nobody' nor a 'daemon' account.\n"
        "Start as an ordinary user, or set DATABASE_URL and REDIS_URL to servers of your own."
    )


def copy_for(account: Account, source: Path, target: Path) -> None:
    """Copy a file or tree so that `account` can read and run it; whole or not at all."""
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    account.give(target.parent)
    with tempfile.TemporaryDirectory(dir=target.parent) as draft:
        copy = Path(draft) / source.name
        if source.is_dir():
            shutil.copytree(source, copy, symlinks=True)
        else:
            shutil.copy2(source, copy)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        copy.rename(target)
