"""Why this helper, why not that one, why nobody: a round's outcome in plain words.

Every sentence rests on a figure of the plan, a part of a fit, an exact price or a broken rule.  A
forbidden pair shows the rule and the fact, never a score.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from peerreview.pairing.eligibility import Blocker
from peerreview.pairing.fit import FULL_FIT, Fit, Part, Weights, part_points
from peerreview.pairing.matching import Alternative, Change, ExtraPlace, Pair, Plan, Problem, solve

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
FACTS_IN_A_REASON = 2
REASONS_FOR = 3
MOVES_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A solved round with what is needed to explain it.

    `fits` holds every lawful pair, `blocked` every other; `names` maps codes to names of organisations.
    """

    problem: Problem
    plan: Plan
    fits: Mapping[Pair, Fit]
    blocked: Mapping[Pair, tuple[Blocker, ...]]
    names: Mapping[str, str]

    def name(self, code: str | None) -> str:
        return "nobody" if code is None else self.names.get(code, code)

    def lawful_helpers(self, trust: str) -> tuple[str, ...]:
        """Best first by points met, then by code."""
        return self._lawful.get(trust, ())

    def barred_helpers(self, trust: str) -> tuple[str, ...]:
        """Helpers that may not be paired with the trust, in order of code."""
        return self._barred.get(trust, ())

    def helped_by(self, helper: str) -> tuple[str, ...]:
        """The trusts that the plan gives this helper, in order of code."""
        return self._helped.get(helper, ())

    @cached_property
    def _helped(self) -> dict[str, tuple[str, ...]]:
        return _by_trust((helper, trust) for trust, helper in sorted(self.plan.pairs))

    @cached_property
    def _lawful(self) -> dict[str, tuple[str, ...]]:
        best_first = sorted(self.problem.points.items(), key=lambda item: (-item[1], item[0]))
        return _by_trust(pair for pair, _ in best_first)

    @cached_property
    def _barred(self) -> dict[str, tuple[str, ...]]:
        return _by_trust(sorted(self.blocked))


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Another lawful helper and what it would cost: `text` without the helper's name, ready after it."""

    helper: str
    name: str
    alternative: Alternative
    text: str


@dataclass(frozen=True, slots=True)
class PairExplained:
    """`choice` of `lawful`: 1 is the lawful helper that would meet most; equals share a place."""

    trust: str
    helper: str
    headline: str
    met: int
    need: int
    choice: int
    lawful: int
    reasons: tuple[str, ...]
    against: str | None
    unknown: tuple[str, ...]
    why_not: tuple[WhyNot, ...]


@dataclass(frozen=True, slots=True)
class ForbiddenExplained:
    """A pair that is not lawful: (rule, fact) for each rule it breaks."""

    trust: str
    helper: str
    headline: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class UnplacedExplained:
    """A trust with lawful helpers and no place: who holds their places, what another place would do."""

    trust: str
    headline: str
    need: int
    holders: tuple[str, ...]
    one_more_place: str | None
    why_not: tuple[WhyNot, ...]


@dataclass(frozen=True, slots=True)
class NoLawfulHelper:
    """A trust for which every helper is barred: how many by each rule, and which rule alone bars some."""

    trust: str
    headline: str
    need: int
    barred_by: tuple[str, ...]
    to_relax: tuple[str, ...]


def explain_trust(
    outcome: Outcome, trust: str, others: Iterable[Alternative], extra: Iterable[ExtraPlace]
) -> PairExplained | UnplacedExplained | NoLawfulHelper:
    """Whichever account fits this trust, from its priced alternatives and the round's extra places."""
    if outcome.plan.of(trust).helper is not None:
        return explain_pair(outcome, trust, others)
    if outcome.lawful_helpers(trust):
        return explain_unplaced(outcome, trust, others, extra)
    return explain_no_lawful_helper(outcome, trust)


def explain_pair(outcome: Outcome, trust: str, others: Iterable[Alternative]) -> PairExplained:
    """Up to three reasons for the proposed pair, one against, and the price of each other helper."""
    placed = outcome.plan.of(trust)
    if placed.helper is None:
        raise ValueError(f"Nobody is proposed for {trust}.")
    fit = outcome.fits[trust, placed.helper]
    points = outcome.problem.points
    lawful = outcome.lawful_helpers(trust)
    choice = 1 + sum(points[trust, helper] > placed.met for helper in lawful)
    standing = " It is live or accepted, so it stays." if placed.pinned else ""
    helpers = "lawful helper" if len(lawful) == 1 else "lawful helpers"
    helping = [part for part in fit.parts if part.points and part.facts]
    helping.sort(key=lambda part: -part.points)
    return PairExplained(
        trust=trust,
        helper=placed.helper,
        headline=(
            f"{outcome.name(placed.helper)} would meet {placed.met} of {placed.need} points of need: "
            f"choice {choice} of {len(lawful)} {helpers}.{standing}"
        ),
        met=placed.met,
        need=placed.need,
        choice=choice,
        lawful=len(lawful),
        reasons=tuple(_sentence(part, part.facts) for part in helping[:REASONS_FOR]),
        against=_against(fit),
        unknown=fit.unknown,
        why_not=_why_not(outcome, others),
    )


def explain_forbidden(outcome: Outcome, trust: str, helper: str) -> ForbiddenExplained:
    """The rules a pair breaks and the facts that break them.  KeyError if the pair is lawful."""
    reasons = tuple((blocker.rule.title, blocker.fact) for blocker in outcome.blocked[trust, helper])
    headline = f"{outcome.name(helper)} cannot be paired with {outcome.name(trust)}."
    return ForbiddenExplained(trust, helper, headline, reasons)


def explain_unplaced(
    outcome: Outcome, trust: str, others: Iterable[Alternative], extra: Iterable[ExtraPlace]
) -> UnplacedExplained:
    """Which lawful helpers there are, who holds their places, and what one more place would do."""
    rooms = dict(outcome.problem.helpers)
    holders = []
    for helper in outcome.lawful_helpers(trust):
        name, room = outcome.name(helper), rooms[helper]
        held = [outcome.name(other) for other in outcome.helped_by(helper)]
        if not outcome.problem.points[trust, helper]:
            holders.append(f"{name} would meet none of the need.")
        elif not room:
            holders.append(f"{name} has no places.")
        else:
            holders.append(f"{name} ({_count(room, 'place')}) helps {', '.join(held) or 'nobody'}.")
    need = outcome.plan.of(trust).need
    return UnplacedExplained(
        trust=trust,
        headline=f"Nobody is proposed for {outcome.name(trust)}: all {need} points of its need are left.",
        need=need,
        holders=tuple(holders),
        one_more_place=_one_more_place(outcome, trust, extra),
        why_not=_why_not(outcome, others),
    )


def explain_no_lawful_helper(outcome: Outcome, trust: str) -> NoLawfulHelper:
    """Which rules bar the helpers, and which alone bars some: the limit to relax, and by how much."""
    barred = [outcome.blocked[trust, helper] for helper in outcome.barred_helpers(trust)]
    by_rule = Counter(blocker.rule.title for found in barred for blocker in found)
    alone = Counter(found[0].rule.title for found in barred if len(found) == 1)
    return NoLawfulHelper(
        trust=trust,
        headline=f"{outcome.name(trust)} has no lawful helper among {_count(len(barred), 'helper')}.",
        need=outcome.plan.of(trust).need,
        barred_by=tuple(f"{rule}: bars {count}." for rule, count in _ranked(by_rule)),
        to_relax=tuple(f"{rule}: alone bars {_count(count, 'helper')}." for rule, count in _ranked(alone)),
    )


def firmness(problem: Problem, fits: Mapping[Pair, Fit], weights: Weights, runs: int = 100) -> dict[Pair, int]:
    """Share of runs, per cent, in which each pair stands when every weight moves by up to a fifth.

    A pair that stands in few "depends on weights", and a page should say so.  The moves are drawn from
    the round's salt, so the same round gives the same shares; need, pins and rules do not move.
    """
    need = dict(problem.needs)
    stood: Counter[Pair] = Counter()
    for run in range(runs):
        moved = weights.shaken(f"{problem.salt}/{run}")
        points = {
            pair: need[pair[0]]
            * sum(part_points(moved, part.key, part.percent) for part in fits[pair].parts)
            // FULL_FIT
            for pair in problem.points
        }
        stood.update(solve(replace(problem, points=points)).pairs)
    return {pair: 100 * count // runs for pair, count in sorted(stood.items())}


def band_words(problem: Problem, band: int) -> str:
    """A band of need left, in words: "band 4 (400 to 499 points of need left)"."""
    return f"band {band} ({band * problem.band} to {(band + 1) * problem.band - 1} points of need left)"


def price_words(outcome: Outcome, alternative: Alternative) -> str:
    """What taking this helper instead would change: here, over all, in the worst band, and who moves."""
    change = alternative.change
    if change is None:
        return "every place it has is pinned, or it has none"
    said = [f"{_signed(alternative.here)} here", f"{_signed(change.met)} over all"]
    if change.bands:
        band, trusts = change.bands[0]
        compared = "more" if trusts > 0 else "fewer"
        said.append(f"{_count(abs(trusts), f'{compared} trust')} left in band {band}")
    if change.kept:
        compared = "more" if change.kept > 0 else "fewer"
        said.append(f"{_count(abs(change.kept), f'{compared} proposal')} of the last round kept")
    if not (change.met or change.bands or change.kept):
        said.append("equal over all: the draw of the round decided")
    return ", ".join(said) + _moves(outcome, alternative.trust, change)


def _by_trust(pairs: Iterable[Pair]) -> dict[str, tuple[str, ...]]:
    helpers = defaultdict(list)
    for trust, helper in pairs:
        helpers[trust].append(helper)
    return {trust: tuple(found) for trust, found in helpers.items()}


def _why_not(outcome: Outcome, others: Iterable[Alternative]) -> tuple[WhyNot, ...]:
    return tuple(
        WhyNot(other.helper, outcome.name(other.helper), other, price_words(outcome, other)) for other in others
    )


def _moves(outcome: Outcome, trust: str, change: Change) -> str:
    moved = [
        f"{outcome.name(move.trust)} from {outcome.name(move.before)} to {outcome.name(move.after)}"
        for move in change.moves
        if move.trust != trust
    ]
    rest = f"; and {len(moved) - MOVES_SHOWN} more" if len(moved) > MOVES_SHOWN else ""
    return f" (moves {'; '.join(moved[:MOVES_SHOWN])}{rest})" if moved else ""


def _against(fit: Fit) -> str | None:
    """The part that loses most and has a fact to show for it; failing that, what is not known."""
    losing = [part for part in fit.parts if part.against]
    if losing:
        worst = max(losing, key=lambda part: part.most - part.points)
        return _sentence(worst, worst.against)
    return f"Not known: {fit.unknown[0]}." if fit.unknown else None


def _sentence(part: Part, facts: tuple[str, ...]) -> str:
    more = len(facts) - FACTS_IN_A_REASON
    rest = f"; and {more} more" if more > 0 else ""
    return f"{part.title} ({part.points} of {part.most} points): {'; '.join(facts[:FACTS_IN_A_REASON])}{rest}."


def _one_more_place(outcome: Outcome, trust: str, extra: Iterable[ExtraPlace]) -> str | None:
    placing = [each for each in extra if any(move.trust == trust for move in each.change.moves)]
    if not placing:
        return None
    best = placing[0].change
    equal = [each for each in placing if (each.change.bands, each.change.met) == (best.bands, best.met)]
    where = " or ".join(outcome.name(each.helper) for each in equal)
    more = "more" if best.met >= 0 else "fewer"
    return f"One more place at {where} would find it a helper, and meet {abs(best.met)} {more} points over all."


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _signed(points: int) -> str:
    return f"{points:+d}" if points else "no change"


def _count(number: int, noun: str) -> str:
    words = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{words} {noun}{'' if number == 1 else 's'}"
