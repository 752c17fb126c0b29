"""Writes the invented register as reference CSVs, in the layout of the real register that ships beside it."""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from tracker.demonstration.england import England

SOURCE: Final = "Invented for the demonstration"
_LICENCE: Final = "MIT"
_DATED: Final = date(2026, 11, 1)

_Record = tuple[str | float | date | None, ...]


def write_register(england: England, directory: Path) -> tuple[Path, ...]:
    """Write every reference CSV (UTF-8, with a header line) into a directory and return their paths.

    Dates are ISO; an open end is blank.  `site_successions.csv` joins locations by id and is the
    demonstration's own: for real locations that link comes from CQC.
    """
    directory.mkdir(parents=True, exist_ok=True)
    tables = tuple(_tables(england))
    note = "Fictional; the seven regions are real"
    sources = [(f"{name}.csv", SOURCE, _LICENCE, _DATED, note) for name, _, _ in tables]
    every = (*tables, ("sources", "file,source,licence,dated,note", sources))
    return tuple(_write(directory / f"{name}.csv", header, records) for name, header, records in every)


def _tables(england: England) -> Iterable[tuple[str, str, Iterable[_Record]]]:
    yield (
        "regions",
        "code,name,valid_from,valid_to",
        [(r.code, r.name, r.valid_from, r.valid_to) for r in england.regions],
    )
    yield (
        "systems",
        "code,name,kind,region_code,valid_from,valid_to",
        [(s.code, s.name, s.kind, s.region_code, s.valid_from, s.valid_to) for s in england.systems],
    )
    yield (
        "trusts",
        "code,name,type,region_code,system_code,latitude,longitude,opened,closed",
        [
            (
                t.code,
                t.name,
                t.type,
                t.region_code,
                t.system_code,
                t.latitude,
                t.longitude,
                t.opened,
                t.closed,
            )
            for t in england.trusts
        ],
    )
    yield (
        "trust_names",
        "code,name,valid_to",
        [(n.code, n.name, n.valid_to) for n in england.trust_names],
    )
    for name, successions in (
        ("successions", england.successions),
        ("site_successions", england.site_successions),
    ):
        yield (
            name,
            "predecessor,successor,date,reason",
            [(s.predecessor, s.successor, s.on, s.reason) for s in successions],
        )
    yield (
        "system_memberships",
        "trust_code,system_code,valid_from,valid_to",
        [(m.trust_code, m.system_code, m.valid_from, m.valid_to) for m in england.memberships],
    )
    yield (
        "trust_facts",
        "code,kind,value,valid_from,valid_to,source",
        [(f.code, f.kind, f.value, f.valid_from, f.valid_to, SOURCE) for f in england.facts],
    )


def _write(path: Path, header: str, records: Iterable[_Record]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(records)
    return path
