"""Form fields that draw themselves as the NHS design system's: `{{ form.title.as_field_group() }}`.

Each is Django's own field with its validation untouched, plus what the NHS macro needs to be told: label, hint
(Django's `help_text`), error, value. A bound field turns that into the macro's parameters and renders one small
template of `templates/fields/`. Error messages say what to do ("Enter a title"), after the NHS content style.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString, mark_safe

Params = dict[str, object]


def lower_first(label: str) -> str:
    """A label in the middle of a sentence: "Due date" as "due date", but "CQC location" untouched."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


class BoundNHSField(forms.BoundField):
    """A field of one form with its value and errors, ready to be drawn."""

    field: "NHSField"

    def as_field_group(
        self, template_name: Any = None, context: Any = None, renderer: Any = None
    ) -> SafeString:
        """The whole group: label, hint, error message and control, tied together for a listener."""
        template = template_name or f"fields/{self.field.macro}.jinja"
        return mark_safe(  # noqa: S308 - our own template, which escapes every value
            render_to_string(template, {"params": self.field.params(self)})
        )

    @property
    def control_id(self) -> str:
        """The id of the first control: where a line of the error summary leads."""
        return self.field.control_id(self)


class NHSField(forms.Field):
    """What the fields below share. Use with one of Django's fields: `class TextField(NHSField, CharField)`."""

    bound_field_class = BoundNHSField
    macro: ClassVar[str] = "text"
    ask: ClassVar[str] = "Enter"

    def __init__(
        self, *, missing: str = "", label_size: str = "s", page_heading: bool = False, **options: Any
    ) -> None:
        """`missing` is what to say when a required answer is empty: "Enter a title"."""
        self.label_size = label_size
        self.page_heading = page_heading
        super().__init__(**options)
        if missing or self.label:
            self.error_messages["required"] = missing or f"{self.ask} {lower_first(str(self.label))}"

    def params(self, bound: BoundNHSField) -> Params:
        """The parameters of the NHS macro for this field, as its documentation names them."""
        return {
            "id": bound.id_for_label or bound.auto_id,
            "name": bound.html_name,
            "label": self.heading(bound),
            "value": "" if bound.value() is None else str(bound.value()),
            **self.notes(bound),
        }

    def notes(self, bound: BoundNHSField) -> Params:
        """Hint and error, where there are any."""
        notes: Params = {}
        if bound.help_text:
            notes["hint"] = {"text": str(bound.help_text)}
        if bound.errors:
            notes["errorMessage"] = {"text": " ".join(bound.errors)}
        return notes

    def heading(self, bound: BoundNHSField) -> Params:
        """The label or legend; optional fields say so, unless every field of the form is optional."""
        says_optional = not self.required and getattr(bound.form, "says_optional", True)
        text = f"{bound.label} (optional)" if says_optional else str(bound.label)
        return {"text": text, "size": self.label_size, "isPageHeading": self.page_heading}

    def fieldset(self, bound: BoundNHSField) -> Params:
        """A group of controls named by its legend."""
        return {"legend": self.heading(bound)}

    def control_id(self, bound: BoundNHSField) -> str:
        """See BoundNHSField.control_id."""
        return str(bound.auto_id)


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
    """One row of a queryset, in a drop-down list; rows outside the queryset are refused as Django refuses them."""

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
    """A file from the reader's machine. `accept` narrows the chooser; the server still checks what arrives."""

    macro = "file"
    ask = "Choose"

    def __init__(self, *, accept: str = "", **options: Any) -> None:
        self.accept = accept
        super().__init__(**options)

    def params(self, bound: BoundNHSField) -> Params:
        """As every field's, without a value: a browser never takes one back."""
        params = {**super().params(bound), "value": ""}
        return {**params, "attributes": {"accept": self.accept}} if self.accept else params


class DateWidget(forms.Widget):
    """Three inputs: day, month, year. Their raw text is kept, so that a mistake is shown back as typed."""

    parts = ("day", "month", "year")

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> tuple[str, str, str] | None:
        """(day, month, year) as typed, or none when all three are empty."""
        day, month, year = (str(data.get(f"{name}_{part}", "")).strip() for part in self.parts)
        return (day, month, year) if day or month or year else None

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> bool:
        """Whether none of the three inputs was sent at all."""
        return all(f"{name}_{part}" not in data for part in self.parts)


class DateField(NHSField, forms.Field):
    """A date typed as day, month and year in figures; gives a `datetime.date`, or none when left empty.

    The messages follow the NHS date input's: what is missing is named; what cannot be is a "real date".
    """

    macro = "date"
    widget = DateWidget

    def to_python(self, value: Any) -> date | None:
        """Raises ValidationError with the NHS wording for a date that lacks a part or does not exist."""
        if value is None or isinstance(value, date):
            return value
        label = str(self.label or "Date")
        missing = [part for part, text in zip(DateWidget.parts, value, strict=True) if not text]
        if missing:
            raise ValidationError(f"{label} must include a {' and '.join(missing)}", code="incomplete")
        if not all(text.isascii() and text.isdigit() and len(text) <= 4 for text in value):
            raise ValidationError(f"{label} must be a real date", code="invalid")
        day, month, year = (int(text) for text in value)
        if year < 1000:
            raise ValidationError(f"{label} must include a year of four figures", code="invalid")
        try:
            return date(year, month, day)
        except ValueError:
            raise ValidationError(f"{label} must be a real date", code="invalid") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether what was typed is another date than the one shown."""
        return self.typed(initial) != self.typed(data)

    @staticmethod
    def typed(value: Any) -> tuple[str, str, str]:
        """The three texts to show for a date, for what was typed, or for nothing."""
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, date):
            return str(value.day), str(value.month), str(value.year)
        return value or ("", "", "")

    def params(self, bound: BoundNHSField) -> Params:
        """Parameters of the date input macro: a fieldset with three labelled inputs."""
        texts = self.typed(bound.value())
        items: list[Params] = [
            {
                "id": f"{bound.auto_id}_{part}",
                "name": f"{bound.html_name}_{part}",
                "label": part.capitalize(),
                "value": text,
                "width": 4 if part == "year" else 2,
            }
            for part, text in zip(DateWidget.parts, texts, strict=True)
        ]
        return {
            "id": bound.auto_id,
            "fieldset": self.fieldset(bound),
            "items": items,
            **self.notes(bound),
        }

    def control_id(self, bound: BoundNHSField) -> str:
        """The first empty part, else the day."""
        texts = dict(zip(DateWidget.parts, self.typed(bound.value()), strict=True))
        part = next((name for name, text in texts.items() if not text), "day")
        return f"{bound.auto_id}_{part}"


class VersionField(forms.IntegerField):
    """The version of the record the page was drawn from, hidden, so that a later change is not overwritten."""

    widget = forms.HiddenInput


def _flat(choices: Iterable[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    for key, text in choices:
        if isinstance(text, (list, tuple)):
            yield from text
        else:
            yield key, text
