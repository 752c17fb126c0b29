"""Asking whether a file is safe: a ClamAV daemon where one is named, a built-in check where none is.

The built-in check knows the type (checked when the file came) and the EICAR test file and nothing else, and says
so: "not virus-scanned".  Production refuses to start without a daemon.

clamd's INSTREAM: the command, then pieces each after its length in four bytes, then four zero bytes; it answers
"stream: OK", "stream: Eicar-Signature FOUND", or words that end in ERROR (clamd(8)).
"""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from django.conf import settings

from tracker.plans.lifecycle import Scan

_EICAR: Final = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_PIECE: Final = 64 * 1024
_PATIENCE: Final = 30.0  # seconds, for connecting and for each answer
_LONGEST_ANSWER: Final = 4096


@dataclass(frozen=True)
class Verdict:
    scan: Scan
    words: str


class Scanner(Protocol):
    answers_at_once: bool  # whether a request may wait for it

    def look_at(self, path: Path) -> Verdict: ...


class BuiltIn:
    """For the demonstration and for development."""

    answers_at_once = True

    def look_at(self, path: Path) -> Verdict:
        try:
            content = path.read_bytes()
        except OSError:
            return Verdict(Scan.ERROR, "The file could not be read")
        if _EICAR in content:
            return Verdict(Scan.INFECTED, "Test file for virus scanners (EICAR)")
        return Verdict(Scan.CLEAN, "Type checked; not virus-scanned")


@dataclass(frozen=True)
class ClamAV:
    """A ClamAV daemon at `tcp://host:port` or `unix:///path`."""

    address: str
    answers_at_once = False

    def look_at(self, path: Path) -> Verdict:
        try:
            answer = self._ask(path)
        except (OSError, ValueError) as problem:
            return Verdict(Scan.ERROR, f"The scanner did not answer: {type(problem).__name__}")
        said = answer.removeprefix("stream: ").strip()
        if said == "OK":
            return Verdict(Scan.CLEAN, "Virus-scanned")
        if said.endswith(" FOUND"):
            return Verdict(Scan.INFECTED, said.removesuffix(" FOUND")[:300])
        return Verdict(Scan.ERROR, f"The scanner could not check it: {said}"[:300])

    def _ask(self, path: Path) -> str:
        with path.open("rb") as file, self._connect() as line:
            line.sendall(b"zINSTREAM\0")
            while piece := file.read(_PIECE):
                line.sendall(len(piece).to_bytes(4, "big") + piece)
            line.sendall(bytes(4))
            answer = b""
            while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
                more = line.recv(_LONGEST_ANSWER)
                if not more:
                    break
                answer += more
        return answer.split(b"\0")[0].decode("utf-8", "replace")

    def _connect(self) -> socket.socket:
        where = urlsplit(self.address)
        if where.scheme == "unix":
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(_PATIENCE)
            line.connect(where.path)
            return line
        return socket.create_connection((where.hostname or "", where.port or 3310), _PATIENCE)


def scanner() -> Scanner:
    """The scanner the settings name."""
    address: str = settings.EVIDENCE_SCANNER
    return ClamAV(address) if address else BuiltIn()
