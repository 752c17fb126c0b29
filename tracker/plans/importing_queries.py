"""Reading a tracker on its way in: its rows as they stand, what its cells may name, and what undoing leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tracker.findings.nhs_numbers import looks_like_nhs_numbers
from tracker.people.models import Membership
from tracker.people.roles import Role
from tracker.plans.importing_models import ImportedAction, TrackerImport
from tracker.plans.lifecycle import OPEN, Status
from tracker.plans.models import Action, ActionEvent
from tracker.plans.queries import people_of_the_plan
from tracker.plans.tracker_rows import FIXABLE, LEAVE_OUT, Known, TrackerRow, person_key, read_rows, service_key
from tracker.ratings.models import RatedService
from tracker.ratings.scale import OVERALL


@dataclass(frozen=True)
class Line:
    """A row of the import as it stands: from 0, as read, and whether it is left out."""

    number: int
    row: TrackerRow
    left_out: bool

    @property
    def errors(self) -> dict[str, str]:
        return {} if self.left_out else self.row.errors


def why_it_stays(one: ImportedAction) -> str:
    """Why undoing the import leaves this action as it is; empty where it does not."""
    action = one.action
    if action.status not in OPEN:
        return f"it is {Status(action.status).label.lower()}"
    if action.version != one.version:
        return "somebody has changed it since"
    if action.comments.exists():
        return "somebody has commented on it"
    if action.evidence.exists():
        return "it has evidence"
    quiet = Q(kind=ActionEvent.Kind.MADE) | Q(version__lte=one.version, kind=ActionEvent.Kind.MOVED)
    return "somebody has worked on it since" if action.events.exclude(quiet).exists() else ""


def lines_of(tracker: TrackerImport, today: date) -> list[Line]:
    """Every row as it stands: as given, with what was put right."""
    rows, left = [], []
    for number, cells in enumerate(tracker.cells):
        given = {column: cell for column, cell in zip(tracker.columns, cells, strict=True) if column}
        typed: dict[str, str] = tracker.put_right.get(str(number), {})
        if typed.get("due") and given.get("due") and not given.get("original_due"):
            given["original_due"] = given["due"]  # what was promised first stays known
        rows.append({**given, **{name: text for name, text in typed.items() if name in FIXABLE}})
        left.append(bool(typed.get(LEAVE_OUT)))
    kept = [row for row, out in zip(rows, left, strict=True) if not out]
    read = iter(read_rows(kept, known_to(tracker, today), today))
    return [
        Line(number, _blank(row) if out else next(read), out)
        for number, (row, out) in enumerate(zip(rows, left, strict=True))
    ]


def known_to(tracker: TrackerImport, today: date) -> Known:
    """The people, services and references that a cell of the trust's tracker may name."""
    people = {person_key(person.name): person.pk for person in people_of_the_plan(tracker.trust_id, today)}
    services = {
        service_key(service.name): service.pk
        for service in RatedService.objects.filter(superseded_by=None).exclude(key=OVERALL)
    }
    holders = _first_holders(tracker.trust_id, today)
    taken = Action.objects.filter(trust_id=tracker.trust_id).exclude(status=Status.SET_ASIDE)
    return Known(
        people={**people, **{f"#{pk}": pk for pk in people.values()}},
        services={**services, **{f"#{pk}": pk for pk in services.values()}},
        references=frozenset(
            one.casefold() for one in taken.exclude(own_reference="").values_list("own_reference", flat=True)
        ),
        lead_id=holders.get(Role.IMPROVEMENT_LEAD),
        executive_id=holders.get(Role.ACCOUNTABLE_EXECUTIVE),
    )


def holds_numbers(lines: Sequence[Line]) -> bool:
    """Whether any row that is kept looks like it holds an NHS number."""
    kept = (line.row for line in lines if not line.left_out)
    return any(looks_like_nhs_numbers(" \n".join([row.title, row.requirement, *row.notes])) for row in kept)


def _blank(cells: dict[str, str]) -> TrackerRow:
    """A row that is left out: only its words are of interest."""
    title = cells.get("title", "") or cells.get("requirement", "")
    return TrackerRow(title=title, reference=cells.get("reference", ""))


def _first_holders(trust_id: int, today: date) -> dict[str, int]:
    """Who has been the trust's improvement lead and accountable executive for longest, by role."""
    held = Membership.objects.in_force(today).filter(trust_id=trust_id, person__is_active=True)
    held = held.filter(role__in=[Role.IMPROVEMENT_LEAD, Role.ACCOUNTABLE_EXECUTIVE])
    return dict(held.order_by("-valid_from", "-pk").values_list("role", "person_id"))
