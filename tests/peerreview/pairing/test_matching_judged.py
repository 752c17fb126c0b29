"""The matching against independent solvers on rounds too large to try every plan, and on many random ones."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp

from peerreview.pairing.matching import (
    Change,
    Problem,
    all_alternatives,
    alternatives,
    canonical_bytes,
    change_between,
    one_more_place,
    solve,
    verify,
)
from tests.peerreview.pairing.rounds import seeded_round, standing, worth


@pytest.mark.parametrize("seed", range(12))
def test_the_assignment_solver_finds_nothing_better(seed: int) -> None:
    """Three wide bands keep the whole objective below 2**53, where a float is still an exact integer."""
    problem = seeded_round(seed, trusts=40, helpers=12, band=400)
    needs, pins = dict(problem.needs), dict(problem.pins)
    trusts = sorted(needs)
    seats = [helper for helper, room in problem.helpers for _ in range(room)] + [None] * len(trusts)
    spread = len(trusts) * (1000 + problem.keep) + 1
    forbidden = spread * (len(trusts) + 1) ** 3
    assert forbidden * len(trusts) < 2**53
    cost = np.full((len(trusts), len(seats)), forbidden, dtype=np.float64)
    for row, trust in enumerate(trusts):
        for column, helper in enumerate(seats):
            if pins.get(trust, helper) != helper or (helper and (trust, helper) not in problem.points):
                continue
            met = problem.points[trust, helper] if helper else 0
            band = (needs[trust] - met) // problem.band
            value = met + problem.keep * ((trust, helper) in problem.previous)
            cost[row, column] = ((len(trusts) + 1) ** (band - 1) if band else 0) * spread - value
    rows, columns = linear_sum_assignment(cost)
    assert cost[rows, columns].max() < forbidden
    judged = frozenset((trusts[r], h) for r, c in zip(rows, columns, strict=True) if (h := seats[c]))
    assert worth(problem, solve(problem)) == standing(problem, judged)[:2]


@pytest.mark.parametrize("seed", range(4))
def test_integer_programming_in_passes_agrees_aim_by_aim(seed: int) -> None:
    """HiGHS fixes the count of each band, worst first, then the points: no weights at all."""
    problem = seeded_round(100 + seed, trusts=15, helpers=6)
    needs, pins = dict(problem.needs), dict(problem.pins)
    options: list[tuple[str, str | None]] = [(t, h) for t, h in problem.points if pins.get(t, h) == h]
    options += [(trust, None) for trust in needs if trust not in pins]
    met = [problem.points[t, h] if h else 0 for t, h in options]
    each = [[float(t == trust) for t, _ in options] for trust in needs]
    full = [[float(h == helper) for _, h in options] for helper, _ in problem.helpers]
    limits = [
        LinearConstraint(np.array(each), 1, 1),
        LinearConstraint(np.array(full), -np.inf, [room for _, room in problem.helpers]),
    ]
    counts = []
    for band in range(10, 0, -1):
        row = np.array([float((needs[t] - m) // 100 == band) for (t, _), m in zip(options, met, strict=True)])
        counts.append(_least(row, limits))
        limits.append(LinearConstraint(row, counts[-1], counts[-1]))
    value = np.array([m + 25.0 * (o in problem.previous) for o, m in zip(options, met, strict=True)])
    assert worth(problem, solve(problem)) == (tuple(counts), _least(-value, limits))


def _least(objective: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", limits: list[LinearConstraint]) -> int:
    found = milp(objective, constraints=limits, integrality=np.ones(len(objective)), bounds=Bounds(0, 1))
    assert found.success
    least: int = round(found.fun)
    return least


@pytest.mark.parametrize("seed", range(6))
def test_no_swap_and_no_move_is_better(seed: int) -> None:
    problem = seeded_round(200 + seed, trusts=25, helpers=10)
    plan = solve(problem)
    best = standing(problem, plan.pairs)
    seat = dict(plan.pairs)
    free = {trust for trust, _ in problem.needs} - {trust for trust, _ in problem.pins}
    room = {h: places - sum(1 for held in seat.values() if held == h) for h, places in problem.helpers}
    for trust in free:
        for helper in (h for h, places in room.items() if places and (trust, h) in problem.points):
            assert standing(problem, frozenset((seat | {trust: helper}).items())) >= best
        for other in free - {trust}:
            swapped = {t: h for t, h in seat.items() if t not in (trust, other)}
            swapped |= {a: seat[b] for a, b in ((trust, other), (other, trust)) if b in seat}
            if swapped.items() <= problem.points.keys():
                assert standing(problem, frozenset(swapped.items())) >= best


def test_a_round_of_national_size_is_sound_and_repeats_to_the_byte() -> None:
    problem = seeded_round(7, trusts=150, helpers=50)
    plan = solve(problem)
    verify(problem, plan)
    assert canonical_bytes(solve(problem)) == canonical_bytes(plan)
    for trust in ("T010", "T070", "T149"):
        own = frozenset(pin for pin in problem.pins if pin[0] == trust)
        for other in alternatives(problem, plan, trust)[::8]:
            forced = replace(problem, pins=(problem.pins - own) | {(trust, other.helper)})
            assert other.change == (change_between(plan, solve(forced)) if _possible(forced) else None)


@pytest.mark.parametrize("seed", range(8))
def test_prices_and_extra_places_are_those_of_solving_again(seed: int) -> None:
    """Helpers are short here, so that taking one trust out sends long chains of others upwards."""
    problem = seeded_round(300 + seed, trusts=24, helpers=8)
    plan = solve(problem)
    for trust, others in all_alternatives(problem, plan).items():
        own = frozenset(pin for pin in problem.pins if pin[0] == trust)
        for other in others:
            forced = replace(problem, pins=(problem.pins - own) | {(trust, other.helper)})
            assert other.change == (change_between(plan, solve(forced)) if _possible(forced) else None)
    foretold = {extra.helper: extra.change for extra in one_more_place(problem, plan)}
    for lucky, _ in problem.helpers:
        wider = replace(problem, helpers=tuple((h, room + (h == lucky)) for h, room in problem.helpers))
        change = change_between(plan, solve(wider))
        assert foretold.get(lucky, Change(0, 0, (), ())) == change


def _possible(problem: Problem) -> bool:
    taken = [helper for _, helper in problem.pins]
    return all(taken.count(helper) <= room for helper, room in problem.helpers)


def test_ten_thousand_random_pools_break_no_limit() -> None:
    for seed in range(10_000):
        problem = seeded_round(seed, trusts=1 + seed % 23, helpers=seed % 11)
        verify(problem, solve(problem))
