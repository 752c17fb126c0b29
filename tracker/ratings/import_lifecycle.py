"""The states of an import and who may move it between them: one table, which also draws its own diagram.

"Being read" is left by whoever reads; when nobody holds the import's reading lock (see `reading_lock`) the
reader was killed, nothing of it remains, and the same move may be made again at once.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from tracker.people.roles import Can
from tracker.problems import Refused
from tracker.ratings.models import ImportEvent, RatingImport

State = RatingImport.State

MOVES: Final[Mapping[tuple[State, State], Can]] = MappingProxyType(
    {
        (State.RECEIVED, State.READING): Can.LOAD_RATINGS,
        (State.READING, State.READING): Can.LOAD_RATINGS,  # the reader was killed: start again
        (State.READING, State.READY): Can.LOAD_RATINGS,
        (State.READING, State.HELD): Can.LOAD_RATINGS,
        (State.READING, State.UNCHANGED): Can.LOAD_RATINGS,
        (State.READING, State.REFUSED): Can.LOAD_RATINGS,
        (State.READING, State.APPLIED): Can.LOAD_RATINGS,
        (State.READING, State.PART_APPLIED): Can.LOAD_RATINGS,
        (State.READY, State.READING): Can.LOAD_RATINGS,
        (State.READY, State.APPLIED): Can.LOAD_RATINGS,
        (State.READY, State.PART_APPLIED): Can.LOAD_RATINGS,
        (State.READY, State.SET_ASIDE): Can.LOAD_RATINGS,
        (State.READY, State.UNCHANGED): Can.LOAD_RATINGS,  # the new reading of one in force is set aside
        (State.HELD, State.READY): Can.SECOND_A_HELD_IMPORT,
        (State.HELD, State.READING): Can.LOAD_RATINGS,
        (State.HELD, State.SET_ASIDE): Can.LOAD_RATINGS,
        (State.HELD, State.APPLIED): Can.LOAD_RATINGS,  # so is that of one in force that is held
        (State.HELD, State.UNCHANGED): Can.LOAD_RATINGS,
        (State.PART_APPLIED, State.READING): Can.LOAD_RATINGS,
        (State.PART_APPLIED, State.PART_APPLIED): Can.LOAD_RATINGS,
        (State.PART_APPLIED, State.APPLIED): Can.LOAD_RATINGS,
        (State.PART_APPLIED, State.UNDONE): Can.LOAD_RATINGS,
        (State.APPLIED, State.READING): Can.SETTLE_ROWS,  # rows that waited have been settled since
        (State.APPLIED, State.UNDONE): Can.LOAD_RATINGS,
        (State.UNCHANGED, State.READING): Can.SETTLE_ROWS,
        (State.UNCHANGED, State.UNDONE): Can.LOAD_RATINGS,
        (State.REFUSED, State.READING): Can.LOAD_RATINGS,
        (State.SET_ASIDE, State.READING): Can.LOAD_RATINGS,
        (State.UNDONE, State.READING): Can.LOAD_RATINGS,
    }
)

# An applied import is read again when rows are settled; while it is being read, and when that reading is held,
# set aside or refused, what it asserted before still stands.  Its events say so where its state no longer does.
_IN_FORCE: Final = """(
  {i}.state IN ('applied', 'part_applied', 'unchanged') OR COALESCE((
    SELECT decisive.kind <> 'undone' FROM import_event decisive
    WHERE decisive.rating_import_id = {i}.id AND decisive.kind IN ('applied', 'part_applied', 'unchanged', 'undone')
    ORDER BY decisive.id DESC LIMIT 1), false))"""


def in_force_sql(alias: str) -> str:
    """SQL: whether what the import `alias` lists is part of the history, a file that changed nothing included."""
    return _IN_FORCE.format(i=alias)


def in_force() -> QuerySet[RatingImport]:
    """The imports of which `in_force_sql` is true."""
    condition = RawSQL(in_force_sql("rating_import"), [], output_field=BooleanField())  # noqa: S611  words of ours
    return RatingImport.objects.filter(condition)


def moves_from(state: str) -> dict[State, Can]:
    """Where an import in `state` may go, and what a person needs to send it there."""
    return {to: can for (start, to), can in MOVES.items() if start == state}


def require_move(rating_import: RatingImport, to: State) -> Can:
    """What the move needs.  Raises `Refused` where the state does not allow it."""
    can = MOVES.get((State(rating_import.state), to))
    if can is None:
        now, then = rating_import.get_state_display(), State(to).label
        raise Refused(f"This import is “{now}”; from there it cannot become “{then}”.")
    return can


# From these its proposals may be applied.  One that is held goes back to "applied" only by being set aside.
MAY_APPLY_FROM: Final = frozenset({State.READY, State.PART_APPLIED})


def can_apply_from(state: str) -> Can | None:
    """What a person needs to apply proposals of an import in `state`; None where nobody may."""
    return MOVES[State(state), State.APPLIED] if state in MAY_APPLY_FROM else None


def require_applicable(rating_import: RatingImport) -> None:
    """Raises `Refused` where the state does not let its proposals be applied."""
    if can_apply_from(rating_import.state) is None:
        raise Refused(f"This import is “{rating_import.get_state_display()}”: nothing of it can be applied now.")


def state_in_force(rating_import: RatingImport) -> State:
    """What an import in force is where nothing of it is left to decide."""
    kinds = [ImportEvent.Kind.APPLIED, ImportEvent.Kind.PART_APPLIED, ImportEvent.Kind.UNCHANGED]
    applied = rating_import.events.filter(kind__in=kinds).order_by("pk").last()
    unchanged = applied is None or applied.kind == ImportEvent.Kind.UNCHANGED
    return State.UNCHANGED if unchanged else State.APPLIED


def drawing() -> str:
    """The moves as a Mermaid state diagram, for the documentation."""
    lines = [f"    {start.value} --> {to.value}: {can.value}" for (start, to), can in MOVES.items()]
    return "\n".join(["stateDiagram-v2", "    [*] --> received", *lines, ""])
