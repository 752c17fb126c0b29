"""The forms by which an action is verified, found to hold, set aside, opened again, edited, or given a later date."""

from typing import Any

from django.db.models import QuerySet

from tracker.plans.closing_models import Evidence
from tracker.web.fields import CheckboxField as Checkbox
from tracker.web.fields import DateField, RadiosField, SelectModelField, TextAreaField, TextField, VersionField
from tracker.web.ratings_words import long_day
from tracker.web.refusals import FormAboutCare, FormKeyField

WITNESSES = ("Patient", "Carer", "Family member", "Volunteer", "Governor")


class VerifyForm(FormAboutCare):
    """What somebody else saw.  A patient or carer who looked is named as they wish."""

    watched = ("words", "where", "witness", "witness_role")
    words = TextAreaField(label="What was seen", missing="Say what was seen", max_length=10_000)
    where = TextField(
        label="Where", missing="Say where it was seen", max_length=200, help_text="For example, ward 7, night shift"
    )
    evidence = SelectModelField(
        label="Evidence looked at", missing="Select the evidence that was looked at",
        queryset=Evidence.objects.none(), empty_label="Choose a piece of evidence",
    )  # fmt: skip
    witness = TextField(
        label="Who looked, if it was a patient or carer", required=False, max_length=200,
        help_text="The name by which they wish to be known. You sign for what they saw.",
    )  # fmt: skip
    witness_role = TextField(
        label="Who they are", required=False, max_length=100, help_text=f"For example, {', '.join(WITNESSES).lower()}"
    )
    version = VersionField()
    field_order = ["words", "where", "evidence", "witness", "witness_role", "nhs_number_checked"]

    def __init__(self, *args: Any, evidence: QuerySet[Evidence], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["evidence"]
        assert isinstance(field, SelectModelField)
        field.queryset = evidence
        pieces = [(one.pk, f"{one.title}, {long_day(one.dated_on)}") for one in evidence]
        field.choices = [("", "Choose a piece of evidence"), *pieces]


class SustainForm(FormAboutCare):
    words = TextAreaField(label="What shows that it has held", missing="Say what shows that it has held", rows=4)
    version = VersionField()


class SetAsideForm(FormAboutCare):
    watched = ("why",)
    why = TextAreaField(label="Why it is set aside", missing="Say why it is set aside", rows=4, max_length=2000)
    version = VersionField()


class ReopenForm(FormAboutCare):
    watched = ("why",)
    why = TextAreaField(label="Why it is opened again", missing="Say why it is opened again", rows=4, max_length=2000)


class EditForm(FormAboutCare):
    """The texts of an action."""

    watched = ("title", "detail", "interim_control", "risk", "own_reference")
    title = TextField(label="What will be done", missing="Enter what will be done", max_length=300)
    detail = TextAreaField(label="Detail", required=False, max_length=10_000)
    interim_control = TextAreaField(
        label="Interim control", required=False, max_length=10_000, rows=3,
        help_text="What keeps patients safe until it is done",
    )  # fmt: skip
    risk = TextAreaField(
        label="Risk", required=False, max_length=10_000, rows=3, help_text="What may happen if it is late or fails"
    )
    own_reference = TextField(label="The trust's own reference", required=False, max_length=60, width=20)
    version = VersionField()


class ExtensionForm(FormAboutCare):
    """A wish for a later due date."""

    watched = ("reason", "impact", "interim_control")
    due_wanted = DateField(label="New due date", missing="Enter the new due date")
    reason = TextAreaField(label="Why it needs longer", missing="Say why it needs longer", rows=3, max_length=5000)
    impact = TextAreaField(
        label="What the delay means for patients", missing="Say what the delay means for patients", rows=3,
        max_length=5000,
    )  # fmt: skip
    interim_control = TextAreaField(
        label="What keeps patients safe until then", missing="Say what keeps patients safe until then", rows=3,
        max_length=5000,
    )  # fmt: skip
    for_owner = Checkbox(label="", required=False)

    def __init__(self, *args: Any, owner: str, **options: Any) -> None:
        """`owner` is named where somebody else asks; empty where the owner does."""
        super().__init__(*args, **options)
        if owner:
            self.fields["for_owner"].label = f"I ask on behalf of {owner}, the owner"
        else:
            del self.fields["for_owner"]


class DecideForm(FormAboutCare):
    """Yes or no to a later due date."""

    watched = ("why",)
    grant = RadiosField(
        label="Your decision", missing="Select your decision",
        choices=[("yes", "Grant the later date"), ("no", "Refuse it")],
    )  # fmt: skip
    why = TextAreaField(label="Why", missing="Say why", rows=3, max_length=2000)


class CommentForm(FormAboutCare):
    words = TextAreaField(
        label="Comment", missing="Enter a comment", rows=3, max_length=10_000,
        help_text="To tell somebody of this trust, write @ and their name, for example @Ngozi Adeyemi",
    )  # fmt: skip
    form_key = FormKeyField()
