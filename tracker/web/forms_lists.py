"""The forms of the list of actions: save it under a name, change many of it, record updates in a meeting."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from tracker.accounts.models import User
from tracker.plans.lifecycle import WORKING
from tracker.web.fields import CheckboxField, DateField, SelectField, SelectModelField, TextAreaField, TextField
from tracker.web.refusals import FormAboutCare


class SaveViewForm(FormAboutCare):
    watched = ("name",)
    name = TextField(label="Name", missing="Enter a name", max_length=60, width=20)
    share = CheckboxField(label="Share it with everybody of my trust", required=False)
    is_default = CheckboxField(label="Show it first when I open Actions", required=False)

    def __init__(self, *args: Any, may_share: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not may_share:
            del self.fields["share"]


class BulkForm(FormAboutCare):
    """What is to become of each selected action."""

    watched = ("why", "impact", "interim_control")
    owner = SelectModelField(
        label="New owner", queryset=User.objects.none(), required=False, empty_label="Leave as it is"
    )
    executive = SelectModelField(
        label="New accountable executive", queryset=User.objects.none(), required=False, empty_label="Leave as it is"
    )
    status = SelectField(
        label="Status", required=False, choices=[("", "Leave as it is"), *((one.value, one.label) for one in WORKING)]
    )
    due_wanted = DateField(
        label="Ask for a later due date",
        required=False,
        help_text="Somebody else decides on each. Leave empty for none",
    )
    impact = TextAreaField(label="What the delay means for patients", required=False, rows=2, max_length=5000)
    interim_control = TextAreaField(
        label="What keeps patients safe until then", required=False, rows=2, max_length=5000
    )
    why = TextAreaField(label="Why", missing="Say why", rows=2, max_length=2000)

    def __init__(self, *args: Any, people: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("owner", "executive"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = people


class ForWhom(SelectModelField):
    """On whose behalf an update is recorded."""

    def __init__(self) -> None:
        super().__init__(
            label="On behalf of", required=False, queryset=User.objects.none(), empty_label="Nobody: I say it myself",
            help_text="Both names are kept, and neither of you may then verify the action.",
        )  # fmt: skip
