"""What an operation refused, said on the form that asked for it, and the fields that forms of plans share."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from tracker.findings.nhs_numbers import looks_like_nhs_numbers
from tracker.problems import NotAllowed, Refused, Stale
from tracker.web.fields import CheckboxField
from tracker.web.forms_base import Form
from tracker.web.requests import SignedInRequest


def say_refusal(request: SignedInRequest, form: forms.Form, refused: Refused) -> None:
    """Put the refusal on its field, or on the whole form, and let nothing of this request be kept."""
    request.refused = True  # type: ignore[attr-defined]  # read by the transaction's middleware
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)


def carry_out(request: SignedInRequest, form: Form, save: Callable[[], HttpResponse]) -> HttpResponse | None:
    """What came of a form that was sent and is right: `save`'s answer, as a rule a redirect.  None where the page
    is to be shown, for the first time or again, with what was refused and everything typed.  So a view ends

        def save() -> HttpResponse:
            made = make_thing(subject, by=request.access, now=request.moment.now, **form.given)
            messages.success(request, f"{made} made.")
            return redirect("thing", made.reference)

        return carry_out(request, form, save) or render(request, "thing.jinja", {"form": form})

    `save` makes its one domain call and nothing that outlives a refusal before it.  NotAllowed is 403; any other
    refusal stands on the form, nothing of the request is kept, and `form.refused` is what was refused, should
    the page say more of it (of a `Stale`, `theirs`: what stands now).  The form is then a new drawing: its
    form key is new, and its version the one that stands."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return save()
    except NotAllowed as refused:
        raise PermissionDenied from refused
    except Refused as refused:
        say_refusal(request, form, refused)
        form.refused = refused
        _redraw(request, form, refused)
        return None


def theirs(form: Form) -> dict[str, str]:
    """What stands now, where somebody else saved before this form was sent."""
    return form.refused.theirs if isinstance(form.refused, Stale) else {}


def _redraw(request: SignedInRequest, form: Form, refused: Refused) -> None:
    """Under the old drawing's key either nothing was saved or what is not this, and its version has moved on."""
    sent = request.POST.copy()
    if "form_key" in form.fields:
        sent["form_key"] = str(uuid4())
    if isinstance(refused, Stale) and "version" in form.fields:
        sent["version"] = refused.theirs["version"]
    form.data = sent


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
        if not looks_like_nhs_numbers(self.words_sent()):
            del self.fields["nhs_number_checked"]

    def words_sent(self) -> str:
        """All words of the form in which a patient's number may stand."""
        return " ".join(str(self.data.get(self.add_prefix(name), "")) for name in self.watched)

    @property
    def given(self) -> dict[str, Any]:
        """What an operation is told: every field, and whether a number in the words was checked, box or no box."""
        return {**self.cleaned_data, "nhs_number_checked": self.nhs_number_was_checked}

    @property
    def nhs_number_was_checked(self) -> bool:
        return bool(self.cleaned_data.get("nhs_number_checked"))
