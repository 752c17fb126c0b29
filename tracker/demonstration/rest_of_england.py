"""Everyone in CQC's file who is not an NHS trust: care homes, home care, practices, dentists, clinics.

They make up nine tenths of the real file and are counted by type and dropped by the importer.  Ids, names
and postcodes are invented, and ids are longer than any CQC has given out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Final, Literal

from tracker.demonstration import names
from tracker.demonstration.vintages import Row
from tracker.demonstration.world import DOMAINS, OVERALL

_SMALL_SHARE: Final = 60
_POPULATION_GROUPS: Final = (
    "Older people",
    "People with long term conditions",
    "Families, children and young people",
    "Working age people (including those recently retired and students)",
    "People whose circumstances may make them vulnerable",
    "People experiencing poor mental health (including people with dementia)",
)
_FIRST_REPORT: Final = date(2014, 10, 1)
_LAST_REPORT: Final = date(2025, 10, 20)
"""These rows do not change during the twelve months; an older file holds reports older than itself."""
_WORDS: Final = ("Good",) * 13 + ("Requires improvement",) * 4 + ("Outstanding", "Inadequate")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of service: what CQC calls it, how its name ends, and what is rated."""

    type: str
    category: str
    title: str
    care_home: str = "N"
    services: tuple[str, ...] = ()
    word: str = ""
    domains: tuple[str, ...] = DOMAINS


_CARE_HOME: Final = _Kind("Social Care Org", "Residential social care", "Lodge Care Home", care_home="Y")
_HOME_CARE: Final = _Kind("Social Care Org", "Community based adult social care services", "Home Care")
_PRACTICE: Final = _Kind("Primary Medical Services", "GP Practices", "Surgery", services=_POPULATION_GROUPS)
_DENTIST: Final = _Kind("Primary Dental Care", "Dentists", "Dental Practice", word="No action", domains=DOMAINS[:-1])
_CLINIC: Final = _Kind(
    "Independent Healthcare Org",
    "Acute hospital - Independent non-specialist",
    "Private Hospital",
    services=("Surgery", "Outpatients"),
)
_AMBULANCES: Final = _Kind(
    "Independent Ambulance",
    "Ambulance service",
    "Patient Transport",
    services=("Patient transport services",),
)
_KINDS: Final = (
    *(_CARE_HOME,) * 9,
    *(_HOME_CARE,) * 5,
    *(_PRACTICE,) * 4,
    *(_DENTIST,) * 5,
    _CLINIC,
    _AMBULANCES,
)


def small_share(seed: int, sheet: Literal["Locations", "Providers"], as_at: date) -> Iterator[Row]:
    """A few hundred rows, for a file of the demonstration."""
    until = min(as_at, _LAST_REPORT)
    if sheet == "Locations":
        return location_rows(seed, _SMALL_SHARE, until=until)
    return provider_rows(seed, _SMALL_SHARE // 5, until=until)


def location_rows(seed: int, organisations: int | None = None, *, until: date = _LAST_REPORT) -> Iterator[Row]:
    """Rows of `Locations` in today's columns; without a number of organisations, without end."""
    rng = Random(f"{seed} rest of England: locations")  # noqa: S311 - reproducible invention
    towns = tuple(names.towns(rng))
    for serial in count() if organisations is None else range(organisations):
        kind, town = rng.choice(_KINDS), rng.choice(towns)
        county = rng.choice(names.COUNTIES)
        location_id = f"1-77{serial:010}"
        provider = f"1-78{serial // 3:010}"
        head = (
            location_id,
            f"V{serial:05}" if kind is _PRACTICE else "",
            f"{town} {kind.title}",
            kind.care_home,
            kind.type,
            kind.category,
            names.street(rng),
            "",
            town,
            names.postcode(rng),
            county,
            "",
            "",
            "",
            "",
            "",
            "",
        )
        branded = serial % 7 == 0
        tail = (
            f"https://www.cqc.org.uk/location/{location_id}",
            provider,
            f"{county} {kind.title} Group {serial // 3}",
            f"BD{serial % 900:03}" if branded else "-",
            f"BRAND {county} Care" if branded else "-",
        )
        yield from _rated(rng, kind, head, tail, "Location", until)


def provider_rows(seed: int, organisations: int, *, until: date = _LAST_REPORT) -> Iterator[Row]:
    """Rows of `Providers` in today's columns, for as many organisations."""
    rng = Random(f"{seed} rest of England: providers")  # noqa: S311 - reproducible invention
    towns = tuple(names.towns(rng))
    for serial in range(organisations):
        kind, town = rng.choice(_KINDS), rng.choice(towns)
        county = rng.choice(names.COUNTIES)
        provider_id = f"1-78{serial:010}"
        head = (
            provider_id,
            "",
            f"{county} {kind.title} Group {serial}",
            kind.type,
            kind.category,
            names.street(rng),
            "",
            town,
            names.postcode(rng),
            county,
            "",
            "",
        )
        tail = (f"https://www.cqc.org.uk/provider/{provider_id}", "-", "-")
        yield from _rated(rng, kind, head, tail, "Provider", until)


def _rated(
    rng: Random, kind: _Kind, head: tuple[str, ...], tail: tuple[str, ...], report: str, until: date
) -> Iterator[Row]:
    age = rng.randrange(3500) % (until - _FIRST_REPORT).days
    printed = (until - timedelta(days=1 + age)).strftime("%d/%m/%Y")
    usual = kind.word or rng.choice(_WORDS)
    for domain in kind.domains:
        word = usual if kind.word or rng.random() < 0.8 else "Good"
        yield (*head, OVERALL, domain, word, printed, report, "N", *tail)
    for service in kind.services:
        yield (*head, service, OVERALL, usual, printed, "CoreService", "N", *tail)
