"""The filters of the list of actions: wholly in the query string, so that a link is a list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms

from tracker.people.access import Access
from tracker.plans.lifecycle import OPEN, Status
from tracker.plans.models import ActionQuerySet
from tracker.plans.queries import DUE_SOON
from tracker.web.action_words import KIND_WORDS
from tracker.web.addresses import address
from tracker.web.fields import SelectField
from tracker.web.forms_base import FilterForm

ME: Final = "me"
OVERDUE: Final = "overdue"
SOON: Final = "soon"
STANDING_OPEN: Final = "open"
WORKING: Final = "working"
_GROUPS: Final = {STANDING_OPEN: OPEN, WORKING: [one for one in OPEN if one != Status.REOPENED]}
SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "due": ("due_on", "reference"),
    "reference": ("trust__code", "reference"),
    "action": ("title", "reference"),
    "owner": ("owner__name", "due_on", "reference"),
    "status": ("status", "due_on", "reference"),
    "trust": ("trust__name", "due_on", "reference"),
}


class ActionsFilter(FilterForm):
    """An unknown value is an error, never "everything"."""

    status = SelectField(
        label="Status",
        required=False,
        choices=[("", "Any"), (STANDING_OPEN, "Open"), (WORKING, "Open, not reopened"), *Status.choices],
    )
    due = SelectField(
        label="Due", required=False, choices=[("", "Any time"), (OVERDUE, "Overdue"), (SOON, "Within 14 days")]
    )
    owner = SelectField(label="Owner", required=False)
    kind = SelectField(label="Answers", required=False, choices=[("", "Anything"), *KIND_WORDS.items()])
    service = SelectField(label="Service", required=False)
    trust = SelectField(label="Trust", required=False)

    def __init__(self, data: Any, visible: ActionQuerySet) -> None:
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


@dataclass(frozen=True)
class Filtered:
    """The filters as read.  `chosen` holds those that are set, by name; a mistake in them leaves no action."""

    form: ActionsFilter
    chosen: dict[str, str]
    sort: str

    @property
    def query(self) -> dict[str, str]:
        """What a link to this list carries."""
        return {**self.chosen, "sort": "" if self.sort == "due" else self.sort}

    def rows(self, visible: ActionQuerySet, access: Access, today: date) -> ActionQuerySet:
        """The chosen ones of `visible`, in order."""
        if not self.form.is_valid():
            return visible.none()
        chosen, rows = self.chosen, visible
        if "status" in chosen:
            rows = rows.filter(status__in=_GROUPS.get(chosen["status"], [chosen["status"]]))
        if chosen.get("due") == OVERDUE:
            rows = rows.overdue(today)
        elif chosen.get("due") == SOON:
            rows = rows.due_by(today + DUE_SOON).filter(due_on__gte=today)
        if "owner" in chosen:
            rows = rows.owned_by(access.person_id if chosen["owner"] == ME else int(chosen["owner"]))
        if "kind" in chosen:
            rows = rows.filter(reference__contains=f"-{chosen['kind']}-")
        if "service" in chosen:
            rows = rows.filter(service__key=chosen["service"])
        if "trust" in chosen:
            rows = rows.filter(trust__code=chosen["trust"])
        order = SORTS[self.sort.removeprefix("-")]
        return rows.order_by(*(f"-{field}" for field in order) if self.sort.startswith("-") else order)

    def chips(self, path: str) -> list[dict[str, str]]:
        """What is chosen, each with the address of the list without it."""
        return [
            {"text": text, "remove_href": address(path, {**self.query, name: ""})}
            for name, text in self.described().items()
        ]

    def described(self) -> dict[str, str]:
        """What is chosen, in words, by the filter's name."""
        words = {}
        for name, value in self.chosen.items():
            field = self.form.fields[name]
            assert isinstance(field, forms.ChoiceField)
            offered = {str(key): text for key, text in field.widget.choices}
            words[name] = f"{field.label}: {offered[value]}"
        return words


def read_filter(data: Any, visible: ActionQuerySet) -> Filtered:
    """The filters in a query string; an unknown order is the order by due date."""
    form = ActionsFilter(data, visible)
    chosen = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    sort = data.get("sort", "")
    return Filtered(form, chosen, sort if sort.removeprefix("-") in SORTS else "due")
