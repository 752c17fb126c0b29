"""Starting and stopping child processes so that none outlives its parent.

Linux can send a process a signal when the thread that started it ends, however it ends: that is how
`kill -9` of a launcher still stops what it started. The signal is set after the change of user, because
changing user clears it.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from config.bootstrap.account import Account

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
LARGEST_LOG = 5 * 1024 * 1024

# Loaded before any fork: loading a library between fork and exec may deadlock.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` that has the kernel send `death_signal` when the starting thread ends."""
    parent = os.getpid()

    def ask_the_kernel() -> None:
        if _LIBC is not None:
            _LIBC.prctl(SET_PARENT_DEATH_SIGNAL, int(death_signal))
        if os.getppid() != parent:  # it ended before the kernel was asked
            os._exit(1)

    return ask_the_kernel


def start(
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    environ: Mapping[str, str],
    cwd: Path,
    death_signal: signal.Signals,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, writing both its streams to `log`.

    A session of its own keeps the terminal's Ctrl-C from it: the parent stops its children in order.
    Call from the main thread, since the child is tied to the thread that starts it.
    """
    return subprocess.Popen(  # noqa: S603 - our own commands
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=dict(environ),
        cwd=cwd,
        start_new_session=True,
        umask=0o077,
        preexec_fn=dies_with_parent(death_signal),
        **(account.popen_arguments() if account else {}),
    )


def stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals, patience: float) -> None:
    """Ask `process` to end, wait `patience` seconds, then end it and its whole session."""
    if process.poll() is None:
        process.send_signal(stop_signal)
    finish(process, patience)


def finish(process: subprocess.Popen[bytes], patience: float) -> None:
    """Wait `patience` seconds for a process that was asked to end, then kill it and its whole session."""
    try:
        process.wait(max(patience, 0))
    except subprocess.TimeoutExpired:
        kill_session(process.pid)
        process.wait()


def kill_session(leader: int) -> None:
    """Kill every process of the group that `leader` began; fine when none is left."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def is_alive(pid: int, word: str) -> bool:
    """Whether process `pid` runs and has `word` in its command line (numbers get used again)."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return word.encode() in command


def wait_until(condition: Callable[[], bool], seconds: float, step: float = 0.05) -> bool:
    """Whether `condition` came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True


def open_log(path: Path) -> IO[bytes]:
    """Open a log to append to; a large one is first put aside under `.1`, replacing the one before."""
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.rename(path.with_name(f"{path.name}.1"))
    return path.open("ab", buffering=0)


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, indented, for a person to read below a message."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in lines)
