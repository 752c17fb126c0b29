"""Runs a reader of files as a process of its own and hands on what it writes as it comes.

Whatever a file does to its reader, only the reader dies: of memory, of processor time, of time by the clock, and
with its parent, so that a killed service leaves no process behind.  The reader limits itself as it begins
(`tracker.reading.limits`); the clock is watched here.
"""

import ctypes
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread, Timer
from typing import IO, Any, Final, TypeVar

Part = TypeVar("Part")
_PIECE: Final = 1 << 18
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG of Linux's <sys/prctl.h>
_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Ending:
    """How a reader ended: its exit code, whether before its time was up, and what it said last that is no message."""

    code: int
    in_time: bool
    last_words: str

    @property
    def was_stopped(self) -> bool:
        return self.code == -signal.SIGKILL


@dataclass
class Child:
    """A reader: one of our own modules, run with `arguments`.

    `heard` is called with each JSON object it writes to its standard error, one a line; `descriptors` stay open in
    it.  Close the generator where it is left early, and the child ends at once."""

    module: str
    arguments: Sequence[str]
    wall: float
    heard: Callable[[dict[str, Any]], None]
    descriptors: Sequence[int] = ()
    _last_words: str = field(default="", init=False)

    def pieces(self) -> Generator[bytes, None, Ending]:
        """What it writes to its standard output, cut anywhere, and in the end how it ended."""
        return (yield from self.run(_in_pieces))

    def run(self, read: Callable[[IO[bytes]], Iterator[Part]]) -> Generator[Part, None, Ending]:
        """What `read` makes of its standard output, and in the end how it ended."""
        child = subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", self.module, *self.arguments],
            cwd=_ROOT,
            env={"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=list(self.descriptors),
            preexec_fn=_die_with_parent,
        )
        stdout, stderr = child.stdout, child.stderr
        if stdout is None or stderr is None:
            raise RuntimeError("the reader has no pipes")
        listener = Thread(target=self._listen, args=[stderr], daemon=True)
        watch = Timer(self.wall, child.kill)
        watch.daemon = True  # a service that fails must not wait for its watch
        listener.start()
        watch.start()
        try:
            yield from read(stdout)
            code = child.wait()
        finally:  # the child first: a pipe cannot be closed while the listener waits for it
            in_time = watch.is_alive()
            watch.cancel()
            child.kill()
            child.wait()
            listener.join()
            stdout.close()
            stderr.close()
        return Ending(code, in_time, self._last_words)

    def _listen(self, stderr: IO[bytes]) -> None:
        for line in stderr:
            try:
                said = json.loads(line)
            except ValueError:
                said = None
            if isinstance(said, dict):
                self.heard(said)
            else:
                self._last_words = line.decode("utf-8", "replace").strip()[:300]


def _in_pieces(stdout: IO[bytes]) -> Iterator[bytes]:
    while piece := stdout.read(_PIECE):
        yield piece


def _die_with_parent() -> None:
    """In the child, before it becomes the reader: the kernel kills it when its parent dies."""
    if _LIBC is not None:
        _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
