"""The life of an action: one table, which says what is allowed, who may, and which buttons show.

`docs/lifecycles.md` holds its drawing, made by `manage.py draw_lifecycles`; a test compares the two.
"""

from django.db.models import TextChoices

from tracker.people.roles import Can


class Status(TextChoices):
    NOT_STARTED = "not_started", "Not started"
    ON_TRACK = "on_track", "On track"
    AT_RISK = "at_risk", "At risk"
    OFF_TRACK = "off_track", "Off track"
    DONE = "done", "Done"
    REOPENED = "reopened", "Reopened"


OPEN = (Status.NOT_STARTED, Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK, Status.REOPENED)
_WORKING = (Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK)

# (from, to) -> the permission somebody who is not its owner needs; the owner may always.
# A move to Reopened is made by the service when its facts change, or by a person with a reason.
MOVES: dict[tuple[Status, Status], Can] = {
    **{(start, end): Can.UPDATE_ACTIONS for start in OPEN for end in _WORKING},
    **{(start, Status.DONE): Can.UPDATE_ACTIONS for start in OPEN},
    (Status.NOT_STARTED, Status.NOT_STARTED): Can.UPDATE_ACTIONS,
    (Status.REOPENED, Status.REOPENED): Can.UPDATE_ACTIONS,
    (Status.DONE, Status.REOPENED): Can.UPDATE_ACTIONS,
}


def next_statuses(status: str) -> list[Status]:
    """The statuses an update may leave an action in, in the order they are shown."""
    return [end for end in Status if (Status(status), end) in MOVES]
