"""The process that owns one server pair for as long as anybody uses it.

Started by the first command that needs the servers (see `servers.Lease`), in a session of its own::

    python -m config.bootstrap.keeper CONTROL_DIRECTORY [--fast]

Three locks under the control directory tie everything together; the kernel drops a lock when its holder
ends in whatever way, which is why `kill -9` leaves nothing behind:

- `in-use`: every command that uses the servers shares it. When the keeper can have it alone, nobody is left,
  and it stops the servers, still holding it so that a newcomer waits for the end and begins afresh.
- `keeper`: held by the keeper for life. Whoever can take it knows that there is none.
- `starting`: held while a command looks for a keeper or starts one.

The servers in their turn are signalled by the kernel when the keeper ends.
"""

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from config.bootstrap.account import Account, server_account
from config.bootstrap.binaries import find_postgres, find_valkey
from config.bootstrap.places import (
    LONGEST_SOCKET_NAME,
    LONGEST_SOCKET_PATH,
    ServerPlace,
    require_space,
    server_place,
)
from config.bootstrap.postgres import Postgres
from config.bootstrap.problems import SetupProblem
from config.bootstrap.valkey import Valkey

LEAST_SPACE = 200  # megabytes; a new cluster takes about 60
LOOK_EVERY = 0.2  # seconds between looks at the locks and the servers
LONGEST_PAUSE = 30.0  # seconds between attempts to restart a server that keeps ending
STEADY_AFTER = 60.0  # seconds of running after which a server's earlier crashes are forgotten


class StopAsked(BaseException):
    """SIGTERM or SIGINT reached the keeper itself."""


def open_lock(path: Path) -> IO[str]:
    """Open a lock file without emptying it."""
    return path.open("a+", encoding="utf-8")


def try_lock(file: IO[str]) -> bool:
    """Take the file's lock alone, without waiting; whether that worked."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Watched:
    """A running server and its way back after a crash."""

    def __init__(self, server: Postgres | Valkey, name: str) -> None:
        self.server = server
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self.pause = 0.5
        self.due = 0.0
        self.started = 0.0

    def start(self) -> None:
        """Prepare and start; raises `SetupProblem`."""
        self.server.prepare()
        self.process = self.server.start()
        self.started = time.monotonic()

    def look(self) -> None:
        """Restart the server if it has ended, leaving more time before each further attempt."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            if now - self.started > STEADY_AFTER:
                self.pause = 0.5
            return
        if self.process is not None:
            note(f"{self.name} ended by itself (status {self.process.returncode}); starting it again")
            self.process, self.due = None, now + self.pause
        if now < self.due:
            return
        try:
            self.start()
            note(f"{self.name} runs again")
        except (SetupProblem, OSError) as problem:  # a full disk, say: it is tried again for as long as anybody waits
            note(str(problem))
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        self.due = time.monotonic() + self.pause

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.process is not None:
            self.server.stop(self.process)


def note(message: str) -> None:
    """Write one line to the keeper's log, unless the disk it stands on is full: the servers matter more."""
    with contextlib.suppress(OSError):
        print(time.strftime("%Y-%m-%d %H:%M:%S"), message, file=sys.stderr, flush=True)


@contextlib.contextmanager
def socket_directory(place: ServerPlace, account: Account) -> Iterator[None]:
    """A private directory for the sockets, behind a link when its own path is too long for one."""
    home = place.sockets
    long = len(os.fsencode(home)) + len(LONGEST_SOCKET_NAME) > LONGEST_SOCKET_PATH
    # After a crash the same directory is used again, so that addresses given out before stay good.
    if long and not _is_private(home.resolve(), account):
        home.unlink(missing_ok=True)
        home.symlink_to(tempfile.mkdtemp(prefix="turnaround-", dir="/tmp"))
    elif not long:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(mode=0o700)
    account.give(home.resolve())
    try:
        yield
    finally:
        if long:
            shutil.rmtree(home.resolve(), ignore_errors=True)


def _is_private(directory: Path, account: Account) -> bool:
    """Whether the directory is there, the servers' own, and closed to everybody else."""
    try:
        facts = directory.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == account.uid and stat.S_IMODE(facts.st_mode) == 0o700


def keep(control: Path, *, durable: bool) -> None:
    """Run the pair until nobody uses it, telling the starter on standard output when it is ready."""
    account = server_account()
    place = server_place(control, account)
    state = control / "servers.json"
    with open_lock(control / "keeper") as life, open_lock(control / "in-use") as in_use:
        if not try_lock(life):
            raise SetupProblem(f"The servers in {control} are already being started.")
        state.unlink(missing_ok=True)
        require_space(place.home, LEAST_SPACE, "the database")
        store = place.home / "programs"
        postgres = Postgres(place, find_postgres(account, store), account, durable)
        valkey = Valkey(place, find_valkey(account, store), account, durable)
        servers = [Watched(valkey, "Valkey"), Watched(postgres, "PostgreSQL")]
        with socket_directory(place, account):
            try:
                for server in servers:
                    server.start()
                facts = {"pid": os.getpid(), "sockets": str(place.sockets.resolve())}
                draft = state.with_suffix(".new")
                draft.write_text(json.dumps(facts), encoding="utf-8")
                draft.rename(state)
                report({"ready": True})
                note(f"ready: {postgres.programs.server} and {valkey.program}, as {account.name}")
                while not try_lock(in_use):
                    time.sleep(LOOK_EVERY)
                    for server in servers:
                        server.look()
            finally:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                state.unlink(missing_ok=True)
                for server in reversed(servers):
                    server.stop()
                note("stopped")


def report(answer: dict[str, object]) -> None:
    """Tell the starter how it went, in one line of JSON, and let go of its pipe."""
    with contextlib.suppress(BrokenPipeError):
        os.write(1, (json.dumps(answer) + "\n").encode())
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 1)


def main(arguments: list[str]) -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="python -m config.bootstrap.keeper")
    parser.add_argument("control", type=Path)
    parser.add_argument("--fast", action="store_true", help="give up safety from power cuts, for tests")
    options = parser.parse_args(arguments)

    def stop(*_: object) -> None:
        raise StopAsked

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        keep(options.control, durable=not options.fast)
    except SetupProblem as problem:
        report({"problem": str(problem)})
        return 1
    except OSError as error:
        report({"problem": f"The servers could not be started: {error}"})
        return 1
    except StopAsked:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
