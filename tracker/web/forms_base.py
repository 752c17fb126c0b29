"""The base of every form on a page: errors as the NHS error summary, each line leading to its control."""

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from tracker.problems import Refused
from tracker.web.field_base import BoundNHSField


class Form(forms.Form):
    """A Django form drawn with the NHS design system.

    The browser's own validation is off (templates say `novalidate`): its bubbles vanish by
    themselves and cannot be made readable. The server's messages are the only ones.
    """

    use_required_attribute = False
    says_optional = True
    refused: Refused | None = None  # what the operation refused, once it did

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)

    def error_list(self) -> list[dict[str, str]]:
        """Every error as {text, href}, in the order of the fields; those of the whole form come first."""
        lines = [{"text": str(text)} for text in self.non_field_errors()]
        for bound in self:
            href = f"#{bound.control_id if isinstance(bound, BoundNHSField) else bound.auto_id}"
            hidden = bound.is_hidden
            lines += [{"text": str(text)} if hidden else {"text": str(text), "href": href} for text in bound.errors]
        return lines

    def error_summary(self) -> SafeString:
        """The error summary, or nothing when the form was not sent or is right."""
        return mark_safe(  # noqa: S308 - our own template, which escapes every value
            render_to_string("fields/error_summary.jinja", {"errors": self.error_list()})
        )


class FilterForm(Form):
    """A form of a filter panel, sent by GET: everything in it is optional and it need not say so."""

    says_optional = False
