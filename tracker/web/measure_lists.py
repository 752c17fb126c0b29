"""Lists of measures: the title with its counts, columns that sort, rows, and the same as a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from tracker.measures.models import Measure
from tracker.measures.periods import Frequency, period_words
from tracker.measures.queries import Charted
from tracker.measures.spc import Assurance, Direction, Limits, Variation
from tracker.reports.tables import CONFIDENTIAL_PLAN, Columns
from tracker.web.addresses import address
from tracker.web.measure_words import (
    ASSURANCE_WORDS,
    DIRECTION_WORDS,
    FREQUENCY_WORDS,
    VARIATION_WORDS,
    point_words,
    rule_words,
    with_unit,
)
from tracker.web.measures_filter import Filtered


def measures_title(shown: int, in_all: int, *, is_filtered: bool) -> str:
    """ "12 measures", or "3 of 12 measures" when filtered."""
    noun = "measure" if in_all == 1 else "measures"
    return f"{shown:,} of {in_all:,} {noun}" if is_filtered else f"{shown:,} {noun}"


def measure_columns(path: str, filtered: Filtered, *, with_trust: bool) -> list[dict[str, str]]:
    """The columns, each with the address of the list sorted by it, the other way round when it is so already."""
    named = [("Measure", "name"), *([("Trust", "trust")] if with_trust else []), ("Latest value", "latest")]
    named += [("Variation", "variation"), ("Target", "assurance"), ("Owner", "")]
    columns = []
    for text, key in named:
        column = {"text": text}
        sorted_by, downwards = filtered.sort.removeprefix("-"), filtered.sort.startswith("-")
        if key and key == sorted_by:
            column["sorted"] = "descending" if downwards else "ascending"
        if key:
            wanted = f"-{key}" if key == sorted_by and not downwards else key
            column["sort_href"] = address(path, {**filtered.query, "sort": "" if wanted == "name" else wanted})
        columns.append(column)
    return columns


def measure_rows(rows: Iterable[Measure], *, with_trust: bool) -> list[dict[str, object]]:
    """What each row shows; the template draws the shapes."""
    return [
        {
            "name": measure.name,
            "href": reverse("measure", args=[measure.pk]),
            "place": place_of_measure(measure),
            "trust": measure.trust.name if with_trust else "",
            "value": with_unit(measure.latest_value, measure.unit) or "None yet",
            "period": period_words(measure.latest_on, Frequency(measure.frequency)) if measure.latest_on else "",
            "variation": measure.variation,
            "variation_words": VARIATION_WORDS[Variation(measure.variation)],
            "why": rule_words(measure.signal, measure.signal_upwards),
            "assurance": measure.assurance,
            "assurance_words": ASSURANCE_WORDS[Assurance(measure.assurance)],
            "target": with_unit(measure.target, measure.unit),
            "owner": str(measure.owner),
        }
        for measure in rows
    ]


def place_of_measure(measure: Measure) -> str:
    """Where it is measured: "Surgery, Northborough General Hospital"; empty for the trust as a whole."""
    return ", ".join(str(one) for one in (measure.service, measure.site) if one is not None)


@dataclass(frozen=True)
class PointRow:
    """A row of a measure's values as a file: exact numbers, not the rounded ones of the page."""

    period: date
    value: int | float | None
    limits: Limits | None
    says: str


def point_rows(shown: Charted) -> list[PointRow]:
    analysis = shown.analysis
    return [
        PointRow(
            point.on,
            _number(point.value),
            analysis.segments[point.segment].limits,
            point_words(point, analysis.more_needed),
        )
        for point in analysis.points
    ]


def _number(value: Decimal | None) -> int | float | None:
    """A number as a sheet holds it: a whole one stays whole."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


MEASURES = Columns[Measure](
    title="Measures",
    stem="measures",
    values={
        "Measure": lambda measure: measure.name,
        "Trust code": lambda measure: measure.trust.code,
        "Trust": lambda measure: measure.trust.name,
        "Service": lambda measure: str(measure.service or ""),
        "Hospital": lambda measure: str(measure.site or ""),
        "Unit": lambda measure: measure.unit,
        "Better": lambda measure: DIRECTION_WORDS[Direction(measure.direction)],
        "Frequency": lambda measure: FREQUENCY_WORDS[Frequency(measure.frequency)],
        "Latest period": lambda measure: measure.latest_on,
        "Latest value": lambda measure: _number(measure.latest_value),
        "Values": lambda measure: measure.points,
        "Variation": lambda measure: VARIATION_WORDS[Variation(measure.variation)],
        "Because": lambda measure: rule_words(measure.signal, measure.signal_upwards),
        "Concern since": lambda measure: measure.concern_since,
        "Target": lambda measure: _number(measure.target),
        "Assurance": lambda measure: ASSURANCE_WORDS[Assurance(measure.assurance)],
        "Owner": lambda measure: str(measure.owner),
    },
    licence=CONFIDENTIAL_PLAN,
)
VALUES = Columns[PointRow](
    title="Values of a measure",
    stem="measure",
    values={
        "Period": lambda row: row.period,
        "Value": lambda row: row.value,
        "Mean": lambda row: row.limits.mean if row.limits else None,
        "Lower limit": lambda row: row.limits.lower if row.limits else None,
        "Upper limit": lambda row: row.limits.upper if row.limits else None,
        "What it says": lambda row: row.says,
    },
    licence=CONFIDENTIAL_PLAN,
)
