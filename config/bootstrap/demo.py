"""`manage.py demo`: the whole service on this machine, until Ctrl-C.

The web server's address is printed as soon as it answers; worker and beat, which take seconds to import,
follow behind it.
"""

import contextlib
import errno
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from config.bootstrap import frontend, processes
from config.bootstrap.places import CHECKOUT, MEGABYTE, data_directory, make_directory, require_space
from config.bootstrap.preparation import MIGRATION_FAILED
from config.bootstrap.problems import SetupProblem, say
from config.bootstrap.servers import Lease, development_control, service_environment
from config.bootstrap.supervision import Child, how_it_ended, stop_all

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
NEEDED_MEGABYTES = 400
LOW_MEGABYTES = 100
LOOK_EVERY = 0.5
SPACE_EVERY = 10.0
ANSWER_SECONDS = 90.0
STOP_SECONDS = 6.0


class StopAsked(BaseException):
    """Ctrl-C, a closed terminal, or a polite request to end."""


class AlreadyRunning(Exception):
    """This checkout's demonstration runs already; the text is its address."""


def run(environ: Mapping[str, str]) -> int:
    """Run the demonstration until asked to stop; the exit status."""
    if environ.get("WORLD", "demo") != "demo":
        raise SetupProblem("demo runs the demonstration world only. Unset WORLD, or set it to 'demo'.")
    port = port_number(environ)
    data = make_directory(data_directory(environ))
    for request in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(request, _ask_to_stop)
    try:
        with only_one(data, address(port)):
            check_port(port)
            require_space(data, NEEDED_MEGABYTES, "the demonstration")
            _serve(dict(environ), data, port)
    except AlreadyRunning as running:
        return say_where(str(running), port)
    except StopAsked:
        say(f"Stopped. Everything is kept in {data}.")
    return 0


def check_before_installing(environ: Mapping[str, str]) -> None:
    """Find out what would stop the demonstration before minutes go into installing packages."""
    data = make_directory(data_directory(environ))
    port = port_number(environ)
    try:
        with only_one(data, None):
            check_port(port)
    except AlreadyRunning as running:
        sys.exit(say_where(str(running), port))


def say_where(running: str, port: int) -> int:
    """Point at the demonstration that runs; a failure only if it is not where it was asked for."""
    say(f"The demonstration is already running at {running}")
    if running == address(port):
        return 0
    say("Stop that one first (Ctrl-C in its window), or set TURNAROUND_DATA_DIR to run a second of its own.")
    return 1


def address(port: int) -> str:
    """Where the demonstration answers."""
    return f"http://{HOST}:{port}/"


def port_number(environ: Mapping[str, str]) -> int:
    """PORT, or 8000."""
    text = environ.get("PORT") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise SetupProblem(f"PORT is {text!r}. It must be a number from 1 to 65535.")
    return int(text)


def check_port(port: int) -> None:
    """Refuse a port that something else holds."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                free = f"PORT={port + 1 if port < 65535 else DEFAULT_PORT} python3 manage.py demo"
                raise SetupProblem(
                    f"Port {port} is in use by another program.\nStop that program, or choose another port: {free}"
                ) from None
            raise SetupProblem(f"Port {port} cannot be used: {error.strerror}.") from None


@contextlib.contextmanager
def only_one(data: Path, running_at: str | None) -> Iterator[None]:
    """Hold the demonstration's lock, noting its address in it; raises `AlreadyRunning` with the holder's."""
    with (data / "demo.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunning(lock.read().strip() or "an address not known yet") from None
        if running_at is not None:
            lock.truncate(0)
            lock.write(running_at)
            lock.flush()
        yield


def _ask_to_stop(*_: object) -> None:
    # Once is enough: stopping takes seconds and must not be cut short.
    for request in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(request, signal.SIG_IGN)
    raise StopAsked


def _serve(environ: dict[str, str], data: Path, port: int) -> None:
    logs = make_directory(data / "logs", 0o700)
    frontend.prepare(CHECKOUT)
    with contextlib.ExitStack() as stack:
        lease = None
        found: dict[str, str] = {}
        if not (environ.get("DATABASE_URL") and environ.get("REDIS_URL")):
            say("Starting the database and the message broker …")
            lease = stack.enter_context(Lease(development_control(environ)))
            found = lease.environment("demo")
            if environ.get("DATABASE_URL"):  # never one owner's tables with another's application
                found = {"REDIS_URL": found["REDIS_URL"]}
        ours = service_environment(environ, {"SERVICE_ADDRESS": address(port).rstrip("/"), **found})
        _prepare_database(ours, logs)
        children = _children(ours, data, logs, port)
        stack.callback(stop_all, children, STOP_SECONDS)
        web, *background = children
        web.start()
        _wait_for_answer(web, port)
        say(f"\n  Turnaround is at {address(port)}\n\n  Ctrl-C stops it. Logs are in {logs}\n")
        for child in background:
            child.start()
        _watch(children, lease, data)


def _prepare_database(environ: Mapping[str, str], logs: Path) -> None:
    """Bring the tables up to date, then make the demonstration's England where there is none.

    In a session of its own, so that Ctrl-C reaches only the launcher, which then ends it without a traceback.
    """
    log = logs / "migrate.log"
    sys.stdout.flush()
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "config.bootstrap.preparation", str(log)],
        stdin=subprocess.DEVNULL,
        env=dict(environ),
        cwd=CHECKOUT,
        start_new_session=True,
        preexec_fn=processes.dies_with_parent(signal.SIGKILL),
    )
    try:
        status = process.wait()
    finally:
        processes.stop(process, signal.SIGTERM, 3)
    if status == MIGRATION_FAILED:
        raise SetupProblem(
            f"The database's tables could not be brought up to date. The end of {log}:\n{processes.last_lines(log)}"
        )
    if status != 0:
        raise SetupProblem(f"The demonstration could not be prepared ({how_it_ended(status)}): see above.")


def _children(environ: Mapping[str, str], data: Path, logs: Path, port: int) -> list[Child]:
    python = [sys.executable, "-m"]
    serving = ["--workers=2", "--threads=4", "--timeout=120", "--graceful-timeout=4"]
    serving += ["--preload", "--no-control-socket"]  # loaded once for both processes
    celery = [*python, "celery", "-A", "config"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]  # there is one worker
    return [
        Child(
            "web server",
            [*python, "gunicorn", "config.wsgi:application", "--bind", f"{HOST}:{port}", *serving],
            {**environ, "DATABASE_POOL": "1"},
            CHECKOUT,
            logs / "web.log",
        ),
        Child(
            "worker",
            [*celery, "worker", "-Q", "import,mail,default", "-c", "2", "-l", "INFO", *quiet],
            environ,
            CHECKOUT,
            logs / "worker.log",
            # A polite request would have it finish its task against servers that are gone.
            death_signal=signal.SIGKILL,
        ),
        Child(
            "beat",
            [*celery, "beat", "-s", str(data / "beat-schedule"), "--pidfile=", "-l", "INFO"],
            environ,
            CHECKOUT,
            logs / "beat.log",
        ),
    ]


def _wait_for_answer(web: Child, port: int) -> None:
    """Return once the web server answers well; raises `SetupProblem` when it ends or does not."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while (answer := _answer(port)) != http.HTTPStatus.OK:
        ended = web.process is None or web.process.poll() is not None
        if ended or time.monotonic() > deadline:
            how = "ended" if ended else f"answers with {answer}" if answer else "does not answer"
            raise SetupProblem(f"The web server {how}. The end of {web.log}:\n{processes.last_lines(web.log)}")
        time.sleep(0.05 if answer == 0 else 1.0)


def _answer(port: int) -> int:
    """The status `/livez` answers with; 0 when nothing answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _watch(children: Sequence[Child], lease: Lease | None, data: Path) -> None:
    """Restart what ends, pass on what the servers' keeper notes, warn of a full disk; for ever."""
    notices = Notices(lease.notices()) if lease else None
    next_space, low = 0.0, False
    while True:
        now = time.monotonic()
        for child in children:
            child.look(now)
        if lease is not None and notices is not None:
            if lease.renew():
                say("The database and message broker had stopped; they run again.")
            notices.pass_on()
        if now >= next_space:
            next_space = now + SPACE_EVERY
            free = shutil.disk_usage(data).free // MEGABYTE
            if free < LOW_MEGABYTES and not low:
                say(f"The disk is nearly full: {free} MB left at {data}. Saving fails until some is freed.")
            low = free < LOW_MEGABYTES
        time.sleep(LOOK_EVERY)


class Notices:
    """Reads what the keeper adds to its log from now on."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.read = log.stat().st_size

    def pass_on(self) -> None:
        """Say every new line that is about a server ending or coming back."""
        if os.stat(self.log).st_size <= self.read:
            return
        with self.log.open("rb") as file:
            file.seek(self.read)
            added = file.read()
        self.read += len(added)
        for line in added.decode(errors="replace").splitlines():
            if "by itself" in line or "runs again" in line:
                say(line.split(" ", 2)[-1])
