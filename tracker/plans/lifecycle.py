"""The lives of an action, of a plan, of an asked extension and of a file's check: tables, which say what is allowed,
who may, and which buttons show.

`docs/lifecycles.md` holds their drawings, made by `manage.py draw_lifecycles`; a test compares the two.
"""

from enum import StrEnum
from typing import Final

from django.db.models import TextChoices

from tracker.people.roles import Can


class Status(TextChoices):
    NOT_STARTED = "not_started", "Not started"
    ON_TRACK = "on_track", "On track"
    AT_RISK = "at_risk", "At risk"
    OFF_TRACK = "off_track", "Off track"
    DONE = "done", "Done"
    VERIFIED = "verified", "Verified"
    SUSTAINED = "sustained", "Sustained"
    REOPENED = "reopened", "Reopened"
    SET_ASIDE = "set_aside", "Set aside"


OPEN = (Status.NOT_STARTED, Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK, Status.REOPENED)
CLAIMED = (Status.DONE, Status.VERIFIED, Status.SUSTAINED)  # the owner has said that it is done, and it still is
WORKING = (Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK)  # in progress, in the owner's own word

# (from, to) -> the permission the move needs.  What needs UPDATE_ACTIONS the owner may do too; nothing else is the
# owner's.  A move to Reopened is made by the service when its facts change, or by a person with a reason.
MOVES: Final[dict[tuple[Status, Status], Can]] = {
    **{(start, end): Can.UPDATE_ACTIONS for start in OPEN for end in WORKING},
    **{(start, Status.DONE): Can.UPDATE_ACTIONS for start in OPEN},
    (Status.NOT_STARTED, Status.NOT_STARTED): Can.UPDATE_ACTIONS,
    (Status.REOPENED, Status.REOPENED): Can.UPDATE_ACTIONS,
    **{(start, Status.REOPENED): Can.UPDATE_ACTIONS for start in CLAIMED},
    (Status.DONE, Status.VERIFIED): Can.VERIFY_ACTIONS,
    (Status.VERIFIED, Status.SUSTAINED): Can.VERIFY_ACTIONS,
    **{(start, Status.SET_ASIDE): Can.MAKE_ACTIONS for start in OPEN},
    (Status.SET_ASIDE, Status.REOPENED): Can.MAKE_ACTIONS,
}
# Taking a bulk change back, and nothing else, leads back to where an action was before it was touched.
UNDOING: Final = frozenset({(start, end) for start in WORKING for end in (Status.NOT_STARTED, Status.REOPENED)})

BY_UPDATE: Final = frozenset({*WORKING, Status.DONE, Status.NOT_STARTED, Status.REOPENED})


def next_statuses(status: str) -> list[Status]:
    """The statuses an update in words may leave an action in, in the order they are shown.

    To verify, to call sustained and to set aside are steps of their own."""
    if status == Status.SET_ASIDE:
        return []
    return [end for end in Status if end in BY_UPDATE and (Status(status), end) in MOVES]


class Asked(TextChoices):
    """How a wish for a later due date stands."""

    ASKED = "asked", "Asked"
    GRANTED = "granted", "Granted"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


EXTENSION_MOVES: Final[dict[tuple[Asked, Asked], Can]] = {
    (Asked.ASKED, Asked.GRANTED): Can.DECIDE_EXTENSIONS,
    (Asked.ASKED, Asked.REFUSED): Can.DECIDE_EXTENSIONS,
    (Asked.ASKED, Asked.WITHDRAWN): Can.UPDATE_ACTIONS,
}


class Scan(TextChoices):
    """What is known of a file: only a clean one leaves the service again."""

    PENDING = "pending", "Being checked"
    CLEAN = "clean", "Checked"
    INFECTED = "infected", "Infected"
    ERROR = "error", "Could not be checked"
    LINK = "link", "Link"  # an address: there is no file


class ByTheService(StrEnum):
    """Who makes a move that no person makes."""

    SCANNER = "the scanner"


SCAN_MOVES: Final[dict[tuple[Scan, Scan], ByTheService]] = {
    (start, end): ByTheService.SCANNER
    for start, ends in {
        Scan.PENDING: (Scan.CLEAN, Scan.INFECTED, Scan.ERROR),
        Scan.ERROR: (Scan.CLEAN, Scan.INFECTED, Scan.ERROR),
        Scan.CLEAN: (Scan.INFECTED,),  # a scanner that learned of it later
    }.items()
    for end in ends
}


class PlanState(TextChoices):
    """How one version of a plan stands."""

    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    SUBMITTED = "submitted", "Submitted to CQC"
    ACCEPTED = "accepted", "Accepted by CQC"
    SUPERSEDED = "superseded", "Superseded"


# A version is superseded when the next one is approved, by whoever approves that.
PLAN_MOVES: Final[dict[tuple[PlanState, PlanState], Can]] = {
    (PlanState.DRAFT, PlanState.APPROVED): Can.APPROVE_PLANS,
    (PlanState.APPROVED, PlanState.SUBMITTED): Can.MAKE_ACTIONS,
    (PlanState.SUBMITTED, PlanState.ACCEPTED): Can.MAKE_ACTIONS,
    (PlanState.APPROVED, PlanState.SUPERSEDED): Can.APPROVE_PLANS,
    (PlanState.SUBMITTED, PlanState.SUPERSEDED): Can.APPROVE_PLANS,
    (PlanState.ACCEPTED, PlanState.SUPERSEDED): Can.APPROVE_PLANS,
}


class TrackerState(TextChoices):
    """How a trust's own tracker, on its way in, stands."""

    CHECKING = "checking", "Being checked"
    IMPORTED = "imported", "Imported"
    UNDONE = "undone", "Undone"


TRACKER_MOVES: Final[dict[tuple[TrackerState, TrackerState], Can]] = {
    (TrackerState.CHECKING, TrackerState.IMPORTED): Can.MAKE_ACTIONS,
    (TrackerState.IMPORTED, TrackerState.UNDONE): Can.MAKE_ACTIONS,
}
