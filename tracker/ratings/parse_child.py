"""The process that reads CQC's file, so that a hostile file can only harm the process that reads it.

    python -m tracker.ratings.parse_child PATH [--keep nhs|all] [--known-ids FILE]
                                               [--memory-mb N] [--cpu-seconds N]

It limits its own memory (address space) and processor time, and imports nothing but the reader.

Standard output: pieces of the lists of `coded_rows`, UTF-8, each after a line `LIST BYTES\n`.

Standard error: one JSON object a line.  `{"progress": {"rows", "kept"}}` every 20,000 rows read, then either
`{"report": {...}}` with exit code 0 or `{"refused": {...}}` with exit code 3.  **Rows may stand on standard
output before a refusal: copy and commit them only after a report.**  The report is `Reading.as_dict()` with
`kept`, `dropped` (rows by organisation type, blank type under "") and `seconds`.

With `--keep nhs` only the rows that `coded_rows.Sieve` lets through are written.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from tracker.ratings.coded_rows import Sieve, coded
from tracker.ratings.cqc_file import Reading, read_parted
from tracker.ratings.unreadable import UnreadableFile
from tracker.reading.limits import limit_this_process

EXIT_READ: Final = 0
EXIT_REFUSED: Final = 3

DEFAULT_MEMORY_MB: Final = 512
DEFAULT_CPU_SECONDS: Final = 300


def main(arguments: list[str] | None = None) -> int:
    """Read one file and report; the process's exit code."""
    options = _options(arguments)
    _limit(options.memory_mb, options.cpu_seconds)
    began = time.monotonic()
    reading = Reading()
    try:
        sieve = Sieve(options.keep == "nhs", _known_ids(options.known_ids))
        _write(coded(read_parted(options.path, reading), sieve, lambda: _say(progress=_figures(sieve))))
    except UnreadableFile as refusal:
        _say(refused=refusal.as_dict())
        return EXIT_REFUSED
    except MemoryError:
        _say(refused=UnreadableFile(f"Reading it takes more than {options.memory_mb} MB of memory.").as_dict())
        return EXIT_REFUSED
    except OSError as error:
        _say(refused=UnreadableFile(f"The file cannot be opened: {error.strerror}.").as_dict())
        return EXIT_REFUSED
    seconds = round(time.monotonic() - began, 3)
    _say(report=reading.as_dict() | {"kept": sieve.kept, "dropped": dict(sieve.dropped), "seconds": seconds})
    return EXIT_READ


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="parse_child", description="Read CQC's ratings file as COPY rows.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--keep", choices=("nhs", "all"), default="all")
    parser.add_argument("--known-ids", type=Path, help="ids of NHS organisations, one a line")
    parser.add_argument("--memory-mb", type=int, default=DEFAULT_MEMORY_MB)
    parser.add_argument("--cpu-seconds", type=int, default=DEFAULT_CPU_SECONDS)
    return parser.parse_args(arguments)


def _limit(memory_mb: int, cpu_seconds: int) -> None:
    """Lower this process's own limits; a stricter limit it was started under stays."""
    said = f"Reading it takes more than {cpu_seconds} s of processor time."
    limit_this_process(memory_mb, cpu_seconds, lambda: UnreadableFile(said))


def _known_ids(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    return frozenset(filter(None, map(str.strip, path.read_text("utf-8").splitlines())))


def _write(pieces: Iterable[tuple[str, str]]) -> None:
    out = sys.stdout.buffer
    try:
        for name, text in pieces:
            piece = text.encode()
            out.write(f"{name} {len(piece)}\n".encode())
            out.write(piece)
    finally:  # rows before a refusal stand before it
        out.flush()


def _figures(sieve: Sieve) -> dict[str, int]:
    return {"rows": sieve.seen, "kept": sieve.kept}


def _say(**message: Any) -> None:
    sys.stderr.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
