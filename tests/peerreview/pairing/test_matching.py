"""The matching keeps its published promises, on rounds small enough to try every plan."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerreview.pairing.matching import (
    ImpossibleRoundError,
    Plan,
    Problem,
    UnsoundPlanError,
    all_alternatives,
    alternatives,
    canonical_bytes,
    change_between,
    one_more_place,
    solve,
    verify,
)
from tests.peerreview.pairing.rounds import every_plan, rounds, seeded_round, standing, worth


@given(rounds())
@settings(max_examples=300, deadline=None)
def test_the_plan_is_the_best_of_all_plans_and_the_only_best(problem: Problem) -> None:
    plan = solve(problem)
    verify(problem, plan)
    ranked = sorted(every_plan(problem), key=lambda pairs: standing(problem, pairs))
    assert plan.pairs == ranked[0]
    assert len(ranked) == 1 or standing(problem, ranked[0]) < standing(problem, ranked[1])


@given(rounds(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_input_order_changes_no_byte(problem: Problem, dice: random.Random) -> None:
    shuffled = replace(
        problem,
        needs=tuple(dice.sample(problem.needs, len(problem.needs))),
        helpers=tuple(dice.sample(problem.helpers, len(problem.helpers))),
        points=dict(dice.sample(list(problem.points.items()), len(problem.points))),
    )
    assert canonical_bytes(solve(shuffled)) == canonical_bytes(solve(problem))


def test_the_tie_between_equal_trusts_follows_the_salt_and_not_the_alphabet() -> None:
    winners = set()
    for year in range(12):
        problem = Problem(
            needs=(("A", 500), ("B", 500)),
            helpers=(("H", 1),),
            points={("A", "H"): 300, ("B", "H"): 300},
            salt=str(year),
        )
        winners |= {trust for trust, _ in solve(problem).pairs}
    assert winners == {"A", "B"}


def test_no_sum_of_points_outweighs_one_band() -> None:
    # Helping W lifts one trust out of band 9, for 1 point; the other pair would meet 899 points more.
    problem = Problem(
        needs=(("V", 899), ("W", 900)),
        helpers=(("H", 1),),
        points={("V", "H"): 899, ("W", "H"): 1},
        keep=1000,
    )
    assert solve(problem).pairs == {("W", "H")}
    assert solve(replace(problem, previous=frozenset({("V", "H")}))).pairs == {("W", "H")}


def test_many_kept_proposals_do_not_outweigh_one_band() -> None:
    # Lifting T1 out of band 1 moves two others off their last proposals: 2,000 points for one.
    points = {("T1", "H1"): 1, ("T2", "H1"): 10, ("T2", "H2"): 10, ("T3", "H2"): 10, ("T3", "H3"): 10}
    problem = Problem(
        needs=(("T1", 100), ("T2", 100), ("T3", 100)),
        helpers=(("H1", 1), ("H2", 1), ("H3", 1)),
        points=points,
        previous=frozenset({("T2", "H1"), ("T3", "H2")}),
        keep=1000,
    )
    assert solve(problem).pairs == {("T1", "H1"), ("T2", "H2"), ("T3", "H3")}


def test_no_sum_of_hashes_outweighs_one_point() -> None:
    chain = {(f"T{n}", f"H{n + step}"): 10 for n in range(1, 6) for step in (0, -1)}
    for salt in range(20):
        problem = Problem(
            needs=tuple((f"T{n}", 10 if n else 1) for n in range(6)),
            helpers=tuple((f"H{n}", 1) for n in range(6)),
            points=chain | {("T0", "H0"): 1},
            salt=str(salt),
        )
        assert solve(problem).unplaced == ()


def test_a_useless_pair_is_not_made() -> None:
    problem = Problem(needs=(("T", 500),), helpers=(("H", 1),), points={("T", "H"): 0})
    assert solve(problem).unplaced == ("T",)


@given(rounds(pinned=False))
@settings(max_examples=100, deadline=None)
def test_pins_are_kept_or_the_full_helper_is_named(problem: Problem) -> None:
    pins = frozenset((trust, helper) for trust, helper in {t: (t, h) for t, h in problem.points}.values())
    asked: dict[str, list[str]] = {}
    for trust, helper in sorted(pins):
        asked.setdefault(helper, []).append(trust)
    full = {h: tuple(asked[h]) for h, room in problem.helpers if len(asked.get(h, ())) > room}
    live = replace(problem, pins=pins)
    if full:
        with pytest.raises(ImpossibleRoundError) as refused:
            solve(live)
        assert refused.value.overfull == full
    else:
        assert pins <= solve(live).pairs


def test_a_pin_on_a_pair_no_longer_lawful_is_refused_by_name() -> None:
    problem = Problem(needs=(("T", 5),), helpers=(("H", 1),), points={}, pins=frozenset({("T", "H")}))
    with pytest.raises(ImpossibleRoundError, match="T is pinned to H, which is not a lawful pair"):
        solve(problem)


@given(rounds(pinned=False), st.data())
@settings(max_examples=100, deadline=None)
def test_a_veto_is_obeyed_and_never_improves_the_plan(problem: Problem, data: st.DataObject) -> None:
    plan = solve(problem)
    if not problem.points:
        return
    vetoed = data.draw(st.sampled_from(sorted(problem.points)))
    after = solve(replace(problem, points={p: v for p, v in problem.points.items() if p != vetoed}))
    assert vetoed not in after.pairs
    assert worth(problem, after) >= worth(problem, plan)
    if vetoed not in plan.pairs:
        assert after.pairs == plan.pairs


@given(rounds())
@settings(max_examples=100, deadline=None)
def test_taking_away_what_is_not_used_changes_nothing(problem: Problem) -> None:
    plan = solve(problem)
    load = {helper: sum(1 for _, h in plan.pairs if h == helper) for helper, _ in problem.helpers}
    bare = replace(
        problem,
        helpers=tuple((helper, load[helper]) for helper, _ in problem.helpers if load[helper]),
        points={pair: problem.points[pair] for pair in plan.pairs},
    )
    assert canonical_bytes(solve(bare)) == canonical_bytes(plan)


@given(rounds(), st.data())
@settings(max_examples=100, deadline=None)
def test_more_room_never_hurts_and_its_gain_is_foretold(problem: Problem, data: st.DataObject) -> None:
    plan = solve(problem)
    if not problem.helpers:
        return
    lucky, _ = data.draw(st.sampled_from(problem.helpers))
    wider = replace(problem, helpers=tuple((h, room + (h == lucky)) for h, room in problem.helpers))
    after = solve(wider)
    assert worth(problem, after) <= worth(problem, plan)
    foretold = [extra.change for extra in one_more_place(problem, plan) if extra.helper == lucky]
    assert foretold == ([change_between(plan, after)] if after.pairs != plan.pairs else [])


@given(rounds(), st.integers(0, 400), st.integers(0, 400))
@settings(max_examples=100, deadline=None)
def test_a_higher_keep_never_means_more_change(problem: Problem, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert solve(replace(problem, keep=high)).kept >= solve(replace(problem, keep=low)).kept


@given(rounds(), st.integers(0, 100))
@settings(max_examples=100, deadline=None)
def test_a_plan_handed_back_stands(problem: Problem, more: int) -> None:
    plan = solve(problem)
    assert solve(replace(problem, previous=plan.pairs, keep=problem.keep + more)).pairs == plan.pairs
    assert solve(replace(problem, pins=plan.pairs)).pairs == plan.pairs


@given(rounds())
@settings(max_examples=150, deadline=None)
def test_the_price_of_every_alternative_is_that_of_the_best_plan_that_has_it(problem: Problem) -> None:
    plan = solve(problem)
    for trust, others in all_alternatives(problem, plan).items():
        assert others == alternatives(problem, plan, trust)
        lawful = {helper for t, helper in problem.points if t == trust}
        assert {other.helper for other in others} == lawful - {plan.of(trust).helper}
        own = frozenset(pin for pin in problem.pins if pin[0] == trust)
        ranking = []
        for other in others:
            forced = replace(problem, pins=(problem.pins - own) | {(trust, other.helper)})
            allowed = every_plan(forced)
            if not allowed:
                assert other.change is None
                continue
            best = min(allowed, key=lambda pairs: standing(problem, pairs))
            ranking.append(standing(problem, best))
            expected = change_between(plan, solve(forced))
            assert other.change == expected
            assert expected.met == sum(problem.points[p] for p in best) - plan.met
            assert other.here == problem.points[trust, other.helper] - plan.of(trust).met
        assert ranking == sorted(ranking)


def test_a_price_is_refused_against_a_plan_that_is_not_the_best() -> None:
    problem = Problem(needs=(("T", 500),), helpers=(("H", 1),), points={("T", "H"): 400})
    with pytest.raises(ValueError, match="not the best"):
        alternatives(problem, solve(replace(problem, points={})), "T")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"helper": "H9"}, "not a lawful pair"),
        ({"met": 1}, "figures of T000"),
        ({"pinned": False}, "figures of T000"),
        ({"helper": None, "met": 0}, "pin of T000"),
        ({"trust": "T001"}, "each once"),
    ],
)
def test_a_tampered_plan_is_refused(changes: dict[str, object], fault: str) -> None:
    problem = seeded_round(3, 12, 6)
    plan = solve(problem)
    first, *rest = plan.placements
    assert first.pinned
    with pytest.raises(UnsoundPlanError, match=fault):
        verify(problem, Plan((replace(first, **changes), *rest)))  # type: ignore[arg-type]


def test_an_overfull_helper_is_refused() -> None:
    problem = Problem(needs=(("A", 9), ("B", 9)), helpers=(("H", 2),), points={("A", "H"): 9, ("B", "H"): 9})
    with pytest.raises(UnsoundPlanError, match="H has 2 trusts and room for 1"):
        verify(replace(problem, helpers=(("H", 1),)), solve(problem))


@pytest.mark.parametrize(
    "wrong",
    [
        {"needs": (("T", 1001),)},
        {"needs": (("T", 5), ("T", 6))},
        {"helpers": (("H", -1),)},
        {"points": {("T", "H"): 501}},
        {"points": {("T", "stranger"): 1}},
        {"pins": frozenset({("T", "H"), ("T", "G")})},
        {"keep": -1},
        {"band": 0},
    ],
)
def test_a_round_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Problem(**({"needs": (("T", 500),), "helpers": (("H", 1), ("G", 1)), "points": {}} | wrong))  # type: ignore[arg-type]
