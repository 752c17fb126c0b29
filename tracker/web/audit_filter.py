"""The filters of the audit log: wholly in the query string, so that a link is a list."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from tracker.accounts.models import User
from tracker.audit.models import AuditEntryQuerySet
from tracker.clock import ENGLAND
from tracker.trusts.models import Trust
from tracker.web.chosen_filters import chips_of
from tracker.web.fields import SelectField, TextField
from tracker.web.forms_base import FilterForm
from tracker.web.ratings_filter import DayField
from tracker.web.ratings_words import long_day

KIND_WORDS: Final = {
    "action": "Actions",
    "address": "Refusals",
    "import": "Imports",
    "measure": "Measures",
    "message": "Messages",
    "role": "Roles of people",
    "round": "Pairing rounds",
}


class AuditFilter(FilterForm):
    """An unknown value is an error, never "everything"."""

    kind = SelectField(label="About", required=False)
    person = TextField(label="Person's name or email", required=False, max_length=100)
    trust = TextField(label="Trust code", required=False, max_length=10)
    since = DayField(label="From")
    until = DayField(label="To")

    def __init__(self, data: Any, kinds: list[str]) -> None:
        super().__init__(data, auto_id="filter-%s")
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Anything"), *((kind, kind_words(kind)) for kind in kinds)]

    def clean_trust(self) -> str:
        """The code in capitals.  Raises ValidationError for a trust there is none of."""
        code: str = self.cleaned_data["trust"].strip().upper()
        if code and not Trust.objects.filter(code=code).exists():
            raise ValidationError(f"There is no trust with the code {code}")
        return code


def kind_words(kind: str) -> str:
    """A kind as the filter names it; one that has no words yet is named as it is written."""
    return KIND_WORDS.get(kind, kind.replace("_", " ").capitalize())


@dataclass(frozen=True)
class Filtered:
    """The filters as read.  `chosen` holds those that are set; a mistake in them leaves no entry."""

    form: AuditFilter
    chosen: dict[str, Any]

    @property
    def query(self) -> dict[str, str]:
        """What a link to this list carries."""
        return {name: str(value) for name, value in self.chosen.items()}

    def rows(self, visible: AuditEntryQuerySet) -> AuditEntryQuerySet:
        """The chosen ones of `visible`."""
        if not self.form.is_valid():
            return visible.none()
        chosen, rows = self.chosen, visible
        if "kind" in chosen:
            rows = rows.filter(kind=chosen["kind"])
        if "person" in chosen:
            named = Q(name__icontains=chosen["person"]) | Q(email__icontains=chosen["person"])
            rows = rows.filter(person_id__in=list(User.objects.filter(named).values_list("pk", flat=True)))
        if "trust" in chosen:
            rows = rows.filter(trust_id=Trust.objects.get(code=chosen["trust"]).pk)
        until = chosen.get("until")
        return rows.between(_midnight(chosen.get("since")), _midnight(until + timedelta(days=1) if until else None))

    def described(self) -> dict[str, str]:
        """What is chosen, in words, by the filter's name."""
        words = {}
        for name, value in self.chosen.items():
            said = kind_words(value) if name == "kind" else long_day(value) if isinstance(value, date) else value
            words[name] = f"{self.form.fields[name].label}: {said}"
        return words

    def chips(self, path: str) -> list[dict[str, str]]:
        """What is chosen, each with the address of the list without it."""
        return chips_of(path, self.query, self.described())


def read_filter(data: Any, kinds: list[str]) -> Filtered:
    """The filters in a query string."""
    form = AuditFilter(data, kinds)
    chosen = form.cleaned_data if form.is_valid() else {}
    return Filtered(form, {name: value for name, value in chosen.items() if value})


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), ENGLAND)
