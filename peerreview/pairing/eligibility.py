"""The hard rules: which pairs of trust and helper are lawful, and for the others, which rule and which fact.

A rule that is broken removes the pair; no score is worked out or shown for it.  Rules are data, so
that a page can list them and a test can hold each of them.  An unknown fact breaks no rule, with one
exception: a helper's well-led rating must be known.

Conflicts, vetoes, refusals and reviews follow mergers: what was declared against a predecessor holds
against its successor, by the lineage given.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from peerreview.pairing.need import INADEQUATE

WORST_SEGMENTS = frozenset({4, 5})  # of the NHS Oversight Framework

TrustAndHelper = tuple[str, str]


class SameSystem(StrEnum):
    """What a round does with a helper from the trust's own system."""

    ASK = "ask"  # lawful, and shown as such: staff choose
    AVOID = "avoid"  # not lawful in this round
    PREFER = "prefer"  # lawful, and counted as fully within reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the rules need to know of one trust, on either side of a pair.

    Ratings are 1 to 4 or None.  `room`: places in all.  `weak_services` matter on the trust's side;
    `offered_services`, `offers_in_general` and `warning_notices` (service -> the notice, in words) on
    the helper's.
    """

    code: str
    name: str
    overall: int | None = None
    well_led: int | None = None
    segment: int | None = None
    in_programme: bool = False
    system: str | None = None
    room: int = 0
    weak_services: frozenset[str] = frozenset()
    offered_services: frozenset[str] = frozenset()
    offers_in_general: bool = False
    warning_notices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastReview:
    """That `helper` reviewed `trust`; `ended_on` is None while it runs."""

    trust: str
    helper: str
    ended_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the rules need to know besides the two trusts.

    `lineage` maps a code to its lineage group: a trust and its predecessors and successors share one;
    a code not listed stands alone.  `vetoes` and `refusals` (a board's consent withheld) map (trust,
    helper) to the reason given; `conflicts` and `mergers` (pending) map two codes, in either order.
    """

    today: date
    lineage: Mapping[str, str] = field(default_factory=dict)
    vetoes: Mapping[TrustAndHelper, str] = field(default_factory=dict)
    refusals: Mapping[TrustAndHelper, str] = field(default_factory=dict)
    conflicts: Mapping[TrustAndHelper, str] = field(default_factory=dict)
    mergers: Mapping[TrustAndHelper, str] = field(default_factory=dict)
    reviews: tuple[PastReview, ...] = ()
    same_system: SameSystem = SameSystem.ASK

    def kin(self, one: str, other: str) -> bool:
        """Whether two codes are one organisation through time."""
        return self.lineage.get(one, one) == self.lineage.get(other, other)

    def stated(self, facts: Mapping[TrustAndHelper, str], trust: str, helper: str) -> str | None:
        """The fact stated about this pair or about their kin, the pair's own first."""
        if not facts:
            return None
        if (trust, helper) in facts:
            return facts[trust, helper]
        kin = (f for (t, h), f in sorted(facts.items()) if self.kin(t, trust) and self.kin(h, helper))
        return next(kin, None)


@dataclass(frozen=True, slots=True)
class Rule:
    """One hard rule.  `broken_by` returns the fact that breaks it, in words, or None."""

    key: str
    title: str
    broken_by: Callable[[Standing, Standing, Context], str | None]


@dataclass(frozen=True, slots=True)
class Blocker:
    """A rule broken by a pair, and the fact that breaks it."""

    rule: Rule
    fact: str


@dataclass(frozen=True, slots=True)
class Sifted:
    """Every pair of a round, in order of code: lawful ones, and the others with all their reasons."""

    lawful: tuple[TrustAndHelper, ...]
    blocked: Mapping[TrustAndHelper, tuple[Blocker, ...]]


def blockers(trust: Standing, helper: Standing, context: Context) -> tuple[Blocker, ...]:
    """Every rule this pair breaks, in the order of RULES; empty for a lawful pair."""
    return tuple(Blocker(rule, fact) for rule in RULES if (fact := rule.broken_by(trust, helper, context)) is not None)


def sift(trusts: Iterable[Standing], helpers: Iterable[Standing], context: Context) -> Sifted:
    """Part the lawful pairs from the others, which keep their reasons."""
    offered = sorted(helpers, key=lambda each: each.code)
    lawful: list[TrustAndHelper] = []
    blocked: dict[TrustAndHelper, tuple[Blocker, ...]] = {}
    for trust in sorted(trusts, key=lambda each: each.code):
        for helper in offered:
            found = blockers(trust, helper, context)
            if found:
                blocked[trust.code, helper.code] = found
            else:
                lawful.append((trust.code, helper.code))
    return Sifted(tuple(lawful), blocked)


def _same_trust(trust: Standing, helper: Standing, context: Context) -> str | None:
    if trust.code == helper.code:
        return f"{helper.name} is the trust itself."
    if context.kin(trust.code, helper.code):
        return f"{helper.name} and {trust.name} are one organisation through mergers."
    return None


def _merging(trust: Standing, helper: Standing, context: Context) -> str | None:
    return _either_way(context.mergers, trust, helper, context)


def _conflict(trust: Standing, helper: Standing, context: Context) -> str | None:
    return _either_way(context.conflicts, trust, helper, context)


def _veto(trust: Standing, helper: Standing, context: Context) -> str | None:
    return context.stated(context.vetoes, trust.code, helper.code)


def _refused(trust: Standing, helper: Standing, context: Context) -> str | None:
    return context.stated(context.refusals, trust.code, helper.code)


def _overall_inadequate(trust: Standing, helper: Standing, context: Context) -> str | None:
    return f"{helper.name} is rated Inadequate overall." if helper.overall == INADEQUATE else None


def _well_led(trust: Standing, helper: Standing, context: Context) -> str | None:
    # Newly assessed trusts have a well-led rating and no new overall one, so an unrated overall bars nobody.
    if helper.well_led is None:
        return f"{helper.name} has no rating for well-led."
    return f"{helper.name} is rated Inadequate for well-led." if helper.well_led == INADEQUATE else None


def _oversight(trust: Standing, helper: Standing, context: Context) -> str | None:
    if helper.in_programme:
        return f"{helper.name} is in the national improvement programme itself."
    return f"{helper.name} is in oversight segment {helper.segment}." if helper.segment in WORST_SEGMENTS else None


def _warning_notice(trust: Standing, helper: Standing, context: Context) -> str | None:
    offered = helper.offered_services | (trust.weak_services if helper.offers_in_general else frozenset())
    open_in = sorted(offered & helper.warning_notices.keys())
    if not open_in:
        return None
    notices = "; ".join(f"{service}, {helper.warning_notices[service]}" for service in open_in)
    return f"{helper.name} has an open warning notice where it would help: {notices}."


def _no_room(trust: Standing, helper: Standing, context: Context) -> str | None:
    return f"{helper.name} has no places in this round." if helper.room < 1 else None


def _reciprocal(trust: Standing, helper: Standing, context: Context) -> str | None:
    for review in context.reviews:
        turned = context.kin(review.helper, trust.code) and context.kin(review.trust, helper.code)
        if turned and review.ended_on is None:
            return f"{trust.name} is reviewing {helper.name} now."
        if turned and review.ended_on is not None and _a_year_after(review.ended_on) > context.today:
            ended = f"{review.ended_on.day} {review.ended_on:%B %Y}"
            return f"{trust.name} reviewed {helper.name} until {ended}, less than twelve months ago."
    return None


def _same_system(trust: Standing, helper: Standing, context: Context) -> str | None:
    shared = trust.system is not None and trust.system == helper.system
    return f"Both are in {trust.system}." if shared and context.same_system is SameSystem.AVOID else None


def _either_way(facts: Mapping[TrustAndHelper, str], trust: Standing, helper: Standing, context: Context) -> str | None:
    there = context.stated(facts, trust.code, helper.code)
    return there if there is not None else context.stated(facts, helper.code, trust.code)


def _a_year_after(day: date) -> date:
    # A review that ended on 29 February is twelve months past on 1 March.
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, 3, 1) if leap_day else day.replace(year=day.year + 1)


RULES: tuple[Rule, ...] = (
    Rule("same-trust", "A trust does not review itself, its predecessor or its successor", _same_trust),
    Rule("merger", "No pairing across a pending merger", _merging),
    Rule("conflict", "No pairing across a declared conflict of interest", _conflict),
    Rule("veto", "A person's veto stands until it is lifted", _veto),
    Rule("consent", "Both boards consent", _refused),
    Rule("overall", "A helper is not rated Inadequate overall", _overall_inadequate),
    Rule("well-led", "A helper is rated for well-led, and not Inadequate", _well_led),
    Rule("oversight", "A helper is not in the worst oversight segments or the programme", _oversight),
    Rule("warning-notice", "A helper has no open warning notice in a service it offers", _warning_notice),
    Rule("capacity", "A helper has a place to give", _no_room),
    Rule("reciprocal", "No return review within twelve months", _reciprocal),
    Rule("same-system", "This round avoids pairs within one system", _same_system),
)
