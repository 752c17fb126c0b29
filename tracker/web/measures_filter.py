"""The filters of the list of measures: wholly in the query string, so that a link is a list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.db.models import Q

from tracker.measures.models import MeasureQuerySet
from tracker.measures.periods import Frequency
from tracker.measures.queries import due_period
from tracker.people.access import Access
from tracker.web.chosen_filters import chips_of, in_words
from tracker.web.fields import SelectField
from tracker.web.forms_base import FilterForm
from tracker.web.measure_words import ASSURANCE_WORDS, VARIATION_WORDS

ME: Final = "me"
DUE: Final = "due"
SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "trust__name", "pk"),
    "trust": ("trust__name", "name", "pk"),
    "latest": ("latest_on", "name", "pk"),
    "variation": ("variation", "name", "pk"),
    "assurance": ("assurance", "name", "pk"),
}


class MeasuresFilter(FilterForm):
    """An unknown value is an error, never "everything"."""

    variation = SelectField(
        label="Variation", required=False, choices=[("", "Any"), *((v.value, w) for v, w in VARIATION_WORDS.items())]
    )
    assurance = SelectField(
        label="Target", required=False, choices=[("", "Any"), *((a.value, w) for a, w in ASSURANCE_WORDS.items())]
    )
    values = SelectField(label="Values", required=False, choices=[("", "Any"), (DUE, "Latest value is missing")])
    owner = SelectField(label="Owner", required=False)
    service = SelectField(label="Service", required=False)
    trust = SelectField(label="Trust", required=False)

    def __init__(self, data: Any, visible: MeasureQuerySet) -> None:
        super().__init__(data, auto_id="filter-%s")
        of = visible.order_by()
        owners = [(str(pk), name) for pk, name in of.values_list("owner_id", "owner__name").distinct()]
        services = of.exclude(service=None).values_list("service__key", "service__name").distinct()
        trusts = list(of.values_list("trust__code", "trust__name").distinct())
        self._offer("owner", [("", "Anybody"), (ME, "Me"), *_by_name(owners)])
        self._offer("service", [("", "Any service"), *_by_name(services)])
        if len(trusts) > 1:
            self._offer("trust", [("", "Any trust"), *_by_name(trusts)])
        else:
            del self.fields["trust"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _by_name(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda choice: choice[1])


def missing_latest(today: date) -> Q:
    """That the latest period that has ended has no value, by the measure's own frequency."""
    missing = Q(latest_on=None)
    for frequency in Frequency:
        missing |= Q(frequency=frequency, latest_on__lt=due_period(frequency, today))
    return missing


@dataclass(frozen=True)
class Filtered:
    """The filters as read.  `chosen` holds those that are set, by name; a mistake in them leaves no measure."""

    form: MeasuresFilter
    chosen: dict[str, str]
    sort: str

    @property
    def query(self) -> dict[str, str]:
        """What a link to this list carries."""
        return {**self.chosen, "sort": "" if self.sort == "name" else self.sort}

    def rows(self, visible: MeasureQuerySet, access: Access, today: date) -> MeasureQuerySet:
        """The chosen ones of `visible`, in order."""
        if not self.form.is_valid():
            return visible.none()
        chosen, rows = self.chosen, visible
        for name in ("variation", "assurance"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        if "values" in chosen:
            rows = rows.filter(missing_latest(today))
        if "owner" in chosen:
            rows = rows.filter(owner_id=access.person_id if chosen["owner"] == ME else int(chosen["owner"]))
        if "service" in chosen:
            rows = rows.filter(service__key=chosen["service"])
        if "trust" in chosen:
            rows = rows.filter(trust__code=chosen["trust"])
        order = SORTS[self.sort.removeprefix("-")]
        return rows.order_by(*(f"-{field}" for field in order) if self.sort.startswith("-") else order)

    def chips(self, path: str) -> list[dict[str, str]]:
        """What is chosen, each with the address of the list without it."""
        return chips_of(path, self.query, self.described())

    def described(self) -> dict[str, str]:
        """What is chosen, in words, by the filter's name."""
        return in_words(self.form, self.chosen)


def read_filter(data: Any, visible: MeasureQuerySet) -> Filtered:
    """The filters in a query string; an unknown order is the order by name."""
    form = MeasuresFilter(data, visible)
    chosen = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    sort = data.get("sort", "")
    return Filtered(form, chosen, sort if sort.removeprefix("-") in SORTS else "name")
