"""Named database rules, so that a model says what must be true in the words of the rule."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db.models import CheckConstraint, F, Func, Q
from django.db.models.fields import DateField


class DateRange(Func):
    """daterange(from, to): the day `to` itself is not included; no end is for ever."""

    function = "daterange"
    output_field: Any = DateField()


def both_or_neither(name: str, first: str, second: str) -> CheckConstraint:
    """`first` and `second` are filled in together."""
    together = Q(**{f"{first}__isnull": True, f"{second}__isnull": True}) | Q(
        **{f"{first}__isnull": False, f"{second}__isnull": False}
    )
    return CheckConstraint(condition=together, name=name)


def dates_in_order(name: str, start: str, end: str) -> CheckConstraint:
    """`end`, when there is one, is not before `start`."""
    ordered = Q(**{f"{start}__isnull": True}) | Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(start)})
    return CheckConstraint(condition=ordered, name=name)


def one_of(name: str, field: str, values: list[str]) -> CheckConstraint:
    """`field` holds one of `values` and nothing else."""
    return CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


def never_two_at_once(name: str, same: list[str], start: str, end: str) -> ExclusionConstraint:
    """No two rows that agree on `same` are in force on the same day."""
    expressions: list[tuple[Any, str]] = [(field, RangeOperators.EQUAL) for field in same]
    expressions.append((DateRange(start, end), RangeOperators.OVERLAPS))
    return ExclusionConstraint(name=name, expressions=expressions)
