"""From a round's inputs to its outcome: needs, lawful pairs, fits, the exact plan, verified.

A pure function of the text, so the same text always gives the same plan to the byte.  The last few
outcomes are kept, because every page that prices an alternative needs the whole of one.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from peerreview.pairing.collecting import collector_paused
from peerreview.pairing.eligibility import Context, SameSystem, Standing, sift
from peerreview.pairing.explaining import Outcome
from peerreview.pairing.fit import FULL_FIT, Character, Fit, Helper, Rise, Weights, fit_of
from peerreview.pairing.geography import Journey, Place, estimated_journey
from peerreview.pairing.matching import Pair, Problem, solve, verify
from peerreview.pairing.need import Cell, Need, need_of
from peerreview.pairing.scoring import Scorer, helper_side, trust_side


class Working(Mapping[Pair, Fit]):
    """The fits of a round with their words, each made when it is first asked for.

    Also holds what they are made of: `needs` by trust, and `reasons`, why each helper is one.  `unmatched`
    are trusts that need help by their overall rating and have no rated weakness to match on.
    """

    def __init__(self, inputs: dict[str, Any]) -> None:
        self.today = date.fromisoformat(inputs["today"])
        self.weights = Weights(**{**inputs["weights"], "dated": date.fromisoformat(inputs["weights"]["dated"])})
        self.same_system = SameSystem(inputs["limits"]["same_system"])
        self.trusts: dict[str, dict[str, Any]] = inputs["trusts"]
        self.reasons: dict[str, str] = inputs["helping"]
        cells = _cells_by_trust(inputs)
        needs = {code: need_of(cells[code]) for code in inputs["needing"]}
        self.needs: dict[str, Need] = {code: need for code, need in needs.items() if need.score}
        self.unmatched: dict[str, Need] = {code: need for code, need in needs.items() if not need.score}
        self.characters = {code: _character(facts) for code, facts in self.trusts.items()}
        self.places = {code: _place(facts) for code, facts in self.trusts.items()}
        self.helpers = {
            code: Helper(
                cells=cells[code],
                character=self.characters[code],
                rises=_rises(inputs, code),
                offers_in_general=True,
                offers_known=False,
            )
            for code in inputs["helping"]
        }
        self.lawful: tuple[Pair, ...] = ()
        self._made: dict[Pair, Fit] = {}

    def journey(self, trust: str, helper: str) -> Journey | None:
        here, there = self.places[trust], self.places[helper]
        return None if here is None or there is None else estimated_journey(here, there)

    def scores(self) -> dict[Pair, int]:
        """The score, 0 to 1,000, of every lawful pair."""
        scorer = Scorer(self.weights, self.same_system)
        trusts = {code: trust_side(need, self.characters[code]) for code, need in self.needs.items()}
        helpers = {code: helper_side(helper, self.today) for code, helper in self.helpers.items()}
        scores = {}
        for trust, helper in self.lawful:
            journey = self.journey(trust, helper)
            minutes = journey.minutes if journey else None
            scores[trust, helper] = scorer.score(trusts[trust], helpers[helper], minutes)
        return scores

    def __getitem__(self, pair: Pair) -> Fit:
        if pair not in self._made:
            trust, helper = pair
            self._made[pair] = fit_of(
                self.needs[trust],
                self.characters[trust],
                self.helpers[helper],
                journey=self.journey(trust, helper),
                weights=self.weights,
                today=self.today,
                same_system=self.same_system,
            )
        return self._made[pair]

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.lawful)

    def __len__(self) -> int:
        return len(self.lawful)


@lru_cache(maxsize=2)
@collector_paused()
def outcome_of(text: str) -> tuple[Outcome, Working]:
    """The solved and verified round of `text` (see `inputs`), with its fits.

    Raises ImpossibleRoundError or UnsoundPlanError: then nothing may be saved or shown.
    """
    inputs = json.loads(text)
    working = Working(inputs)
    room, needs = inputs["limits"]["room"], working.needs
    helpers = [_standing(working.trusts[code], room) for code in working.helpers]
    context = Context(
        today=working.today,
        lineage=inputs["lineage"],
        mergers={(one, other): fact for one, other, fact in inputs["mergers"]},
        same_system=working.same_system,
    )
    sifted = sift((_standing(working.trusts[code]) for code in needs), helpers, context)
    working.lawful = sifted.lawful
    problem = Problem(
        needs=tuple((code, need.score) for code, need in needs.items()),
        helpers=tuple((helper.code, helper.room) for helper in helpers),
        points={
            (trust, helper): needs[trust].score * score // FULL_FIT
            for (trust, helper), score in working.scores().items()
        },
        previous=frozenset((trust, helper) for trust, helper in inputs["previous"]),
        keep=inputs["limits"]["keep"],
        band=inputs["limits"]["band"],
        salt=inputs["salt"],
    )
    plan = solve(problem)
    verify(problem, plan)
    names = {code: facts["name"] for code, facts in working.trusts.items()}
    return Outcome(problem=problem, plan=plan, fits=working, blocked=sifted.blocked, names=names), working


def _cells_by_trust(inputs: dict[str, Any]) -> dict[str, tuple[Cell, ...]]:
    services, domains = inputs["services"], inputs["domains"]
    days: dict[str, date | None] = {"": None}
    cells: dict[str, tuple[Cell, ...]] = {}
    for code, facts in inputs["trusts"].items():
        own = []
        for service, domain, rating, published_on, inherited, acquired in facts["rated"]:
            if published_on not in days:
                days[published_on] = date.fromisoformat(published_on)
            day = days[published_on]
            own.append(Cell(services[service], domains[domain], rating or None, day, bool(inherited), bool(acquired)))
        cells[code] = tuple(own)
    return cells


def _rises(inputs: dict[str, Any], code: str) -> tuple[Rise, ...]:
    services, domains = inputs["services"], inputs["domains"]
    return tuple(
        Rise(services[service], domains[domain], before, after, date.fromisoformat(published_on))
        for service, domain, before, after, published_on in inputs["rises"].get(code, [])
    )


def _character(facts: dict[str, Any]) -> Character:
    return Character(**{key: facts[key] for key in ("kind", "size", "size_band", "teaching", "rural", "system")})


def _place(facts: dict[str, Any]) -> Place | None:
    latitude, longitude = facts["latitude"], facts["longitude"]
    return None if latitude is None or longitude is None else Place(latitude, longitude)


def _standing(facts: dict[str, Any], room: int = 0) -> Standing:
    return Standing(
        code=facts["code"],
        name=facts["name"],
        overall=facts["overall"],
        well_led=facts["well_led"],
        segment=facts["segment"],
        in_programme=bool(facts["programme"]),
        system=facts["system"],
        room=room,
        offers_in_general=room > 0,
    )
