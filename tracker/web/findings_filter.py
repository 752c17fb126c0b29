"""The filters of the list of findings: wholly in the query string, so that a link is a list."""

from dataclasses import dataclass
from typing import Any, Final

from django import forms

from tracker.findings.causes import CAUSES
from tracker.findings.models import Finding, FindingQuerySet
from tracker.findings.queries import coded_with
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.ratings.models import RatedService
from tracker.trusts.models import Trust
from tracker.web.chosen_filters import chips_of, in_words
from tracker.web.fields import SelectField
from tracker.web.forms_base import FilterForm

AGAIN: Final = "again"


class FindingsFilter(FilterForm):
    """An unknown value is an error, never "everything".  Causes are asked for only by people of a plan."""

    trust = SelectField(label="Trust", required=False)
    kind = SelectField(label="Kind", required=False, choices=[("", "Any kind"), *Finding.Kind.choices])
    service = SelectField(label="Service", required=False)
    cause = SelectField(
        label="Cause, as coded", required=False, choices=[("", "Any cause"), *[(c.code, c.name) for c in CAUSES]]
    )
    found = SelectField(
        label="Found before",
        required=False,
        choices=[("", "Either way"), (AGAIN, "Found at an earlier inspection too")],
    )

    def __init__(self, data: Any, access: Access) -> None:
        super().__init__(data, auto_id="filter-%s")
        with_findings = Finding.objects.order_by().values("trust")
        trusts = Trust.objects.filter(pk__in=with_findings).order_by("name").values_list("code", "name")
        services = RatedService.objects.filter(pk__in=Finding.objects.order_by().values("service"))
        self._offer("trust", [("", "Any trust"), *trusts])
        self._offer("service", [("", "Any service"), *services.order_by("name").values_list("key", "name")])
        if not access.trusts(Can.SEE_PLANS):
            del self.fields["cause"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


@dataclass(frozen=True)
class Filtered:
    """The filters as read; a mistake in them leaves no finding."""

    form: FindingsFilter
    chosen: dict[str, str]
    beyond: bool = False  # a cause is asked for by somebody who sees no coding

    def rows(self, access: Access) -> FindingQuerySet:
        rows = Finding.objects.all()
        if self.beyond or not self.form.is_valid():
            return rows.none()
        chosen = self.chosen
        if "trust" in chosen:
            rows = rows.filter(trust__code=chosen["trust"])
        if "kind" in chosen:
            rows = rows.filter(kind=chosen["kind"])
        if "service" in chosen:
            rows = rows.filter(service__key=chosen["service"])
        if "cause" in chosen:
            rows = rows.filter(pk__in=coded_with(chosen["cause"], access))
        if "found" in chosen:
            rows = rows.filter(recurrence_of__isnull=False)
        return rows.order_by("-inspection__published_on", "trust__name", "pk")

    def described(self) -> dict[str, str]:
        """What is chosen, in words, by the filter's name."""
        return in_words(self.form, self.chosen)

    def chips(self, path: str) -> list[dict[str, str]]:
        """What is chosen, each with the address of the list without it."""
        return chips_of(path, self.chosen, self.described())


def read_filter(data: Any, access: Access) -> Filtered:
    form = FindingsFilter(data, access)
    chosen = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    return Filtered(form, chosen, beyond="cause" in data and "cause" not in form.fields)
