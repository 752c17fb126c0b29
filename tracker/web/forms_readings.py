"""The forms that read a report, check what was read, and say what became of a finding."""

from typing import Any

from django import forms

from tracker.findings.causes import CAUSES, LAYER_NAMES, Layer
from tracker.findings.models import Finding
from tracker.findings.notice_lifecycle import next_states
from tracker.findings.reading_changes import WORDS_LENGTH
from tracker.findings.reading_models import Notice
from tracker.trusts.models import Trust
from tracker.web.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    FileField,
    RadiosField,
    SelectModelField,
    TextAreaField,
    TextField,
    VersionField,
)
from tracker.web.forms_findings import offer_places
from tracker.web.refusals import FormAboutCare


class ReadReportForm(FormAboutCare):
    """A report's text, pasted or as a file."""

    watched = ("text",)

    text = TextAreaField(
        label="Paste the report's text",
        required=False,
        rows=12,
        help_text="The whole report, or the part that says what the trust must and should do, the notices and the "
        "conditions. A tracker copied from a sheet can be pasted too.",
    )
    file = FileField(
        label="Or choose its file",
        required=False,
        accept=".pdf,.docx",
        help_text="A PDF or Word file (.docx). It is checked for type, not for viruses, and never passed on.",
    )
    field_order = ["text", "file", "nhs_number_checked"]

    def ask_about_number(self) -> None:
        """The box for a file in which a number stands that may be a patient's; it is shown from then on."""
        self.fields.setdefault("nhs_number_checked", CheckboxField(
            label="I have checked: this is not a patient's NHS number", required=False
        ))  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "nhs_number_checked" in self.data:
            self.ask_about_number()


class ReadItemForm(FormAboutCare):
    """What was read of an item, to be corrected."""

    version = VersionField()
    kind = RadiosField(label="What it is", choices=Finding.Kind.choices, missing="Select what it is")
    words = TextAreaField(
        label="Its words", rows=6, max_length=WORDS_LENGTH, missing="Enter the words, as the report prints them"
    )
    service = SelectModelField(label="Service", queryset=None, required=False, empty_label="The trust as a whole")
    site = SelectModelField(label="Hospital", queryset=None, required=False, empty_label="No single hospital")
    key_question = SelectModelField(
        label="Key question", queryset=None, required=False, empty_label="No single key question"
    )
    regulation = TextField(
        label="Regulations", required=False, max_length=200, help_text="For example: Regulation 12(2)(a); Regulation 17"
    )
    due_on = DateField(
        label="Day set by a warning notice",
        required=False,
        help_text="For example, 28 2 2027. Only for a warning notice",
    )
    field_order = ["version", "kind", "words", "nhs_number_checked"]

    def __init__(self, *args: Any, trust: Trust, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_places(self, trust)


class SplitForm(FormAboutCare):
    """One item's words, parted by empty lines."""

    watched = ("words",)
    version = VersionField()
    words = TextAreaField(
        label="The item's words",
        rows=8,
        missing="Enter the item's words",
        help_text="Leave an empty line where the next item begins. Change no word: correct the items afterwards.",
    )
    field_order = ["version", "words", "nhs_number_checked"]


class AddItemForm(FormAboutCare):
    """What the reader missed."""

    kind = RadiosField(label="What it is", choices=Finding.Kind.choices, missing="Select what it is")
    words = TextAreaField(
        label="Its words", rows=6, max_length=WORDS_LENGTH, missing="Enter the words, as the report prints them",
        help_text="Copy them from the report's text: where they stand is then marked.",
    )  # fmt: skip
    field_order = ["kind", "words", "nhs_number_checked"]


class SetReadingAsideForm(FormAboutCare):
    """Why nothing of a reading is published."""

    watched = ("why",)
    version = VersionField()
    why = TextAreaField(label="Why the reading is set aside", rows=3, missing="Say why the reading is set aside")
    field_order = ["version", "why", "nhs_number_checked"]


class CausesForm(FormAboutCare):
    """The causes one person sees behind a finding, in two layers."""

    watched = ("note",)
    behind = CheckboxesField(
        label=LAYER_NAMES[Layer.BEHIND],
        required=False,
        choices=[(cause.code, cause.name) for cause in CAUSES if cause.layer is Layer.BEHIND],
    )
    none_behind = CheckboxField(label="The report names nothing behind the problem", required=False)
    seen = CheckboxesField(
        label=LAYER_NAMES[Layer.SEEN],
        required=False,
        choices=[(cause.code, cause.name) for cause in CAUSES if cause.layer is Layer.SEEN],
    )
    note = TextAreaField(label="Note", required=False, rows=3, max_length=WORDS_LENGTH)
    field_order = ["behind", "none_behind", "seen", "note", "nhs_number_checked"]

    def __init__(self, *args: Any, suggested: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("behind", "seen"):
            field = self.fields[name]
            assert isinstance(field, CheckboxesField)
            field.hints = {code: f"Suggested by \u201c{phrase}\u201d" for code, phrase in suggested.items()}


class NoticeForm(FormAboutCare):
    """What became of a notice, and on which day."""

    watched = ("why",)
    version = VersionField()
    state = RadiosField(label="What happened", missing="Select what happened")
    happened_on = DateField(
        label="Day it happened", missing="Enter the day it happened", help_text="For example, 3 5 2026"
    )
    why = TextAreaField(label="In words", required=False, rows=3, max_length=WORDS_LENGTH)
    field_order = ["version", "state", "happened_on", "why", "nhs_number_checked"]

    def __init__(self, *args: Any, notice: Notice, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(state.value, state.label) for state in next_states(notice.form, notice.state)]
