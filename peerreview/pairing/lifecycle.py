"""The life of a pairing round: one table, which says what is allowed, who may, and which buttons show."""

from django.db.models import TextChoices

from tracker.people.roles import Can


class State(TextChoices):
    PROPOSED = "proposed", "Proposed: not yet published"
    PUBLISHED = "published", "Published"
    SET_ASIDE = "set_aside", "Set aside"


# (from, to) -> the permission it needs.  A round set aside is out of sight of its trusts for good: its ratings
# have moved on, and proposing another costs a second.
MOVES: dict[tuple[State, State], Can] = {
    (State.PROPOSED, State.PUBLISHED): Can.PUBLISH_ROUNDS,
    (State.PROPOSED, State.SET_ASIDE): Can.PUBLISH_ROUNDS,
    (State.PUBLISHED, State.SET_ASIDE): Can.PUBLISH_ROUNDS,
}


def next_states(state: str) -> list[State]:
    """The states a round may move to, in the order they are shown."""
    return [end for end in State if (State(state), end) in MOVES]
