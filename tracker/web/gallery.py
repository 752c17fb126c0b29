"""What the components gallery shows: invented values for every state of every component.

The gallery is a page of development and of the tests, where people and axe look at the components.
"""

from datetime import date
from decimal import Decimal

from django.utils.datastructures import MultiValueDict

from tracker.charts.spc_chart import Mark, SPCChart, spc_chart
from tracker.charts.stacked_bar import Part, StackedBar, stacked_bar
from tracker.measures.spc import Direction, analyse
from tracker.ratings.steps import PublishedRating
from tracker.web.fields import (
    CheckboxesField,
    CheckboxField,
    DateField,
    FileField,
    RadiosField,
    SelectField,
    TextAreaField,
    TextField,
    VersionField,
)
from tracker.web.forms_base import FilterForm, Form
from tracker.web.step_words import Steps, steps_through_time

LONG_NAME = "Llanfair and Northborough University Teaching Hospitals and Community Partnership NHS Foundation Trust"
QUESTIONS = ("Safe", "Effective", "Caring", "Responsive", "Well-led", "Overall")

Cell = dict[str, object]


class SampleForm(Form):
    """One of each field."""

    title = TextField(label="Title of the action", missing="Enter a title", max_length=80)
    number = TextField(label="Beds", required=False, width=4, inputmode="numeric", help_text="A whole number")
    reason = TextAreaField(label="Why this is needed", rows=4, help_text="Quote the finding it answers.")
    owner = SelectField(
        label="Owner",
        missing="Select an owner",
        choices=[("", "Choose a person"), ("1", "Asha Patel"), ("2", LONG_NAME)],
    )
    must = RadiosField(
        label="Must do or should do",
        missing="Select whether this is a must do or a should do",
        choices=[("must", "Must do"), ("should", "Should do")],
        hints={"must": "A breach of a regulation"},
    )
    questions = CheckboxesField(label="Key questions", required=False, choices=[(q, q) for q in QUESTIONS[:5]])
    agreed = CheckboxField(
        label="The executive has agreed to this action", missing="Confirm that the executive has agreed"
    )
    due = DateField(label="Due date", help_text="For example, 30 11 2026")
    report = FileField(label="Report", required=False, accept=".pdf")
    version = VersionField(initial=1)


class SampleFilter(FilterForm):
    """Fields of a filter panel."""

    name = TextField(label="Name or code", required=False)
    region = SelectField(label="Region", required=False, choices=[("", "All"), ("Y62", "North West")])


def sample_form(*, with_errors: bool = False) -> SampleForm:
    """The form as first shown, or as sent with mistakes in it."""
    if not with_errors:
        return SampleForm(initial={"due": date(2026, 11, 30), "must": "must", "questions": ["Safe"]})
    sent = {"title": "", "reason": LONG_NAME * 3, "due_day": "31", "due_month": "2", "due_year": "2026"}
    return SampleForm(data={**sent, "version": "1"}, files=MultiValueDict(), prefix=None, auto_id="sent_%s")


def sample_bars() -> dict[str, StackedBar]:
    """A whole sector, a thin one whose numbers do not fit, and none at all."""
    tones = ("outstanding", "good", "requires-improvement", "inadequate", "none")
    words = ("Outstanding", "Good", "Requires improvement", "Inadequate", "Not rated")

    def bar(*counts: int) -> StackedBar:
        return stacked_bar([Part(*part) for part in zip(words, tones, counts, strict=True)])

    return {"sector": bar(5, 53, 109, 12, 0), "thin": bar(1, 14_012, 2, 3, 1), "empty": bar(0, 0, 0, 0, 0)}


def sample_charts() -> dict[str, SPCChart | None]:
    """A long series with a recalculation and marks, a short one without limits, and none."""
    values = [
        61,
        64,
        58,
        63,
        60,
        66,
        59,
        62,
        65,
        61,
        57,
        64,
        62,
        60,
        48,
        52,
        47,
        55,
        50,
        49,
        44,
        51,
        53,
        46,
        50,
        49,
        58,
    ]
    months = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(len(values))]

    def chart(count: int) -> SPCChart | None:
        series = [(month, Decimal(value)) for month, value in zip(months[:count], values, strict=False)]
        rebases = [months[14]] if count > 14 else []
        marks = [Mark(date(2025, 2, 20), "MD-014 started"), Mark(date(2025, 3, 1), "Recalculated")]
        analysis = analyse(series, direction=Direction.DOWN, target=Decimal(50), rebases=rebases)
        return spc_chart(
            analysis,
            number=lambda value: f"{value:.1f}",
            period=lambda day: f"{day:%b %Y}",
            marks=marks,
            ringed=frozenset(months[-1:]),
        )

    return {"long": chart(len(values)), "short": chart(9), "none": chart(0)}


def sample_grid() -> list[dict[str, object]]:
    """Two services and a long-named one, with every note a cell can carry."""
    good: Cell = {"word": "Good", "tone": "good", "href": "#cell", "date": "3 May 2026"}
    poorer: Cell = {
        "word": "Requires improvement",
        "tone": "requires-improvement",
        "href": "#cell",
        "date": "3 May 2026",
        "direction": "up",
        "change": "up from Inadequate",
    }
    best: Cell = {
        **good,
        "word": "Outstanding",
        "tone": "outstanding",
        "score": 91,
        "framework": "Single assessment framework",
    }
    worst: Cell = {
        **good,
        "word": "Inadequate",
        "tone": "inadequate",
        "direction": "down",
        "change": "down from Good",
    }
    old: Cell = {
        **good,
        "date": "12 January 2019",
        "age": "rating is 7 years old",
        "inherited": "from the trust before the merger",
    }
    unrated: Cell = {**good, "word": "Inspected but not rated", "tone": "none"}
    return [
        {"service": "Surgery", "cells": [poorer, good, best, worst, old, good]},
        {"service": "Urgent and emergency services", "cells": [worst, unrated, good, None, None, worst]},
        {"service": LONG_NAME, "cells": [good] * 6},
    ]


def sample_steps() -> list[Steps]:
    """A rating that rose and fell with a gap, and one published once."""

    def said(day: date, rating: int | None, domain: str = "safe", name: str = "Safe") -> PublishedRating:
        return PublishedRating(domain, name, day, "rated" if rating else "inspected_not_rated", rating, "")

    moved = [said(date(2015, 3, 2), 2), said(date(2018, 6, 1), 1), said(date(2020, 1, 9), None)]
    moved += [said(date(2022, 2, 3), 3), said(date(2023, 2, 3), 3), said(date(2026, 5, 3), 4)]
    once = [said(date(2024, 7, 1), 3, "caring", "Caring")]
    return steps_through_time({"safe": moved, "caring": once}, date(2026, 11, 1))


def gallery_context() -> dict[str, object]:
    """Everything `templates/tracker/gallery.jinja` shows."""
    return {
        "long_name": LONG_NAME,
        "questions": QUESTIONS,
        "grid": sample_grid(),
        "bars": sample_bars(),
        "steps": sample_steps(),
        "charts": sample_charts(),
        "filters": SampleFilter(auto_id="filter_%s"),
        "sample": sample_form(),
        "failed": sample_form(with_errors=True),
    }
