"""The forms of actions: make one, record progress on it, give it to somebody else."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from tracker.accounts.models import User
from tracker.plans.evidencing import NewEvidence
from tracker.plans.lifecycle import Status, next_statuses
from tracker.plans.models import Action
from tracker.plans.operations import TITLE_LENGTH
from tracker.ratings.models import RatedDomain, RatedService
from tracker.ratings.scale import DOMAIN_NAMES, OVERALL
from tracker.trusts.models import Site, Trust
from tracker.web.fields import (
    CheckboxField,
    DateField,
    RadiosField,
    SelectModelField,
    TextAreaField,
    TextField,
    VersionField,
)
from tracker.web.forms_base import Form
from tracker.web.forms_evidence import FormWithFile, evidence_file, evidence_kind, evidence_link, evidence_title
from tracker.web.forms_lists import ForWhom
from tracker.web.refusals import FormAboutCare, FormKeyField

STATUS_HINTS = {
    Status.ON_TRACK: "It will be done by its due date",
    Status.AT_RISK: "It may be late, or may not work",
    Status.OFF_TRACK: "It is late, or what is done does not work",
    Status.DONE: "Everything the finding asks for has been done",
    Status.REOPENED: "Done before, and needed again: say why",
}


class ActionForm(FormAboutCare):
    """A new action.  Its place is its findings'; an action that answers none may name one."""

    watched = ("title", "detail")
    title = TextField(label="What will be done", missing="Enter what will be done", max_length=TITLE_LENGTH)
    detail = TextAreaField(
        label="Detail", required=False, max_length=10_000, help_text="How, and how you will know that it works."
    )
    owner = SelectModelField(
        label="Owner",
        missing="Select an owner",
        queryset=User.objects.none(),
        empty_label="Choose a person",
        help_text="The one person who does it, records progress and is reminded.",
    )
    executive = SelectModelField(
        label="Accountable executive",
        missing="Select the accountable executive",
        queryset=User.objects.none(),
        empty_label="Choose a person",
    )
    due_on = DateField(label="Due date", missing="Enter the due date", help_text="For example, 30 11 2026")
    service = SelectModelField(
        label="Service", queryset=RatedService.objects.none(), required=False, empty_label="The trust as a whole"
    )
    key_question = SelectModelField(
        label="Key question", queryset=RatedDomain.objects.none(), required=False, empty_label="No single key question"
    )
    site = SelectModelField(
        label="Hospital", queryset=Site.objects.none(), required=False, empty_label="No single hospital"
    )
    form_key = FormKeyField()
    field_order = ["title", "detail", "nhs_number_checked"]

    def __init__(
        self, *args: Any, trust: Trust, people: QuerySet[User], answers_findings: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        _offer(self, owner=people, executive=people)
        if answers_findings:
            for name in ("service", "key_question", "site"):
                del self.fields[name]
        else:
            _offer(
                self,
                service=RatedService.objects.filter(superseded_by=None).exclude(key=OVERALL),  # that is the empty one
                key_question=RatedDomain.objects.filter(key__in=DOMAIN_NAMES),
                site=Site.objects.filter(trust=trust),
            )


class ProgressForm(FormWithFile):
    """How an action stands, what was done, and, where it is done, what shows it."""

    watched = ("words", "title", "link")

    status = RadiosField(label="How it stands now", missing="Select how the action stands")
    words = TextAreaField(
        label="What was done, or what stands in the way",
        missing="Say in a sentence what was done or what stands in the way",
        max_length=10_000,
        help_text="Everybody who sees the trust's plan can read this. Leave out anything about a single patient.",
    )
    for_owner = CheckboxField(label="", required=False)
    delivered_on = DateField(
        label="When it was delivered", required=False, help_text="Only where it is done. For example, 20 11 2026"
    )
    title = evidence_title(required=False)
    kind = evidence_kind(required=False)
    dated_on = DateField(label="Date of the evidence", required=False, help_text="The day of delivery or later")
    file = evidence_file()
    link = evidence_link()
    version = VersionField()
    form_key = FormKeyField()
    field_order = ["status", "words", "nhs_number_checked"]
    about_evidence = ("title", "kind", "dated_on", "file", "link")

    @property
    def given(self) -> dict[str, Any]:
        """As every form's, with what was given as evidence in one."""
        given = super().given
        parts = {name: given.pop(name, None) for name in self.about_evidence}
        offered = parts["file"] or parts["link"] or parts["title"]
        return {**given, "evidence": NewEvidence(**parts) if offered else None}

    def clean(self) -> dict[str, Any]:
        """Evidence is whole or not there at all."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("file") or cleaned.get("link") or cleaned.get("title"):
            for name, say in (
                ("title", "Enter what the evidence is"),
                ("kind", "Select what kind of evidence it is"),
                ("dated_on", "Enter the date of the evidence"),
            ):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, say)
        return cleaned

    def __init__(self, *args: Any, action: Action, person_id: int | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if Status.DONE not in next_statuses(action.status):  # there is nothing to show before it is open again
            for name in ("delivered_on", *self.about_evidence):
                del self.fields[name]
        status = self.fields["status"]
        assert isinstance(status, RadiosField)
        status.choices = [(one.value, one.label) for one in next_statuses(action.status)]
        status.hints = {one.value: hint for one, hint in STATUS_HINTS.items()}
        if person_id == action.owner_id:
            del self.fields["for_owner"]
        else:
            self.fields["for_owner"].label = f"I record this on behalf of {action.owner}, the owner"


class MeetingForm(FormAboutCare):
    """How an action stands, as somebody says it in a meeting.  What is done takes evidence, on the action's page."""

    status = RadiosField(label="How it stands now", missing="Select how the action stands")
    words = TextAreaField(
        label="What was done, or what stands in the way",
        missing="Say in a sentence what was done or what stands in the way", max_length=10_000,
    )  # fmt: skip
    on_behalf_of = ForWhom()
    version = VersionField()
    form_key = FormKeyField()
    field_order = ["on_behalf_of", "status", "words", "nhs_number_checked"]

    def __init__(self, *args: Any, action: Action, people: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        status = self.fields["status"]
        assert isinstance(status, RadiosField)
        offered = [one for one in next_statuses(action.status) if one != Status.DONE]
        status.choices = [(one.value, one.label) for one in offered]
        _offer(self, on_behalf_of=people)


class ReassignForm(FormAboutCare):
    """Another owner, another executive, or both, with the reason."""

    watched = ("why",)

    owner = SelectModelField(label="Owner", missing="Select an owner", queryset=User.objects.none(), empty_label=None)
    executive = SelectModelField(
        label="Accountable executive",
        missing="Select the accountable executive",
        queryset=User.objects.none(),
        empty_label=None,
    )
    why = TextAreaField(
        label="Why it changes hands", missing="Say why the action changes hands", rows=3, max_length=2000
    )
    version = VersionField()
    field_order = ["owner", "executive", "why", "nhs_number_checked"]

    def __init__(self, *args: Any, people: QuerySet[User], held_by: Sequence[int], **options: Any) -> None:
        """`held_by`: those who hold it now stay on the list though they may have lost their role."""
        super().__init__(*args, **options)
        offered = User.objects.filter(pk__in=[*people.values_list("pk", flat=True), *held_by]).order_by("name", "pk")
        _offer(self, owner=offered, executive=offered)


def _offer(form: Form, **rows: QuerySet[Any]) -> None:
    """Give the form's choices of people and places."""
    for name, queryset in rows.items():
        field = form.fields[name]
        assert isinstance(field, SelectModelField)
        field.queryset = queryset
