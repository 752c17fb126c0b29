"""Keeps the service's own processes running: web server, worker, beat."""

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.bootstrap import processes
from config.bootstrap.problems import say

LONGEST_PAUSE = 30.0  # seconds between attempts to restart a process that keeps ending
STEADY_AFTER = 60.0  # seconds of running after which its earlier crashes are forgotten


@dataclass
class Child:
    """One long-running process. `death_signal` is what it gets when the launcher is killed outright."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    cwd: Path
    log: Path
    death_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    pause: float = 1.0
    due: float = 0.0
    started: float = 0.0

    def start(self) -> None:
        """Start it now."""
        with processes.open_log(self.log) as log:
            self.process = processes.start(
                self.command, log=log, environ=self.environ, cwd=self.cwd, death_signal=self.death_signal
            )
        self.started = time.monotonic()

    def look(self, now: float) -> None:
        """Say so if it ended, and start it again after a pause that doubles with every crash."""
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            if now - self.started > STEADY_AFTER:
                self.pause = 1.0
            return
        processes.kill_session(self.process.pid)  # whatever it left behind
        self.process = None
        self.due = now + self.pause
        say(
            f"The {self.name} ended by itself ({how_it_ended(status)}); "
            f"starting it again in {self.pause:.0f} s. See {self.log}"
        )
        self.pause = min(self.pause * 2, LONGEST_PAUSE)


def stop_all(children: Sequence[Child], patience: float) -> None:
    """Ask all to end at once, wait `patience` seconds in all, then kill what is left."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + patience
    for process in running:
        processes.finish(process, deadline - time.monotonic())
        processes.kill_session(process.pid)


def how_it_ended(status: int) -> str:
    """A process's exit status in words."""
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"status {status}"
