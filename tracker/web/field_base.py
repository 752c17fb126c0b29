"""Form fields that draw themselves as the NHS design system's: `{{ form.title.as_field_group() }}`.

Each is Django's own field with its validation untouched, plus what the NHS macro must be told: label, hint
(Django's `help_text`), error, value. A bound field turns that into the macro's parameters and renders one
small template of `templates/fields/`. Error messages say what to do ("Enter a title"), after the NHS content
style. The fields stand in `tracker.web.fields`.
"""

from typing import Any, ClassVar

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

Params = dict[str, object]


def lower_first(label: str) -> str:
    """A label in the middle of a sentence: "Due date" as "due date", but "CQC location" untouched."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


class BoundNHSField(forms.BoundField):
    """A field of one form with its value and errors, ready to be drawn."""

    field: "NHSField"

    def as_field_group(self, template_name: Any = None, context: Any = None, renderer: Any = None) -> SafeString:
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
    """What our fields share. Use beside one of Django's: `class TextField(NHSField, forms.CharField)`."""

    bound_field_class = BoundNHSField
    macro: ClassVar[str] = "text"
    ask: ClassVar[str] = "Enter"

    def __init__(self, *, missing: str = "", label_size: str = "s", page_heading: bool = False, **options: Any) -> None:
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
            notes["errorMessage"] = {"text": " ".join(str(text) for text in bound.errors)}
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
