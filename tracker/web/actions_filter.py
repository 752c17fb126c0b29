"""The filters of the list of actions: wholly in the query string, so that a link is a list."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms

from tracker.people.access import Access
from tracker.people.models import Assignment
from tracker.people.roles import Can
from tracker.plans.for_me import changed_since_looked, mentioning, to_decide, watched_by
from tracker.plans.lifecycle import CLAIMED, OPEN, Status
from tracker.plans.models import ActionQuerySet
from tracker.plans.queries import DUE_SOON, to_verify
from tracker.ratings.models import RatedService
from tracker.trusts.models import Trust
from tracker.web.action_words import KIND_WORDS
from tracker.web.chosen_filters import chips_of, in_words
from tracker.web.fields import SelectField, TextField
from tracker.web.forms_base import FilterForm

ME: Final = "me"
OVERDUE: Final = "overdue"
SOON: Final = "soon"
STANDING_OPEN: Final = "open"
WORKING: Final = "working"
STANDING_CLOSED: Final = "closed"
WATCHING, CHANGED, TO_VERIFY, TO_DECIDE, MENTIONED = "watching", "changed", "verify", "decide", "mentioned"
SHOWS: Final = {
    WATCHING: "What I watch",
    CHANGED: "What I watch, changed since I looked",
    TO_VERIFY: "Waits for me to verify",
    TO_DECIDE: "A later date I may decide on",
    MENTIONED: "I am mentioned and have not read it",
}
_GROUPS: Final = {
    STANDING_OPEN: OPEN,
    STANDING_CLOSED: CLAIMED,
    WORKING: [one for one in OPEN if one != Status.REOPENED],
}
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

    q = TextField(label="Search", required=False, max_length=100)
    status = SelectField(
        label="Status",
        required=False,
        choices=[
            ("", "Any"), (STANDING_OPEN, "Open"), (WORKING, "Open, not reopened"), (STANDING_CLOSED, "Closed"),
            *Status.choices,
        ],
    )  # fmt: skip
    due = SelectField(
        label="Due", required=False, choices=[("", "Any time"), (OVERDUE, "Overdue"), (SOON, "Within 14 days")]
    )
    show = SelectField(label="For me", required=False, choices=[("", "Anything"), *SHOWS.items()])
    owner = SelectField(label="Owner", required=False)
    executive = SelectField(label="Accountable executive", required=False)
    kind = SelectField(label="Answers", required=False, choices=[("", "Anything"), *KIND_WORDS.items()])
    service = SelectField(label="Service", required=False)
    trust = SelectField(label="Trust", required=False)

    def __init__(self, data: Any, access: Access) -> None:
        """What is offered never takes a look at every action: people are offered for one trust at a time."""
        super().__init__(data, auto_id="filter-%s")
        seen = access.trusts(Can.SEE_PLANS)
        several = len(seen) > 1
        register = Trust.objects.filter(pk__in=seen).order_by("name").values_list("pk", "code", "name")
        trusts = list(register) if several else []
        chosen = [pk for pk, code, _ in trusts if code == data.get("trust")] if several else list(seen)
        people = set(
            Assignment.objects.filter(trust_id__in=chosen, object_kind="action", ended_at=None)
            .order_by()
            .values_list("duty", "person_id", "person__name")
            .distinct()
        )
        for duty in ("owner", "executive"):
            held = [(str(pk), name) for of, pk, name in people if of == duty]
            self._offer(duty, [("", "Anybody"), (ME, "Me"), *_by_name(held)])
        services = RatedService.objects.filter(superseded_by=None).values_list("key", "name")
        self._offer("service", [("", "Any service"), *_by_name(services)])
        if several:
            self._offer("trust", [("", "Any trust"), *((code, name) for _, code, name in trusts)])
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
        if "q" in chosen:
            rows = rows.saying(chosen["q"])
        if "show" in chosen:
            rows = rows.filter(pk__in=FOR_ME[chosen["show"]](access).values("pk"))
        if "owner" in chosen:
            rows = rows.owned_by(access.person_id if chosen["owner"] == ME else int(chosen["owner"]))
        if "executive" in chosen:
            rows = rows.filter(executive_id=access.person_id if chosen["executive"] == ME else int(chosen["executive"]))
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
        return chips_of(path, self.query, self.described())

    def described(self) -> dict[str, str]:
        """What is chosen, in words, by the filter's name."""
        return in_words(self.form, self.chosen)


FOR_ME: Final[dict[str, Callable[[Access], ActionQuerySet]]] = {
    WATCHING: watched_by,
    CHANGED: changed_since_looked,
    TO_VERIFY: to_verify,
    TO_DECIDE: to_decide,
    MENTIONED: mentioning,
}


def read_filter(data: Any, access: Access) -> Filtered:
    """The filters in a query string; an unknown order is the order by due date."""
    form = ActionsFilter(data, access)
    chosen = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    sort = data.get("sort", "")
    return Filtered(form, chosen, sort if sort.removeprefix("-") in SORTS else "due")
