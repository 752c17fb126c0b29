"""The forms of measures: add or change one, recalculate its limits, link it to an action, record values."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from tracker.accounts.models import User
from tracker.measures.models import Measure
from tracker.measures.operations import NAME_LENGTH, UNIT_LENGTH, WORDS_LENGTH
from tracker.measures.pasting import read_value
from tracker.plans.models import Action
from tracker.ratings.models import RatedService
from tracker.ratings.scale import OVERALL
from tracker.trusts.models import Site, Trust
from tracker.web.fields import (
    DateField,
    RadiosField,
    SelectField,
    SelectModelField,
    TextAreaField,
    TextField,
    VersionField,
)
from tracker.web.forms_base import Form
from tracker.web.measure_words import DIRECTION_WORDS, FREQUENCY_WORDS
from tracker.web.refusals import FormAboutCare, FormKeyField


class MeasureForm(FormAboutCare):
    """What is measured, how, and who keeps it."""

    watched = ("name", "definition", "unit", "numerator", "denominator")
    name = TextField(label="Name", missing="Enter a name", max_length=NAME_LENGTH)
    definition = TextAreaField(
        label="Definition",
        required=False,
        rows=3,
        max_length=10_000,
        help_text="What is counted and what is not, and where the figures come from.",
    )
    unit = TextField(
        label="Unit",
        required=False,
        max_length=UNIT_LENGTH,
        width=20,
        help_text="For example, % or falls per 1,000 bed days",
    )
    numerator = TextField(label="Numerator", required=False, max_length=WORDS_LENGTH)
    denominator = TextField(label="Denominator", required=False, max_length=WORDS_LENGTH)
    direction = RadiosField(
        label="Which way is better",
        missing="Select which way is better",
        choices=[(direction.value, words) for direction, words in DIRECTION_WORDS.items()],
    )
    target = TextField(
        label="Target", required=False, width=10, help_text="Leave this empty where there is none. For example, 95"
    )
    frequency = SelectField(
        label="How often there is a value",
        choices=[(frequency.value, words) for frequency, words in FREQUENCY_WORDS.items()],
    )
    service = SelectModelField(
        label="Service", queryset=RatedService.objects.none(), required=False, empty_label="The trust as a whole"
    )
    site = SelectModelField(
        label="Hospital", queryset=Site.objects.none(), required=False, empty_label="No single hospital"
    )
    owner = SelectModelField(
        label="Owner",
        missing="Select an owner",
        queryset=User.objects.none(),
        empty_label="Choose a person",
        help_text="They may record its values.",
    )
    field_order = ["name", "nhs_number_checked"]

    def __init__(self, *args: Any, trust: Trust, people: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        services = RatedService.objects.filter(superseded_by=None).exclude(key=OVERALL)
        offered = {"service": services, "site": Site.objects.filter(trust=trust), "owner": people}
        for name, queryset in offered.items():
            field = self.fields[name]
            assert isinstance(field, SelectModelField)
            field.queryset = queryset

    def clean_target(self) -> Decimal | None:
        """The target as a number, written in any of the ways values are."""
        text = self.cleaned_data["target"]
        if not text.strip():
            return None
        value, error = read_value(text, unit=self.cleaned_data.get("unit", ""))
        if value is None:
            raise ValidationError(error)
        return value


class NewMeasureForm(MeasureForm):
    form_key = FormKeyField()


class ChangeMeasureForm(MeasureForm):
    version = VersionField()

    def __init__(self, *args: Any, has_values: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if has_values:
            del self.fields["frequency"]  # its periods would mean something else


class RecalculateForm(FormAboutCare):
    """From when, and what changed in the way the work is done."""

    watched = ("why",)
    on = DateField(
        label="Recalculate from",
        missing="Enter the day the way the work is done changed",
        help_text="The first period with the new way of working. For example, 1 4 2026",
    )
    why = TextAreaField(
        label="What changed, and how you know",
        missing="Say what changed in the way the work is done, and how you know",
        rows=4,
        max_length=2000,
        help_text="Everybody who sees the chart can read this. A better picture is not a reason.",
    )


class WithdrawForm(FormAboutCare):
    watched = ("why",)
    why = TextAreaField(
        label="Why it is withdrawn", missing="Say why the recalculation is withdrawn", rows=3, max_length=2000
    )


class LinkActionForm(Form):
    """An action whose effect the measure should show."""

    action = SelectModelField(
        label="Action", missing="Select an action", queryset=Action.objects.none(), empty_label="Choose an action"
    )
    started_on = DateField(
        label="Work began on",
        missing="Enter the day the work began",
        help_text="The values before this day are what it is compared with. For example, 1 4 2026",
    )

    def __init__(self, *args: Any, actions: QuerySet[Action], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["action"]
        assert isinstance(field, SelectModelField)
        field.queryset = actions


class PasteForm(Form):
    """Two columns from a spreadsheet."""

    text = TextAreaField(
        label="Paste from Excel: date and value",
        missing="Paste at least one line with a date and a value",
        rows=10,
        max_length=50_000,
        help_text="One line for each period, the date first. For example: 1 April 2026, then 95.2",
    )


class TypeForm(Form):
    """One value, typed."""

    period = TextField(label="Date", missing="Enter a date", width=20, help_text="For example, April 2026 or 1 4 2026")
    value = TextField(label="Value", missing="Enter a value", width=10, inputmode="decimal")


class ValuesForm(FormAboutCare):
    """What is sent with the rows of the preview; the rows themselves are read by `tracker.web.pasted_values`."""

    watched = ("why",)
    why = TextAreaField(label="Why values are replaced", required=False, rows=2, max_length=2000)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, replaces: bool, row_errors: list[dict[str, str]], **options: Any) -> None:
        """`replaces`: whether a value that stands would be superseded; `row_errors`: what is wrong with the rows."""
        super().__init__(*args, **options)
        self.row_errors = row_errors
        if replaces:
            self.fields["why"].required = True
            self.fields["why"].error_messages["required"] = "Say why values are replaced"
            self.says_optional = False
        else:
            del self.fields["why"]

    def clean(self) -> dict[str, Any]:
        """Refuses the form while any row is wrong."""
        if self.row_errors:
            count = len(self.row_errors)
            raise ValidationError(f"There {'is 1 thing' if count == 1 else f'are {count} things'} to put right")
        return self.cleaned_data

    def error_list(self) -> list[dict[str, str]]:
        """As any form's; what is wrong with the rows is said from the first showing on."""
        return [*super().error_list(), *self.row_errors]


def initial_of(measure: Measure, target: str) -> dict[str, Any]:
    """The measure as its form first shows it."""
    return {
        "name": measure.name,
        "definition": measure.definition,
        "unit": measure.unit,
        "numerator": measure.numerator,
        "denominator": measure.denominator,
        "direction": measure.direction,
        "target": target,
        "frequency": measure.frequency,
        "service": measure.service_id,
        "site": measure.site_id,
        "owner": measure.owner_id,
        "version": measure.version,
    }
