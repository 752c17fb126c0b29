"""Has a report read by the child process, and says in words why one cannot be."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from tracker.findings.report_child import EXIT_READ
from tracker.findings.report_reading import Reading
from tracker.ratings.unreadable import UnreadableFile
from tracker.reading.child import Child

MEMORY_MB: Final = 768
CPU_SECONDS: Final = 60
WALL_SECONDS: Final = 90

Kind = Literal["pdf", "word", "text"]


@dataclass(frozen=True)
class ReadDocument:
    """A report's text and what was read in it."""

    text: str
    reading: Reading


@dataclass
class _Heard:
    refused: dict[str, Any] | None = None
    read: bool = False

    def __call__(self, said: dict[str, Any]) -> None:
        self.refused = said.get("refused", self.refused)
        self.read = self.read or "report" in said


@dataclass
class ReportReader:
    """Reads one file.  The limits are there to be lowered."""

    path: Path
    kind: Kind
    published_on: date
    sites: Iterable[str] = ()
    memory_mb: int = MEMORY_MB
    cpu_seconds: int = CPU_SECONDS
    wall: float = WALL_SECONDS
    _heard: _Heard = field(default_factory=_Heard, init=False)

    def read(self) -> ReadDocument:
        """What the child read.  Raises `UnreadableFile` when it refuses the file, dies, or takes too long."""
        with tempfile.TemporaryFile() as sites:  # nameless: nothing is left behind by a killed process
            sites.write("\n".join(self.sites).encode())
            sites.flush()
            arguments = [
                str(self.path), "--kind", self.kind, "--published-on", self.published_on.isoformat(),
                "--sites", f"/dev/fd/{sites.fileno()}",
                "--memory-mb", str(self.memory_mb), "--cpu-seconds", str(self.cpu_seconds),
            ]  # fmt: skip
            child = Child("tracker.findings.report_child", arguments, self.wall, self._heard, [sites.fileno()])
            pieces = child.pieces()
            written = bytearray()
            while True:
                try:
                    written += next(pieces)
                except StopIteration as stopped:
                    ending = stopped.value
                    break
        if self._heard.refused is not None:
            raise UnreadableFile(str(self._heard.refused["reason"]))
        if not ending.in_time:
            raise UnreadableFile(f"Reading it takes more than {self.wall:.0f} s. Paste the part with the findings.")
        if ending.code != EXIT_READ or not self._heard.read:
            raise UnreadableFile("The file cannot be read. Paste the report's text.")
        return msgspec.json.decode(written, type=ReadDocument)
