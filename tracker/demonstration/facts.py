"""Dated facts about the invented trusts: size, teaching, rural, records, oversight; and their systems."""

from datetime import date
from random import Random
from typing import Final

from tracker.demonstration.cast import CAST
from tracker.demonstration.estate import Estate
from tracker.demonstration.places import ICS_SINCE
from tracker.demonstration.world import Membership, System, TrustFact

_SEGMENTS_FROM: Final = date(2021, 7, 1)
_NEW_SEGMENTS_FROM: Final = date(2025, 9, 9)
"""The 2025/26 NHS Oversight Framework brought segments 1 to 5; until then there were four."""

_SEGMENTS: Final = {4: (1, 1, 2), 3: (2, 2, 3, 1), 2: (3, 3, 2, 4), 1: (4, 5)}
_RECORD_SYSTEMS: Final = (
    "Lanternfield EPR",
    "Oakhouse Records",
    "Ward & Clinic 6",
    "Paper and local systems",
)
_RURAL_REGIONS: Final = {"Y58": 0.5, "Y60": 0.25, "Y61": 0.35, "Y63": 0.25, "Y59": 0.2, "Y62": 0.15}


def trust_facts(rng: Random, estate: Estate) -> tuple[TrustFact, ...]:
    """Every fact of every trust, oldest first within a kind."""
    hospitals: dict[str, int] = {}
    for site in estate.sites:
        hospitals[site.trust_code] = hospitals.get(site.trust_code, 0) + 1
    facts: list[TrustFact] = []
    for trust in estate.trusts:
        if trust.code not in hospitals:
            continue
        count = hospitals[trust.code]
        size = ("small", "medium", "large")[min(count, 3) - 1] if trust.type == "general_acute" else "medium"
        teaching = "Teaching" in trust.name or "University" in trust.name
        rural = rng.random() < _RURAL_REGIONS.get(trust.region_code, 0.0)
        record_system = rng.choice(_RECORD_SYSTEMS)
        facts += (
            TrustFact(trust.code, "size", size, trust.opened, None),
            TrustFact(trust.code, "teaching", "yes" if teaching else "no", trust.opened, None),
            TrustFact(trust.code, "rural", "yes" if rural else "no", trust.opened, None),
            TrustFact(trust.code, "record_system", record_system, max(trust.opened, date(2019, 6, 1)), None),
        )
        if trust.code in estate.marks:
            facts += _oversight(rng, trust.code, estate.marks[trust.code])
    return tuple(facts)


def _oversight(rng: Random, code: str, mark: int) -> list[TrustFact]:
    before = min(4, rng.choice(_SEGMENTS[mark]))
    now = rng.choice(_SEGMENTS[mark])
    if code == CAST.struggling.code:
        before, now = 4, 5
    facts = [
        TrustFact(code, "segment", str(before), _SEGMENTS_FROM, _NEW_SEGMENTS_FROM),
        TrustFact(code, "segment", str(now), _NEW_SEGMENTS_FROM, None),
    ]
    if before == 4:
        facts.append(TrustFact(code, "programme", "Recovery Support Programme", date(2023, 7, 1), _NEW_SEGMENTS_FROM))
    if now == 5:
        facts.append(TrustFact(code, "programme", "Provider Improvement Programme", _NEW_SEGMENTS_FROM, None))
    if code == CAST.successful.code:
        facts.append(TrustFact(code, "programme", "Special measures", date(2014, 7, 16), date(2016, 11, 23)))
    return facts


def memberships(estate: Estate, systems: tuple[System, ...]) -> tuple[Membership, ...]:
    """Each trust's partnership while there were partnerships, then its care system."""
    found = []
    for trust in estate.trusts:
        system = next(s for s in systems if s.code == trust.system_code)
        partnerships = [s for s in systems if s.kind == "STP" and s.county == system.county]
        since = max(trust.opened, ICS_SINCE)
        if partnerships and trust.opened < ICS_SINCE:
            # Where two partnerships became one system, the trusts east of its centre came from the first.
            partnership = partnerships[0 if trust.longitude >= system.longitude else -1]
            until = min(trust.closed or ICS_SINCE, ICS_SINCE)
            if until > partnership.valid_from:
                start = max(trust.opened, partnership.valid_from)
                found.append(Membership(trust.code, partnership.code, start, until))
        if trust.closed is None or trust.closed > since:
            found.append(Membership(trust.code, system.code, since, trust.closed))
    return tuple(found)
