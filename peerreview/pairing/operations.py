"""Proposing a pairing round, publishing it to its trusts, and setting it aside."""

from datetime import date, datetime
from hashlib import sha256

from django.db import transaction
from django.db.models import Value

from peerreview.pairing.collecting import collector_paused
from peerreview.pairing.explaining import Outcome
from peerreview.pairing.inputs import Limits, signature, write_inputs
from peerreview.pairing.lifecycle import MOVES, State
from peerreview.pairing.matching import canonical_bytes, one_more_place
from peerreview.pairing.models import PairingRound, ProposedPair, RoundEvent, RoundWorkings
from peerreview.pairing.solving import Working, outcome_of
from peerreview.pairing.telling import told_limits, told_pair, told_settings, told_unmatched
from peerreview.pool.queries import read_pool
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.problems import NotAllowed, Refused
from tracker.trusts.models import Trust

NAME_LENGTH = 100
NO_RATINGS = "No ratings are imported yet, so there is nothing to pair from. Load CQC's monthly file first."


@transaction.atomic
@collector_paused()
def propose_round(*, name: str, by: Access, now: datetime, today: date, limits: Limits) -> PairingRound:
    """Match every trust that needs help with those that may give it, and keep the plan, its reasons and all it
    read.  The plan is verified outside the solver first; one that is not sound is never saved.

    Raises `NotAllowed`, or `Refused` without a name, without ratings, or with nobody to pair."""
    if by.person_id is None or not by.may(Can.PROPOSE_ROUNDS):
        raise NotAllowed("Only national staff and convenors may propose a pairing round.")
    name = name.strip()
    if not name:
        raise Refused("Enter a name for the round.", field="name")
    if len(name) > NAME_LENGTH:
        raise Refused(f"Shorten the name to {NAME_LENGTH} characters or fewer.", field="name")
    pool = read_pool(today)
    if pool is None:
        raise Refused(NO_RATINGS)
    if pool.why_empty:
        raise Refused(pool.why_empty)
    text = write_inputs(pool, limits, previous=_last_proposed())
    outcome, working = outcome_of(text)
    pairing_round = PairingRound.objects.create(
        name=name,
        as_at=pool.as_at,
        proposed_at=now,
        proposed_by_id=by.person_id,
        inputs_sha256=signature(text),
        plan_sha256=sha256(canonical_bytes(outcome.plan)).hexdigest(),
        need_total=sum(each.need for each in outcome.plan.placements),
        need_met=outcome.plan.met,
    )
    extra = one_more_place(outcome.problem, outcome.plan) if outcome.plan.unplaced else ()
    unplaced = {trust: told_limits(outcome, trust, extra) for trust in outcome.plan.unplaced}
    RoundWorkings.objects.create(pairing_round=pairing_round, inputs=text, limits=unplaced)
    _save_pairs(pairing_round, outcome, working)
    _record(pairing_round, by.person_id, now, told_settings(limits, working.weights))
    return pairing_round


@transaction.atomic
def publish_round(pairing_round: PairingRound, *, by: Access, now: datetime) -> PairingRound:
    """Show each trust of the round its own pair.  Raises `NotAllowed`, or `Refused` unless it is proposed."""
    pairing_round, person_id = _locked(pairing_round, State.PUBLISHED, by)
    pairing_round.state = State.PUBLISHED
    pairing_round.published_at, pairing_round.published_by_id = now, person_id
    pairing_round.save(update_fields=["state", "published_at", "published_by"])
    ProposedPair.objects.filter(pairing_round=pairing_round).update(published=True)
    _record(pairing_round, person_id, now)
    return pairing_round


@transaction.atomic
def set_aside_round(pairing_round: PairingRound, *, by: Access, now: datetime, why: str) -> PairingRound:
    """Take the round out of use and out of its trusts' sight, for a reason.  It stays on record.

    Raises `NotAllowed`, or `Refused` without a reason or when it is set aside already."""
    pairing_round, person_id = _locked(pairing_round, State.SET_ASIDE, by)
    if not why.strip():
        raise Refused("Say why the round is set aside.", field="why")
    pairing_round.state = State.SET_ASIDE
    pairing_round.save(update_fields=["state"])
    ProposedPair.objects.filter(pairing_round=pairing_round).update(published=False)
    _record(pairing_round, person_id, now, why.strip())
    return pairing_round


def _locked(pairing_round: PairingRound, to: State, by: Access) -> tuple[PairingRound, int]:
    """The round as it stands now, locked, and the person, once it is sure that both allow the move."""
    fresh = PairingRound.objects.visible_to(by).select_for_update(no_key=True).filter(pk=pairing_round.pk).first()
    needed = MOVES.get((State(fresh.state), to)) if fresh else None
    if by.person_id is None or fresh is None or not by.may(needed or Can.PUBLISH_ROUNDS):
        raise NotAllowed("Only national staff and convenors may publish a pairing round or set it aside.")
    if needed is None:
        raise Refused(f"{fresh.name} is {State(fresh.state).label.lower()}: that can no longer be done.")
    return fresh, by.person_id


def _last_proposed() -> list[tuple[str, str]]:
    """The pairs (trust, helper) of the latest round that was not set aside: `keep` points speak for them."""
    last = PairingRound.objects.exclude(state=State.SET_ASIDE).first()
    pairs = (
        ProposedPair.objects.filter(pairing_round=last, helper__isnull=False) if last else ProposedPair.objects.none()
    )
    return [(trust, helper) for trust, helper in pairs.values_list("trust__code", "helper__code") if helper]


def _save_pairs(pairing_round: PairingRound, outcome: Outcome, working: Working) -> None:
    number = dict(Trust.objects.filter(code__in=outcome.names).values_list("code", "pk"))
    pairs = []
    for placed in outcome.plan.placements:
        lawful, helper = outcome.lawful_helpers(placed.trust), placed.helper
        better = sum(outcome.problem.points[placed.trust, other] > placed.met for other in lawful)
        pairs.append(
            ProposedPair(
                pairing_round=pairing_round,
                trust_id=number[placed.trust],
                helper_id=number[helper] if helper else None,
                need=placed.need,
                fit=outcome.fits[placed.trust, helper].score if helper else None,
                need_met=placed.met,
                choice=1 + better if helper else None,
                lawful_helpers=len(lawful),
                explanation=told_pair(outcome, working, placed.trust),
            )
        )
    for trust, need in working.unmatched.items():
        told = told_unmatched(outcome.name(trust), need)
        pairs.append(ProposedPair(pairing_round=pairing_round, trust_id=number[trust], need=0, explanation=told))
    for pair in pairs:
        # An expression is sent as it is; a plain value would stand in an array of all, every quotation mark of it
        # escaped one by one, which was measured at a tenth of the round.
        pair.explanation = Value(pair.explanation, output_field=ProposedPair._meta.get_field("explanation"))
    ProposedPair.objects.bulk_create(pairs)


def _record(pairing_round: PairingRound, person_id: int, now: datetime, why: str = "") -> None:
    RoundEvent.objects.create(pairing_round=pairing_round, state=pairing_round.state, at=now, by_id=person_id, why=why)
