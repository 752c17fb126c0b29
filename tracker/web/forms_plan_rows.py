"""Many rows in one table: each row a small form, drawn as cells of one line, with its errors beside what is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tracker.accounts.models import User
from tracker.plans.days import read_day, write_day
from tracker.plans.operations import TITLE_LENGTH
from tracker.web.fields import SelectField, TextField
from tracker.web.forms_base import Form
from tracker.web.refusals import FormAboutCare, FormKeyField

MOST_ROWS = 150  # what one page, and one request's fields, can hold


class DayField(TextField):
    """A day in one line of text, in any way people write it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return read_day(text)
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from wrong

    def prepare_value(self, value: Any) -> Any:
        return write_day(value) if isinstance(value, date) else value


class PersonField(SelectField):
    """One of the people of the plan, who are read once for all rows."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.people: Mapping[int, User] = {}

    def offer(self, people: Mapping[int, User]) -> None:
        self.people = people
        self.choices = [("", "Choose a person"), *((str(pk), str(person)) for pk, person in people.items())]

    def clean(self, value: Any) -> Any:
        chosen = super().clean(value)
        return self.people[int(chosen)] if chosen else None


class PlanRowForm(Form):
    """One action of a draft plan."""

    title = TextField(label="What will be done", missing="Enter what will be done", max_length=TITLE_LENGTH)
    owner = PersonField(label="Owner", missing="Select an owner")
    executive = PersonField(label="Accountable executive", missing="Select the accountable executive")
    due_on = DayField(label="Due date", missing="Enter the due date")
    together_with = forms.IntegerField(required=False, min_value=1)
    leave_out = forms.BooleanField(required=False)
    findings = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, number: int, people: Mapping[int, User], **options: Any) -> None:
        super().__init__(*args, prefix=f"row-{number}", auto_id="%s", **options)
        self.number = number
        for name in ("owner", "executive"):
            field = self.fields[name]
            assert isinstance(field, PersonField)
            field.offer(people)
        if self.goes_elsewhere:  # what is wrong in a row that is not made is no matter
            for field in self.fields.values():
                field.required = False

    @property
    def goes_elsewhere(self) -> bool:
        """Whether the row is left out, or its findings go to another row."""
        sent = self.data.get(self.add_prefix("together_with"), "") if self.is_bound else ""
        return bool(self.data.get(self.add_prefix("leave_out")) or str(sent).strip()) if self.is_bound else False

    @property
    def finding_ids(self) -> list[int]:
        """The ids of the findings that the row answers, as sent or as first drawn."""
        value = str(self["findings"].value() or "")
        return [int(one) for one in value.split(",") if one.isascii() and one.isdigit() and len(one) < 19]

    def refuse(self, field: str, message: str) -> None:
        """Say on the row what was refused."""
        self.add_error(field if field in self.fields else "title", message)

    def cell_errors(self) -> dict[str, str]:
        """What is wrong, by the cell's field."""
        return {name: " ".join(str(text) for text in errors) for name, errors in self.errors.items()}

    def error_list(self) -> list[dict[str, str]]:
        """As every form's, with the number of the row in each line."""
        return [
            {"text": f"Row {self.number}: {text}", "href": f"#{self.add_prefix(name)}"}
            for name, text in self.cell_errors().items()
        ]


class PlanForm(FormAboutCare):
    """What is sent beside the rows: the form's key, and the box for numbers that look like patients'."""

    form_key = FormKeyField()

    def words_sent(self) -> str:
        """The titles of every row."""
        return " ".join(str(value) for name, value in self.data.items() if name.endswith("-title"))


def check_rows(rows: Sequence[PlanRowForm]) -> bool:
    """Whether every row is right, and every row that goes with another goes with one that is made."""
    right = not [row.number for row in rows if not row.is_valid()]  # every row is checked, not the first wrong one
    made = {row.number for row in rows if not row.goes_elsewhere}
    for row in rows:
        target = row.cleaned_data.get("together_with") if row.is_valid() else None
        if target is not None and not row.cleaned_data.get("leave_out") and target not in made:
            row.add_error("together_with", "Enter the number of a row that is kept")
            right = False
    return right


def all_errors(head: Form, rows: Iterable[Form]) -> list[dict[str, str]]:
    """Every error of the page, for its summary."""
    return [*(head.error_list() if head.is_bound else []), *(line for row in rows for line in row.error_list())]
