"""What a filter panel's list is narrowed to, in words and as links that widen it again."""

from collections.abc import Mapping
from typing import Any

from django import forms

from tracker.web.addresses import address


def in_words(form: forms.Form, chosen: Mapping[str, Any]) -> dict[str, str]:
    """What is chosen, in words, by the filter's name: a choice by its text, anything else as it was typed."""
    words = {}
    for name, value in chosen.items():
        field = form.fields[name]
        choices = field.widget.choices if isinstance(field, forms.ChoiceField) else ()
        offered = {str(key): text for key, text in choices}
        words[name] = f"{field.label}: {offered.get(value, value)}"
    return words


def chips_of(path: str, query: Mapping[str, str], words: Mapping[str, str]) -> list[dict[str, str]]:
    """What is chosen, each with the address of the list without it."""
    return [{"text": text, "remove_href": address(path, {**query, name: ""})} for name, text in words.items()]
