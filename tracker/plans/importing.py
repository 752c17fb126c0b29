"""Bringing in the tracker a trust has: received, its columns named, its rows put right, imported, and taken back.

Nothing is made before every row that is kept is right, and then everything at once.  Taking back sets the actions
aside, as far as nobody has worked on them since: nothing is deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from tracker.clock import Moment
from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.closing import set_action_aside
from tracker.plans.importing_models import ImportedAction, TrackerHeading, TrackerImport, TrackerImportEvent
from tracker.plans.importing_queries import lines_of, why_it_stays
from tracker.plans.lifecycle import Status, TrackerState
from tracker.plans.models import Action
from tracker.plans.operations import make_action, record_progress
from tracker.plans.queries import people_of_the_plan
from tracker.plans.tracker_rows import FIXABLE, LEAVE_OUT, MOST_COLUMNS, Column, Sheet, guess_columns, heading_key
from tracker.plans.writing import person_of
from tracker.problems import NotAllowed, Refused
from tracker.ratings.models import RatedService
from tracker.trusts.models import Trust

UNDO_WITHIN: Final = timedelta(hours=24)


@dataclass(frozen=True)
class TakenBack:
    """What undoing an import did: actions set aside, and those that stay, each with why."""

    set_aside: list[Action]
    kept: list[tuple[Action, str]]


@transaction.atomic
def receive_tracker(
    trust: Trust, *, by: Access, now: datetime, sheet: Sheet, name: str, form_key: UUID | None = None
) -> TrackerImport:
    """Keep a tracker as it was given, its columns guessed.  The same form sent twice is one import."""
    person_id = person_of(by, "A tracker is imported by a person.")
    if not by.may(Can.MAKE_ACTIONS, trust.pk):
        raise NotAllowed("Only the trust's improvement lead or accountable executive may import its tracker.")
    if form_key and (sent := TrackerImport.objects.visible_to(by).filter(trust=trust, form_key=form_key).first()):
        return sent
    remembered = dict(TrackerHeading.objects.filter(trust=trust).values_list("heading", "column"))
    guessed = guess_columns(sheet.headings, remembered)
    made = TrackerImport.objects.create(
        trust=trust, name=name[:255], headings=list(sheet.headings), cells=[list(row) for row in sheet.rows],
        columns=[column.value if column else "" for column in guessed], made_at=now, made_by_id=person_id,
        form_key=form_key,
    )  # fmt: skip
    _record(made, before="", person_id=person_id, now=now)
    return made


@transaction.atomic
def name_columns(tracker: TrackerImport, *, by: Access, now: datetime, columns: Sequence[str]) -> TrackerImport:
    """Say what each column is; the trust's next tracker with the same headings is read so from the start."""
    tracker, _ = _locked(tracker, by)
    _check_open(tracker)
    if len(columns) != len(tracker.headings) or len(columns) > MOST_COLUMNS:
        raise Refused("Say what every column is.")
    named = [column for column in columns if column]
    for column in named:
        if column not in list(Column):
            raise Refused("Choose what each column is from the list.")
        if named.count(column) > 1:
            raise Refused(f"Two columns cannot both be “{column}”. Choose one of them.", field=column)
    if not {Column.TITLE, Column.REQUIREMENT} & set(named):
        raise Refused("Say which column holds what will be done, or what CQC requires.")
    tracker.columns = list(columns)
    tracker.save(update_fields=["columns"])
    for heading, column in zip(tracker.headings, columns, strict=True):
        TrackerHeading.objects.update_or_create(
            trust_id=tracker.trust_id, heading=heading_key(heading), defaults={"column": column}
        )
    return tracker


@transaction.atomic
def put_rows_right(
    tracker: TrackerImport, *, by: Access, now: datetime, corrections: Mapping[int, Mapping[str, str]]
) -> TrackerImport:
    """Keep what a person typed for some rows, right or not: nothing typed is lost."""
    tracker, _ = _locked(tracker, by)
    _check_open(tracker)
    kept = dict(tracker.put_right)
    for number, values in corrections.items():
        if not 0 <= number < len(tracker.cells):
            continue
        known = {name: text[:2000] for name, text in values.items() if name in (*FIXABLE, LEAVE_OUT)}
        kept[str(number)] = {**kept.get(str(number), {}), **known}
    tracker.put_right = kept
    tracker.save(update_fields=["put_right"])
    return tracker


@transaction.atomic
def import_rows(tracker: TrackerImport, *, by: Access, now: datetime, nhs_number_checked: bool = False) -> list[Action]:
    """Make an action of every row that is kept.  Sent twice, it answers with what it made.

    Raises `NotAllowed`, or `Refused` while a row is wrong, none is kept, or a cell looks like it holds an NHS
    number (unless checked)."""
    tracker, person_id = _locked(tracker, by)
    if tracker.state != TrackerState.CHECKING:
        return [one.action for one in tracker.made.select_related("action")]
    lines = [line for line in lines_of(tracker, Moment(now).today) if not line.left_out]
    if not lines:
        raise Refused("Keep at least one row.")
    wrong = sum(bool(line.errors) for line in lines)
    if wrong:
        raise Refused(f"Put {wrong} row{'s' if wrong > 1 else ''} right first, or leave them out.")
    words = " \n".join(" \n".join([line.row.title, line.row.requirement, *line.row.notes]) for line in lines)
    refuse_nhs_numbers(words, field="", checked=nhs_number_checked)
    people = people_of_the_plan(tracker.trust_id, Moment(now).today).in_bulk()
    services = RatedService.objects.in_bulk([line.row.service_id for line in lines if line.row.service_id])
    made = []
    for line in lines:
        row = line.row
        if row.owner_id is None or row.executive_id is None or row.due_on is None:
            raise Refused(f"Put row {line.number + 1} right first.")
        detail = "\n".join([row.requirement if row.requirement != row.title else "", *row.notes]).strip()
        action = make_action(
            tracker.trust, by=by, now=now, title=row.title, detail=detail, owner=people[row.owner_id],
            executive=people[row.executive_id], due_on=row.due_on, first_due_on=row.original_due_on,
            service=services.get(row.service_id or 0), kind=row.kind, own_reference=row.reference,
            nhs_number_checked=True,
        )  # fmt: skip
        if row.status != Status.NOT_STARTED:
            said = "The trust's tracker says that it is complete. Add evidence to say so here."
            record_progress(
                action, by=by, now=now, words=said if row.said_complete else "As the trust's tracker has it.",
                status=row.status, version=action.version, nhs_number_checked=True,
            )  # fmt: skip
            action.refresh_from_db()
        ImportedAction.objects.create(
            trust_id=tracker.trust_id, tracker_import=tracker, action=action, row=line.number, version=action.version
        )
        made.append(action)
    tracker.imported_at = now
    _move(tracker, TrackerState.IMPORTED, why="", person_id=person_id, now=now)
    return made


@transaction.atomic
def undo_import(
    tracker: TrackerImport, *, by: Access, now: datetime, why: str, nhs_number_checked: bool = False
) -> TakenBack:
    """Set aside what the import made, within a day, as far as nobody has worked on it since; says what stays."""
    tracker, person_id = _locked(tracker, by)
    if tracker.state != TrackerState.IMPORTED or tracker.imported_at is None:
        raise Refused("There is nothing to undo: this tracker is not imported.")
    if now - tracker.imported_at > UNDO_WITHIN:
        raise Refused("An import is undone within 24 hours. Set its actions aside one by one instead.")
    if not why.strip():
        raise Refused("Say why the import is undone.", field="why")
    refuse_nhs_numbers(why, field="why", checked=nhs_number_checked)
    taken = TakenBack([], [])
    for one in tracker.made.select_related("action"):
        action = one.action
        if reason := why_it_stays(one):
            taken.kept.append((action, reason))
            continue
        set_action_aside(
            action, by=by, now=now, why=f"Its import was undone. {why.strip()}", version=action.version,
            nhs_number_checked=True,
        )  # fmt: skip
        taken.set_aside.append(action)
    if not taken.set_aside:
        raise Refused("Every action of this import has been worked on since, so none can be taken back.")
    _move(tracker, TrackerState.UNDONE, why=why.strip(), person_id=person_id, now=now)
    return taken


def _locked(tracker: TrackerImport, by: Access) -> tuple[TrackerImport, int]:
    person_id = person_of(by, "A tracker is imported by a person.")
    visible = TrackerImport.objects.visible_to(by).select_for_update(no_key=True, of=("self",)).select_related("trust")
    fresh = visible.filter(pk=tracker.pk).first()
    if fresh is None:
        raise NotAllowed("You may not import this trust's tracker.")
    return fresh, person_id


def _check_open(tracker: TrackerImport) -> None:
    if tracker.state != TrackerState.CHECKING:
        raise Refused("This tracker is imported already. Change its actions instead.")


def _move(tracker: TrackerImport, state: TrackerState, *, why: str, person_id: int, now: datetime) -> None:
    before, tracker.state = tracker.state, state
    tracker.save(update_fields=["state", "imported_at"])
    _record(tracker, before=before, why=why, person_id=person_id, now=now)


def _record(tracker: TrackerImport, *, before: str, person_id: int, now: datetime, why: str = "") -> None:
    TrackerImportEvent.objects.create(
        trust_id=tracker.trust_id, tracker_import=tracker, state_before=before, state_after=tracker.state, why=why,
        at=now, by_id=person_id,
    )  # fmt: skip
