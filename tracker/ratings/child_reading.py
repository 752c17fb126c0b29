"""Runs the reader of CQC's file as a process of its own and hands its rows on as they come.

Whatever a file does to the reader, only the reader dies: see `tracker.reading.child`.
"""

import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from tracker.ratings.parse_child import EXIT_READ
from tracker.ratings.unreadable import UnreadableFile
from tracker.reading.child import Child, Ending

MEMORY_MB: Final = 512
CPU_SECONDS: Final = 300
WALL_SECONDS: Final = 900

_LONGEST_HEAD: Final = 100


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

    def pieces(self) -> Generator[tuple[str, bytes], None, None]:
        """Close it where it is left early, and the child ends at once.

        Raises `UnreadableFile` when the child refuses the file, dies, or takes too long."""
        with tempfile.TemporaryFile() as ids:  # nameless: nothing is left behind by a killed process
            ids.write("\n".join(self.known_ids).encode())
            ids.flush()
            arguments = [
                str(self.path), "--keep", self.keep, "--known-ids", f"/dev/fd/{ids.fileno()}",
                "--memory-mb", str(MEMORY_MB), "--cpu-seconds", str(CPU_SECONDS),
            ]  # fmt: skip
            child = Child("tracker.ratings.parse_child", arguments, self.wall, self._heard, descriptors=[ids.fileno()])
            ending = yield from child.run(_framed)
        self._judge(ending)

    def _heard(self, said: dict[str, Any]) -> None:
        if "progress" in said:
            self.told(said["progress"]["rows"])
        elif "report" in said:
            self.report = said["report"]
        elif "refused" in said:
            self._refused = said["refused"]

    def _judge(self, ending: Ending) -> None:
        if self._refused is not None:
            refused = {key: value for key, value in self._refused.items() if key != "message"}
            raise UnreadableFile(**refused)
        if not ending.in_time:
            raise UnreadableFile(f"Reading it takes more than {self.wall:.0f} s.")
        if ending.was_stopped:
            raise UnreadableFile("The process that read the file was stopped before it had read it all.")
        if ending.code != EXIT_READ or not self.report:
            raise UnreadableFile("The file cannot be read.", found=ending.last_words or f"exit code {ending.code}")


def _framed(stdout: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """The parts the child writes: a line with a name and a size, then as many bytes."""
    while head := stdout.readline(_LONGEST_HEAD):
        name, _, size = head.decode().partition(" ")
        yield name, stdout.read(int(size))
