"""What an operation refused, said on the form that asked for it, and the fields that forms of plans share."""

from typing import Any, ClassVar
from uuid import uuid4

from django import forms

from tracker.findings.nhs_numbers import looks_like_nhs_numbers
from tracker.problems import Refused
from tracker.web.fields import CheckboxField
from tracker.web.forms_base import Form
from tracker.web.requests import SignedInRequest


def say_refusal(request: SignedInRequest, form: forms.Form, refused: Refused) -> None:
    """Put the refusal on its field, or on the whole form, and let nothing of this request be kept."""
    request.refused = True  # type: ignore[attr-defined]  # read by the transaction's middleware
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)


class FormKeyField(forms.UUIDField):
    """Names one drawing of a form, so that sending it twice counts once."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid4)


class FormAboutCare(Form):
    """A form whose words may hold a patient's number by mistake.

    The box that says "I have checked" is there only when the words as sent look as if they hold one."""

    watched: ClassVar[tuple[str, ...]] = ("words",)
    nhs_number_checked = CheckboxField(label="I have checked: this is not a patient's NHS number", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        sent = " ".join(str(self.data.get(self.add_prefix(name), "")) for name in self.watched)
        if not looks_like_nhs_numbers(sent):
            del self.fields["nhs_number_checked"]

    @property
    def nhs_number_was_checked(self) -> bool:
        return bool(self.cleaned_data.get("nhs_number_checked"))
