"""An invented England for pairing: trusts with ratings as an import leaves them, few or many."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from tracker.ratings.models import (
    CurrentRating,
    ImportEvent,
    RatedDomain,
    RatedOrganisation,
    RatedService,
    RatingImport,
    RatingRecord,
    RatingsSource,
)
from tracker.trusts.models import Region, Site, System, Trust, TrustFact

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
AS_AT = date(2026, 11, 2)
RECENT = date(2025, 3, 9)
DOMAINS = {
    "overall": "Overall",
    "safe": "Safe",
    "effective": "Effective",
    "caring": "Caring",
    "responsive": "Responsive",
    "well_led": "Well-led",
}
WORDS = {1: "Inadequate", 2: "Requires improvement", 3: "Good", 4: "Outstanding"}
Told = tuple[date, int]  # published on, rating


@dataclass
class England:
    """Ratings to be written: `rate` remembers them, `save` writes them all in a few statements."""

    as_at: date = AS_AT
    current: list[CurrentRating] = field(default_factory=list)
    records: list[RatingRecord] = field(default_factory=list)
    services: dict[str, RatedService] = field(default_factory=dict)
    domains: dict[str, RatedDomain] = field(default_factory=dict)
    organisations: dict[tuple[str, str], RatedOrganisation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        source = RatingsSource.objects.create(name="Files", kind="by_hand", scope="bulk")
        self.rating_import = RatingImport.objects.create(
            source=source,
            file_name="ratings.csv",
            stored_name="ratings",
            size=1,
            sha256="0" * 64,
            as_at=self.as_at,
            state="applied",
            requested_at=NOW,
        )
        self.event = ImportEvent.objects.create(rating_import=self.rating_import, kind="applied", at=NOW)
        for key, name in DOMAINS.items():
            self.domains[key] = RatedDomain.objects.create(key=key, name=name)

    def service(self, name: str) -> RatedService:
        if name not in self.services:
            self.services[name] = RatedService.objects.create(key=name.lower().replace(" ", "_"), name=name)
        return self.services[name]

    def organisation(self, trust: Trust, site: Site | None) -> RatedOrganisation:
        level, place, cqc_id = ("location", site, site.cqc_id) if site else ("provider", trust, trust.code)
        if (level, cqc_id) not in self.organisations:
            self.organisations[level, cqc_id] = RatedOrganisation.objects.create(
                level=level, cqc_id=cqc_id, name=str(place), trust=trust, site=site
            )
        return self.organisations[level, cqc_id]

    def rate(
        self,
        trust: Trust,
        service: str,
        domain: str,
        *told: Told,
        site: Site | None = None,
        **flags: object,
    ) -> None:
        """What was published of one cell through time, the last of it current.  `flags`: columns of the current
        row (inherited, counted, superseded, disputed, state)."""
        organisation = self.organisation(trust, site)
        cell = {"organisation": organisation, "service": self.service(service), "domain": self.domains[domain]}
        for published_on, rating in told:
            values = {
                "state": "rated", "rating": rating, "word": WORDS[rating], "published_on": published_on,
                "in_force_from": published_on, "inherited": flags.get("inherited", "N"),
            }  # fmt: skip
            self.records.append(
                RatingRecord(**cell, **values, rating_import=self.rating_import, event=self.event, scope="bulk")
            )
        now = {**values, "scope": "bulk", "level": organisation.level, "trust": trust, "site": site, **flags}
        self.current.append(CurrentRating(**cell, **now, record_id=len(self.records)))

    def rate_as_a_whole(self, trust: Trust, overall: int, well_led: int | None = 3) -> None:
        self.rate(trust, "Overall", "overall", (RECENT, overall))
        if well_led:
            self.rate(trust, "Overall", "well_led", (RECENT, well_led))

    def save(self) -> None:
        RatingRecord.objects.bulk_create(self.records, batch_size=5000)
        CurrentRating.objects.bulk_create(self.current, batch_size=5000)
        self.records, self.current = [], []


def fact(
    trust: Trust, kind: str, value: str, *, valid_from: date = date(2020, 1, 1), until: date | None = None
) -> None:
    TrustFact.objects.create(
        trust=trust, kind=kind, value=value, valid_from=valid_from, valid_to=until, source="invented"
    )


def small_england() -> tuple[England, dict[str, Trust]]:
    """Two trusts in need (one in more), two that may help, one Good trust that has turned nothing round."""
    region = Region.objects.create(code="YW", name="Western England")
    system = System.objects.create(code="QW1", name="Moors and Coast", kind="ICS", region=region)
    places = {
        "ZNA": ("Netherby Hospitals NHS Trust", 54.6, -2.8),
        "ZNB": ("Brackley Moor NHS Trust", 54.2, -2.1),
        "ZHA": ("Harbour and Haven NHS Foundation Trust", 54.4, -2.6),
        "ZHB": ("Highfield NHS Foundation Trust", 53.1, -1.2),
        "ZHC": ("Hollins NHS Trust", 53.5, -1.4),
    }
    trusts = {
        code: Trust.objects.create(
            code=code, name=name, type="general_acute", region=region, system=system, latitude=north, longitude=east
        )
        for code, (name, north, east) in places.items()
    }
    england = England()
    inadequate, improving, outstanding, turned, still = trusts.values()
    england.rate_as_a_whole(inadequate, 1, 2)
    england.rate(inadequate, "Surgery", "safe", (RECENT, 1))
    england.rate(inadequate, "Surgery", "caring", (RECENT, 2))
    england.rate_as_a_whole(improving, 2)
    england.rate(improving, "Surgery", "safe", (RECENT, 2))
    england.rate(improving, "Surgery", "caring", (RECENT, 3))
    england.rate_as_a_whole(outstanding, 4, 4)
    england.rate(outstanding, "Surgery", "safe", (RECENT, 4))
    england.rate(outstanding, "Surgery", "caring", (RECENT, 3))
    england.rate_as_a_whole(turned, 3)
    england.rate(turned, "Surgery", "safe", (date(2020, 6, 1), 1), (RECENT, 3))
    england.rate_as_a_whole(still, 3)
    england.rate(still, "Surgery", "safe", (date(2020, 6, 1), 3), (RECENT, 3))
    england.save()
    return england, trusts


def large_england(needing: int, helping: int, *, services: Sequence[str], sites: int = 2, seed: int = 7) -> None:
    """`needing` trusts rated below Good, then `helping` that may help, with `sites` hospitals each."""
    dice = random.Random(seed)
    region = Region.objects.create(code="YZ", name="England")
    systems = [System.objects.create(code=f"QZ{n}", name=f"System {n}", kind="ICS", region=region) for n in range(40)]
    trusts = Trust.objects.bulk_create(
        Trust(
            code=f"Z{number:03}", name=f"Trust {number:03}", type=dice.choice(Trust.Type.values),
            region=region, system=dice.choice(systems), latitude=dice.uniform(50.5, 55), longitude=dice.uniform(-4, 1),
        )
        for number in range(needing + helping)
    )  # fmt: skip
    hospitals = Site.objects.bulk_create(
        Site(cqc_id=f"{trust.code}{n:02}", name=f"Hospital {n} of {trust}", trust=trust)
        for trust in trusts
        for n in range(sites)
    )
    england = England()
    for trust in trusts[:needing]:
        england.rate_as_a_whole(trust, dice.choice((1, 2, 2)), dice.choice((1, 2, 3)))
    for trust in trusts[needing:]:
        england.rate_as_a_whole(trust, dice.choice((3, 4)))
    strong = {trust.pk for trust in trusts[needing:]}
    for hospital in hospitals:
        for service in services:
            for domain in list(DOMAINS)[1:]:
                _rate_a_cell(england, dice, hospital, service, domain, strong=hospital.trust_id in strong)
    for trust in trusts[needing:]:
        england.rate(trust, "Pharmacy", "safe", (date(2019, 1, 1), 2), (RECENT, 3))
    england.save()


def _rate_a_cell(
    england: England, dice: random.Random, hospital: Site, service: str, domain: str, *, strong: bool
) -> None:
    ratings: Iterable[int] = (2, 3, 3, 4) if strong else (1, 2, 2, 3, 3, 3)
    earlier = (date(dice.randint(2015, 2019), dice.randint(1, 12), 1), dice.choice((1, 2, 3)))
    latest = (date(dice.randint(2020, 2025), dice.randint(1, 12), 15), dice.choice(list(ratings)))
    england.rate(hospital.trust, service, domain, earlier, latest, site=hospital)
