"""Coding the causes of a finding: phrases suggest, a person decides, and each coder's own coding stays."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from tracker.findings.causes import BY_CODE, FIRST_LAYER, suggest_causes
from tracker.findings.models import Finding
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.findings.reading_models import CauseCoding, CodedCause
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.problems import NotAllowed, Refused


@transaction.atomic
def code_causes(
    finding: Finding,
    *,
    by: Access,
    now: datetime,
    causes: Collection[str],
    none_behind: bool = False,
    note: str = "",
    nhs_number_checked: bool = False,
) -> CauseCoding:
    """Record which causes this person sees behind a finding; a later coding of theirs replaces this one.

    Raises `NotAllowed`, or `Refused` for a cause there is none of, or none from behind the problem unless
    `none_behind` says outright that the report names none."""
    if by.person_id is None or not by.may(Can.RECORD_FINDINGS, finding.trust_id):
        raise NotAllowed("Only the trust's improvement lead or national staff may code its findings.")
    wanted = dict.fromkeys(causes)
    if unknown := [code for code in wanted if code not in BY_CODE]:
        raise Refused(f"There is no cause \u201c{unknown[0]}\u201d.", field="causes")
    behind = [code for code in wanted if code in FIRST_LAYER]
    if not behind and not none_behind:
        raise Refused(
            "Choose at least one cause from behind the problem, or say that the report names none.", field="causes"
        )
    if behind and none_behind:
        raise Refused("You chose a cause from behind the problem: take the other tick away.", field="none_behind")
    refuse_nhs_numbers(note, field="note", checked=nhs_number_checked)
    coding = CauseCoding.objects.create(
        trust_id=finding.trust_id,
        finding=finding,
        none_behind=none_behind,
        note=note.strip(),
        at=now,
        by_id=by.person_id,
    )
    phrases = {one.code: one.phrase for one in suggest_causes(finding.words)}
    CodedCause.objects.bulk_create(
        CodedCause(
            trust_id=finding.trust_id,
            coding=coding,
            code=code,
            layer=BY_CODE[code].layer,
            phrase=phrases.get(code, ""),
        )
        for code in wanted
    )
    return coding
