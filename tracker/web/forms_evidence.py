"""The form that adds evidence, and the fields it shares with the form that records progress."""

from typing import Any

from django import forms

from tracker.plans.closing_models import EvidenceKind
from tracker.plans.evidence_files import ACCEPTED, KINDS, LARGEST, text_of
from tracker.plans.evidencing import SEARCHED, NewEvidence
from tracker.web.fields import DateField, FileField, SelectField, TextField
from tracker.web.refusals import FormAboutCare, FormKeyField

_KINDS_IN_WORDS = ", ".join(sorted({ending.removeprefix(".").upper() for ending in KINDS}))


def evidence_title(*, required: bool) -> TextField:
    return TextField(
        label="What it is", required=required, missing="Enter what the evidence is", max_length=300,
        help_text="For example, Audit of 40 patients, ward 7",
    )  # fmt: skip


def evidence_kind(*, required: bool) -> SelectField:
    return SelectField(
        label="Kind of evidence", required=required, missing="Select what kind of evidence it is",
        choices=[("", "Choose a kind"), *EvidenceKind.choices],
    )  # fmt: skip


def evidence_file() -> FileField:
    return FileField(
        label="File", required=False, accept=ACCEPTED,
        help_text=f"{_KINDS_IN_WORDS}, up to {LARGEST // 1024**2} MB. No patient's name or number.",
    )  # fmt: skip


def evidence_link() -> TextField:
    return TextField(
        label="Or the address of a page", required=False, max_length=1000, kind="url",
        help_text="For example, a page of the trust's intranet",
    )  # fmt: skip


class FormWithFile(FormAboutCare):
    """A form with a file, whose name and text may hold a patient's number too."""

    def words_sent(self) -> str:
        """As every form's, with the file's name and, where it is text, what stands in it."""
        file = self.files.get(self.add_prefix("file"))
        if file is None:
            return super().words_sent()
        begins = file.read(SEARCHED * 4)
        file.seek(0)
        kind = next((kind for ending, (kind, _) in KINDS.items() if str(file.name).lower().endswith(ending)), "")
        return " ".join([super().words_sent(), str(file.name), text_of(begins, kind, most=SEARCHED)])


class EvidenceForm(FormWithFile):
    """A piece of evidence, or a newer version of one."""

    watched = ("title", "link")
    title = evidence_title(required=True)
    kind = evidence_kind(required=True)
    dated_on = DateField(label="Date of the evidence", missing="Enter the date of the evidence")
    covers_from = DateField(label="Covers from", required=False, help_text="The first day it is about")
    covers_to = DateField(label="Covers to", required=False, help_text="The last day it is about")
    file = evidence_file()
    link = evidence_link()
    form_key = FormKeyField()

    @property
    def new_evidence(self) -> dict[str, Any]:
        """What the operation is told."""
        given = self.given
        rest = {name: given.pop(name) for name in ("form_key", "nhs_number_checked")}
        return {**rest, "given": NewEvidence(**given)}

    def clean(self) -> dict[str, Any]:
        """A file or an address, one of the two."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(cleaned.get("file")) == bool(cleaned.get("link")) and not {"file", "link"} & self.errors.keys():
            raise forms.ValidationError({"file": "Choose a file, or enter the address of a page: one of the two"})
        return cleaned
