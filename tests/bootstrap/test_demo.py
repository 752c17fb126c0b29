"""The whole demonstration as a person starts it, and as a machine kills it."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.bootstrap import processes
from config.bootstrap.places import CHECKOUT

pytestmark = [pytest.mark.slow, pytest.mark.own_servers]


class Demo:
    """One demonstration with a data directory and a port of its own."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.data = data
        self.started: list[subprocess.Popen[str]] = []

    def start(self) -> subprocess.Popen[str]:
        """Start it; both streams come back together."""
        ours = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "WORLD")
        environ = {name: value for name, value in os.environ.items() if name not in ours}
        environ |= {"PORT": str(self.port), "TURNAROUND_DATA_DIR": str(self.data)}
        process = subprocess.Popen(
            [sys.executable, str(CHECKOUT / "manage.py"), "demo"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environ,
        )
        self.started.append(process)
        return process

    def wait_for_address(self, process: subprocess.Popen[str]) -> None:
        """Read what it says until it names its address."""
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if f"http://127.0.0.1:{self.port}/" in line:
                return
        pytest.fail("".join(said))

    def answers(self) -> bool:
        """Whether a browser would get an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def processes(self) -> list[int]:
        """Every process that was started with this data directory in its environment or command line."""
        found = []
        for path in Path("/proc").iterdir():
            if path.name.isdigit() and int(path.name) != os.getpid():
                try:
                    facts = (path / "environ").read_bytes() + (path / "cmdline").read_bytes()
                except OSError:
                    continue
                if str(self.data).encode() in facts:
                    found.append(int(path.name))
        return found


@pytest.fixture
def demo() -> Iterator[Demo]:
    directory = Path(tempfile.mkdtemp(prefix="turnaround-test-demo-"))
    directory.chmod(0o711)
    demo = Demo(directory)
    try:
        yield demo
    finally:
        for process in demo.started:
            process.kill()
            process.communicate()
        processes.wait_until(lambda: not demo.processes(), 20)
        shutil.rmtree(directory)


def test_it_serves_and_stops_on_request_without_a_traceback(demo: Demo) -> None:
    process = demo.start()
    demo.wait_for_address(process)
    assert demo.answers()
    second = demo.start()
    assert "already running" in second.communicate(timeout=30)[0]
    assert second.returncode == 0
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[0]
    assert process.returncode == 0
    assert "Traceback" not in said
    assert "Stopped." in said
    assert demo.processes() == []


def test_kill_9_leaves_no_process_and_the_next_start_works(demo: Demo) -> None:
    process = demo.start()
    demo.wait_for_address(process)
    assert len(demo.processes()) > 5
    process.kill()
    process.wait()
    assert processes.wait_until(lambda: not demo.processes(), 10, 0.2), demo.processes()
    again = demo.start()
    demo.wait_for_address(again)
    assert demo.answers()
