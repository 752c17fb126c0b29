"""The register as files: regions, systems, trusts and what became of them; dated facts about trusts.

The register ships as small CSV files of our own layout (`data/`), each with its source, licence and date in
`sources.csv`.  Reading is all or nothing: one bad row anywhere and no rows are returned, only
`UnreadableReference` with every problem by file, row, field and reason.

A date that ends something (`valid_to`, `closed`) is the first day on which it no longer held, so periods that
follow one another share a date.  An empty date is open, or not known.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from tracker.trusts.reference_csv import (
    Cell,
    Numbered,
    Problem,
    UnreadableReference,
    check_known,
    check_never_two_at_once,
    check_once,
    check_order,
    day,
    degrees,
    maybe_ods_code,
    ods_code,
    one_of,
    optional,
    read_table,
    rows_of,
    text_of,
)

DATA: Final = Path(__file__).parent / "data"
"""The register that ships with the product."""

TRUST_TYPES: Final = frozenset({"general_acute", "specialist_acute", "mental_health", "community", "ambulance"})
FACT_KINDS: Final = frozenset({"segment", "programme", "size", "teaching", "rural", "record_system"})


@dataclass(frozen=True)
class RegionRow:
    code: str
    name: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class SystemRow:
    """A system in one legal form: a code that was an STP and became an ICS has a row for each."""

    code: str
    name: str
    kind: str
    region_code: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class TrustRow:
    """`type`, `region_code` and `system_code` are empty where no source gives them; `system_code` is the
    trust's last system.  Coordinates are WGS 84 degrees of its headquarters' postcode."""

    code: str
    name: str
    type: str
    region_code: str
    system_code: str
    latitude: float | None
    longitude: float | None
    opened: date | None
    closed: date | None


@dataclass(frozen=True)
class TrustNameRow:
    """A former, short or alternative name; `valid_to` only where the day it ended is known."""

    code: str
    name: str
    valid_to: date | None


@dataclass(frozen=True)
class SuccessionRow:
    """`date` is the successor's first day; `reason` is merger, or division among several organisations."""

    predecessor: str
    successor: str
    date: date
    reason: str


@dataclass(frozen=True)
class MembershipRow:
    trust_code: str
    system_code: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class TrustFactRow:
    code: str
    kind: str
    value: str
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True)
class SourceRow:
    file: str
    source: str
    licence: str
    dated: str
    note: str


@dataclass(frozen=True)
class Register:
    """All reference files of one directory, checked against each other."""

    regions: tuple[RegionRow, ...]
    systems: tuple[SystemRow, ...]
    trusts: tuple[TrustRow, ...]
    trust_names: tuple[TrustNameRow, ...]
    successions: tuple[SuccessionRow, ...]
    memberships: tuple[MembershipRow, ...]
    facts: tuple[TrustFactRow, ...]
    sources: tuple[SourceRow, ...]


_NAME: Final = text_of(200)
_NAMED: Final[Mapping[str, Cell]] = {"code": ods_code, "name": _NAME}
_PERIOD: Final[Mapping[str, Cell]] = {"valid_from": optional(day), "valid_to": optional(day)}
_SYSTEM: Final[Mapping[str, Cell]] = {
    **_NAMED,
    "kind": one_of({"STP", "ICS"}),
    "region_code": ods_code,
    **_PERIOD,
}
_TRUST: Final[Mapping[str, Cell]] = {
    **_NAMED,
    "type": one_of(TRUST_TYPES | {""}),
    "region_code": maybe_ods_code,
    "system_code": maybe_ods_code,
    # England, so that a swapped pair or a missing minus is seen.
    "latitude": optional(degrees(49.8, 55.9)),
    "longitude": optional(degrees(-6.5, 1.8)),
    "opened": optional(day),
    "closed": optional(day),
}
_NAME_OF: Final[Mapping[str, Cell]] = {**_NAMED, "valid_to": optional(day)}
_SUCCESSION: Final[Mapping[str, Cell]] = {
    "predecessor": ods_code,
    "successor": ods_code,
    "date": day,
    "reason": one_of({"merger", "division"}),
}
_MEMBERSHIP: Final[Mapping[str, Cell]] = {
    "trust_code": ods_code,
    "system_code": ods_code,
    "valid_from": day,
    "valid_to": optional(day),
}
_FACT: Final[Mapping[str, Cell]] = {
    "code": ods_code,
    "kind": one_of(FACT_KINDS),
    "value": _NAME,
    "valid_from": day,
    "valid_to": optional(day),
    "source": text_of(2000),
}
_SOURCE: Final[Mapping[str, Cell]] = {
    "file": text_of(200),
    "source": text_of(2000),
    "licence": text_of(200),
    "dated": text_of(40),
    "note": text_of(4000, empty=True),
}


def read_register(directory: Path = DATA) -> Register:
    """The register of a directory.  Raises `UnreadableReference` with all that is wrong in any file."""
    problems: list[Problem] = []
    regions = read_table(directory / "regions.csv", RegionRow, {**_NAMED, **_PERIOD}, problems)
    systems = read_table(directory / "systems.csv", SystemRow, _SYSTEM, problems)
    trusts = read_table(directory / "trusts.csv", TrustRow, _TRUST, problems)
    names = read_table(directory / "trust_names.csv", TrustNameRow, _NAME_OF, problems)
    successions = read_table(directory / "successions.csv", SuccessionRow, _SUCCESSION, problems)
    memberships = read_table(directory / "system_memberships.csv", MembershipRow, _MEMBERSHIP, problems)
    facts = read_table(directory / "trust_facts.csv", TrustFactRow, _FACT, problems)
    sources = read_table(directory / "sources.csv", SourceRow, _SOURCE, problems)

    _check_places(regions, systems, trusts, problems)
    codes = {trust.code for _, trust in trusts}
    check_known("trust_names.csv", names, "code", codes, problems)
    check_once("trust_names.csv", names, ("code", "name"), problems)
    _check_successions(trusts, successions, problems)
    _check_memberships(systems, trusts, memberships, problems)
    _check_facts("trust_facts.csv", facts, codes, problems)
    check_once("sources.csv", sources, ("file",), problems)
    if problems:
        raise UnreadableReference(problems)
    return Register(
        rows_of(regions),
        rows_of(systems),
        rows_of(trusts),
        rows_of(names),
        rows_of(successions),
        rows_of(memberships),
        rows_of(facts),
        rows_of(sources),
    )


def _check_places(
    regions: Numbered[RegionRow],
    systems: Numbered[SystemRow],
    trusts: Numbered[TrustRow],
    problems: list[Problem],
) -> None:
    region_codes = {region.code for _, region in regions}
    check_once("regions.csv", regions, ("code",), problems)
    check_order("regions.csv", regions, "valid_from", "valid_to", problems)
    check_once("systems.csv", systems, ("code", "kind"), problems)
    check_order("systems.csv", systems, "valid_from", "valid_to", problems)
    check_never_two_at_once("systems.csv", systems, ("code",), problems)
    check_known("systems.csv", systems, "region_code", region_codes, problems)
    check_once("trusts.csv", trusts, ("code",), problems)
    check_order("trusts.csv", trusts, "opened", "closed", problems)
    check_known("trusts.csv", trusts, "region_code", region_codes, problems)
    check_known("trusts.csv", trusts, "system_code", {system.code for _, system in systems}, problems)
    for number, trust in trusts:
        if (trust.latitude is None) != (trust.longitude is None):
            reason = "latitude and longitude are given together or not at all"
            problems.append(Problem("trusts.csv", number, "longitude", reason))


def _check_successions(
    trusts: Numbered[TrustRow], successions: Numbered[SuccessionRow], problems: list[Problem]
) -> None:
    """Both trusts are known, and existed on the day: the predecessor until then, the successor from then."""
    by_code = {trust.code: trust for _, trust in trusts}
    file = "successions.csv"
    check_once(file, successions, ("predecessor", "successor", "date"), problems)
    check_known(file, successions, "predecessor", by_code, problems)
    check_known(file, successions, "successor", by_code, problems)
    for number, row in successions:
        before, after = by_code.get(row.predecessor), by_code.get(row.successor)
        if row.predecessor == row.successor:
            problems.append(Problem(file, number, "successor", "a trust cannot succeed itself"))
        if before and (before.closed is None or before.closed < row.date):
            reason = f"{row.date} is not within the life of {before.code}, which {_life(before)}"
            problems.append(Problem(file, number, "date", reason))
        if after and ((after.opened and row.date < after.opened) or (after.closed and row.date >= after.closed)):
            reason = f"{row.date} is not within the life of {after.code}, which {_life(after)}"
            problems.append(Problem(file, number, "date", reason))


def _life(trust: TrustRow) -> str:
    opened = f"opened {trust.opened}" if trust.opened else "opened on a day not known"
    return f"{opened} and {f'closed {trust.closed}' if trust.closed else 'is open'}"


def _check_memberships(
    systems: Numbered[SystemRow],
    trusts: Numbered[TrustRow],
    memberships: Numbered[MembershipRow],
    problems: list[Problem],
) -> None:
    """Each membership lies within one row of its system, and a trust has one system at a time."""
    file = "system_memberships.csv"
    check_order(file, memberships, "valid_from", "valid_to", problems)
    check_never_two_at_once(file, memberships, ("trust_code",), problems)
    check_known(file, memberships, "trust_code", {trust.code for _, trust in trusts}, problems)
    check_known(file, memberships, "system_code", {system.code for _, system in systems}, problems)
    for number, row in memberships:
        within = [
            system
            for _, system in systems
            if system.code == row.system_code
            and (system.valid_from or date.min) <= row.valid_from
            and (row.valid_to or date.max) <= (system.valid_to or date.max)
        ]
        if not within:
            reason = f"{row.system_code} did not exist in one form throughout this period"
            problems.append(Problem(file, number, "valid_from", reason))


def _check_facts(file: str, facts: Numbered[TrustFactRow], codes: Collection[str], problems: list[Problem]) -> None:
    check_known(file, facts, "code", codes, problems)
    check_order(file, facts, "valid_from", "valid_to", problems)
    check_never_two_at_once(file, facts, ("code", "kind"), problems)


def read_trust_facts(path: Path, *, codes: Collection[str]) -> tuple[TrustFactRow, ...]:
    """Dated facts about trusts whose code is one of `codes`.  Raises `UnreadableReference`."""
    problems: list[Problem] = []
    facts = read_table(path, TrustFactRow, _FACT, problems)
    _check_facts(path.name, facts, codes, problems)
    if problems:
        raise UnreadableReference(problems)
    return rows_of(facts)
