"""`manage.py draw_lifecycles`: every lifecycle's drawing, made from its table.  A test compares the two."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import TextChoices

from tracker.findings import notice_lifecycle, reading_lifecycle
from tracker.people.roles import Can
from tracker.plans import lifecycle as plan_lifecycles
from tracker.ratings import import_lifecycle

DRAWING = Path("docs") / "lifecycles.md"


@dataclass(frozen=True)
class Lifecycle:
    """A table of moves, what it is the life of, and the state in which that begins."""

    title: str
    module: str
    begins: TextChoices
    moves: Mapping[tuple[Any, Any], Can | plan_lifecycles.ByTheService]  # from one member of `begins`'s to another


# In flow order.  A new lifecycle is drawn by adding it here.
LIFECYCLES = (
    Lifecycle(
        "An import of ratings", import_lifecycle.__name__, import_lifecycle.State.RECEIVED, import_lifecycle.MOVES
    ),
    Lifecycle(
        "A reading of a report",
        reading_lifecycle.__name__,
        reading_lifecycle.ReadingState.DRAFT,
        reading_lifecycle.READING_MOVES,
    ),
    Lifecycle(
        "An item of a reading",
        reading_lifecycle.__name__,
        reading_lifecycle.ItemState.PROPOSED,
        reading_lifecycle.ITEM_MOVES,
    ),
    *(
        Lifecycle(title, notice_lifecycle.__name__, notice_lifecycle.BEGINS[form], notice_lifecycle.MOVES_OF[form])
        for form, title in (
            ("NO", "A requirement notice"),
            ("WN", "A section 29A warning notice"),
            ("CO", "A section 31 condition"),
        )
    ),
    Lifecycle("An action", plan_lifecycles.__name__, plan_lifecycles.Status.NOT_STARTED, plan_lifecycles.MOVES),
    Lifecycle(
        "A version of a plan", plan_lifecycles.__name__, plan_lifecycles.PlanState.DRAFT, plan_lifecycles.PLAN_MOVES
    ),
    Lifecycle(
        "A trust's own tracker, imported",
        plan_lifecycles.__name__,
        plan_lifecycles.TrackerState.CHECKING,
        plan_lifecycles.TRACKER_MOVES,
    ),
    Lifecycle(
        "A later due date, asked for",
        plan_lifecycles.__name__,
        plan_lifecycles.Asked.ASKED,
        plan_lifecycles.EXTENSION_MOVES,
    ),
    Lifecycle("A file of evidence", plan_lifecycles.__name__, plan_lifecycles.Scan.PENDING, plan_lifecycles.SCAN_MOVES),
)


class Command(BaseCommand):
    help = "Draws every lifecycle from its table into docs/lifecycles.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the drawing is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        path, drawn = settings.BASE_DIR / DRAWING, draw()
        if options["check"]:
            if not path.exists() or path.read_text(encoding="utf-8") != drawn:
                raise CommandError(f"{DRAWING} is out of date: run manage.py draw_lifecycles.")
            return
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
        self.stdout.write(f"Drew {len(LIFECYCLES)} lifecycles into {DRAWING}.")


def draw() -> str:
    """The whole page, as Markdown with a Mermaid drawing for each lifecycle."""
    head = (
        "# Lifecycles\n\nDrawn by `manage.py draw_lifecycles` from the tables in the code; do not edit. "
        "An arrow says what a person needs to make that move.\n"
    )
    return "\n".join([head, *(_section(lifecycle) for lifecycle in LIFECYCLES)])


def _section(lifecycle: Lifecycle) -> str:
    states = [state for state in type(lifecycle.begins) if any(state in move for move in lifecycle.moves)]
    lines = [f"## {lifecycle.title}", "", f"From `{lifecycle.module}`.", "", "```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state.label}" as {state.value}' for state in states]
    lines.append(f"    [*] --> {lifecycle.begins.value}")
    lines += [f"    {start.value} --> {end.value}: {can.value}" for (start, end), can in lifecycle.moves.items()]
    ends = [state for state in states if not any(start == state for start, _ in lifecycle.moves)]
    lines += [f"    {state.value} --> [*]" for state in ends]
    return "\n".join([*lines, "```", ""])
