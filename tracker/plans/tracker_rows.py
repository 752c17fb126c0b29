"""A trust's own tracker, as it keeps it: columns guessed from their headings, cells read, and what is wrong with each.

Pure.  A cell is never guessed at where a reading could be wrong: what cannot be read says why, beside what was there.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from tracker.plans.days import read_day
from tracker.plans.lifecycle import Status

MOST_ROWS: Final = 300
MOST_COLUMNS: Final = 60
MOST_IN_A_CELL: Final = 5000
TITLE_LENGTH: Final = 300
REFERENCE_LENGTH: Final = 60


class Column(StrEnum):
    """What a column of a tracker may be, in our words."""

    REFERENCE = "reference"
    KIND = "kind"
    SERVICE = "service"
    REGULATION = "regulation"
    REQUIREMENT = "requirement"
    TITLE = "title"
    EXECUTIVE = "executive"
    OWNER = "owner"
    ORIGINAL_DUE = "original_due"
    DUE = "due"
    STATUS = "status"
    EVIDENCE = "evidence"
    FORUM = "forum"


FIXABLE: Final = ("reference", "title", "owner", "executive", "service", "due", "status")
LEAVE_OUT: Final = "leave_out"

COLUMN_LABELS: Final[Mapping[Column, str]] = {
    Column.REFERENCE: "Your reference",
    Column.KIND: "Must do or should do",
    Column.SERVICE: "Service",
    Column.REGULATION: "Regulation",
    Column.REQUIREMENT: "What CQC requires",
    Column.TITLE: "What will be done",
    Column.EXECUTIVE: "Accountable executive",
    Column.OWNER: "Owner",
    Column.ORIGINAL_DUE: "Original due date",
    Column.DUE: "Due date now",
    Column.STATUS: "Status or colour",
    Column.EVIDENCE: "Evidence",
    Column.FORUM: "Assurance or forum",
}

# Words of headings by what they name, the most telling first: the first pattern that fits a heading names it.
_HEADINGS: Final[tuple[tuple[Column, str], ...]] = (
    (Column.ORIGINAL_DUE, r"original.*(due|date|deadline|target)|first.*(due|date)|baseline date"),
    (Column.DUE, r"(revised|current|new|latest|extended|forecast).*(due|date|deadline)|\bdue\b|deadline|target date|"
                 r"completion date|date for completion|by when|timescale"),
    (Column.EXECUTIVE, r"\bexec|\bsro\b|sponsor|accountable|lead director"),
    (Column.OWNER, r"owner|responsible|\blead\b|assigned|\bwho\b|handler"),
    (Column.KIND, r"must.*should|md ?/ ?sd|^(must|type|kind|category|priority)\b"),
    (Column.STATUS, r"brag|\brag\b|status|rating|colour|progress rating"),
    (Column.REFERENCE, r"\bref\b|reference|\bid\b|^no\.?$|number|^#$"),
    (Column.REGULATION, r"regulation|\breg\b"),
    (Column.SERVICE, r"service|speciality|division|directorate|department|pathway"),
    (Column.REQUIREMENT, r"requirement|cqc (must|should|finding)|finding|concern|recommendation|issue|what cqc"),
    (Column.EVIDENCE, r"evidence"),
    (Column.FORUM, r"assurance|forum|committee|governance|oversight|reporting to"),
    (Column.TITLE, r"action|what will|task|improvement"),
)  # fmt: skip

# The words and colours trusts use, to our states.  Blue and "complete" are not done until there is evidence here,
# so they arrive as on track and say so.  Green is "on track" at most trusts and "complete" at some.
_STATUSES: Final[tuple[tuple[str, Status], ...]] = (
    (r"not (yet )?started|grey|gray|white|^open$|^new$|to start", Status.NOT_STARTED),
    (r"off track|overdue|^red\b|late|delayed|breach", Status.OFF_TRACK),
    (r"at risk|^amber\b|^yellow\b|behind|some issues", Status.AT_RISK),
    (r"on track|^green\b|in progress|ongoing|underway|^started$", Status.ON_TRACK),
    (r"^blue\b|complete|closed|embedded|^done$|delivered", Status.ON_TRACK),
)
_COMPLETE: Final = re.compile(r"^blue\b|complete|closed|embedded|^done$|delivered")
_NOT_COMPLETE: Final = re.compile(r"\bnot\b|\bin\W?complete|\bpart")
_TITLES: Final = re.compile(r"^(mrs?|ms|miss|dr|prof(essor)?|sir|dame)\.?\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """What was pasted or uploaded: headings and rows of cells."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class UnreadableTracker(ValueError):
    """What was given holds no table; the message says what to do."""


def read_pasted(text: str) -> Sheet:
    """The table in `text`: tab-separated as Excel copies it, or comma- or semicolon-separated.

    Lines before the headings (a title, a mark) are left out.  Raises `UnreadableTracker`."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    delimiter = "\t" if "\t" in text else max(",;", key=text.count)
    csv.field_size_limit(10_000_000)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        raise UnreadableTracker("This cannot be read as a table. Copy the cells from Excel and paste them.") from None
    return sheet_of(rows)


def sheet_of(rows: Iterable[Sequence[str]]) -> Sheet:
    """The table in rows of cells.  Raises `UnreadableTracker`, saying what is missing or too much."""
    cleaned = [tuple(" ".join(cell.split(" ")).strip() for cell in row) for row in rows]
    filled = [row for row in cleaned if any(row)]
    start = next((n for n, row in enumerate(filled) if _is_heading(row)), None)
    if start is None:
        raise UnreadableTracker(
            "No line of headings was found. Include the headings, such as “Action”, “Owner” and “Due date”."
        )
    headings = filled[start]
    body = filled[start + 1 :]
    if not body:
        raise UnreadableTracker("There are headings and no rows. Include the rows below the headings.")
    if len(body) > MOST_ROWS:
        raise UnreadableTracker(f"There are {len(body)} rows. Import {MOST_ROWS} or fewer at a time.")
    width = len(headings)
    if width > MOST_COLUMNS:
        raise UnreadableTracker(f"There are {width} columns. Import {MOST_COLUMNS} or fewer.")
    if any(len(cell) > MOST_IN_A_CELL for row in body for cell in row):
        raise UnreadableTracker(f"A cell holds more than {MOST_IN_A_CELL} characters. Shorten it.")
    return Sheet(headings, tuple((*row[:width], *[""] * (width - len(row))) for row in body))


def guess_columns(headings: Sequence[str], remembered: Mapping[str, str] | None = None) -> list[Column | None]:
    """What each column is: as the trust said before, else by the words of its heading.  No column is named twice."""
    known = remembered or {}
    found: list[Column | None] = [None] * len(headings)
    for place, heading in enumerate(headings):
        said = known.get(heading_key(heading))
        if said in list(Column) and Column(said) not in found:
            found[place] = Column(said)
    for column, pattern in _HEADINGS:
        if column in found:
            continue
        for place, heading in enumerate(headings):
            key = heading_key(heading)
            if found[place] is None and key not in known and re.search(pattern, key):
                found[place] = column
                break
    return found


def heading_key(heading: str) -> str:
    """A heading as it is remembered: without capitals and spaces to spare."""
    return " ".join(heading.split()).casefold()[:100]


@dataclass(frozen=True)
class Known:
    """What the cells may name: people and services by the words for them, and references that are taken."""

    people: Mapping[str, int]
    services: Mapping[str, int]
    references: frozenset[str] = frozenset()
    lead_id: int | None = None
    executive_id: int | None = None


@dataclass
class TrackerRow:
    """One row as it is read: values by our names, what is wrong by field, and what a person should know of it."""

    title: str = ""
    requirement: str = ""
    reference: str = ""
    is_must: bool = False
    kind: str = ""
    service_id: int | None = None
    owner_id: int | None = None
    executive_id: int | None = None
    due_on: date | None = None
    original_due_on: date | None = None
    status: str = Status.NOT_STARTED
    said_complete: bool = False
    notes: list[str] = field(default_factory=list)  # kept with the action: what has no column here
    errors: dict[str, str] = field(default_factory=dict)


def read_rows(rows: Sequence[Mapping[str, str]], known: Known, today: date) -> list[TrackerRow]:
    """Every row read.  `rows` hold cells by `Column` value, and may hold what a person has put right since."""
    seen: dict[str, int] = {}
    read = []
    for number, cells in enumerate(rows, start=1):
        row = _read_row({name: " ".join(value.split()) for name, value in cells.items()}, known, today)
        key = row.reference.casefold()
        if key and key in seen:
            row.errors["reference"] = f"Row {seen[key]} has this reference too. Enter another, or leave it empty."
        elif key and key in known.references:
            row.errors["reference"] = "There is an action with this reference already. Leave the row out, or change it."
        if key:
            seen.setdefault(key, number)
        read.append(row)
    return read


def person_key(name: str) -> str:
    """A name as it is looked up: without a title, capitals and spaces to spare."""
    return _TITLES.sub("", " ".join(name.split())).casefold()


def service_key(name: str) -> str:
    """A service as it is looked up: in lower case, with "and" for "&", without what stands in brackets."""
    return " ".join(re.sub(r"\([^)]*\)", " ", name.casefold().replace("&", " and ")).split())


SERVICE_SHORT: Final[Mapping[str, str]] = {
    "ued": "urgent and emergency services", "uec": "urgent and emergency services",
    "ed": "urgent and emergency services", "a and e": "urgent and emergency services",
    "emergency department": "urgent and emergency services",
    "medicine": "medical care", "medical": "medical care",
    "maternity services": "maternity", "cyp": "services for children and young people",
    "children and young people": "services for children and young people",
    "paediatrics": "services for children and young people", "opd": "outpatients", "eol": "end of life care",
    "eolc": "end of life care", "itu": "critical care", "icu": "critical care", "theatres": "surgery",
}  # fmt: skip
WHOLE_TRUST: Final = frozenset({"trust-wide", "trustwide", "trust wide", "all", "corporate", "trust", "all services"})


def _read_row(cells: Mapping[str, str], known: Known, today: date) -> TrackerRow:
    row = TrackerRow(requirement=cells.get(Column.REQUIREMENT, ""))
    row.reference = cells.get(Column.REFERENCE, "")
    if len(row.reference) > REFERENCE_LENGTH:
        row.errors["reference"] = f"Shorten the reference to {REFERENCE_LENGTH} characters or fewer."
    row.title = cells.get(Column.TITLE, "") or row.requirement
    if not row.title:
        row.errors["title"] = "Enter what will be done."
    elif len(row.title) > TITLE_LENGTH:
        row.errors["title"] = f"Shorten this to {TITLE_LENGTH} characters or fewer."
    kind = f"{cells.get(Column.KIND, '')} {row.reference}".casefold()
    row.is_must = bool(re.search(r"\bmust\b|\bmd[\s\-_]?\d*\b|requirement notice|warning", kind))
    row.kind = "MD" if row.is_must else ("SD" if re.search(r"\bshould\b|\bsd[\s\-_]?\d*\b", kind) else "OW")
    _read_people(row, cells, known)
    _read_service(row, cells, known)
    _read_days(row, cells, today)
    _read_status(row, cells)
    for name in (Column.REGULATION, Column.EVIDENCE, Column.FORUM):
        if cells.get(name):
            row.notes.append(f"{COLUMN_LABELS[name]}: {cells[name]}")
    return row


def _read_people(row: TrackerRow, cells: Mapping[str, str], known: Known) -> None:
    for name, missing, fallback in (
        (Column.OWNER, "A must-do needs an owner. Select one.", None if row.is_must else known.lead_id),
        (Column.EXECUTIVE, "Select the accountable executive.", known.executive_id),
    ):
        said = cells.get(name, "")
        found = known.people.get(person_key(said)) if said else fallback
        if said and found is None:
            row.errors[name] = f"“{said[:60]}” is nobody of this trust's plan. Select the person."
        elif found is None:
            row.errors[name] = missing
        setattr(row, f"{name}_id", found)


def _read_service(row: TrackerRow, cells: Mapping[str, str], known: Known) -> None:
    said = service_key(cells.get(Column.SERVICE, ""))
    if not said or said in WHOLE_TRUST:
        return
    row.service_id = known.services.get(said) or known.services.get(SERVICE_SHORT.get(said, ""))
    if row.service_id is None:
        row.errors["service"] = f"“{cells[Column.SERVICE][:60]}” is no service we know. Select one."


def _read_days(row: TrackerRow, cells: Mapping[str, str], today: date) -> None:
    for name in (Column.ORIGINAL_DUE, Column.DUE):
        if not cells.get(name):
            continue
        try:
            day = read_day(cells[name])
        except ValueError as wrong:
            if name == Column.ORIGINAL_DUE and cells.get(Column.DUE):
                row.notes.append(f"{COLUMN_LABELS[name]}: {cells[name]}")  # history, which nobody needs to put right
            else:
                row.errors["due"] = str(wrong)
        else:
            setattr(row, "due_on" if name == Column.DUE else "original_due_on", day)
    if "due" in row.errors:
        return
    row.due_on = row.due_on or row.original_due_on
    if row.due_on is None:
        row.errors["due"] = "Enter the due date."
    elif row.due_on < today:
        row.errors["due"] = "This date has passed. Enter the day by which it will be done."
        row.original_due_on = row.original_due_on or row.due_on


def _read_status(row: TrackerRow, cells: Mapping[str, str]) -> None:
    said = cells.get(Column.STATUS, "").casefold()
    if not said:
        return
    row.said_complete = bool(_COMPLETE.search(said)) and not _NOT_COMPLETE.search(said)
    status = next((state for pattern, state in _STATUSES if re.search(pattern, said)), None)
    if status is None:
        row.errors["status"] = f"“{cells[Column.STATUS][:40]}” is no status we know. Select one."
    else:
        row.status = status


def _is_heading(row: Sequence[str]) -> bool:
    """A line of headings names at least two columns, what will be done or is required among them."""
    named = {column for column in guess_columns(row[:MOST_COLUMNS]) if column is not None}
    return len(named) >= 2 and bool(named & {Column.TITLE, Column.REQUIREMENT})
