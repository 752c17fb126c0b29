"""The embedded Valkey: the message broker and cache, on a unix socket.

Every write goes to its append-only file and nothing is evicted, so that queued work outlives a crash.
"""

import signal
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.bootstrap import processes
from config.bootstrap.account import Account
from config.bootstrap.places import ServerPlace
from config.bootstrap.problems import SetupProblem

SOCKET_NAME = "valkey.sock"
DATABASES: Mapping[str, int] = {"demo": 0, "real": 1}
START_SECONDS = 30.0
STOP_SECONDS = 10.0


def url(sockets: Path, world: str) -> str:
    """A URL redis-py understands, with a logical database for each world."""
    return f"unix://{quote(str(sockets / SOCKET_NAME))}?db={DATABASES[world]}"


@dataclass(frozen=True)
class Valkey:
    """One broker's directory and the program that runs it."""

    place: ServerPlace
    program: Path
    account: Account
    durable: bool

    def prepare(self) -> None:
        """Make the working directory."""
        self.place.valkey.mkdir(mode=0o700, exist_ok=True)
        self.account.give(self.place.valkey)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and return once it answers, its append-only file read."""
        log_path = self.place.logs / "valkey.log"
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.place.valkey),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        with processes.open_log(log_path) as log:
            server = processes.start(
                [self.program, *(word for name, value in options.items() for word in (f"--{name}", value))],
                log=log,
                environ={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                cwd=self.place.valkey,
                death_signal=signal.SIGTERM,
                account=self.account,
            )
        processes.wait_until(lambda: self._answers() or server.poll() is not None, START_SECONDS)
        if server.poll() is not None or not self._answers():
            processes.stop(server, signal.SIGKILL, 1)
            raise SetupProblem(f"Valkey did not start. The end of {log_path}:\n{processes.last_lines(log_path)}")
        return server

    def stop(self, server: subprocess.Popen[bytes]) -> None:
        """Stop after writing what is still unwritten."""
        processes.stop(server, signal.SIGTERM, STOP_SECONDS)

    @property
    def _socket(self) -> Path:
        return self.place.sockets.resolve() / SOCKET_NAME

    def _answers(self) -> bool:
        """Whether it answers PING with PONG, rather than that it is still loading."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(2)
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False
