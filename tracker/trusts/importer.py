"""Writes the register: reference files, ODS's list of trusts, and dated facts.

Each load is one transaction and idempotent: the same files twice change nothing, and the history of every
row is kept by triggers (`tracker.trusts.models.kept`).  A trust that a file does not name is left alone:
absence from a list is not closure.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import models, transaction

from tracker.trusts.models import (
    ReferenceSource,
    Region,
    Site,
    SiteSuccession,
    Succession,
    System,
    SystemMembership,
    Trust,
    TrustFact,
    TrustName,
)
from tracker.trusts.ods_file import OdsTrust, in_proper_case
from tracker.trusts.register import Register, SourceRow, TrustFactRow


@dataclass
class Loaded:
    """What a load changed, by kind of row: how many are new and how many differ from before."""

    added: dict[str, int]
    changed: dict[str, int]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed)

    def words(self) -> str:
        if not self:
            return "Nothing changes: the register already says the same."
        parts = [f"{count:,} {kind} added" for kind, count in self.added.items()]
        parts += [f"{count:,} {kind} changed" for kind, count in self.changed.items()]
        return ", ".join(parts) + "."


def save_changed(
    model: type[models.Model], key: tuple[str, ...], rows: Iterable[dict[str, Any]], loaded: Loaded
) -> None:
    """Insert the rows whose `key` is new, update those that differ, and count both in `loaded`."""
    manager = model._default_manager
    known = {tuple(getattr(row, part) for part in key): row for row in manager.all()}
    new, different, fields = [], [], set[str]()
    for values in rows:
        found = known.get(tuple(values[part] for part in key))
        if found is None:
            new.append(model(**values))
            continue
        changes = {name: value for name, value in values.items() if getattr(found, name) != value}
        if changes:
            for name, value in changes.items():
                setattr(found, name, value)
            fields |= changes.keys()
            different.append(found)
    name = str(model._meta.verbose_name_plural)
    if new:
        manager.bulk_create(new)
        loaded.added[name] = len(new)
    if different:
        manager.bulk_update(different, sorted(fields))
        loaded.changed[name] = len(different)


@transaction.atomic
def load_register(register: Register, *, folder: Path, now: datetime) -> Loaded:
    """The whole register from reference files, in one go."""
    loaded = Loaded({}, {})
    save_changed(Region, ("code",), (vars_of(row) for row in register.regions), loaded)
    regions = dict(Region.objects.values_list("code", "pk"))
    save_changed(
        System,
        ("code", "kind"),
        ({**vars_of(row, "region_code"), "region_id": regions.get(row.region_code)} for row in register.systems),
        loaded,
    )
    systems: dict[str, int] = {}
    for code, pk in System.objects.order_by("-kind").values_list("code", "pk"):
        systems[code] = pk  # STP first, so that the integrated care system of the same code stands
    save_changed(
        Trust,
        ("code",),
        (
            {
                **vars_of(row, "region_code", "system_code"),
                "region_id": regions.get(row.region_code),
                "system_id": systems.get(row.system_code),
                "standing": Trust.Standing.REGISTERED,
            }
            for row in register.trusts
        ),
        loaded,
    )
    trusts = dict(Trust.objects.values_list("code", "pk"))
    save_changed(
        TrustName,
        ("trust_id", "name"),
        ({"trust_id": trusts[row.code], "name": row.name, "valid_to": row.valid_to} for row in register.trust_names),
        loaded,
    )
    save_changed(
        Succession,
        ("predecessor_id", "successor_id", "on"),
        (
            {
                "predecessor_id": trusts[row.predecessor],
                "successor_id": trusts[row.successor],
                "on": row.date,
                "reason": row.reason,
            }
            for row in register.successions
        ),
        loaded,
    )
    forms = list(System.objects.all())
    save_changed(
        SystemMembership,
        ("trust_id", "system_id", "valid_from"),
        (
            {
                "trust_id": trusts[row.trust_code],
                "system_id": _system_then(row.system_code, row.valid_from, forms),
                "valid_from": row.valid_from,
                "valid_to": row.valid_to,
            }
            for row in register.memberships
        ),
        loaded,
    )
    _load_facts(register.facts, trusts, loaded)
    for source in register.sources:
        _record_source(source, folder, now)
    return loaded


def _system_then(code: str, day: date, forms: list[System]) -> int:
    """The system with `code` in the legal form it had on `day`: an STP, or since July 2022 an ICS."""
    for form in forms:
        if form.code == code and (form.valid_from or date.min) <= day < (form.valid_to or date.max):
            return form.pk
    raise LookupError(f"system {code} did not exist on {day}")  # the reader has checked this


def _record_source(source: SourceRow, folder: Path, now: datetime) -> None:
    """Where a file's facts came from, and when this version of it was first loaded."""
    path = folder / source.file
    digest = hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()
    says = {"source": source.source, "licence": source.licence, "dated": source.dated, "note": source.note}
    known, new = ReferenceSource.objects.get_or_create(
        file=source.file, defaults={**says, "sha256": digest, "loaded_at": now}
    )
    if not new and known.sha256 != digest:
        ReferenceSource.objects.filter(pk=known.pk).update(**says, sha256=digest, loaded_at=now)


@transaction.atomic
def load_trust_facts(facts: Iterable[TrustFactRow]) -> Loaded:
    """Dated facts of trusts (segment, programme, size, teaching, rural, record system) from a CSV file.

    The reader has checked every code against the register (`known_codes`)."""
    loaded = Loaded({}, {})
    _load_facts(facts, dict(Trust.objects.values_list("code", "pk")), loaded)
    return loaded


def known_codes() -> frozenset[str]:
    """The codes of every trust in the register."""
    return frozenset(Trust.objects.values_list("code", flat=True))


def _load_facts(facts: Iterable[TrustFactRow], trusts: dict[str, int], loaded: Loaded) -> None:
    save_changed(
        TrustFact,
        ("trust_id", "kind", "valid_from"),
        (
            {
                "trust_id": trusts[row.code],
                "kind": row.kind,
                "value": row.value,
                "valid_from": row.valid_from,
                "valid_to": row.valid_to,
                "source": row.source,
            }
            for row in facts
        ),
        loaded,
    )


@transaction.atomic
def refresh_from_ods(listed: Iterable[OdsTrust]) -> Loaded:
    """Names, regions, systems and opening and closing dates from ODS's trust file.

    ODS does not say what type a trust is or where it stands on the map; those stay as they are.  A name
    that changes is kept as a former name."""
    loaded = Loaded({}, {})
    rows = [row for row in listed if row.in_england]
    regions = dict(Region.objects.values_list("code", "pk"))
    systems = dict(System.objects.filter(kind=System.Kind.ICS).values_list("code", "pk"))
    before = dict(Trust.objects.values_list("code", "name"))
    save_changed(
        Trust,
        ("code",),
        (
            {
                "code": row.code,
                "name": _name_in_words(row.name, before.get(row.code, "")),
                "opened": row.opened,
                "closed": row.closed,
                "standing": Trust.Standing.REGISTERED,
                **({"region_id": regions[row.region_code]} if row.region_code in regions else {}),
                **({"system_id": systems[row.system_code]} if row.system_code in systems else {}),
            }
            for row in rows
        ),
        loaded,
    )
    after = {code: (pk, name) for code, pk, name in Trust.objects.values_list("code", "pk", "name")}
    TrustName.objects.bulk_create(
        [TrustName(trust_id=after[code][0], name=name) for code, name in before.items() if after[code][1] != name],
        ignore_conflicts=True,
    )
    return loaded


def _name_in_words(listed: str, ours: str) -> str:
    """ODS prints names in capitals: ours is kept where it is the same name, else capitals become words."""
    return ours if listed.casefold() == ours.casefold() else in_proper_case(listed)


def vars_of(row: Any, *without: str) -> dict[str, Any]:
    """The fields of a frozen row, but for those named."""
    return {name: getattr(row, name) for name in row.__dataclass_fields__ if name not in without}


@dataclass(frozen=True)
class SiteRow:
    """A site as some source lists it."""

    cqc_id: str
    name: str
    trust_code: str
    postcode: str


@dataclass(frozen=True)
class SiteJoin:
    """One registered location carried on as another on a day."""

    predecessor_id: str
    successor_id: str
    on: date | None
    reason: str


@transaction.atomic
def join_sites(sites: Iterable[SiteRow], joins: Iterable[SiteJoin], *, source: str) -> Loaded:
    """Sites, and which carried on as which: the join a hospital's page explains."""
    loaded = Loaded({}, {})
    trusts = dict(Trust.objects.values_list("code", "pk"))
    save_changed(
        Site,
        ("cqc_id",),
        (
            {
                "cqc_id": row.cqc_id,
                "name": row.name,
                "trust_id": trusts[row.trust_code],
                "postcode": row.postcode,
            }
            for row in sites
        ),
        loaded,
    )
    ids = dict(Site.objects.values_list("cqc_id", "pk"))
    save_changed(
        SiteSuccession,
        ("predecessor_id", "successor_id"),
        (
            {
                "predecessor_id": ids[row.predecessor_id],
                "successor_id": ids[row.successor_id],
                "on": row.on,
                "reason": row.reason,
                "source": source,
            }
            for row in joins
        ),
        loaded,
    )
    return loaded
