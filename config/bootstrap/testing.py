"""`manage.py test [--all] [pytest arguments]`: the tests, with all they need.

    manage.py test                        the quick tests, on a PostgreSQL and Valkey of their own
    manage.py test --all                  every test; then again on the PostgreSQL and Redis found at this machine's
                                          standard ports, when there are any that let us in, with one database URL,
                                          as a small installation would have it
    manage.py test --all --after-quick    the same where `manage.py test` has just passed: its tests are not repeated
                                          on the embedded pair
    manage.py test --only embedded        one of the two pairs only: embedded or standard-ports
    manage.py test --minutes 40           ends what has not ended by then, each pair for itself, and says what failed
                                          so far; TURNAROUND_TEST_MINUTES does the same

Anything else goes to pytest: paths, `-k`, `-x`, `--durations=20`.
"""

import argparse
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.bootstrap import frontend, processes
from config.bootstrap.browser import find_browser
from config.bootstrap.keeper import open_lock, try_lock
from config.bootstrap.places import CHECKOUT, data_directory, make_directory, require_space
from config.bootstrap.problems import SetupProblem, say
from config.bootstrap.servers import Lease
from config.bootstrap.standard_ports import borrowed_pair

QUICK = "not slow"
SLOW = "slow"
EVERYTHING = "slow or not slow"
EMBEDDED = "embedded"
STANDARD_PORTS = "standard-ports"
OWN_SERVERS = "own_servers"  # tests that start an embedded pair themselves and use no other
NEEDED_MEGABYTES = 600
MOST_RUNS_AT_ONCE = 16
STOP_SECONDS = 60.0  # for tidying up and saying what failed so far
OVERDUE = 124  # what `timeout` answers with, too


class Terminated(BaseException):
    """The run was asked to end."""


@dataclass(frozen=True)
class Wanted:
    """What a command line asks for: which tests on which pair of servers, for how long, and pytest's own words."""

    embedded: str | None
    standard_ports: str | None
    seconds: float | None
    pytest: Sequence[str]


def wanted(arguments: Sequence[str], environ: Mapping[str, str]) -> Wanted:
    """The command line, read. Raises `SetupProblem` where its words do not go together."""
    parser = argparse.ArgumentParser(prog="manage.py test", add_help=False, allow_abbrev=False)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--after-quick", action="store_true")
    parser.add_argument("--only", choices=(EMBEDDED, STANDARD_PORTS))
    parser.add_argument("--minutes", default=environ.get("TURNAROUND_TEST_MINUTES") or None)
    ours, others = parser.parse_known_args(arguments)
    if ours.after_quick and not ours.all:
        raise SetupProblem("--after-quick leaves out of --all what has just passed: give it together with --all.")
    if ours.minutes is not None and not (ours.minutes.isascii() and ours.minutes.isdigit() and int(ours.minutes)):
        raise SetupProblem(f"The minutes are {ours.minutes!r}. Give a whole number of at least 1.")
    everywhere = EVERYTHING if ours.all else QUICK
    embedded = SLOW if ours.after_quick else everywhere
    on_standard_ports = ours.only == STANDARD_PORTS or (ours.all and ours.only is None)
    return Wanted(
        embedded=None if ours.only == STANDARD_PORTS else embedded,
        standard_ports=f"({everywhere}) and not {OWN_SERVERS}" if on_standard_ports else None,
        seconds=None if ours.minutes is None else int(ours.minutes) * 60,
        pytest=others,
    )


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the tests; pytest's exit status, or the first variant's that failed."""
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGHUP, _terminate)
    words = wanted(arguments, environ)
    data = make_directory(data_directory(environ))
    require_space(data, NEEDED_MEGABYTES, "the tests")
    frontend.prepare(CHECKOUT, tests=True)
    browser = find_browser(environ)
    base = {**environ, "TURNAROUND_BROWSER": str(browser)}
    for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "WORLD"):
        base.pop(name, None)  # the tests write and drop databases: never the ones a service runs on
    base["DJANGO_SETTINGS_MODULE"] = environ.get("DJANGO_SETTINGS_MODULE") or "config.settings.test"
    say(f"Browser: {browser}")
    outcomes: list[Outcome] = []
    try:
        with own_place(data / "test") as place:
            files = make_directory(place / "files", 0o700)
            base["TURNAROUND_TEST_DIR"] = str(files)
            if words.embedded:
                with Lease(place, durable=False) as lease:
                    name = "embedded PostgreSQL and Valkey"
                    outcomes.append(_variant(name, lease.environment("demo"), base, words.embedded, words))
            if words.standard_ports and all(outcome.status == 0 for outcome in outcomes):
                with borrowed_pair(place) as (pair, description):
                    if pair:
                        outcomes.append(_variant(description, pair, base, words.standard_ports, words))
                    elif words.embedded is None:
                        raise SetupProblem(f"There is no pair to test on: {description}.")
                    else:
                        say(f"\nNot run on this machine's own servers: {description}.")
    except Terminated:
        say("Stopped.")
        return 128 + signal.SIGTERM
    say("")
    for outcome in outcomes:
        say(outcome.told())
    return next((outcome.status for outcome in outcomes if outcome.status != 0), 0)


@dataclass(frozen=True)
class Outcome:
    """How one variant ended."""

    variant: str
    status: int
    seconds: float

    def told(self) -> str:
        """In words, for the last lines of a run."""
        how = {0: "passed", OVERDUE: "FAILED (not ended in time)"}.get(self.status, f"FAILED (status {self.status})")
        return f"{how}: {self.variant}, {self.seconds:.0f} s"


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


def _variant(name: str, pair: Mapping[str, str], base: Mapping[str, str], expression: str, words: Wanted) -> Outcome:
    say(f"\nTesting on {name}")
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "pytest", "-m", expression, *words.pytest],
        stdin=subprocess.DEVNULL,
        env={**base, **pair},
        cwd=CHECKOUT,
        preexec_fn=processes.dies_with_parent(signal.SIGTERM),
    )
    try:
        status = process.wait(words.seconds)
    except subprocess.TimeoutExpired:
        say(f"\nNot ended after {time.monotonic() - began:.0f} s: stopping. What failed so far follows.")
        process.send_signal(signal.SIGINT)
        status = OVERDUE
    finally:
        # Ctrl-C reaches pytest by itself, which then tidies up and prints what it has.
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(STOP_SECONDS)
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()
            process.wait()
    return Outcome(name, status, time.monotonic() - began)
