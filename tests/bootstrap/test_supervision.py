"""Processes that end are started again; none outlives whoever started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.bootstrap import processes
from config.bootstrap.places import CHECKOUT
from config.bootstrap.supervision import Child, stop_all

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def child(tmp_path: Path, program: str) -> Child:
    return Child("tester", [sys.executable, "-c", program], dict(os.environ), tmp_path, tmp_path / "tester.log")


def runs(started: Child) -> bool:
    return started.process is not None


def wait_for_word(path: Path, word: str) -> None:
    assert processes.wait_until(lambda: path.exists() and word in path.read_text(), 10)


def test_a_crash_is_told_and_started_again_after_a_growing_pause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crashing = child(tmp_path, "raise SystemExit(3)")
    crashing.start()
    assert crashing.process is not None
    crashing.process.wait()
    now = time.monotonic()
    crashing.look(now)
    assert "The tester ended by itself (status 3); starting it again in 1 s" in capsys.readouterr().err
    crashing.look(now + 0.5)
    assert not runs(crashing)
    crashing.look(now + 1.1)
    assert runs(crashing)
    crashing.process.wait()
    crashing.look(now + 1.2)
    assert "again in 2 s" in capsys.readouterr().err


def test_a_process_that_ignores_the_request_is_ended_anyway(tmp_path: Path) -> None:
    stubborn = child(tmp_path, STUBBORN)
    stubborn.start()
    wait_for_word(stubborn.log, "up")
    began = time.monotonic()
    stop_all([stubborn], 0.3)
    assert time.monotonic() - began < 5
    assert stubborn.process is not None
    assert stubborn.process.returncode == -signal.SIGKILL


def test_a_child_dies_with_a_parent_that_is_killed_outright(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    program = f"""
import os, signal, sys, time
from pathlib import Path
from config.bootstrap import processes
with open({str(log)!r}, "wb", buffering=0) as log:
    child = processes.start([sys.executable, "-c", {STUBBORN!r}], log=log, environ=dict(os.environ),
                            cwd=Path("/"), death_signal=signal.SIGKILL)
print(child.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    wait_for_word(log, "up")
    assert processes.is_alive(pid, "SIGTERM")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert processes.wait_until(lambda: not processes.is_alive(pid, "SIGTERM"), 5)


def test_a_large_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_bytes(b"x" * (processes.LARGEST_LOG + 1))
    with processes.open_log(log) as file:
        file.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "web.log.1").stat().st_size > processes.LARGEST_LOG
