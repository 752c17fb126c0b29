"""Invented pairing rounds: small ones for hypothesis, larger ones from a seed."""

import random
from hashlib import blake2b
from itertools import product

from hypothesis import strategies as st

from peerreview.pairing.matching import Pair, Plan, Problem

Standing = tuple[tuple[int, ...], int, int]


@st.composite
def rounds(draw: st.DrawFn, pinned: bool = True, trusts: int = 4, helpers: int = 4) -> Problem:
    """A round small enough to try every plan, with few distinct numbers, so that ties are common."""
    coarse = st.integers(0, 20).map(lambda step: step * 50)
    needs = tuple((f"T{n}", draw(coarse)) for n in range(draw(st.integers(1, trusts))))
    places = tuple((f"H{n}", draw(st.integers(0, 2))) for n in range(draw(st.integers(0, helpers))))
    points: dict[Pair, int] = {}
    for (trust, need), (helper, _) in product(needs, places):
        share = draw(st.sampled_from([None, 0, 30, 50, 70, 100]))
        if share is not None:
            points[trust, helper] = need * share // 100
    lawful = sorted(points)
    previous = frozenset(draw(st.lists(st.sampled_from(lawful), max_size=3))) if lawful else frozenset()
    pins: set[Pair] = set()
    if lawful and pinned:
        free = dict(places)
        for trust, helper in draw(st.lists(st.sampled_from(lawful), max_size=2)):
            if free[helper] and trust not in {taken for taken, _ in pins}:
                pins.add((trust, helper))
                free[helper] -= 1
    return Problem(
        needs=needs,
        helpers=places,
        points=points,
        pins=frozenset(pins),
        previous=previous,
        keep=draw(st.sampled_from([0, 25, 300])),
        salt=draw(st.sampled_from(["autumn", "spring"])),
    )


def seeded_round(seed: int, trusts: int, helpers: int, *, band: int = 100, lawful: float = 0.7) -> Problem:
    """A larger round, the same for the same seed."""
    dice = random.Random(seed)
    needs = tuple((f"T{n:03}", dice.randint(0, 1000)) for n in range(trusts))
    places = tuple((f"H{n:03}", dice.randint(0, 3)) for n in range(helpers))
    points = {
        (trust, helper): need * dice.randint(0, 100) // 100
        for (trust, need), (helper, _) in product(needs, places)
        if dice.random() < lawful
    }
    free = dict(places)
    pins = set()
    for trust, _ in needs[: trusts // 5]:
        open_to = [helper for helper in free if free[helper] and (trust, helper) in points]
        if open_to:
            helper = dice.choice(open_to)
            pins.add((trust, helper))
            free[helper] -= 1
    previous = frozenset(dice.sample(sorted(points), min(len(points), trusts // 4)))
    return Problem(
        needs=needs,
        helpers=places,
        points=points,
        pins=frozenset(pins),
        previous=previous,
        band=band,
        salt=f"round {seed}",
    )


def standing(problem: Problem, pairs: frozenset[Pair]) -> Standing:
    """A plan judged from the published order alone; smaller is better.

    (trusts per band of need left, worst band first; points lost to sight as a negative; sum of hashes).
    """
    met = {trust: problem.points[trust, helper] for trust, helper in pairs}
    worst = max(1000 // problem.band, 1)
    bands = [0] * (worst + 1)
    for trust, need in problem.needs:
        bands[worst - (need - met.get(trust, 0)) // problem.band] += 1
    value = sum(met.values()) + problem.keep * len(pairs & problem.previous)
    return tuple(bands[:-1]), -value, sum(_hash(problem.salt, *pair) for pair in pairs)


def every_plan(problem: Problem) -> list[frozenset[Pair]]:
    """Every lawful plan of a small round that keeps its pins and everybody's room."""
    options: list[list[str | None]] = []
    for trust, _ in problem.needs:
        pinned: list[str | None] = [helper for pinned, helper in problem.pins if pinned == trust]
        options.append(pinned or [None, *(h for h, _ in problem.helpers if (trust, h) in problem.points)])
    plans = []
    for chosen in product(*options):
        if all(chosen.count(helper) <= room for helper, room in problem.helpers):
            trusts = [trust for trust, _ in problem.needs]
            plans.append(frozenset((t, h) for t, h in zip(trusts, chosen, strict=True) if h is not None))
    return plans


def worth(problem: Problem, plan: Plan) -> tuple[tuple[int, ...], int]:
    """The first two aims only: what the tie-break may not change."""
    return standing(problem, plan.pairs)[:2]


def _hash(*words: str) -> int:
    return int(blake2b("\0".join(words).encode(), digest_size=4).hexdigest(), 16)
