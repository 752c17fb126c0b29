"""Who exists: the trusts, their hospitals, their former selves, and the mark each will be given.

The numbers are those of mid 2016, when HSJ counted 179 trusts rated to date: 5 Outstanding, 53 Good, 109
Requires improvement, 12 Inadequate; 136 of them general acute, at 4, 41, 82 and 9.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import cycle, product
from random import Random
from typing import Final

from tracker.demonstration import names, places
from tracker.demonstration.cast import CAST, CastTrust
from tracker.demonstration.world import Site, Succession, System, Trust, TrustName, TrustType

RATED: Final = {4: 5, 3: 53, 2: 109, 1: 12}
RATED_GENERAL_ACUTE: Final = {4: 4, 3: 41, 2: 82, 1: 9}

_TRUSTS_BY_REGION: Final[dict[TrustType, dict[str, int]]] = {
    "general_acute": {"Y56": 20, "Y58": 15, "Y59": 19, "Y60": 26, "Y61": 15, "Y62": 22, "Y63": 19},
    "specialist_acute": {"Y56": 4, "Y59": 1, "Y60": 1, "Y62": 3},
    "mental_health": {"Y56": 4, "Y58": 2, "Y59": 3, "Y60": 4, "Y61": 2, "Y62": 2, "Y63": 1},
    "community": {"Y56": 1, "Y58": 1, "Y59": 2, "Y60": 1, "Y61": 1, "Y62": 1, "Y63": 1},
    "ambulance": {"Y56": 1, "Y58": 1, "Y59": 1, "Y60": 2, "Y61": 1, "Y62": 1, "Y63": 1},
}
_UNRATED: Final[tuple[tuple[TrustType, str, str], ...]] = (
    ("general_acute", "Y61", "Not yet inspected"),
    ("specialist_acute", "Y56", "Insufficient evidence to rate"),
    ("mental_health", "Y63", "No published rating"),
    ("community", "Y59", "Inspected but not rated"),
    ("ambulance", "Y58", "Not Rated"),
)
NEWLY_OPENED: Final = date(2025, 4, 1)
_FORMER: Final = (date(2012, 4, 1), date(2014, 10, 1), date(2017, 10, 1), date(2021, 10, 1))


@dataclass(frozen=True, slots=True)
class Estate:
    """Everybody who exists, and the overall mark of each rated trust in the first month.

    `marks` holds 4 to 1 by trust code; `unrated` the odd word of each trust that has no rating.
    """

    trusts: tuple[Trust, ...]
    trust_names: tuple[TrustName, ...]
    sites: tuple[Site, ...]
    successions: tuple[Succession, ...]
    site_successions: tuple[Succession, ...]
    marks: dict[str, int]
    unrated: dict[str, str]


class _Builder:
    """Gives out codes and towns while the estate is put together."""

    def __init__(self, rng: Random, systems: tuple[System, ...]) -> None:
        self.rng = rng
        self.care_systems = [system for system in systems if system.kind == "ICS"]
        in_the_cast = {trust.code for trust in CAST.trusts} | {CAST.merger.successor_code}
        self.codes = (code for code in _codes() if code not in in_the_cast)
        self.towns = names.towns(rng, without=frozenset(town for trust in CAST.trusts for town in trust.towns))
        self.trusts: list[Trust] = []
        self.trust_names: list[TrustName] = []
        self.sites: list[Site] = []

    def cast_trust(self, part: CastTrust) -> None:
        system = [s for s in self.care_systems if s.region_code == part.region_code][part.system]
        merging = {CAST.merger.first.code, CAST.merger.second.code}
        closed = CAST.merger.on if part.code in merging else None
        trust = self._trust(part.code, part.name, part.type, system, part.towns[0], date(2004, 4, 1), closed=closed)
        self.trust_names.append(TrustName(part.code, part.name.split(" NHS ")[0], None))
        for number, town in enumerate(part.towns, start=1):
            hospital = f"{town} General Hospital" if number == 1 else f"{town} Hospital"
            self._site(trust, number, town, hospital)

    def trust(self, trust_type: TrustType, system: System, opened: date) -> Trust:
        town, other = next(self.towns), next(self.towns)
        full, short = names.trust_name(self.rng, trust_type, town=town, other=other, county=system.county)
        trust = self._trust(next(self.codes), full, trust_type, system, town, opened)
        self.trust_names.append(TrustName(trust.code, short, None))
        if "Foundation" in full and self.rng.random() < 0.2 and opened < _FORMER[0]:
            former = full.replace("NHS Foundation Trust", "NHS Trust")
            self.trust_names.append(TrustName(trust.code, former, self.rng.choice(_FORMER)))
        if trust_type in {"mental_health", "community", "ambulance"}:
            self._site(trust, 1, town, f"{short} Headquarters")
            return trust
        count = self.rng.choice((1, 2, 2, 3)) if trust_type == "general_acute" else 1
        for number, place in enumerate((town, other, next(self.towns))[:count], start=1):
            self._site(trust, number, place, names.hospital_name(self.rng, place, first=number == 1))
        return trust

    def closed_trust(self, successor: Trust, on: date) -> Trust:
        town = next(self.towns)
        system = next(s for s in self.care_systems if s.code == successor.system_code)
        name = f"{town} Hospitals NHS Trust"
        return self._trust(next(self.codes), name, "general_acute", system, town, date(2001, 4, 1), closed=on)

    def merged_trust(self) -> Trust:
        merger = CAST.merger
        first = next(trust for trust in self.trusts if trust.code == merger.first.code)
        system = next(s for s in self.care_systems if s.code == first.system_code)
        trust = self._trust(
            merger.successor_code, merger.successor_name, "general_acute", system, first.town, merger.on
        )
        self.trust_names.append(TrustName(trust.code, "Kesterford and Inglewick", None))
        return trust

    def _trust(
        self,
        code: str,
        name: str,
        trust_type: TrustType,
        system: System,
        town: str,
        opened: date,
        *,
        closed: date | None = None,
    ) -> Trust:
        latitude, longitude = places.near(self.rng, system)
        trust = Trust(
            code=code,
            name=name,
            type=trust_type,
            region_code=system.region_code,
            system_code=system.code,
            county=system.county,
            town=town,
            latitude=latitude,
            longitude=longitude,
            opened=opened,
            closed=closed,
        )
        self.trusts.append(trust)
        return trust

    def _site(self, trust: Trust, number: int, town: str, name: str) -> None:
        self.sites.append(
            Site(
                id=f"{trust.code}{number:02}",
                trust_code=trust.code,
                name=name,
                town=town,
                postcode=names.postcode(self.rng),
                opened=trust.opened,
                closed=trust.closed,
            )
        )


def build_estate(rng: Random, systems: tuple[System, ...]) -> Estate:
    """All trusts and hospitals, open and closed, with marks that add up to `RATED`."""
    builder = _Builder(rng, systems)
    for part in CAST.trusts:
        builder.cast_trust(part)
    for trust_type, trust_counts in _TRUSTS_BY_REGION.items():
        for region_code, count in trust_counts.items():
            taken = sum(part.type == trust_type and part.region_code == region_code for part in CAST.trusts)
            within = [s for s in builder.care_systems if s.region_code == region_code]
            rng.shuffle(within)
            for _, system in zip(range(count - taken), cycle(within), strict=False):
                builder.trust(trust_type, system, date(rng.randint(2001, 2012), 4, 1))
    marks = _marks(rng, builder.trusts)
    unrated = {}
    for trust_type, region_code, word in _UNRATED:
        # One trust of a county-wide type in a system: two would bear the same name.
        crowded = {t.system_code for t in builder.trusts if t.type == trust_type != "general_acute"}
        within = [s for s in builder.care_systems if s.region_code == region_code]
        system = next((s for s in within if s.code not in crowded), within[0])
        unrated[builder.trust(trust_type, system, NEWLY_OPENED).code] = word
    successions = _successions(rng, builder, marks)
    site_successions = _site_successions(builder)
    return Estate(
        trusts=tuple(sorted(builder.trusts, key=lambda trust: trust.code)),
        trust_names=tuple(builder.trust_names),
        sites=tuple(sorted(builder.sites, key=lambda site: site.id)),
        successions=tuple(successions),
        site_successions=tuple(site_successions),
        marks=marks,
        unrated=unrated,
    )


def _codes() -> Iterator[str]:
    """X, a letter, a figure: no trust's code begins with X."""
    return (f"X{letter}{figure}" for letter, figure in product("ABCDEFGHJKLMNPQRSTUVWYZ", range(1, 10)))


def _marks(rng: Random, trusts: list[Trust]) -> dict[str, int]:
    """An overall mark for each trust, in exactly the published numbers, the cast keeping its own."""
    marks = {part.code: part.rating for part in CAST.trusts}
    others = {mark: count - RATED_GENERAL_ACUTE[mark] for mark, count in RATED.items()}
    for acute, wanted in ((True, RATED_GENERAL_ACUTE), (False, others)):
        group = [trust.code for trust in trusts if (trust.type == "general_acute") is acute]
        given = [marks[code] for code in group if code in marks]
        deck = [mark for mark, count in wanted.items() for _ in range(count - given.count(mark))]
        rng.shuffle(deck)
        marks |= zip([code for code in group if code not in marks], deck, strict=True)
    return marks


def _successions(rng: Random, builder: _Builder, marks: dict[str, int]) -> list[Succession]:
    """Mergers of years gone by, one break-up, and the merger that happens during the twelve months."""
    cast = {part.code for part in CAST.trusts}
    acute = [t for t in builder.trusts if t.type == "general_acute" and t.code in marks]
    *heirs, broken_up_to = rng.sample([trust for trust in acute if trust.code not in cast], 5)
    found = []
    for heir, year in zip(heirs, (2014, 2017, 2018, 2021), strict=True):
        on = date(year, 10, 1)
        found.append(Succession(builder.closed_trust(heir, on).code, heir.code, on, "merger"))
    on = date(2020, 10, 1)
    closed = builder.closed_trust(broken_up_to, on)
    neighbour = next(
        trust
        for trust in acute
        if trust.region_code == broken_up_to.region_code
        and trust.code not in cast | {broken_up_to.code, *(heir.code for heir in heirs)}
    )
    found += (Succession(closed.code, heir.code, on, "division") for heir in (broken_up_to, neighbour))
    merged = builder.merged_trust()
    for part in (CAST.merger.first, CAST.merger.second):
        found.append(Succession(part.code, merged.code, CAST.merger.on, "merger"))
    return found


def _site_successions(builder: _Builder) -> list[Succession]:
    """The merged trust's hospitals under their new ids, and the one hospital that is registered anew."""
    merger, anew = CAST.merger, CAST.reregistration
    found = []
    moving = [s for s in builder.sites if s.trust_code in {merger.first.code, merger.second.code}]
    for number, site in enumerate(sorted(moving, key=lambda site: site.id), start=1):
        new_id = f"{merger.successor_code}{number:02}"
        builder.sites.append(Site(new_id, merger.successor_code, site.name, site.town, site.postcode, merger.on))
        found.append(Succession(site.id, new_id, merger.on, "merger"))
    old = next(site for site in builder.sites if site.id == anew.old_id)
    builder.sites[builder.sites.index(old)] = Site(
        old.id, old.trust_code, old.name, old.town, old.postcode, old.opened, anew.on
    )
    builder.sites.append(Site(anew.new_id, old.trust_code, old.name, old.town, old.postcode, anew.on))
    found.append(Succession(anew.old_id, anew.new_id, anew.on, "re-registration"))
    return found
