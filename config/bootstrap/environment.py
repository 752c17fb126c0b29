"""The Python environment: `.venv` in the checkout, with every package at its pinned version and hash.

A file inside it, written last, says which lists of requirements it holds; while those are unchanged a start
installs nothing and asks nobody. An install that was cut off left no such file and is done again.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.bootstrap import processes
from config.bootstrap.places import CHECKOUT, make_directory, require_space
from config.bootstrap.problems import SetupProblem, say

RUNNING = "requirements.txt"
DEVELOPING = "requirements-dev.txt"  # holds everything RUNNING does, at the same versions
BENCHMARKING = "requirements-bench.txt"  # likewise
NEEDED_MEGABYTES: Mapping[str, int] = {RUNNING: 700, DEVELOPING: 1200, BENCHMARKING: 1100}

NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|name resolution|Network is unreachable|Connection refused"
    r"|ConnectTimeoutError|ProxyError|ReadTimeoutError"
)


class Environment:
    """One checkout's `.venv` as seen from this interpreter."""

    def __init__(self, checkout: Path, requirements: str) -> None:
        self.checkout = checkout
        self.requirements = checkout / requirements
        self.directory = checkout / ".venv"
        self.python = self.directory / "bin" / "python"
        self.marker = self.directory / "turnaround.json"

    def enter(self, arguments: Sequence[str]) -> None:
        """Return inside a complete environment, replacing this process by one that is if need be.

        `arguments` are the whole command line, `manage.py` first. Raises `SetupProblem` when the
        environment cannot be made.
        """
        inside = Path(sys.prefix).resolve() == self.directory.resolve()
        if not inside and self._is_provided():
            return
        installed = self.make_complete()
        if inside and not installed:
            return
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(self.python, [str(self.python), *arguments])  # noqa: S606 - ourselves, anew

    def is_complete(self) -> bool:
        """Whether `.venv` holds exactly what the requirements ask for."""
        return self._recorded().get(self.requirements.name) == _digest(self.requirements)

    def _is_provided(self) -> bool:
        """Whether somebody else made the environment (a container, say) and it will do as it is."""
        if os.environ.get("TURNAROUND_ENVIRONMENT") == "ready":
            return True
        return importlib.util.find_spec("django") is not None and holds_every_pin(self.requirements)

    def make_complete(self) -> bool:
        """Install what is missing, one process at a time; whether anything was done."""
        if self.is_complete():
            return False
        lock_path = make_directory(self.checkout / ".data") / "environment.lock"
        with lock_path.open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another start is installing the packages; waiting for it.")
                fcntl.flock(lock, fcntl.LOCK_EX)
            if self.is_complete():
                return True  # by the other; this process may have started on the packages before
            require_space(self.checkout, NEEDED_MEGABYTES[self.requirements.name], "installing the packages")
            self._make()
            self._install()
        return True

    def _recorded(self) -> dict[str, str]:
        try:
            recorded: dict[str, str] = json.loads(self.marker.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        # Scripts inside name the directory they were made in: a moved checkout is installed again.
        return recorded if recorded.get("directory") == str(self.directory) and self.python.exists() else {}

    def _recorded_pins(self) -> dict[str, str]:
        """What the lists recorded as installed asked for, where they still say what they said then."""
        recorded = self._recorded()
        paths = [path for name in NEEDED_MEGABYTES if (path := self.checkout / name).exists()]
        unchanged = [pins(path) for path in paths if recorded.get(path.name) == _digest(path)]
        return {name: version for pinned in unchanged for name, version in pinned.items()}

    def _make(self) -> None:
        """Create the environment, or keep one that was made some other way and works."""
        if _runs(self.python, "import sys; sys.exit(sys.version_info[:2] != (3, 11))"):
            if _runs(self.python, "import pip"):
                return
        elif self.directory.exists():
            shutil.rmtree(self.directory)
        if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
            raise SetupProblem(
                "This Python cannot make virtual environments: its 'venv' and 'ensurepip' modules are\n"
                "packaged separately. On Debian or Ubuntu: apt install python3.11-venv"
            )
        say(f"Making {self.directory} …")
        made = _run([sys.executable, "-m", "venv", str(self.directory)])
        if made.returncode != 0:
            raise SetupProblem(f"Python could not make {self.directory}:\n{_tail(made.stdout)}")

    def _install(self) -> None:
        count = len(pins(self.requirements))
        say(f"Installing {count} packages (once; one to four minutes) …")
        present = self._recorded_pins() | pins(self.requirements)
        self.marker.unlink(missing_ok=True)
        command = [str(self.python), "-m", "pip", "install", "--require-hashes", "-r", str(self.requirements)]
        command += ["--no-input", "--disable-pip-version-check", "--retries", "2", "--timeout", "30"]
        done = _run([*command, "--progress-bar", "off"])
        if done.returncode != 0:
            raise SetupProblem(explain_install_failure(done.stdout))
        lists = {self.requirements} | {path for name in NEEDED_MEGABYTES if (path := self.checkout / name).exists()}
        held = [path for path in lists if pins(path).items() <= present.items()]
        facts = {"directory": str(self.directory)} | {path.name: _digest(path) for path in held}
        draft = self.marker.with_suffix(".new")
        draft.write_text(json.dumps(facts), encoding="utf-8")
        draft.rename(self.marker)


def explain_install_failure(output: str) -> str:
    """What pip's output means, for somebody who has never seen pip."""
    if "No space left on device" in output:
        return "The disk filled up while installing the packages. Free about 1 GB and start again."
    if NO_NETWORK.search(output):
        return (
            "The packages could not be downloaded: this machine does not reach the Python package index.\n"
            "Connect to the network (or set PIP_INDEX_URL to a mirror you can reach) and start again.\n"
            f"What pip said last:\n{_tail(output, 3)}"
        )
    if "DO NOT MATCH THE HASHES" in output:
        return (
            "A downloaded package is not the one this version was tested with, so it was not installed.\n"
            f"What pip said last:\n{_tail(output)}"
        )
    return f"The packages could not be installed. What pip said last:\n{_tail(output)}"


def pins(requirements: Path) -> dict[str, str]:
    """Package name -> pinned version; those for some platforms only (with a marker) are left out."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)\s*(?:\\|$)", requirements.read_text(), re.M)
    return dict(found)


def holds_every_pin(requirements: Path) -> bool:
    """Whether this interpreter has every pinned package at its version."""
    try:
        return all(importlib.metadata.version(name) == version for name, version in pins(requirements).items())
    except importlib.metadata.PackageNotFoundError:
        return False


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _runs(python: Path, program: str) -> bool:
    return python.exists() and _run([str(python), "-c", program]).returncode == 0


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run to the end with both streams together; ends with this process, so that no install is orphaned."""
    # A person's own pip settings may ask for installs into the home directory, which an environment refuses.
    environ = {**os.environ, "PIP_USER": "no", "PYTHONNOUSERSITE": "1"}
    return subprocess.run(  # noqa: S603 - our own commands
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=environ,
        preexec_fn=processes.dies_with_parent(signal.SIGTERM),
    )


def _tail(output: str, count: int = 12) -> str:
    return "\n".join(f"    {line}" for line in output.strip().splitlines()[-count:])


if __name__ == "__main__":  # `make environment`: the developers' packages, or those of the lists named; nothing run
    try:
        for wanted in sys.argv[1:] or [DEVELOPING]:
            Environment(CHECKOUT, wanted).make_complete()
    except SetupProblem as cannot:
        sys.exit(str(cannot))
