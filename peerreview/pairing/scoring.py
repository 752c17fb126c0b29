"""The fit of every lawful pair as a number alone: the same figures as `fit.fit_of`, without its words.

A round of 250 trusts and 60 helpers has 15,000 pairs and shows the working of a few hundred, so what
depends on one side only is worked out once for it, and words are made for the pairs that are shown.
A property test holds the two to the same score.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from peerreview.pairing.eligibility import SameSystem
from peerreview.pairing.fit import (
    COVER_BY_RATING,
    OFFER_IN_GENERAL,
    OFFER_IN_WEAK_SERVICE,
    UNKNOWN_PERCENT,
    Character,
    Helper,
    ServiceAndDomain,
    Weights,
    freshness,
    part_points,
    reach_percent,
    size_percent,
)
from peerreview.pairing.need import Need

Likeness = tuple[Any, ...]  # kind, size, size band, teaching, rural; None where not known


@dataclass(frozen=True, slots=True)
class TrustSide:
    """What a trust in need brings to each of its pairs: `shortfalls` by service and domain, all sites together."""

    shortfalls: tuple[tuple[ServiceAndDomain, int], ...]
    shortfall: int
    services: frozenset[str]
    system: str | None
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class HelperSide:
    """What a helper brings: `covers` is value x freshness (0 to 10,000) of its own ratings that cover."""

    covers: Mapping[ServiceAndDomain, int]
    turned: frozenset[ServiceAndDomain]
    offered_services: frozenset[str]
    offers: int
    system: str | None
    likeness: Likeness


def trust_side(need: Need, character: Character) -> TrustSide:
    shortfalls: Counter[ServiceAndDomain] = Counter()
    for cell in need.weak:
        shortfalls[cell.service, cell.domain] += cell.shortfall
    services = frozenset(cell.service for cell in need.weak)
    return TrustSide(tuple(shortfalls.items()), need.shortfall, services, character.system, _likeness(character))


def helper_side(helper: Helper, today: date) -> HelperSide:
    covers = {
        key: COVER_BY_RATING[cell.rating] * freshness(cell.published_on, today)
        for key, cell in helper.strengths.items()
        if cell.rating in COVER_BY_RATING
    }
    offers = OFFER_IN_GENERAL if helper.offers_in_general or not helper.offers_known else 0
    return HelperSide(
        covers,
        frozenset(helper.turnarounds),
        helper.offered_services,
        offers,
        helper.character.system,
        _likeness(helper.character),
    )


def _likeness(character: Character) -> Likeness:
    return (character.kind, character.size, character.size_band, character.teaching, character.rural)


class Scorer:
    """Scores pairs, 0 to 1,000, under one set of weights and one switch for pairs within a system."""

    def __init__(self, weights: Weights, same_system: SameSystem = SameSystem.ASK) -> None:
        self.weights = weights
        self.prefers_own_system = same_system is SameSystem.PREFER
        # The points of each part at each whole per cent, so that scoring a pair divides nothing.
        self._alike_known: dict[tuple[Likeness, Likeness], int] = {}
        self.points = {key: [part_points(weights, key, percent) for percent in range(101)] for key in weights.parts}

    def score(self, trust: TrustSide, helper: HelperSide, minutes: int | None) -> int:
        """The score of one lawful pair; `minutes` by road, None where a place is not known."""
        covered = turned = 0
        covers, rises = helper.covers, helper.turned
        for key, shortfall in trust.shortfalls:
            if key in covers:
                covered += shortfall * covers[key]
            if key in rises:
                turned += shortfall
        whole, points = trust.shortfall, self.points
        reach = UNKNOWN_PERCENT if minutes is None else reach_percent(minutes)
        if self.prefers_own_system and trust.system and trust.system == helper.system:
            reach = 100
        offers = helper.offers if trust.services.isdisjoint(helper.offered_services) else OFFER_IN_WEAK_SERVICE
        return (
            points["cover"][covered // (whole * 100) if whole else 0]
            + points["own_turnaround"][100 * turned // whole if whole else 0]
            + points["alike"][self._alike(trust.likeness, helper.likeness)]
            + points["reach"][reach]
            + points["offer"][offers]
        )

    def _alike(self, trust: Likeness, helper: Likeness) -> int:
        """Per cent of likeness, weighed.  Few trusts differ in these, so most answers are known already."""
        if (known := self._alike_known.get((trust, helper))) is not None:
            return known
        both = [None if None in pair else pair for pair in zip(trust, helper, strict=True)]
        kind, size, size_band, teaching, rural = both
        sizes = size or size_band
        by_type, by_size, by_teaching, by_rural = self.weights.likenesses
        gained = by_size * (size_percent(*sizes) if sizes else UNKNOWN_PERCENT)
        for weight, pair in ((by_type, kind), (by_teaching, teaching), (by_rural, rural)):
            gained += weight * (UNKNOWN_PERCENT if pair is None else 100 * (pair[0] == pair[1]))
        return self._alike_known.setdefault((trust, helper), gained // sum(self.weights.likenesses))
