"""The filters of the ratings pages: read from the query string, shown as a form and as chips, written as links."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms

from tracker.insight.choices import Choices
from tracker.insight.selection import FOUR, NOT_KNOWN, Age, Level, Selection, Standing
from tracker.ratings.scale import OVERALL
from tracker.web.addresses import address
from tracker.web.field_base import BoundNHSField, NHSField, Params
from tracker.web.fields import SelectField, TextField
from tracker.web.forms_base import FilterForm
from tracker.web.ratings_words import OUTCOME_WORDS, STATE_WORDS, TYPE_WORDS, long_day

LEVEL_WORDS: Final = {Level.TRUST: "Trusts", Level.SITE: "Hospitals"}
AGE_WORDS: Final = {
    Age.UNDER_1: "Published within a year",
    Age.OVER_3: "Three years old or more",
    Age.OVER_5: "Five years old or more",
}
STANDING_WORDS: Final = {
    Standing.OPEN: "Open",
    Standing.CLOSED: "Closed",
    Standing.PROVISIONAL: "Not in the register",
}
_NOT_KNOWN: Final = (NOT_KNOWN, "Not known")
_OUTCOMES: Final = (*FOUR, "rated", "unrated", *STATE_WORDS, "disputed", "not_listed")


class DayField(NHSField, forms.DateField):
    """A day in one box, as addresses write it: 2026-11-01.  Browsers offer a calendar for it."""

    widget = forms.DateInput(format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        messages = {"invalid": "Enter the date as year, month and day, for example 2026-11-01"}
        super().__init__(required=False, input_formats=["%Y-%m-%d"], error_messages=messages, **options)

    def params(self, bound: BoundNHSField) -> Params:
        return {**super().params(bound), "type": "date"}


class RatingsFilter(FilterForm):
    """All filters; a page shows those it names.  An unknown value is an error, never "everything"."""

    level = SelectField(label="Show", required=False, choices=[(k.value, v) for k, v in LEVEL_WORDS.items()])
    q = TextField(label="Name, former name or code", required=False, max_length=100)
    region = SelectField(label="Region", required=False)
    system = SelectField(label="System", required=False)
    type = SelectField(label="Trust type", required=False, choices=[("", "All types"), *TYPE_WORDS.items(), _NOT_KNOWN])
    service = SelectField(label="Service", required=False)
    question = SelectField(label="Key question", required=False)
    rating = SelectField(
        label="Rating", required=False, choices=[("", "All"), *((key, OUTCOME_WORDS[key]) for key in _OUTCOMES)]
    )
    age = SelectField(
        label="Age of the rating", required=False, choices=[("", "All"), *((k.value, v) for k, v in AGE_WORDS.items())]
    )
    standing = SelectField(label="Standing", required=False, choices=[(k.value, v) for k, v in STANDING_WORDS.items()])
    as_at = DayField(label="As at")

    def __init__(self, data: Any, choices: Choices, *, shown: tuple[str, ...]) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.lists = choices
        self.shown = shown
        lists = {
            "region": [("", "All regions"), *choices.regions, _NOT_KNOWN],
            "system": [("", "All systems"), *choices.systems, _NOT_KNOWN],
            "service": [
                (OVERALL, "The organisation as a whole"),
                *(pair for pair in choices.services if pair[0] != OVERALL),
            ],
            "question": [(OVERALL, "Overall"), *(pair for pair in choices.questions if pair[0] != OVERALL)],
        }
        for name, offered in lists.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered

    def panel(self) -> list[BoundNHSField]:
        """The fields this page shows, in its order."""
        return [self[name] for name in self.shown]  # type: ignore[misc]


@dataclass(frozen=True)
class Filtered:
    """A form that has been read: the selection, the day asked for, and links that keep or change them."""

    form: RatingsFilter
    selection: Selection
    day: date | None
    path: str
    extra: dict[str, str]  # what else the query string keeps: sort, by

    @property
    def query(self) -> dict[str, object]:
        return {**query_of(self.selection, self.day), **self.extra}

    @property
    def is_valid(self) -> bool:
        return self.form.is_valid()

    def chips(self) -> list[dict[str, str]]:
        """What is chosen, each with the address without it."""
        words = described(self.selection, self.day, self.form.lists)
        return [
            {"text": text, "remove_href": address(self.path, {**self.query, name: ""})} for name, text in words.items()
        ]

    def in_words(self) -> str:
        return ", ".join(described(self.selection, self.day, self.form.lists).values())


class MovementFilter(RatingsFilter):
    """The filters of the page on what moved, with its two days."""

    def __init__(self, data: Any, choices: Choices, *, shown: tuple[str, ...]) -> None:
        super().__init__(data, choices, shown=shown)
        self.fields["from"] = DayField(label="From")
        self.fields["to"] = DayField(label="To")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("from"), given.get("to")
        if first and last and first > last:
            self.add_error("from", "The first day must be before the second")
        return given


def read_filter(
    data: Any,
    choices: Choices,
    *,
    path: str,
    shown: tuple[str, ...],
    extra: dict[str, str] | None = None,
    form_class: type[RatingsFilter] = RatingsFilter,
) -> Filtered:
    """Read a query string.  Where it holds a mistake, the form says so and the selection is not to be used."""
    form = form_class(data, choices, shown=shown)
    given = form.cleaned_data if form.is_valid() else {}
    selection = Selection(
        level=Level(given.get("level") or Level.TRUST),
        service=given.get("service") or OVERALL,
        question=given.get("question") or OVERALL,
        words=given.get("q") or "",
        region=given.get("region") or "",
        system=given.get("system") or "",
        type=given.get("type") or "",
        outcome=given.get("rating") or "",
        age=given.get("age") or "",
        standing=Standing(given.get("standing") or Standing.OPEN),
    )
    return Filtered(form, selection, given.get("as_at"), path, extra or {})


def query_of(chosen: Selection, day: date | None) -> dict[str, object]:
    """The query string of a selection; what goes without saying is empty."""
    return {
        "level": "" if chosen.level is Level.TRUST else chosen.level.value,
        "q": chosen.words,
        "region": chosen.region,
        "system": chosen.system,
        "type": chosen.type,
        "service": "" if chosen.service == OVERALL else chosen.service,
        "question": "" if chosen.question == OVERALL else chosen.question,
        "rating": chosen.outcome,
        "age": chosen.age,
        "standing": "" if chosen.standing is Standing.OPEN else chosen.standing.value,
        "as_at": day.isoformat() if day else "",
    }


def described(chosen: Selection, day: date | None, lists: Choices) -> dict[str, str]:
    """Query parameter -> what it chose, in words; only what differs from the plain list."""
    words: dict[str, str] = {}
    if chosen.words:
        words["q"] = f"“{chosen.words}”"
    named = {"region": lists.regions, "system": lists.systems, "service": lists.services, "question": lists.questions}
    for name, pairs in named.items():
        key = getattr(chosen, name)
        if key and key != OVERALL:
            words[name] = f"{name} not known" if key == NOT_KNOWN else dict(pairs).get(key, key)
    if chosen.type:
        words["type"] = TYPE_WORDS.get(chosen.type, "type not known")
    if chosen.outcome:
        words["rating"] = OUTCOME_WORDS[chosen.outcome]
    if chosen.age:
        words["age"] = AGE_WORDS[Age(chosen.age)].lower()
    if chosen.standing is not Standing.OPEN:
        words["standing"] = STANDING_WORDS[chosen.standing].lower()
    if day:
        words["as_at"] = f"as at {long_day(day)}"
    return words
