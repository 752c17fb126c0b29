"""Who may do what: one table, answered by one function (`tracker.people.access.Access.may`).

A role is held at an organisation for a time (`Membership`).  What the *state* of a thing allows is not
here: that is its lifecycle.  Owner, verifier and panellist are not roles but assignments on one object.
"""

from enum import StrEnum

from django.db.models import TextChoices


class Can(StrEnum):
    """One thing a person may be allowed to do."""

    SEE_RATINGS = "see ratings"  # published facts: everybody who is signed in
    SEE_SECTOR = "see the sector"
    LOAD_RATINGS = "load ratings"  # upload, read, apply, undo an import
    SECOND_A_HELD_IMPORT = "agree to a held import"
    SETTLE_ROWS = "settle rows that wait"
    RECORD_FINDINGS = "record findings"
    SEE_PLANS = "see plans"  # confidential: actions, progress, reminders of a trust
    MAKE_ACTIONS = "make actions"
    UPDATE_ACTIONS = "update any action of the trust"
    VERIFY_ACTIONS = "verify what somebody else has done"
    DECIDE_EXTENSIONS = "decide on a later due date"
    APPROVE_PLANS = "approve the trust's plan"
    KEEP_MEASURES = "add the trust's measures and their values"
    SEE_ROUNDS = "see pairing rounds before they are published"
    PROPOSE_ROUNDS = "propose pairing rounds"
    PUBLISH_ROUNDS = "publish pairing rounds"
    SEE_OPERATIONS = "see the outbox and the state of the service"
    MANAGE_PEOPLE = "manage people"


class Place(StrEnum):
    """The kind of organisation at which a role is held."""

    TRUST = "trust"
    SYSTEM = "system"
    REGION = "region"
    NATION = "nation"


class Role(TextChoices):
    IMPROVEMENT_LEAD = "improvement_lead", "Improvement lead"
    CHIEF_EXECUTIVE = "chief_executive", "Chief executive"
    ACCOUNTABLE_EXECUTIVE = "accountable_executive", "Accountable executive"
    BOARD_SIGNATORY = "board_signatory", "Board signatory"
    APPROVER = "approver", "Approver"
    PEER_MENTOR = "peer_mentor", "Peer mentor"
    LAY_REVIEWER = "lay_reviewer", "Lay reviewer"
    RESIDENT_DOCTOR_REVIEWER = "resident_doctor_reviewer", "Resident doctor reviewer"
    SYSTEM_STAFF = "system_staff", "System (ICB) staff"
    REGIONAL_STAFF = "regional_staff", "Regional staff"
    NATIONAL_STAFF = "national_staff", "National staff"
    CONVENOR = "convenor", "Convenor"
    SYSTEM_ADMINISTRATOR = "system_administrator", "System administrator"


PLACES: dict[Role, Place] = {
    Role.IMPROVEMENT_LEAD: Place.TRUST,
    Role.CHIEF_EXECUTIVE: Place.TRUST,
    Role.ACCOUNTABLE_EXECUTIVE: Place.TRUST,
    Role.BOARD_SIGNATORY: Place.TRUST,
    Role.APPROVER: Place.TRUST,
    Role.PEER_MENTOR: Place.TRUST,
    Role.LAY_REVIEWER: Place.NATION,
    Role.RESIDENT_DOCTOR_REVIEWER: Place.NATION,
    Role.SYSTEM_STAFF: Place.SYSTEM,
    Role.REGIONAL_STAFF: Place.REGION,
    Role.NATIONAL_STAFF: Place.NATION,
    Role.CONVENOR: Place.NATION,
    Role.SYSTEM_ADMINISTRATOR: Place.NATION,
}

_PUBLIC = frozenset({Can.SEE_RATINGS, Can.SEE_SECTOR})
_TRUST = _PUBLIC | {Can.SEE_PLANS}

GRANTS: dict[Role, frozenset[Can]] = {
    Role.IMPROVEMENT_LEAD: _TRUST
    | {Can.RECORD_FINDINGS, Can.MAKE_ACTIONS, Can.UPDATE_ACTIONS, Can.VERIFY_ACTIONS, Can.KEEP_MEASURES},
    Role.CHIEF_EXECUTIVE: _TRUST | {Can.VERIFY_ACTIONS, Can.DECIDE_EXTENSIONS, Can.APPROVE_PLANS},
    Role.ACCOUNTABLE_EXECUTIVE: _TRUST
    | {Can.MAKE_ACTIONS, Can.VERIFY_ACTIONS, Can.DECIDE_EXTENSIONS, Can.APPROVE_PLANS},
    Role.BOARD_SIGNATORY: _TRUST,
    Role.APPROVER: _TRUST | {Can.VERIFY_ACTIONS, Can.DECIDE_EXTENSIONS, Can.APPROVE_PLANS},
    # A peer mentor works at the helping trust and sees nothing of the host's until terms of reference share it.
    Role.PEER_MENTOR: _PUBLIC,
    Role.LAY_REVIEWER: _PUBLIC,
    Role.RESIDENT_DOCTOR_REVIEWER: _PUBLIC,
    # A trust's plan is seen by that trust, its region and national staff (house decisions 4 and 7): not by its system.
    Role.SYSTEM_STAFF: _PUBLIC,
    Role.REGIONAL_STAFF: _PUBLIC | {Can.SEE_PLANS},
    Role.NATIONAL_STAFF: _PUBLIC
    | {
        Can.LOAD_RATINGS,
        Can.SECOND_A_HELD_IMPORT,
        Can.SETTLE_ROWS,
        Can.RECORD_FINDINGS,
        Can.SEE_PLANS,
        Can.SEE_ROUNDS,
        Can.PROPOSE_ROUNDS,
        Can.PUBLISH_ROUNDS,
    },
    Role.CONVENOR: _PUBLIC | {Can.SEE_ROUNDS, Can.PROPOSE_ROUNDS, Can.PUBLISH_ROUNDS},
    # Runs the service, and reads no trust's plan.
    Role.SYSTEM_ADMINISTRATOR: _PUBLIC | {Can.LOAD_RATINGS, Can.SEE_OPERATIONS, Can.MANAGE_PEOPLE},
}
