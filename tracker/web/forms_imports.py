"""The forms of imports: send a file, say which day it is as at, decide with a reason, settle a row."""

from typing import Any, Final

from django import forms

from tracker.ratings.models import RatingImport, SettlingRule, WaitingRow
from tracker.ratings.settling import MAY_LEAVE_OUT
from tracker.web.fields import DateField, FileField, RadiosField, SelectField, TextAreaField, TextField
from tracker.web.forms_base import FilterForm, Form
from tracker.web.import_words import kind_words

_KEEP_HINTS = {
    RatingImport.Keep.NHS: "Others are counted by type and left out",
    RatingImport.Keep.ALL: "About 300,000 rows more: care homes, GP practices, dentists",
}


class UploadForm(Form):
    """The file and what to keep of it; the day it is as at is asked for next."""

    file = FileField(
        label="Ratings file",
        missing="Choose the file as CQC published it",
        accept=".ods,.xlsx,.csv",
        help_text="CQC's “Care directory with ratings”, as published: ods, xlsx or csv, up to 200 MB",
    )
    keep = RadiosField(
        label="Whose ratings to keep",
        missing="Select whose ratings to keep",
        choices=RatingImport.Keep.choices,
        hints={keep.value: hint for keep, hint in _KEEP_HINTS.items()},
        initial=RatingImport.Keep.NHS,
    )


class AsAtForm(Form):
    """The day the file is as at."""

    as_at = DateField(
        label="Which day is the file as at?",
        missing="Enter the day the file is as at",
        help_text="The day CQC made it, printed in its name or on its first sheet. For example, 1 5 2026",
        page_heading=False,
    )
    keep = forms.ChoiceField(choices=RatingImport.Keep.choices, widget=forms.HiddenInput)
    token = forms.CharField(widget=forms.HiddenInput)


class ReasonForm(Form):
    """A decision with its reason."""

    why = TextAreaField(label="Reason", missing="Say why", rows=3, max_length=2000)

    def __init__(self, *args: Any, label: str, optional: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["why"].label = label
        self.fields["why"].required = not optional


class ChangesFilter(FilterForm):
    """Which of an import's proposed changes are shown."""

    kind = SelectField(label="Kind of change", required=False)
    trust = SelectField(label="Trust", required=False)

    def __init__(self, data: Any, *, kinds: dict[str, int], trusts: list[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="filter-%s")
        offered = {
            "kind": [("", "All kinds"), *((kind, kind_words(kind)) for kind in kinds)],
            "trust": [("", "All trusts"), *trusts],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


Kind = SettlingRule.Kind
Reason = WaitingRow.Reason
KINDS_FOR: Final = {
    Reason.PROVIDER: [Kind.PROVIDER_IS, Kind.SET_ASIDE],
    Reason.NO_PROVIDER: [Kind.LOCATION_IS, Kind.SET_ASIDE],
    Reason.ORGANISATION: [Kind.SET_ASIDE],
    Reason.DATE: [Kind.DATE_MEANS, Kind.SET_ASIDE],
    Reason.RATING: [Kind.WORD_MEANS, Kind.SET_ASIDE],
    Reason.DOMAIN: [Kind.SET_ASIDE],
    Reason.DISPUTED: [Kind.SET_ASIDE],
}
_MEANING_LABELS: Final = {
    Kind.PROVIDER_IS: ("Code of the trust it is", "As in the register, for example RH8"),
    Kind.LOCATION_IS: ("Provider the location belongs to", "CQC's id of the provider, for example RH8"),
    Kind.DATE_MEANS: ("Date it means", "For example, 3/5/2026"),
    Kind.WORD_MEANS: ("Rating it means", "One of the words CQC prints, for example Requires improvement"),
}
ROW, RULE = "row", "rule"
PROVISIONAL, LEAVE_OUT = "provisional", "leave_out"
_PROVISIONAL_WORDS: Final = "It is an NHS provider the register does not have yet: take it in, counted nowhere"

_LEAVE_OUT_WORDS: Final = "Leave this organisation out of every file, this one and later ones"


class SettleForm(Form):
    """What a waiting row means, for it alone or for every row like it."""

    says_optional = False  # whether the meaning is needed depends on the first answer

    kind = RadiosField(label="What to do with it", missing="Select what to do with the row")
    meaning = TextField(label="Meaning", required=False, max_length=300)
    reach = RadiosField(label="For which rows", missing="Select for which rows this holds")
    why = TextField(
        label="Why", required=False, max_length=300, help_text="Kept with a rule, for whoever looks at it later"
    )

    def __init__(self, *args: Any, row: WaitingRow, alike: dict[str, int], **options: Any) -> None:
        """`alike`: by kind, how many rows wait that a rule of that kind would settle now."""
        super().__init__(*args, **options)
        kinds = KINDS_FOR[Reason(row.reason)]
        provisional = [(PROVISIONAL, _PROVISIONAL_WORDS)] if row.reason == Reason.PROVIDER else []
        named = row.row.get("organisation_id")
        leave_out = [(LEAVE_OUT, _LEAVE_OUT_WORDS)] if row.reason in MAY_LEAVE_OUT and named else []
        self._choose("kind", [*((kind.value, _WHAT[kind]) for kind in kinds), *leave_out, *provisional])
        label = _MEANING_LABELS.get(kinds[0])
        if label is None:
            del self.fields["meaning"]
        else:
            self.fields["meaning"].label, self.fields["meaning"].help_text = label
        most = max(alike.values(), default=1)
        rows = f"{most} row that waits" if most == 1 else f"all {most:,} rows that wait"
        reach = [(ROW, "This row only")]
        if alike:
            reach.append((RULE, f"Every row with the same text: {rows} now, and later files'"))
        self._choose("reach", reach)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("kind") == Kind.SET_ASIDE and given.get("reach") == RULE:
            self.add_error("reach", "A row is set aside by itself. Select “This row only”")
        if given.get("kind") == LEAVE_OUT:  # says itself how far it reaches
            self.errors.pop("reach", None)
        return given

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, RadiosField)
        field.choices = choices


_WHAT: Final = {
    Kind.PROVIDER_IS: "The provider is a trust of the register",
    Kind.LOCATION_IS: "The location belongs to a provider",
    Kind.DATE_MEANS: "The text means a date",
    Kind.WORD_MEANS: "The word means a rating",
    Kind.SET_ASIDE: "Set this row aside: the file says nothing by it",
}
