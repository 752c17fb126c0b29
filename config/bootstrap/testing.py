"""`manage.py test [--all] [pytest arguments]`: the tests, with all they need.

Without `--all`, the quick tests, on a PostgreSQL and Valkey of their own. With it, the slow ones too; then
everything again on the PostgreSQL and Redis found at this machine's standard ports, when there are any that
let us in, with one database URL, as a small installation would have it.
"""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from config.bootstrap import frontend, processes
from config.bootstrap.browser import find_browser
from config.bootstrap.keeper import open_lock, try_lock
from config.bootstrap.places import CHECKOUT, data_directory, make_directory, require_space
from config.bootstrap.problems import SetupProblem, say
from config.bootstrap.servers import Lease
from config.bootstrap.standard_ports import borrowed_pair

QUICK = "not slow"
EVERYTHING = "slow or not slow"
NEEDED_MEGABYTES = 600
MOST_RUNS_AT_ONCE = 16
STOP_SECONDS = 20.0


class Terminated(BaseException):
    """The run was asked to end."""


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the tests; pytest's exit status, or the first variant's that failed."""
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGHUP, _terminate)
    everything = "--all" in arguments
    pytest_arguments = [word for word in arguments if word != "--all"]
    expression = EVERYTHING if everything else QUICK
    data = make_directory(data_directory(environ))
    require_space(data, NEEDED_MEGABYTES, "the tests")
    frontend.prepare(CHECKOUT, tests=True)
    browser = find_browser(environ)
    base = {**environ, "TURNAROUND_BROWSER": str(browser)}
    for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "WORLD"):
        base.pop(name, None)  # the tests write and drop databases: never the ones a service runs on
    base["DJANGO_SETTINGS_MODULE"] = environ.get("DJANGO_SETTINGS_MODULE") or "config.settings.test"
    say(f"Browser: {browser}")
    outcomes: list[tuple[str, int, float]] = []
    try:
        with own_place(data / "test") as place:
            files = make_directory(place / "files", 0o700)
            base["TURNAROUND_TEST_DIR"] = str(files)
            with Lease(place, durable=False) as lease:
                pair: Mapping[str, str] = lease.environment("demo")
                outcomes.append(_variant("embedded PostgreSQL and Valkey", pair, base, expression, pytest_arguments))
            if everything and outcomes[0][1] == 0:
                with borrowed_pair(place) as (pair, description):
                    if pair:
                        outcomes.append(_variant(description, pair, base, expression, pytest_arguments))
                    else:
                        say(f"\nNot run on this machine's own servers: {description}.")
    except Terminated:
        say("Stopped.")
        return 128 + signal.SIGTERM
    say("")
    for variant, status, seconds in outcomes:
        say(f"{'passed' if status == 0 else f'FAILED (status {status})'}: {variant}, {seconds:.0f} s")
    return next((status for _, status, _ in outcomes if status != 0), 0)


@contextlib.contextmanager
def own_place(parent: Path) -> Iterator[Path]:
    """A directory no other run uses, kept between runs so that its cluster is made once."""
    for number in range(MOST_RUNS_AT_ONCE):
        place = make_directory(parent / str(number))
        with open_lock(place / "run.lock") as lock:
            if try_lock(lock):
                yield place
                return
    raise SetupProblem(f"{MOST_RUNS_AT_ONCE} test runs are going on at once in {parent}; wait for one to end.")


def _terminate(*_: object) -> None:
    raise Terminated


def _variant(
    name: str, pair: Mapping[str, str], base: Mapping[str, str], expression: str, arguments: Sequence[str]
) -> tuple[str, int, float]:
    say(f"\nTesting on {name}")
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "pytest", "-m", expression, *arguments],
        stdin=subprocess.DEVNULL,
        env={**base, **pair},
        cwd=CHECKOUT,
        preexec_fn=processes.dies_with_parent(signal.SIGTERM),
    )
    try:
        status = process.wait()
    finally:
        # Ctrl-C reaches pytest by itself, which then tidies up and prints what it has.
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(STOP_SECONDS)
        if process.poll() is None:
            process.terminate()
            process.wait()
    return name, status, time.monotonic() - began
