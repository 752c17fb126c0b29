"""The process that takes a report's text out of its file and reads it, so that a hostile one harms only the process.

    python -m tracker.findings.report_child PATH --kind pdf|word|text [--published-on DATE] [--sites FILE]
                                            [--memory-mb N] [--cpu-seconds N]

Standard output: one JSON object, `{"text": ..., "reading": {...}}`, the fields of `Reading`.  Standard error: one
JSON object, `{"report": {}}` with exit code 0 or `{"refused": {...}}` with exit code 3.  It fetches nothing and runs
nothing that a file holds.
"""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from tracker.findings.report_files import read_pdf, read_word
from tracker.findings.report_text import read_report
from tracker.ratings.unreadable import UnreadableFile
from tracker.reading.limits import limit_this_process

EXIT_READ: Final = 0
EXIT_REFUSED: Final = 3
MOST_CHARACTERS: Final = 3_000_000


def main(arguments: list[str] | None = None) -> int:
    """Read one report; the process's exit code."""
    options = _options(arguments)
    too_slow = UnreadableFile(f"Reading it takes more than {options.cpu_seconds} s. Paste the part with the findings.")
    limit_this_process(options.memory_mb, options.cpu_seconds, lambda: too_slow)
    try:
        text = _text_of(options.path, options.kind)
        reading = read_report(text, published_on=options.published_on, sites=_lines(options.sites))
        sys.stdout.buffer.write(msgspec.json.encode({"text": text, "reading": reading}))
        sys.stdout.flush()
    except UnreadableFile as refusal:
        _say(refused=refusal.as_dict())
        return EXIT_REFUSED
    except MemoryError:
        _say(refused=UnreadableFile("Reading it takes too much memory. Paste the part with the findings.").as_dict())
        return EXIT_REFUSED
    _say(report={})
    return EXIT_READ


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="report_child", description="Read an inspection report.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--kind", choices=("pdf", "word", "text"), required=True)
    parser.add_argument("--published-on", type=date.fromisoformat)
    parser.add_argument("--sites", type=Path, help="names of the trust's sites, one a line")
    parser.add_argument("--memory-mb", type=int, default=768)
    parser.add_argument("--cpu-seconds", type=int, default=60)
    return parser.parse_args(arguments)


def _text_of(path: Path, kind: str) -> str:
    if kind == "pdf":
        text = read_pdf(path)
    elif kind == "word":
        text = read_word(path)
    else:
        text = path.read_bytes().decode("utf-8")
    # PostgreSQL keeps no NUL, and half of a surrogate pair is no character
    text = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if len(text) > MOST_CHARACTERS:
        raise UnreadableFile("The report is longer than 3,000,000 characters. Paste the part with the findings.")
    return text


def _lines(path: Path | None) -> list[str]:
    return [] if path is None else path.read_text("utf-8").splitlines()


def _say(**message: Any) -> None:
    sys.stderr.write(msgspec.json.encode(message).decode() + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
