"""Reads the trust file of NHS England's Organisation Data Service (`etr`), which refreshes the register.

The file is CSV without a heading: code, name, national grouping (the region), high-level health geography
(the system), five address lines, postcode, open date, close date and columns that are not needed.  It had 24
columns until about 2018 and has 27 since, the first 24 alike; newer files list closed trusts too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from tracker.trusts.reference_csv import (
    Cell,
    Numbered,
    Problem,
    UnreadableReference,
    check_once,
    check_order,
    maybe_ods_code,
    ods_code,
    optional,
    read_lines,
    read_row,
    rows_of,
    text_of,
)

WIDTHS: Final = (24, 27)
"""How many columns the file has had."""


@dataclass(frozen=True)
class OdsTrust:
    """One trust as ODS lists it, in its own capitals.

    `closed` is the first day without the trust, as everywhere in the register: the day after ODS's close
    date, which is a last day.
    """

    code: str
    name: str
    region_code: str
    system_code: str
    address: tuple[str, ...]
    postcode: str
    opened: date | None
    closed: date | None

    @property
    def in_england(self) -> bool:
        """Welsh trusts stand in the same file, under W00 in place of a region."""
        return self.region_code.startswith("Y")


def _day(text: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{8}", text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        pass
    raise ValueError(f"is not a date written 20260831: {text[:40]!r}")


def _day_after(text: str) -> date:
    return _day(text) + timedelta(days=1)


_ADDRESS: Final = tuple(f"address line {line}" for line in range(1, 6))
_COLUMNS: Final[Mapping[str, Cell]] = {
    "code": ods_code,
    "name": text_of(200),
    "region_code": maybe_ods_code,
    "system_code": maybe_ods_code,
    **{name: text_of(200, empty=True) for name in _ADDRESS},
    "postcode": text_of(10, empty=True),
    "opened": optional(_day),
    "closed": optional(_day_after),
}


def read_ods_trusts(path: Path) -> tuple[OdsTrust, ...]:
    """Every trust of an ODS trust file, closed and Welsh ones included, in the file's order.

    Raises `UnreadableReference` with all that is wrong; the field of a problem is our name of the column.
    """
    problems: list[Problem] = []
    trusts: Numbered[OdsTrust] = []
    for number, line in enumerate(read_lines(path, problems), start=1):
        if not line:
            continue
        if len(line) not in WIDTHS:
            reason = f"has {len(line)} fields; ODS's trust file has {' or '.join(map(str, WIDTHS))}"
            problems.append(Problem(path.name, number, "", reason))
        else:
            cells = read_row(path.name, number, line[: len(_COLUMNS)], _COLUMNS, problems)
            if cells is not None:
                trusts.append((number, _trust(cells)))
    check_once(path.name, trusts, ("code",), problems)
    check_order(path.name, trusts, "opened", "closed", problems)
    if problems:
        raise UnreadableReference(problems)
    return rows_of(trusts)


def _trust(cells: Mapping[str, Any]) -> OdsTrust:
    return OdsTrust(
        code=cells["code"],
        name=cells["name"],
        region_code=cells["region_code"],
        system_code=cells["system_code"],
        address=tuple(filter(None, (cells[name] for name in _ADDRESS))),
        postcode=cells["postcode"],
        opened=cells["opened"],
        closed=cells["closed"],
    )


_SMALL_WORDS: Final = frozenset({"and", "for", "of", "on", "the", "upon"})


def in_proper_case(name: str) -> str:
    """A name that ODS prints in capitals as people write it; a name in mixed case is left alone.

    >>> in_proper_case("THE QUEEN ELIZABETH HOSPITAL, KING'S LYNN, NHS FOUNDATION TRUST")
    "The Queen Elizabeth Hospital, King's Lynn, NHS Foundation Trust"
    """
    if name != name.upper():
        return name
    words = re.sub(r"[^\W\d_]['’\w]*", lambda word: word[0].capitalize(), name).split(" ")
    proper = [word.lower() if word.lower() in _SMALL_WORDS else word for word in words]
    return " ".join(["NHS" if word == "Nhs" else word for word in [words[0], *proper[1:]]])
