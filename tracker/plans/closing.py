"""Closing an action, which can fail: done is claimed by an update; here somebody else verifies it, it is found to
hold, it is set aside, or it is opened again."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from tracker.clock import Moment
from tracker.findings.models import Finding
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.closing_models import Evidence, Verification
from tracker.plans.lifecycle import CLAIMED, MOVES, Scan, Status
from tracker.plans.models import Action, ActionEvent
from tracker.plans.queries import holding_of, last_claim, why_may_not_verify
from tracker.plans.sustaining import why_not_sustained
from tracker.plans.writing import Change, check_may_move, check_version, locked, move, person_of, record
from tracker.problems import NotAllowed, Refused

Kind = ActionEvent.Kind


@transaction.atomic
def verify_action(
    action: Action,
    *,
    by: Access,
    now: datetime,
    words: str,
    where: str,
    evidence: Evidence | None,
    version: int,
    witness: str = "",
    witness_role: str = "",
    nhs_number_checked: bool = False,
) -> Verification:
    """Say that one has seen it done: somebody entitled who never owned it and never spoke in its updates.

    A patient or carer who looked is the `witness`; the person who records it signs.  Raises `NotAllowed`,
    `Stale`, or `Refused` for words, place or evidence that are missing."""
    person_id = person_of(by, "An action is verified by a person.")
    action, before = locked(action, by)
    if not by.may(Can.VERIFY_ACTIONS, action.trust_id):
        raise NotAllowed("You may not verify actions of this trust.")
    if why := why_may_not_verify(action, person_id):
        raise NotAllowed(why)
    claim = last_claim(action)
    if before != Status.DONE or claim is None:
        raise Refused(f"{action.reference} is not waiting to be verified: it is {before.label.lower()}.")
    check_version(action, version)
    for text, field, say in (
        (words, "words", "Say what was seen."),
        (where, "where", "Say where it was seen."),
        (witness_role if witness.strip() else "-", "witness_role", "Say who they are: a patient, a carer."),
        (witness if witness_role.strip() else "-", "witness", "Enter the name by which they wish to be known."),
    ):
        if not text.strip():
            raise Refused(say, field=field)
        refuse_nhs_numbers(text, field=field, checked=nhs_number_checked)
    if evidence is None or evidence.action_id != action.pk:
        raise Refused("Select the evidence that was looked at.", field="evidence")
    if evidence.scan not in (Scan.CLEAN, Scan.LINK):
        raise Refused("That file is not cleared by the scanner. Wait until it is, or select another.", field="evidence")
    if action.delivered_on is None or evidence.dated_on < action.delivered_on:
        raise Refused("That evidence is older than the delivery. Select what shows it.", field="evidence")
    made = Verification.objects.create(
        trust_id=action.trust_id,
        action=action,
        claim=claim,
        evidence=evidence,
        words=words.strip(),
        where=where.strip(),
        witness=witness.strip(),
        witness_role=witness_role.strip(),
        at=now,
        by_id=person_id,
    )
    action.verified_on, action.verified_by_id = Moment(now).today, person_id
    move(action, Status.VERIFIED, now=now)
    seen_by = f" Seen by {made.witness}, {made.witness_role.lower()}." if made.witness else ""
    record(action, Kind.VERIFIED, before=before, why=f"{made.words} ({made.where}){seen_by}", by=by, now=now)
    return made


@transaction.atomic
def sustain_action(
    action: Action, *, by: Access, now: datetime, words: str, version: int, nhs_number_checked: bool = False
) -> Action:
    """Say that what was verified has held: time has passed and its measure or a re-audit shows it.

    Raises `NotAllowed`, `Stale`, or `Refused` with what still stands in the way."""
    person_id = person_of(by, "An action is called sustained by a person.")
    action, before = locked(action, by)
    if not by.may(Can.VERIFY_ACTIONS, action.trust_id):
        raise NotAllowed("You may not say this of the trust's actions.")
    if why := why_may_not_verify(action, person_id):
        raise NotAllowed(why)
    if before != Status.VERIFIED or action.verified_on is None:
        raise Refused(f"{action.reference} is not verified: it is {before.label.lower()}.")
    check_version(action, version)
    if not words.strip():
        raise Refused("Say what shows that it has held.", field="words")
    refuse_nhs_numbers(words, field="words", checked=nhs_number_checked)
    today, holding = Moment(now).today, holding_of(action)
    if why := why_not_sustained(holding, today, months=settings.SUSTAINED_MONTHS, points=settings.SUSTAINED_POINTS):
        raise Refused(why)
    move(action, Status.SUSTAINED, now=now)
    record(action, Kind.SUSTAINED, before=before, why=words.strip(), by=by, now=now)
    return action


@transaction.atomic
def set_action_aside(
    action: Action, *, by: Access, now: datetime, why: str, version: int, nhs_number_checked: bool = False
) -> Action:
    """Stop work on an open action, for a reason: it was made twice, or its service has closed.

    Raises `NotAllowed`, `Stale`, or `Refused` without a reason or when it is not open."""
    person_of(by, "An action is set aside by a person.")
    action, before = locked(action, by)
    if not by.may(Can.MAKE_ACTIONS, action.trust_id):
        raise NotAllowed("Only the trust's improvement lead or accountable executive may set an action aside.")
    if (before, Status.SET_ASIDE) not in MOVES:
        raise Refused(f"{action.reference} is {before.label.lower()}: only an open action is set aside.")
    check_version(action, version)
    if not why.strip():
        raise Refused("Say why it is set aside.", field="why")
    refuse_nhs_numbers(why, field="why", checked=nhs_number_checked)
    move(action, Status.SET_ASIDE, now=now)
    record(action, Kind.SET_ASIDE, before=before, why=why.strip(), by=by, now=now)
    return action


@transaction.atomic
def reopen_action(
    action: Action,
    *,
    by: Access,
    now: datetime,
    why: str,
    rating_change: Change | None = None,
    finding: Finding | None = None,
    nhs_number_checked: bool = False,
) -> Action:
    """Open an action again that was done, verified, sustained or set aside: the service when its rating falls or
    its finding returns, its owner or lead at any time, for a reason.

    Raises `NotAllowed`, or `Refused` when it is open already or no reason is given."""
    action, before = locked(action, by)
    check_may_move(action, by, Status.REOPENED)
    if before not in (*CLAIMED, Status.SET_ASIDE):
        raise Refused(f"{action.reference} is open already.", field="status")
    if not why.strip():
        raise Refused("Say why the action is opened again.", field="why")
    if by.person_id is not None:
        refuse_nhs_numbers(why, field="why", checked=nhs_number_checked)
    move(action, Status.REOPENED, now=now)
    record(
        action, Kind.REOPENED, before=before, why=why.strip(), by=by, now=now,
        rating_change=rating_change, finding=finding,
    )  # fmt: skip
    return action
