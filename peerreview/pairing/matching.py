"""Which helper for which trust: the exact optimum of a published order of aims, and what else would cost.

A round has trusts in need (one place each), helpers with room, and *lawful* pairs; "nobody" has
unlimited room.  Plans are compared by these aims, each deciding only between plans equal on all before:

1. fewest trusts in the worst band of need left over, then in the next worst, and so on;
2. most points met, each pair kept from the last round's proposals counting `keep` points more;
3. the smallest sum of 32-bit hashes of (salt, trust, helper), so that neither input order nor the
   alphabet nor this solver decides a tie.

The whole order is held by one arbitrary-precision integer per pair, so a min-cost assignment on these
integers is the optimum exactly: nothing is rounded and nothing overflows.  They must never be squeezed
into a float or a 64-bit integer.  (The precedent of a published order of aims, solved exactly, is the
NHS living-kidney sharing scheme.)  Fairness counts need *left*, not how good a helper is, so that when
helpers are short those left out are not the ones in most need.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import blake2b
from typing import TypeAlias

from peerreview.pairing.seating import Seating

Pair: TypeAlias = tuple[str, str]  # (trust code, helper code)

FULL_NEED = 1000


class ImpossibleRoundError(Exception):
    """The pins cannot all be kept: names each helper whose places are all pinned, and more than it has.

    `overfull` maps each such helper to the trusts pinned to it; `unlawful` lists pins on pairs that a
    hard rule, a veto or a conflict has removed.  A person must release one; nothing here chooses which.
    """

    def __init__(self, overfull: Mapping[str, tuple[str, ...]], unlawful: tuple[Pair, ...]) -> None:
        self.overfull = dict(overfull)
        self.unlawful = unlawful
        full = [f"{helper} has more pins than places ({', '.join(trusts)})" for helper, trusts in overfull.items()]
        barred = [f"{trust} is pinned to {helper}, which is not a lawful pair" for trust, helper in unlawful]
        super().__init__("; ".join(full + barred))


class UnsoundPlanError(Exception):
    """A plan breaks a condition it must hold.  `faults` says which, one sentence each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One round, as whole numbers.  Raises ValueError when it contradicts itself.

    `needs`: (trust, need 0..1000).  `helpers`: (helper, room, places in all, pinned ones included).
    `points`: for each lawful pair, and no other, the need it would meet, 0..need.  `pins`: live and
    accepted pairs, forced.  `previous`: the last round's proposals; pairs no longer possible are ignored.
    `keep`: points a kept proposal counts more.  `band`: width of a band of need left, in points.
    """

    needs: tuple[tuple[str, int], ...]
    helpers: tuple[tuple[str, int], ...]
    points: Mapping[Pair, int]
    pins: frozenset[Pair] = frozenset()
    previous: frozenset[Pair] = frozenset()
    keep: int = 25
    band: int = 100
    salt: str = ""

    def __post_init__(self) -> None:
        need, room = dict(self.needs), dict(self.helpers)
        if len(need) != len(self.needs) or len(room) != len(self.helpers):
            raise ValueError("A trust or a helper is listed twice.")
        if any(not 0 <= amount <= FULL_NEED for amount in need.values()):
            raise ValueError(f"Need is a whole number from 0 to {FULL_NEED}.")
        if any(places < 0 for places in room.values()) or self.keep < 0 or self.band < 1:
            raise ValueError("Room and keep are not negative, and a band is at least one point wide.")
        strangers = [pair for pair in (*self.points, *self.pins) if pair[0] not in need or pair[1] not in room]
        if strangers:
            raise ValueError(f"Not in this round: {sorted(strangers)}.")
        if any(not 0 <= points <= need[trust] for (trust, _), points in self.points.items()):
            raise ValueError("A pair meets between nothing and all of its trust's need.")
        if len({trust for trust, _ in self.pins}) != len(self.pins):
            raise ValueError("A trust has one place, and is pinned to two helpers.")

    @cached_property
    def solved(self) -> "_Round":
        """Its solution, worked out once however much is asked about it.  Raises ImpossibleRoundError."""
        return _Round(self)

    def band_left(self, need: int, met: int) -> int:
        """The band of need left over; with the usual width 0 to 99 left is band 0, 100 to 199 band 1."""
        return (need - met) // self.band


@dataclass(frozen=True, slots=True)
class Placement:
    """What a plan gives one trust.  `helper` is None where there is nobody; amounts in points of need."""

    trust: str
    helper: str | None
    need: int
    met: int
    band: int
    pinned: bool = False
    kept: bool = False

    @property
    def left(self) -> int:
        return self.need - self.met


@dataclass(frozen=True, slots=True)
class Plan:
    """One placement for each trust of the round, in order of trust code."""

    placements: tuple[Placement, ...]

    @property
    def pairs(self) -> frozenset[Pair]:
        return frozenset((each.trust, each.helper) for each in self.placements if each.helper is not None)

    @property
    def unplaced(self) -> tuple[str, ...]:
        return tuple(each.trust for each in self.placements if each.helper is None)

    @property
    def met(self) -> int:
        """Points of need met, over all."""
        return sum(each.met for each in self.placements)

    @property
    def kept(self) -> int:
        """How many of the last round's proposals stand."""
        return sum(each.kept for each in self.placements)

    @property
    def bands(self) -> tuple[tuple[int, int], ...]:
        """(band of need left, number of trusts), worst first, empty bands left out."""
        return tuple(sorted(Counter(each.band for each in self.placements).items(), reverse=True))

    def of(self, trust: str) -> Placement:
        """The placement of one trust; KeyError if it is not in the round."""
        for each in self.placements:
            if each.trust == trust:
                return each
        raise KeyError(trust)


@dataclass(frozen=True, slots=True)
class Move:
    trust: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a second plan changes against a first: points over all, proposals kept, trusts per band
    (worst first, unchanged bands left out), and who moves."""

    met: int
    kept: int
    bands: tuple[tuple[int, int], ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """The exact price of giving a trust another lawful helper: the best complete plan in which it has it.

    `here` is the change of points met for the trust itself.  `change` is None when pins hold every
    place of that helper, or it has none.
    """

    trust: str
    helper: str
    here: int
    change: Change | None


@dataclass(frozen=True, slots=True)
class ExtraPlace:
    """What one more place at a helper would change, everything else being best for it."""

    helper: str
    change: Change


def solve(problem: Problem) -> Plan:
    """The optimum of the round.  Raises ImpossibleRoundError when the pins cannot all be kept."""
    return problem.solved.plan(problem.solved.seating)


def verify(problem: Problem, plan: Plan) -> None:
    """Hold a plan against its round without the solver; raises UnsoundPlanError.

    Looks at room, lawful pairs, pins, each trust once, and every stated figure.  Run before a plan is
    saved, and on a plan read back.
    """
    faults: list[str] = []
    room, need = dict(problem.helpers), dict(problem.needs)
    if sorted(need) != [each.trust for each in plan.placements]:
        faults.append("The trusts of the plan are not the trusts of the round, each once and in order.")
    load = Counter(each.helper for each in plan.placements if each.helper is not None)
    faults += [f"{h} has {load[h]} trusts and room for {room.get(h, 0)}." for h in load if load[h] > room.get(h, 0)]
    for each in plan.placements:
        pair = (each.trust, each.helper or "")
        if each.helper is not None and pair not in problem.points:
            faults.append(f"{each.trust} and {each.helper} are not a lawful pair.")
            continue
        met = problem.points[pair] if each.helper is not None else 0
        left = need.get(each.trust, 0) - met
        true = (left + met, met, left // problem.band, pair in problem.pins, pair in problem.previous)
        if true != (each.need, each.met, each.band, each.pinned, each.kept):
            faults.append(f"The figures of {each.trust} are not those of the round.")
    faults += [f"The pin of {t} to {h} is not kept." for t, h in sorted(problem.pins - plan.pairs)]
    if faults:
        raise UnsoundPlanError(tuple(faults))


def alternatives(problem: Problem, plan: Plan, trust: str) -> tuple[Alternative, ...]:
    """Each other lawful helper of one trust with its exact price, best first.

    For a pinned trust, the price is that of releasing its own pin only.  Raises ValueError when `plan`
    is not this problem's optimum: a price against any other plan would mean nothing.
    """
    return _alternatives(_solved(problem, plan), plan, trust)


def all_alternatives(problem: Problem, plan: Plan) -> dict[str, tuple[Alternative, ...]]:
    """`alternatives` of every trust of the round, from one solution."""
    table = _solved(problem, plan)
    return {each.trust: _alternatives(table, plan, each.trust) for each in plan.placements}


def one_more_place(problem: Problem, plan: Plan) -> tuple[ExtraPlace, ...]:
    """What one more place would change, at each helper where it would; best first by the order of aims."""
    numbered = _solved(problem, plan)
    gains: list[tuple[int, str, ExtraPlace]] = []
    for index, helper in enumerate(numbered.helpers):
        widened = numbered.seating.copied()
        widened.room[index] += 1
        saved = widened.fill(index)
        if saved:
            gains.append((-saved, helper, ExtraPlace(helper, numbered.change(plan, widened.seat))))
    return tuple(extra for _, _, extra in sorted(gains, key=lambda gain: gain[:2]))


def change_between(before: Plan, after: Plan) -> Change:
    """What `after` changes against `before`, two plans of the same trusts.  ValueError if they are not."""
    pairs = list(zip(before.placements, after.placements, strict=True))
    if any(was.trust != now.trust for was, now in pairs):
        raise ValueError("These plans are not of the same trusts.")
    return _change([(was, now) for was, now in pairs if was.helper != now.helper])


def _change(changed: list[tuple[Placement, Placement]]) -> Change:
    bands = Counter(now.band for _, now in changed)
    bands.subtract(was.band for was, _ in changed)
    return Change(
        met=sum(now.met - was.met for was, now in changed),
        kept=sum(now.kept - was.kept for was, now in changed),
        bands=tuple((band, bands[band]) for band in sorted(bands, reverse=True) if bands[band]),
        moves=tuple(Move(was.trust, was.helper, now.helper) for was, now in changed if was.helper != now.helper),
    )


def canonical_bytes(plan: Plan) -> bytes:
    """The plan as bytes that are equal exactly when plans are: to store, to hash, to compare runs."""
    rows = [asdict(each) for each in plan.placements]
    return json.dumps(rows, sort_keys=True, separators=(",", ":")).encode("ascii")


def _solved(problem: Problem, plan: Plan) -> "_Round":
    numbered = problem.solved
    if numbered.plan(numbered.seating) != plan:
        raise ValueError("This plan is not the best of this round.")
    return numbered


def _alternatives(numbered: "_Round", plan: Plan, trust: str) -> tuple[Alternative, ...]:
    """One optimal plan without the trust, plus one placement for each helper: exact, nothing solved again."""
    index, now = numbered.number[trust], plan.of(trust)
    without = numbered.seating.copied()
    without.withdraw(index)
    cost_of_room, step = without.ways_out()
    found: list[tuple[bool, int, str, Alternative]] = []
    for table, cost in numbered.costs[index].items():
        if table == len(numbered.helpers) or (helper := numbered.helpers[table]) == now.helper:
            continue
        here = numbered.problem.points[trust, helper] - now.met
        if table not in cost_of_room:
            found.append((True, 0, helper, Alternative(trust, helper, here, None)))
            continue
        seats, full = without.seat[:], table
        seats[index] = table
        while full in step:
            guest, full = step[full]
            seats[guest] = full
        price = cost + without.price[table] + cost_of_room[table]
        found.append((False, price, helper, Alternative(trust, helper, here, numbered.change(plan, seats))))
    return tuple(each for *_, each in sorted(found, key=lambda row: row[:3]))


def _pair_costs(problem: Problem) -> dict[Pair, int]:
    """The order of aims as one integer for each lawful pair, and for each trust with nobody (helper "").

    A sum over n trusts of a lower aim never reaches one unit of the aim above it: at most n trusts
    stand in a band, at most n x `spread` points are lost, and n hashes are below n x 2^32.
    """
    count = len(problem.needs)
    need = dict(problem.needs)
    worth = {(trust, ""): 0 for trust in need}
    worth |= {pair: points + problem.keep * (pair in problem.previous) for pair, points in problem.points.items()}
    spread = max(worth.values(), default=0)
    costs = {}
    for (trust, helper), value in worth.items():
        band = problem.band_left(need[trust], problem.points[trust, helper] if helper else 0)
        aim = (count + 1) ** (band - 1) if band else 0
        aim = aim * (count * spread + 1) + spread - value
        costs[trust, helper] = (aim * count << 32) + (_tie_break(problem.salt, trust, helper) if helper else 0)
    return costs


def _tie_break(salt: str, trust: str, helper: str) -> int:
    named = "\x00".join((salt, trust, helper)).encode()
    return int.from_bytes(blake2b(named, digest_size=4).digest(), "big")


class _Round:
    """A problem numbered for the seating: trusts and helpers in order of code, "nobody" the last table."""

    def __init__(self, problem: Problem) -> None:
        _refuse_impossible(problem)
        self.problem = problem
        self.need, rooms = dict(problem.needs), dict(problem.helpers)
        self.trusts, self.helpers = sorted(self.need), sorted(rooms)
        number = {helper: index for index, helper in enumerate([*self.helpers, ""])}
        self.number = {trust: index for index, trust in enumerate(self.trusts)}
        self.costs: list[dict[int, int]] = [{} for _ in self.trusts]
        for (trust, helper), cost in sorted(_pair_costs(problem).items()):
            self.costs[self.number[trust]][number[helper]] = cost
        # A pin is forced by leaving the trust no other table; it is never a merely cheap cost.
        options = list(self.costs)
        for trust, helper in problem.pins:
            options[self.number[trust]] = {number[helper]: options[self.number[trust]][number[helper]]}
        self.seating = Seating([rooms[helper] for helper in self.helpers] + [len(self.trusts)], options)
        for index in sorted(range(len(options)), key=lambda each: len(options[each]) > 1):
            self.seating.place(index)

    def plan(self, seating: Seating) -> Plan:
        return Plan(tuple(self._placement(*seated) for seated in zip(self.trusts, seating.seat, strict=True)))

    def change(self, plan: Plan, after: Sequence[int | None]) -> Change:
        """What other seats change against the plan; only those who moved are looked at."""
        seats = enumerate(zip(self.seating.seat, after, strict=True))
        moved = [(index, seat) for index, (before, seat) in seats if before != seat]
        return _change([(plan.placements[i], self._placement(self.trusts[i], seat)) for i, seat in moved])

    def _placement(self, trust: str, seat: int | None) -> Placement:
        problem, need = self.problem, self.need[trust]
        if seat is None or seat == len(self.helpers):
            return Placement(trust, None, need, 0, problem.band_left(need, 0))
        pair = (trust, self.helpers[seat])
        met = problem.points[pair]
        band = problem.band_left(need, met)
        return Placement(*pair, need, met, band, pinned=pair in problem.pins, kept=pair in problem.previous)


def _refuse_impossible(problem: Problem) -> None:
    rooms = dict(problem.helpers)
    pinned: dict[str, tuple[str, ...]] = {}
    for trust, helper in sorted(problem.pins):
        pinned[helper] = (*pinned.get(helper, ()), trust)
    overfull = {helper: trusts for helper, trusts in pinned.items() if len(trusts) > rooms[helper]}
    unlawful = tuple(sorted(problem.pins - problem.points.keys()))
    if overfull or unlawful:
        raise ImpossibleRoundError(overfull, unlawful)
