"""A page of a running web server while a full import goes on, beside the same page with nothing going on.

Server and import are processes of their own, as in production; one reader asks without pause.  What is
compared is the time below which 95 of 100 answers came.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.test import Client

from bench.measuring.options import Options, read_options
from bench.measuring.ratios import Ratio, exit_status, figure, percentile
from bench.scratch.database import scratch, settle
from bench.scratch.england import begin
from bench.scratch.files import full_size
from tests.databases import ROOT, environment_for
from tracker.accounts.models import User
from tracker.demonstration.england import england

PAGES = ("/trusts", "/sector")
SHARE = 0.95
IDLE_REQUESTS = 100
PATIENCE = 60.0


class Reader:
    """A signed-in person who asks for pages of the server at `port`, over one connection."""

    def __init__(self, port: int, session: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}

    def seconds_for(self, path: str) -> float:
        """Raises RuntimeError for an answer that is not the page."""
        started = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        answer.read()
        taken = time.perf_counter() - started
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return taken


@contextmanager
def web_server(database: str) -> Iterator[int]:
    """The web server as the demonstration runs it, on a free port of the loopback; stopped after."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}",
        "--workers=2", "--threads=4", "--preload", "--no-control-socket", "--log-level=warning",
    ]  # fmt: skip
    environment = {**environment_for(database), "DATABASE_POOL": "1", "LOG_LEVEL": "WARNING"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as server:  # its log
        try:
            wait_for_answer(port, server)
            yield port
        finally:
            server.terminate()


def wait_for_answer(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return once the server answers.  Raises RuntimeError when it ends or does not in a minute."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/livez")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    raise RuntimeError("the web server does not answer")


def measure(options: Options) -> list[Ratio]:
    world = england()
    path = full_size(options.rows)
    with scratch() as name:
        begin(world)
        settle(name)
        client = Client()
        client.force_login(User.objects.get(email="national@demo.test"))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        with web_server(name) as port:
            reader = Reader(port, session)
            for page in PAGES * 5:  # every process of the server has warmed up
                reader.seconds_for(page)
            idle = {page: [reader.seconds_for(page) for _ in range(IDLE_REQUESTS)] for page in PAGES}
            command = [sys.executable, "-m", "bench.scratch.importing_process", str(path), str(world.months[1])]
            during: dict[str, list[float]] = {page: [] for page in PAGES}
            environment = {**os.environ, **environment_for(name)}
            with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as loading:
                while loading.poll() is None:
                    for page in PAGES:
                        during[page].append(reader.seconds_for(page))
            if loading.returncode:
                raise RuntimeError("the import failed")
    ratios = []
    for page in PAGES:
        quiet, busy = percentile(idle[page], SHARE), percentile(during[page], SHARE)
        print(
            f"{page}: 95 of 100 within {figure(quiet * 1000)} ms, during an import within {figure(busy * 1000)} ms "
            f"({len(during[page])} requests)"
        )
        ratios.append(Ratio(f"page_during_import_{page.strip('/')}_p95", busy / quiet, 2, judged=options.whole))
    return ratios


if __name__ == "__main__":
    sys.exit(exit_status(measure(read_options())))
