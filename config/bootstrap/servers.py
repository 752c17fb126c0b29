"""How a command uses the embedded servers: take a lease, connect, let go.

Also a command of its own, for running anything against the development servers::

    python -m config.bootstrap.servers run -- COMMAND [ARGUMENT …]
"""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from config.bootstrap import postgres, valkey
from config.bootstrap.account import server_account
from config.bootstrap.keeper import open_lock, try_lock
from config.bootstrap.places import CHECKOUT, ServerPlace, data_directory, server_place
from config.bootstrap.problems import SetupProblem, say
from config.bootstrap.processes import last_lines, open_log, wait_until

USAGE = "usage: python -m config.bootstrap.servers run -- COMMAND [ARGUMENT …]"
STOP_PATIENCE = 30.0


@dataclass
class Lease:
    """The use of one server pair, started if need be; as a context manager, `with Lease(control) as lease`.

    `control` is the pair's directory. `durable` off is for tests. Commands that overlap share the
    servers, and the last to leave has them stopped.
    """

    control: Path
    durable: bool = True
    _in_use: IO[str] | None = field(default=None, repr=False)
    _keeper: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        place = server_place(self.control, server_account())
        if place.home.parent != self.control and not place.cluster.exists():
            say(
                f"The servers do not run as root, and no other account can reach {self.control}:\n"
                f"their data are kept in {place.home}."
            )
        self._in_use = open_lock(self.control / "in-use")
        try:
            with open_lock(self.control / "starting") as starting:
                fcntl.flock(starting, fcntl.LOCK_EX)
                fcntl.flock(self._in_use, fcntl.LOCK_SH)  # waits while an earlier keeper stops its servers
                if not self._keeper_lives() or not self._state():
                    self._start_keeper(place)
        except BaseException:
            self._in_use.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def environment(self, world: str) -> dict[str, str]:
        """The connection URLs for one world, `demo` or `real`."""
        place = server_place(self.control, server_account())
        return urls(place, Path(self._state()["sockets"]), world)

    def release(self) -> None:
        """Let go; when nobody else uses the servers, return once they have stopped."""
        if self._in_use is None:
            return
        self._in_use.close()
        self._in_use = None
        shared_since = None
        deadline = time.monotonic() + STOP_PATIENCE
        while time.monotonic() < deadline and self._keeper_lives():
            if self._shared():
                shared_since = shared_since or time.monotonic()
                if time.monotonic() - shared_since > 1.0:
                    return
            else:
                shared_since = None
            time.sleep(0.05)
        if self._keeper is not None:
            self._keeper.wait()

    def renew(self) -> bool:
        """Start the servers again if their keeper has ended; whether it had."""
        if self._keeper_lives():
            return False
        self.release()
        self.__enter__()
        return True

    def notices(self) -> Path:
        """The keeper's log, which names every server that ended and came back."""
        return self.control / "logs" / "keeper.log"

    def _shared(self) -> bool:
        """Whether somebody else still uses the servers (a keeper removes its state before stopping)."""
        with open_lock(self.control / "in-use") as in_use:
            return not try_lock(in_use) and bool(self._state())

    def _keeper_lives(self) -> bool:
        if self._keeper is not None:
            self._keeper.poll()  # lets the system forget one that ended
        with open_lock(self.control / "keeper") as life:
            return not try_lock(life)

    def _state(self) -> dict[str, str]:
        try:
            state: dict[str, str] = json.loads((self.control / "servers.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return state

    def _start_keeper(self, place: ServerPlace) -> None:
        wait_until(lambda: not self._keeper_lives(), STOP_PATIENCE)
        command = [sys.executable, "-m", "config.bootstrap.keeper", str(self.control)]
        if not self.durable:
            command.append("--fast")
        log_path = self.notices()
        with open_log(log_path) as log:
            self._keeper = subprocess.Popen(  # noqa: S603 - our own module
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=CHECKOUT,
                start_new_session=True,
            )
        with self._keeper.stdout or open(os.devnull, "rb") as pipe:
            line = pipe.readline()
        answer = json.loads(line) if line else {"problem": f"The servers' keeper ended:\n{last_lines(log_path)}"}
        if "problem" in answer:
            self._keeper.wait()
            raise SetupProblem(str(answer["problem"]))


def urls(place: ServerPlace, sockets: Path, world: str) -> dict[str, str]:
    """The environment variables that name one pair's servers."""
    passwords = postgres.read_passwords(place)
    return {
        "DATABASE_URL": postgres.url(sockets, postgres.APP, passwords.app, world),
        "MIGRATION_DATABASE_URL": postgres.url(sockets, postgres.OWNER, passwords.owner, world),
        "REDIS_URL": valkey.url(sockets, world),
    }


def development_control(environ: Mapping[str, str]) -> Path:
    """The control directory of the pair that `demo` and the other commands share."""
    return data_directory(environ) / "servers"


def world_of(environ: Mapping[str, str]) -> str:
    """Which world the environment asks for: `demo` unless it says `real`."""
    world = environ.get("WORLD") or "demo"
    if world not in postgres.DATABASES:
        raise SetupProblem(f"WORLD is {world!r}; it may be 'demo' (invented England) or 'real'.")
    return world


def service_environment(environ: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """The environment of our own processes: what the person set wins over what the launcher `found`."""
    data = data_directory(environ)
    defaults = {
        **found,
        "WORLD": world_of(environ),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
    }
    return {**defaults, **{name: value for name, value in environ.items() if value}} | {
        "TURNAROUND_DATA_DIR": str(data)
    }


def main(arguments: list[str]) -> int:
    """Run one command with the development servers' URLs in its environment."""
    if arguments[:2] != ["run", "--"] or len(arguments) < 3:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        with Lease(development_control(os.environ)) as lease:
            environ = service_environment(os.environ, lease.environment(world_of(os.environ)))
            return subprocess.run(arguments[2:], env=environ, check=False).returncode  # noqa: S603 - asked for
    except SetupProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
