"""The fields of our forms: text, choices, files and the hidden version. See `tracker.web.field_base`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from tracker.web.date_field import DateField
from tracker.web.field_base import BoundNHSField, NHSField, Params

__all__ = [
    "CheckboxField",
    "CheckboxesField",
    "DateField",
    "FileField",
    "RadiosField",
    "SelectField",
    "SelectModelField",
    "TextAreaField",
    "TextField",
    "VersionField",
]


class TextField(NHSField, forms.CharField):
    """One line of text. `width` in characters (2, 3, 4, 5, 10, 20, 30); `kind` is the input's type."""

    def __init__(
        self,
        *,
        width: int | None = None,
        kind: str = "text",
        autocomplete: str = "",
        inputmode: str = "",
        spellcheck: bool | None = None,
        **options: Any,
    ) -> None:
        self.control: Params = {"type": kind}
        wanted = {"width": width, "autocomplete": autocomplete, "inputmode": inputmode}
        self.control.update({name: value for name, value in wanted.items() if value})
        if spellcheck is not None:
            self.control["spellcheck"] = spellcheck
        super().__init__(**options)

    def params(self, bound: BoundNHSField) -> Params:
        """As every field's, with the input's own attributes; a password is never printed back."""
        params = {**super().params(bound), **self.control}
        return {**params, "value": ""} if self.control["type"] == "password" else params


class TextAreaField(NHSField, forms.CharField):
    """Several lines of text, `rows` of them shown."""

    macro = "textarea"
    widget = forms.Textarea

    def __init__(self, *, rows: int = 5, **options: Any) -> None:
        self.rows = rows
        super().__init__(**options)

    def params(self, bound: BoundNHSField) -> Params:
        """As every field's, with the number of rows."""
        return {**super().params(bound), "rows": self.rows}


class _Choosing(NHSField):
    """Fields that offer choices; the hints of single choices are given by value in `hints`."""

    ask = "Select"

    def __init__(self, *, hints: Mapping[str, str] | None = None, **options: Any) -> None:
        self.hints = hints or {}
        super().__init__(**options)

    def items(self, bound: BoundNHSField) -> list[Params]:
        """The choices, the chosen ones marked. Groups of choices are flattened in their order."""
        value = bound.value()
        many = isinstance(value, (list, tuple, set))
        chosen = {str(item) for item in (value if many else [value]) if item is not None}
        return [self._item(str(key), str(text), str(key) in chosen) for key, text in _flat(self.offered())]

    def offered(self) -> Iterable[tuple[Any, Any]]:
        """(value, text) pairs as the widget holds them, model choices included."""
        widget = self.widget
        return widget.choices if isinstance(widget, forms.widgets.ChoiceWidget) else ()

    def _item(self, value: str, text: str, chosen: bool) -> Params:
        item: Params = {"value": value, "text": text, "selected": chosen, "checked": chosen}
        if value in self.hints:
            item["hint"] = {"text": self.hints[value]}
        return item


class _InFieldset(_Choosing):
    """Choices that are all on the page, under one legend."""

    def params(self, bound: BoundNHSField) -> Params:
        """Parameters of the radios and checkboxes macros; the first control carries the field's own id."""
        return {
            "idPrefix": bound.auto_id,
            "name": bound.html_name,
            "fieldset": self.fieldset(bound),
            "items": [item for item in self.items(bound) if item["value"]],
            **self.notes(bound),
        }


class SelectField(_Choosing, forms.ChoiceField):
    """One of many choices, in a drop-down list."""

    macro = "select"

    def params(self, bound: BoundNHSField) -> Params:
        """As every field's, with the choices."""
        return {**super().params(bound), "items": self.items(bound)}


class SelectModelField(_Choosing, forms.ModelChoiceField):  # type: ignore[type-arg]
    """One row of a queryset, in a drop-down list; a row outside the queryset is refused, as Django does."""

    macro = "select"

    def params(self, bound: BoundNHSField) -> Params:
        """As every field's, with the rows as choices."""
        return {**super().params(bound), "items": self.items(bound)}


class RadiosField(_InFieldset, forms.ChoiceField):
    """One of a few choices, all of them visible."""

    macro = "radios"
    widget = forms.RadioSelect


class CheckboxesField(_InFieldset, forms.MultipleChoiceField):
    """Any number of choices."""

    macro = "checkboxes"
    widget = forms.CheckboxSelectMultiple


class CheckboxField(NHSField, forms.BooleanField):
    """A single yes: its label is the statement that is ticked."""

    macro = "checkboxes"
    ask = "Confirm:"

    def params(self, bound: BoundNHSField) -> Params:
        """Parameters of the checkboxes macro with one box."""
        item: Params = {"value": "on", "text": str(bound.label), "checked": bool(bound.value())}
        return {"idPrefix": bound.auto_id, "name": bound.html_name, "items": [item], **self.notes(bound)}


class FileField(NHSField, forms.FileField):
    """A file from the reader's machine. `accept` narrows the chooser; the server still checks the file."""

    macro = "file"
    ask = "Choose"

    def __init__(self, *, accept: str = "", **options: Any) -> None:
        self.accept = accept
        super().__init__(**options)

    def params(self, bound: BoundNHSField) -> Params:
        """As every field's, without a value: a browser never takes one back."""
        params = {**super().params(bound), "value": ""}
        return {**params, "attributes": {"accept": self.accept}} if self.accept else params


class VersionField(forms.IntegerField):
    """The version of the record the page was drawn from, hidden: a later change is then not overwritten."""

    widget = forms.HiddenInput


def _flat(choices: Iterable[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    for key, text in choices:
        if isinstance(text, (list, tuple)):
            yield from text
        else:
            yield key, text
