"""Measures of the cast's struggling trust, made through the operations as the service makes them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.cast import Cast
from tests.plan_factories import NOW, access
from tracker.measures.models import Measure, MeasureValue
from tracker.measures.operations import NewValue, Recorded, make_measure, record_values
from tracker.people.scope import scope_of, whole_service

FIRST = date(2024, 1, 1)
STEADY = [48, 52] * 8  # mean 50, moving ranges 4, limits 39.36 and 60.64


def month(number: int) -> date:
    """The month `number` months after January 2024."""
    return date(FIRST.year + number // 12, number % 12 + 1, 1)


def new_measure(cast: Cast, values: Sequence[object] = (), **other: Any) -> Measure:
    """Falls per 1,000 bed days, down being better, with `values` from January 2024 on; none is a missing month."""
    given: dict[str, Any] = {
        "name": "Falls with harm",
        "unit": "falls per 1,000 bed days",
        "owner": cast.executive,
        "direction": "down",
        "by": access(cast.lead),
        "now": NOW,
    }
    with scope_of(access(cast.lead)):
        measure = make_measure(cast.northborough, **{**given, **other})
    add_values(measure, cast, values)
    return stored_measure(measure)


def add_values(measure: Measure, cast: Cast, values: Sequence[object], *, start: int = 0) -> Recorded:
    with scope_of(access(cast.lead)) as by:
        new = [NewValue(month(start + n), Decimal(str(v))) for n, v in enumerate(values) if v is not None]
        return record_values(measure, by=by, now=NOW, values=new, source="typed")


def stored_measure(measure: Measure) -> Measure:
    """The measure as the database has it now."""
    with whole_service():
        return Measure.objects.select_related("owner", "trust").get(pk=measure.pk)


def standing(measure: Measure) -> list[tuple[date, Decimal | None]]:
    with whole_service():
        rows = MeasureValue.objects.filter(measure=measure).standing().order_by("period")
        return [(row.period, row.value) for row in rows]
