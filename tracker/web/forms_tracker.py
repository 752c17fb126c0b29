"""The forms by which a trust's own tracker comes in: the paste, the columns, one row put right, the last yes."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from tracker.plans.days import write_day
from tracker.plans.importing_models import TrackerImport
from tracker.plans.importing_queries import Line
from tracker.plans.lifecycle import Status
from tracker.plans.queries import people_of_the_plan
from tracker.plans.tracker_rows import (
    COLUMN_LABELS,
    FIXABLE,
    LEAVE_OUT,
    Column,
    Sheet,
    UnreadableTracker,
    read_pasted,
)
from tracker.ratings.models import RatedService
from tracker.ratings.scale import OVERALL
from tracker.web.fields import FileField, SelectField, TextAreaField, TextField
from tracker.web.forms_base import Form
from tracker.web.refusals import FormAboutCare, FormKeyField

MOST_BYTES = 2_000_000
_ROW = re.compile(r"line-(\d{1,3})-(\w+)")
_STATUSES = (Status.NOT_STARTED, Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK)


class TrackerForm(Form):
    """Cells pasted from a spreadsheet, or the sheet saved as CSV."""

    pasted = TextAreaField(
        label="Paste the cells",
        required=False,
        rows=10,
        max_length=MOST_BYTES,
        help_text="In Excel, select the table with its headings, copy it, and paste it here.",
        strip=False,
    )
    file = FileField(
        label="Or send it as a CSV file",
        required=False,
        accept=".csv,.tsv,.txt",
        help_text="In Excel, choose “Save as” and “CSV UTF-8”. Up to 2 MB.",
    )
    form_key = FormKeyField()
    sheet: Sheet
    file_name = "Pasted cells"

    def clean(self) -> dict[str, Any]:
        """The table that was pasted or sent."""
        cleaned = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        text = cleaned.get("pasted") or ""
        if file is not None:
            self.file_name = file.name or "File"
            text = self._text_of(file)
        if not text.strip():
            if not self.errors:
                self.add_error("pasted", "Paste the cells, or choose a file")
            return cleaned
        try:
            self.sheet = read_pasted(text)
        except UnreadableTracker as wrong:
            self.add_error("file" if file is not None else "pasted", str(wrong))
        return cleaned

    def _text_of(self, file: Any) -> str:
        if file.size > MOST_BYTES:
            self.add_error("file", "The file is larger than 2 MB")
            return ""
        data: bytes = file.read()
        if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
            self.add_error("file", "This is a workbook. Save the sheet as CSV, or copy its cells and paste them")
            return ""
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("cp1252", "replace")


class ColumnsForm(Form):
    """What each column of the tracker is."""

    says_optional = False

    def __init__(self, *args: Any, tracker: TrackerImport, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", "Leave this column out"), *((one.value, COLUMN_LABELS[one]) for one in Column)]
        for place, heading in enumerate(tracker.headings):
            example = next((row[place] for row in tracker.cells if row[place]), "")
            self.fields[f"column-{place}"] = SelectField(
                label=heading or f"Column {place + 1}, without a heading",
                choices=choices,
                required=False,
                initial=tracker.columns[place],
                help_text=f"For example: {example[:80]}" if example else "Empty in every row",
            )

    @property
    def columns(self) -> list[str]:
        """What was chosen, column by column."""
        return [self.cleaned_data[name] for name in self.fields]

    def clean(self) -> dict[str, Any]:
        """No two columns are the same thing, and one says what is to be done."""
        cleaned = super().clean() or self.cleaned_data
        seen: dict[str, str] = {}
        for name, chosen in list(cleaned.items()):
            if chosen and chosen in seen:
                label = COLUMN_LABELS[Column(chosen)]
                self.add_error(name, f"“{self.fields[seen[chosen]].label}” is “{label}” already. Choose another")
            seen.setdefault(chosen, name)
        if not {Column.TITLE, Column.REQUIREMENT} & set(cleaned.values()):
            raise ValidationError("Say which column holds what will be done, or what CQC requires")
        return cleaned


class LineForm(Form):
    """What is wrong in one row, each with a control to put it right; the whole row can be left out."""

    says_optional = False

    def __init__(self, line: Line, *, tracker: TrackerImport, offered: Mapping[str, list[tuple[str, str]]]) -> None:
        """`offered`: the choices of people and services, which are read once for all rows."""
        super().__init__(prefix=f"line-{line.number}", auto_id="%s")
        self.line = line
        self.number = line.number + 1
        named = {c: cell for c, cell in zip(tracker.columns, tracker.cells[line.number], strict=True) if c}
        given = {**named, **tracker.put_right.get(str(line.number), {})}
        self.cells = [
            (heading or "No heading", cell)
            for heading, cell in zip(tracker.headings, tracker.cells[line.number], strict=True)
            if cell
        ]
        for name in FIXABLE:
            if name not in line.errors:
                continue
            value: str = given.get(name, "")
            if name in offered:
                self._choose(name, offered[name], value)
            elif name == "status":
                self._choose(name, [(one.label, one.label) for one in _STATUSES], value)
            else:
                shown = write_day(line.row.due_on) if name == "due" and line.row.due_on else value
                field = TextField(label=_LABELS[name], width=None if name == "title" else 20)
                self._add(name, field, shown)
        self._say_errors()

    def _choose(self, name: str, choices: list[tuple[str, str]], value: str) -> None:
        self._add(name, SelectField(label=_LABELS[name], choices=[("", "Choose"), *choices]), value)

    def _add(self, name: str, field: forms.Field, value: str) -> None:
        field.label = f"{field.label}, row {self.number}"
        field.initial = value
        self.fields[name] = field

    def _say_errors(self) -> None:
        """Errors stand without the form being sent: the row was read as wrong."""
        self.cleaned_data: dict[str, Any] = {}
        self._errors = forms.utils.ErrorDict()
        for name, message in self.line.errors.items():
            self._errors[name if name in self.fields else NON_FIELD_ERRORS] = self.error_class([message])

    @staticmethod
    def sent(data: Mapping[str, Any]) -> dict[int, dict[str, str]]:
        """What was typed for each row."""
        found: dict[int, dict[str, str]] = {}
        for name in data:
            match = _ROW.fullmatch(name)
            if match and match[2] in (*FIXABLE, LEAVE_OUT):
                found.setdefault(int(match[1]), {})[match[2]] = str(data[name]).strip()
        return found


class ConfirmForm(FormAboutCare):
    """The last yes; the box for numbers that look like patients' is there only when some do."""

    def __init__(self, *args: Any, asks: bool, **options: Any) -> None:
        self.asks = asks
        super().__init__(*args, **options)

    def words_sent(self) -> str:
        """A number that looks like a patient's where a row holds one: what is sent holds no words."""
        return "943 476 5919" if self.asks else ""


class UndoTrackerForm(FormAboutCare):
    """Why an import is taken back."""

    watched = ("why",)
    why = TextAreaField(label="Why it is undone", missing="Say why the import is undone", rows=3, max_length=2000)


_LABELS = {
    "reference": "Your reference",
    "title": "What will be done",
    "owner": "Owner",
    "executive": "Accountable executive",
    "service": "Service",
    "due": "Due date",
    "status": "Status",
}


def choices_for(tracker: TrackerImport, today: date) -> dict[str, list[tuple[str, str]]]:
    """Who and what a row of the tracker may name."""
    people = [(f"#{one.pk}", str(one)) for one in people_of_the_plan(tracker.trust_id, today)]
    known = RatedService.objects.filter(superseded_by=None).exclude(key=OVERALL).order_by("name")
    services = [("Trust-wide", "The trust as a whole"), *((f"#{one.pk}", str(one)) for one in known)]
    return {"owner": people, "executive": people, "service": services}
