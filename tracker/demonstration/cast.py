"""The few organisations that the demonstration's stories are about, the same whatever the seed.

Pages, tests and the walked thread refer to them by these names instead of looking for a trust that happens
to fit.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from tracker.demonstration.world import TrustType


@dataclass(frozen=True, slots=True)
class CastTrust:
    """A trust with a part to play.

    `system` counts within the region's systems, from 0; `towns` are those of its hospitals, the main one
    first.  `career` is its trust-level inspections: date of publication and overall rating (4 Outstanding
    to 1 Inadequate); the last one stands in the first month.
    """

    code: str
    name: str
    towns: tuple[str, ...]
    region_code: str
    system: int
    career: tuple[tuple[date, int], ...]
    type: TrustType = "general_acute"

    @property
    def rating(self) -> int:
        return self.career[-1][1]


@dataclass(frozen=True, slots=True)
class Rerating:
    """A service re-rated worse: listed `before` in month `month - 1`, `after` from `month` on (from 0)."""

    location_id: str
    hospital: str
    service: str
    domain: str
    before: str
    after: str
    published_on: date
    month: int


@dataclass(frozen=True, slots=True)
class Merger:
    """Two trusts that become a third; `month` (from 0) is the first file that shows it."""

    first: CastTrust
    second: CastTrust
    successor_code: str
    successor_name: str
    on: date
    month: int


@dataclass(frozen=True, slots=True)
class Reregistration:
    """A hospital that CQC registers anew under the same trust, with its ratings inherited."""

    trust: CastTrust
    old_id: str
    new_id: str
    on: date
    month: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two ratings of one service and domain published on the same date, both listed in every month."""

    location_id: str
    service: str
    domain: str
    words: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody with a part.

    `struggling` is rated Inadequate and has an inspection published on `struggling_inspected_on`;
    `worse` happens to it.  `successful` is a Good trust that mended itself from Inadequate.
    """

    struggling: CastTrust
    struggling_inspected_on: date
    successful: CastTrust
    worse: Rerating
    merger: Merger
    reregistration: Reregistration
    conflict: Conflict

    @property
    def trusts(self) -> tuple[CastTrust, ...]:
        """The trusts that exist in the first month."""
        return (
            self.struggling,
            self.successful,
            self.merger.first,
            self.merger.second,
            self.reregistration.trust,
        )


_REREGISTERED: Final = CastTrust(
    code="XP1",
    name="Vellanstead Hospitals NHS Trust",
    towns=("Vellanstead", "Madderford"),
    region_code="Y59",
    system=2,
    career=((date(2015, 6, 10), 2), (date(2018, 10, 3), 3)),
)

CAST: Final = Cast(
    struggling=CastTrust(
        code="XM1",
        name="Wetherbourne Hospitals NHS Trust",
        towns=("Wetherbourne", "Lornemere"),
        region_code="Y60",
        system=7,
        career=((date(2015, 3, 18), 2), (date(2019, 2, 27), 2), (date(2023, 5, 17), 1)),
    ),
    struggling_inspected_on=date(2025, 6, 12),
    successful=CastTrust(
        code="XM2",
        name="Rowanminster Hospitals NHS Foundation Trust",
        towns=("Rowanminster", "Teaselbridge"),
        region_code="Y60",
        system=8,
        career=((date(2014, 7, 16), 1), (date(2016, 11, 23), 2), (date(2019, 9, 11), 3)),
    ),
    worse=Rerating(
        location_id="XM101",
        hospital="Wetherbourne General Hospital",
        service="Surgery",
        domain="Safe",
        before="Good",
        after="Requires improvement",
        published_on=date(2025, 11, 18),
        month=1,
    ),
    merger=Merger(
        first=CastTrust(
            code="XN1",
            name="Kesterford Hospitals NHS Trust",
            towns=("Kesterford", "Sorrelholt"),
            region_code="Y62",
            system=0,
            career=((date(2015, 1, 21), 2), (date(2019, 5, 15), 2)),
        ),
        second=CastTrust(
            code="XN2",
            name="Inglewick General Hospital NHS Foundation Trust",
            towns=("Inglewick",),
            region_code="Y62",
            system=0,
            career=((date(2016, 2, 10), 3), (date(2020, 1, 29), 2)),
        ),
        successor_code="XN9",
        successor_name="Kesterford and Inglewick Hospitals NHS Foundation Trust",
        on=date(2026, 3, 16),
        month=5,
    ),
    reregistration=Reregistration(trust=_REREGISTERED, old_id="XP102", new_id="XP110", on=date(2026, 1, 12), month=3),
    conflict=Conflict(
        location_id="XP101",
        service="Critical care",
        domain="Responsive",
        words=("Good", "Requires improvement"),
    ),
)
