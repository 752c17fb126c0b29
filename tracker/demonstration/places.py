"""Where things stand: the seven real regions, and forty-two invented systems inside them.

Each system has a centre, well inside its region, and its trusts lie around it, so that distances between
trusts are plausible and every trust falls in the region it is said to be in.
"""

from datetime import date
from random import Random
from typing import Final

from tracker.demonstration.names import COUNTIES
from tracker.demonstration.world import Region, System

REGIONS_SINCE: Final = date(2019, 4, 1)
STP_SINCE: Final = date(2016, 12, 1)
ICS_SINCE: Final = date(2022, 7, 1)
"""Integrated care systems became statutory under the Health and Care Act 2022."""

REGION_NAMES: Final = {
    "Y56": "London",
    "Y58": "South West",
    "Y59": "South East",
    "Y60": "Midlands",
    "Y61": "East of England",
    "Y62": "North West",
    "Y63": "North East and Yorkshire",
}

CENTRES: Final[dict[str, tuple[tuple[float, float], ...]]] = {
    "Y56": ((51.56, -0.28), (51.57, -0.12), (51.54, 0.06), (51.45, -0.01), (51.44, -0.19)),
    "Y58": (
        (50.42, -4.80),
        (50.75, -3.80),
        (51.05, -3.05),
        (51.38, -2.60),
        (51.85, -2.12),
        (51.30, -1.95),
        (50.82, -2.25),
    ),
    "Y59": ((51.15, -1.25), (51.62, -1.20), (51.25, -0.55), (51.02, -0.25), (51.20, 0.60), (51.82, -0.90)),
    "Y60": (
        (52.70, -2.75),
        (52.85, -2.10),
        (52.50, -2.10),
        (52.45, -1.80),
        (52.15, -2.25),
        (52.35, -1.50),
        (52.65, -1.15),
        (52.98, -1.50),
        (53.08, -1.05),
        (53.10, -0.45),
        (52.30, -0.90),
    ),
    "Y61": ((52.65, 1.20), (52.22, 0.90), (52.40, 0.00), (52.10, -0.40), (51.82, -0.12), (51.75, 0.55)),
    "Y62": ((53.52, -2.35), (53.25, -2.60), (53.85, -2.62)),
    "Y63": ((54.85, -1.70), (54.08, -1.30), (53.75, -1.65), (53.48, -1.25)),
}
"""Latitude and longitude (WGS 84, degrees) of each system's centre, region by region."""

_CQC_REGIONS: Final = {
    "Y56": ("London",),
    "Y58": ("South West",),
    "Y59": ("South East",),
    "Y60": ("West Midlands", "East Midlands"),
    "Y61": ("East",),
    "Y62": ("North West",),
    "Y63": ("North East", "Yorkshire & Humberside"),
}
_GREW_FROM_ONE: Final = (0, 6, 8, 12, 15, 18, 20, 22, 25, 26, 29, 35)
"""Care systems, counted from 0, that a partnership of the same name preceded."""

_TWO_INTO_ONE: Final = 40
"""The care system that two partnerships became."""


def regions() -> tuple[Region, ...]:
    """The seven regions."""
    return tuple(Region(code, name, REGIONS_SINCE, None) for code, name in REGION_NAMES.items())


def cqc_region(region_code: str, longitude: float) -> str:
    """The region as CQC's own column prints it: the nine regions of England, not the NHS's seven."""
    names = _CQC_REGIONS[region_code]
    return names[-1] if len(names) == 1 or longitude > -1.6 else names[0]


def systems(rng: Random) -> tuple[System, ...]:
    """Forty-two integrated care systems and, before some of them, the partnerships they grew from."""
    counties = list(COUNTIES)
    rng.shuffle(counties)
    care_systems = [
        System(
            code=f"QX{number:02}",
            name=county,
            kind="ICS",
            region_code=region_code,
            county=county,
            latitude=latitude,
            longitude=longitude,
            valid_from=ICS_SINCE,
            valid_to=None,
        )
        for number, (county, (region_code, (latitude, longitude))) in enumerate(
            zip(
                counties,
                ((region, centre) for region, centres in CENTRES.items() for centre in centres),
                strict=True,
            ),
            start=1,
        )
    ]
    partnerships = [
        _partnership(care_systems[index].code, care_systems[index], care_systems[index].name)
        for index in _GREW_FROM_ONE
    ]
    joined = care_systems[_TWO_INTO_ONE]
    partnerships += [
        _partnership("QX61", joined, f"East {joined.county}"),
        _partnership("QX62", joined, f"West {joined.county}"),
    ]
    return (*care_systems, *partnerships)


def _partnership(code: str, successor: System, name: str) -> System:
    return System(
        code=code,
        name=name,
        kind="STP",
        region_code=successor.region_code,
        county=successor.county,
        latitude=successor.latitude,
        longitude=successor.longitude,
        valid_from=STP_SINCE,
        valid_to=ICS_SINCE,
    )


def near(rng: Random, system: System) -> tuple[float, float]:
    """A point around a system's centre: at most about 10 km from it each way, and half that in London."""
    reach = 0.5 if system.region_code == "Y56" else 1.0
    return (
        round(system.latitude + reach * rng.uniform(-0.09, 0.09), 4),
        round(system.longitude + reach * rng.uniform(-0.14, 0.14), 4),
    )
