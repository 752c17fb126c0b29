"""Reading rounds: what a board lists, what one pair would cost to change, and the same plan run again."""

from dataclasses import dataclass
from hashlib import sha256

from peerreview.pairing.explaining import ForbiddenExplained, Outcome, WhyNot, explain_forbidden, price_words
from peerreview.pairing.inputs import signature
from peerreview.pairing.matching import Plan, alternatives, canonical_bytes
from peerreview.pairing.models import PairingRound, RoundWorkings
from peerreview.pairing.solving import outcome_of
from tracker.people.access import Access


class AlteredRound(Exception):
    """What was kept of a round is not what was signed, or these rules no longer give its plan."""


@dataclass(frozen=True)
class Prices:
    """For one trust of a round: the price of each other lawful helper, best first, and who is barred and why."""

    why_not: tuple[WhyNot, ...]
    forbidden: tuple[ForbiddenExplained, ...]
    names: dict[str, str]


def plan_signature(plan: Plan) -> str:
    return sha256(canonical_bytes(plan)).hexdigest()


def rerun_from_inputs(pairing_round: PairingRound, access: Access) -> bytes:
    """The round's plan worked out anew from what it kept, as canonical bytes.

    Raises `AlteredRound` when the inputs are not the signed ones, or the plan is not the saved one.
    """
    return canonical_bytes(_outcome(pairing_round, access).plan)


def prices(pairing_round: PairingRound, access: Access, trust_code: str) -> Prices:
    """What it would cost to give the trust another helper, from the round's own inputs.

    For those who see rounds before they are published: it speaks of many trusts.  Raises `AlteredRound`,
    because a price against another plan would mean nothing; KeyError when the trust was not matched.
    """
    outcome = _outcome(pairing_round, access)
    outcome.plan.of(trust_code)
    return Prices(
        why_not=tuple(
            WhyNot(each.helper, outcome.name(each.helper), each, price_words(outcome, each))
            for each in alternatives(outcome.problem, outcome.plan, trust_code)
        ),
        forbidden=tuple(
            explain_forbidden(outcome, trust_code, helper) for helper in outcome.barred_helpers(trust_code)
        ),
        names=dict(outcome.names),
    )


def limits_of(pairing_round: PairingRound, access: Access) -> dict[str, list[str]]:
    """Trust code -> which limit to relax for a trust left without a helper; nothing for the trusts themselves."""
    seen = RoundWorkings.objects.visible_to(access).filter(pairing_round=pairing_round)
    limits: dict[str, list[str]] | None = seen.values_list("limits", flat=True).first()
    return limits or {}


def _text(pairing_round: PairingRound, access: Access) -> str:
    text: str = RoundWorkings.objects.visible_to(access).values_list("inputs", flat=True).get(pk=pairing_round.pk)
    return text


def _outcome(pairing_round: PairingRound, access: Access) -> Outcome:
    text = _text(pairing_round, access)
    if signature(text) != pairing_round.inputs_sha256:
        raise AlteredRound(f"The inputs of {pairing_round.name} are not those it was made from.")
    outcome, _ = outcome_of(text)
    if plan_signature(outcome.plan) != pairing_round.plan_sha256:
        raise AlteredRound(f"{pairing_round.name} was worked out by earlier rules, which gave another plan.")
    return outcome
