"""What is kept of a round's outcome to be shown: as plain data, in the words of the day it was made.

Two things are told apart, because different people read them: what one pair may know of itself
(`told_pair`), and what speaks of several trusts at once (`told_limits`), which stays with those who run
the round.
"""

from collections.abc import Iterable
from typing import Any

from peerreview.pairing.eligibility import SameSystem
from peerreview.pairing.explaining import (
    Outcome,
    UnplacedExplained,
    explain_no_lawful_helper,
    explain_pair,
    explain_unplaced,
)
from peerreview.pairing.fit import Fit, Weights
from peerreview.pairing.inputs import Limits
from peerreview.pairing.matching import ExtraPlace
from peerreview.pairing.need import RATING_WORDS, Need
from peerreview.pairing.solving import Working

SAME_SYSTEM = {
    SameSystem.ASK: "pairs within one integrated care system are allowed and shown",
    SameSystem.AVOID: "no pairs within one integrated care system",
    SameSystem.PREFER: "pairs within one integrated care system are preferred",
}
PAIRED, UNPLACED, NO_LAWFUL_HELPER, NOT_MATCHED = "paired", "unplaced", "no_lawful_helper", "not_matched"


def told_pair(outcome: Outcome, working: Working, trust: str) -> dict[str, Any]:
    """One trust's outcome, for the trust itself and its helper.

    `what` is one of the four above; `weak` lists [service, domain, rating in words], the worst first; `parts`
    is the fit part by part.  A trust without a helper learns how many lawful helpers there were, and nothing
    of who holds their places.
    """
    told: dict[str, Any] = {"weak": _weak(working.needs[trust])}
    helper = outcome.plan.of(trust).helper
    if helper is not None:
        explained = explain_pair(outcome, trust, ())
        return told | {
            "what": PAIRED,
            "headline": explained.headline,
            "in_short": _in_short(outcome.fits[trust, helper], len(told["weak"])),
            "reasons": list(explained.reasons),
            "against": explained.against,
            "unknown": list(explained.unknown),
            "why_it_may_help": working.reasons[helper],
            "weights_dated": working.weights.dated.isoformat(),
            "parts": _parts(outcome.fits[trust, helper]),
        }
    need = outcome.plan.of(trust).need
    if outcome.lawful_helpers(trust):
        headline = f"Nobody is proposed for {outcome.name(trust)}: all {need} points of its need are left."
        return told | {"what": UNPLACED, "headline": headline}
    return told | {"what": NO_LAWFUL_HELPER, "headline": explain_no_lawful_helper(outcome, trust).headline}


def _in_short(fit: Fit, weak: int) -> str:
    """The pair in a line, for a list: what the helper covers, what it turned round, how like and how near."""
    parts = {part.key: part for part in fit.parts}
    said = [f"Good or better in {len(parts['cover'].facts)} of {weak} weak ratings"]
    if parts["own_turnaround"].facts:
        said.append(f"turned {len(parts['own_turnaround'].facts)} of them round itself")
    said += [*parts["alike"].facts[:2], *parts["reach"].facts, *parts["reach"].against]
    return "; ".join(said)


def told_unmatched(name: str, need: Need) -> dict[str, Any]:
    """A trust whose need cannot be worked out is listed with the reason; it is never shown as needing nothing."""
    why = (
        "none of its services or key questions has a rating to work from"
        if not need.known
        else "none of its rated services or key questions is below Good"
    )
    return {"what": NOT_MATCHED, "headline": f"{name} was not matched: {why}.", "weak": _weak(need)}


def told_limits(outcome: Outcome, trust: str, extra: Iterable[ExtraPlace]) -> list[str]:
    """For a trust without a helper: which limit to relax, and by how much.  Names other trusts."""
    if not outcome.lawful_helpers(trust):
        told = explain_no_lawful_helper(outcome, trust)
        return [*told.to_relax, *told.barred_by]
    explained: UnplacedExplained = explain_unplaced(outcome, trust, (), extra)
    return [*([explained.one_more_place] if explained.one_more_place else []), *explained.holders[:5]]


def told_settings(limits: Limits, weights: Weights) -> str:
    """What the round was made with, in a sentence."""
    helped = "one trust" if limits.room == 1 else f"{limits.room} trusts"
    dated = f"{weights.dated.day} {weights.dated:%B %Y}"
    return f"Each helper takes at most {helped}; {SAME_SYSTEM[limits.same_system]}; weights dated {dated}."


def _weak(need: Need) -> list[list[str]]:
    """Each weak service and domain once, where several sites share it."""
    seen = {(cell.service, cell.domain): RATING_WORDS[cell.rating] for cell in reversed(need.weak) if cell.rating}
    return [[*key, word] for key, word in reversed(seen.items())]


def _parts(fit: Fit) -> list[dict[str, Any]]:
    return [
        {
            "key": part.key,
            "title": part.title,
            "weight": part.weight,
            "percent": part.percent,
            "points": part.points,
            "most": part.most,
            "facts": list(part.facts),
            "against": list(part.against),
            "unknown": list(part.unknown),
        }
        for part in fit.parts
    ]
