"""The process that reads CQC's file, so that a hostile file can only harm the process that reads it.

    python -m tracker.ratings.parse_child PATH [--keep nhs|all] [--known-ids FILE]
                                               [--memory-mb N] [--cpu-seconds N]

It limits its own memory (address space) and processor time, and imports nothing but the reader.

Standard output: one line per rating, the fields of `RatingRow` in order, UTF-8, for PostgreSQL's
`COPY … FROM STDIN (FORMAT csv)` with its default settings.  Every field is quoted, so an empty one is an
empty string and never NULL.

Standard error: one JSON object a line.  `{"progress": {"rows", "kept"}}` every 20,000 rows read, then either
`{"report": {...}}` with exit code 0 or `{"refused": {...}}` with exit code 3.  **Rows may stand on standard
output before a refusal: copy and commit them only after a report.**  The report is `Reading.as_dict()` with
`kept`, `dropped` (rows by organisation type, blank type under "") and `seconds`.

**What is kept with `--keep nhs`.**  A row belongs to the NHS when its organisation type is "NHS Healthcare
Organisation", or when its organisation's id or its provider's id is among the known ids: older vintages and
blank cells do not say the type, and a rating of a trust we know is never dropped for what a cell says.
Everything else is counted by type and left out.
"""

import argparse
import csv
import io
import json
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from tracker.ratings.cqc_file import Reading, read_rows
from tracker.ratings.rows import RatingRow
from tracker.ratings.unreadable import UnreadableFile

EXIT_READ: Final = 0
EXIT_REFUSED: Final = 3

PROGRESS_EVERY: Final = 20_000
DEFAULT_MEMORY_MB: Final = 512
DEFAULT_CPU_SECONDS: Final = 300

NHS_TYPE: Final = "nhs healthcare organisation"
_GRACE_SECONDS: Final = 5

_AT_ONCE: Final = 500
_FIELD, _ROW = "\x1f", "\x1e"  # ASCII's own separators, in no sane cell; where one stands in a cell it is noticed
_QUOTED_FIELD, _QUOTED_ROW = '","', '"\n"'


@dataclass
class Sieve:
    """Lets through the rows that are kept and counts the others by organisation type."""

    nhs_only: bool
    known_ids: frozenset[str] = frozenset()
    seen: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def sift(self, rows: Iterable[RatingRow], progress: Callable[[], None]) -> Iterator[RatingRow]:
        """The rows kept, in order; `progress` is called every `PROGRESS_EVERY` rows read."""
        known = self.known_ids
        for row in rows:
            self.seen += 1
            if self.seen % PROGRESS_EVERY == 0:
                progress()
            if (
                not self.nhs_only
                or row.organisation_type.casefold() == NHS_TYPE
                or row.provider_id in known
                or row.organisation_id in known
            ):
                self.kept += 1
                yield row
            else:
                self.dropped[row.organisation_type] += 1


def main(arguments: list[str] | None = None) -> int:
    """Read one file and report; the process's exit code."""
    options = _options(arguments)
    _limit(options.memory_mb, options.cpu_seconds)
    began = time.monotonic()
    reading = Reading()
    try:
        sieve = Sieve(options.keep == "nhs", _known_ids(options.known_ids))
        _write(sieve.sift(read_rows(options.path, reading), lambda: _say(progress=_figures(sieve))))
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

    def too_slow(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise UnreadableFile(f"Reading it takes more than {cpu_seconds} s of processor time.")

    signal.signal(signal.SIGXCPU, too_slow)
    wanted = (
        (resource.RLIMIT_AS, memory_mb * 1024 * 1024, memory_mb * 1024 * 1024),
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + _GRACE_SECONDS),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for what, soft, hard in wanted:
        ceiling = resource.getrlimit(what)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(what, (soft, hard))


def _known_ids(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    return frozenset(filter(None, map(str.strip, path.read_text("utf-8").splitlines())))


def _write(rows: Iterator[RatingRow]) -> None:
    with io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False) as out:
        batch: list[RatingRow] = []
        try:
            for row in rows:
                batch.append(row)
                if len(batch) == _AT_ONCE:
                    out.write(_as_csv(batch))
                    batch.clear()
        finally:  # rows before a refusal stand before it
            if batch:
                out.write(_as_csv(batch))


def _as_csv(batch: list[RatingRow]) -> str:
    """The lines of some rows, every field quoted.  Where nothing in them needs doubling, which is nearly always,
    the quotes are put in at once: `csv.writer` looks at every character, and was half of the reading."""
    text = _ROW.join([_FIELD.join((part, str(line), *rest)) for part, line, *rest in batch])
    fields = len(RatingRow._fields) - 1
    if '"' not in text and text.count(_FIELD) == fields * len(batch) and text.count(_ROW) == len(batch) - 1:
        return f'"{text.replace(_FIELD, _QUOTED_FIELD).replace(_ROW, _QUOTED_ROW)}"\n'
    lines = io.StringIO()
    csv.writer(lines, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(batch)
    return lines.getvalue()


def _figures(sieve: Sieve) -> dict[str, int]:
    return {"rows": sieve.seen, "kept": sieve.kept}


def _say(**message: Any) -> None:
    sys.stderr.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
