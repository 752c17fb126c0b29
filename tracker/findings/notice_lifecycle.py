"""The lives of what CQC serves: a requirement notice, a section 29A warning notice, a section 31 condition.

One table each; their states have names of their own, so that the database can hold all three in one column.
`docs/lifecycles.md` holds the drawings; a test compares them.
"""

from collections.abc import Mapping
from typing import Final

from django.db.models import TextChoices

from tracker.people.roles import Can


class NoticeState(TextChoices):
    ISSUED = "issued", "Requirement notice issued"
    REPORTED = "reported", "Report of actions sent"  # Regulation 17(3): within 28 days
    REQUIREMENT_MET = "requirement_met", "Requirement met"
    SERVED = "served", "Warning notice served"
    CLAIMED = "claimed", "Trust says it has improved"
    WARNING_MET = "warning_met", "CQC found it met"
    NOT_MET = "not_met", "CQC found it not met"
    WITHDRAWN = "withdrawn", "Withdrawn after representations"
    IMPOSED = "imposed", "Condition imposed"
    REPORTING = "reporting", "Reported on to CQC"
    REMOVAL_ASKED = "removal_asked", "Removal asked for"
    LIFTED = "lifted", "Condition lifted"


_BY_LEAD = Can.RECORD_FINDINGS
S = NoticeState

REQUIREMENT_MOVES: dict[tuple[NoticeState, NoticeState], Can] = {
    (S.ISSUED, S.REPORTED): _BY_LEAD,
    (S.REPORTED, S.REPORTED): _BY_LEAD,
    (S.REPORTED, S.REQUIREMENT_MET): _BY_LEAD,
}
WARNING_MOVES: dict[tuple[NoticeState, NoticeState], Can] = {
    (S.SERVED, S.CLAIMED): _BY_LEAD,
    (S.SERVED, S.WITHDRAWN): _BY_LEAD,
    (S.CLAIMED, S.WARNING_MET): _BY_LEAD,
    (S.CLAIMED, S.NOT_MET): _BY_LEAD,
    (S.NOT_MET, S.CLAIMED): _BY_LEAD,
}
CONDITION_MOVES: dict[tuple[NoticeState, NoticeState], Can] = {
    (S.IMPOSED, S.REPORTING): _BY_LEAD,
    (S.REPORTING, S.REPORTING): _BY_LEAD,
    (S.IMPOSED, S.REMOVAL_ASKED): _BY_LEAD,
    (S.REPORTING, S.REMOVAL_ASKED): _BY_LEAD,
    (S.REMOVAL_ASKED, S.REPORTING): _BY_LEAD,  # CQC keeps it
    (S.REMOVAL_ASKED, S.LIFTED): _BY_LEAD,
}

# By the kind of finding it is: NO, WN, CO.
MOVES_OF: Final[Mapping[str, dict[tuple[NoticeState, NoticeState], Can]]] = {
    "NO": REQUIREMENT_MOVES,
    "WN": WARNING_MOVES,
    "CO": CONDITION_MOVES,
}
BEGINS: Final[Mapping[str, NoticeState]] = {"NO": S.ISSUED, "WN": S.SERVED, "CO": S.IMPOSED}
ENDED: Final = frozenset({S.REQUIREMENT_MET, S.WARNING_MET, S.WITHDRAWN, S.LIFTED})


def states_of(form: str) -> list[NoticeState]:
    """The states a notice of this kind may be in, in the order of the enumeration."""
    return [state for state in NoticeState if any(state in move for move in MOVES_OF[form])]


def next_states(form: str, state: str) -> list[NoticeState]:
    """Where a notice may go from here."""
    return [end for end in NoticeState if (NoticeState(state), end) in MOVES_OF[form]]
