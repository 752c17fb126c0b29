"""Runs the reader of CQC's file as a process of its own and hands its rows on as they come.

Whatever a file does to the reader, only the reader dies: of memory, of processor time, of time by the clock,
and with its parent, so that a killed importer leaves no process behind.
"""

import ctypes
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from threading import Thread, Timer
from typing import IO, Any, Final

from tracker.ratings.parse_child import EXIT_READ
from tracker.ratings.unreadable import UnreadableFile

MEMORY_MB: Final = 512
CPU_SECONDS: Final = 300
WALL_SECONDS: Final = 900

_LONGEST_HEAD: Final = 100
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG of Linux's <sys/prctl.h>
_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


class ChildReading:
    """One reading: iterate `pieces()` to the end, then read `report`.

    `pieces` are those of `coded_rows`: the name of a list and lines of it.  Rows may come before a refusal, so
    nothing of them may be committed until `pieces` has ended without one.
    """

    def __init__(
        self,
        path: Path,
        *,
        keep: str,
        known_ids: Iterable[str],
        told: Callable[[int], None],
        wall: float = WALL_SECONDS,
    ) -> None:
        self.path = path
        self.keep = keep
        self.known_ids = known_ids
        self.told = told
        self.wall = wall
        self.report: dict[str, Any] = {}
        self._refused: dict[str, Any] | None = None
        self._last_words = ""

    def pieces(self) -> Generator[tuple[str, bytes], None, None]:
        """Close it where it is left early, and the child ends at once.

        Raises `UnreadableFile` when the child refuses the file, dies, or takes too long."""
        with tempfile.TemporaryFile() as ids:  # nameless: nothing is left behind by a killed process
            ids.write("\n".join(self.known_ids).encode())
            ids.flush()
            command = [
                sys.executable, "-m", "tracker.ratings.parse_child", str(self.path), "--keep", self.keep,
                "--known-ids", f"/dev/fd/{ids.fileno()}",
                "--memory-mb", str(MEMORY_MB), "--cpu-seconds", str(CPU_SECONDS),
            ]  # fmt: skip
            child = subprocess.Popen(  # noqa: S603  our own module; the path is a generated name
                command,
                cwd=_ROOT,
                env={"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[ids.fileno()],
                preexec_fn=_die_with_parent,
            )
            yield from self._follow(child)

    def _follow(self, child: subprocess.Popen[bytes]) -> Generator[tuple[str, bytes], None, None]:
        stdout, stderr = child.stdout, child.stderr
        if stdout is None or stderr is None:
            raise RuntimeError("the reader has no pipes")
        listener = Thread(target=self._listen, args=[stderr], daemon=True)
        watch = Timer(self.wall, child.kill)
        watch.daemon = True  # an importer that fails must not wait for its watch
        listener.start()
        watch.start()
        try:
            while head := stdout.readline(_LONGEST_HEAD):
                name, _, size = head.decode().partition(" ")
                yield name, stdout.read(int(size))
            code = child.wait()
        finally:  # the child first: a pipe cannot be closed while the listener waits for it
            in_time = watch.is_alive()
            watch.cancel()
            child.kill()
            child.wait()
            listener.join()
            stdout.close()
            stderr.close()
        self._judge(code, in_time)

    def _listen(self, stderr: IO[bytes]) -> None:
        """The child's standard error: one JSON object a line; anything else is its last words."""
        for line in stderr:
            try:
                said = json.loads(line)
            except ValueError:
                self._last_words = line.decode("utf-8", "replace").strip()[:300]
                continue
            if "progress" in said:
                self.told(said["progress"]["rows"])
            elif "report" in said:
                self.report = said["report"]
            elif "refused" in said:
                self._refused = said["refused"]

    def _judge(self, code: int, in_time: bool) -> None:
        if self._refused is not None:
            refused = {key: value for key, value in self._refused.items() if key != "message"}
            raise UnreadableFile(**refused)
        if not in_time:
            raise UnreadableFile(f"Reading it takes more than {self.wall:.0f} s.")
        if code == -signal.SIGKILL:
            raise UnreadableFile("The process that read the file was stopped before it had read it all.")
        if code != EXIT_READ or not self.report:
            raise UnreadableFile("The file cannot be read.", found=self._last_words or f"exit code {code}")


def _die_with_parent() -> None:
    """In the child, before it becomes the reader: the kernel kills it when its parent dies."""
    if _LIBC is not None:
        _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
