"""A date typed as day, month and year: the NHS date input."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from tracker.web.field_base import BoundNHSField, NHSField, Params


class DateWidget(forms.Widget):
    """Three inputs: day, month, year. Their raw text is kept, so that a mistake is shown back as typed."""

    parts = ("day", "month", "year")

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> tuple[str, str, str] | None:
        """(day, month, year) as typed, or none when all three are empty."""
        day, month, year = (str(data.get(f"{name}_{part}", "")).strip() for part in self.parts)
        return (day, month, year) if day or month or year else None

    def value_omitted_from_data(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> bool:
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
