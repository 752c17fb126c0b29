"""Trusts of which a rating fell since a day."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from tracker.consequences.queries import fallen
from tracker.ratings.models import RatingChange


def worse_since(since: date) -> QuerySet[Any, dict[str, Any]]:
    """One row a trust of which a rating fell in a file as at `since` or later: `code`, `name`, `fell` (how many
    ratings) and `last` (the as-at day of the last).  A fall that was undone is left out."""
    taken_back = RatingChange.objects.filter(
        organisation=OuterRef("organisation"), undoing=True, before_record_id=OuterRef("record_id"),
        pk__gt=OuterRef("pk"),
    )  # fmt: skip
    standing = fallen(RatingChange.objects.filter(as_at__gte=since)).filter(~Exists(taken_back))
    grouped = standing.order_by().values("trust__code", "trust__name")
    counted: QuerySet[Any, Any] = grouped.annotate(fell=Count("pk"), last=Max("as_at"))
    return counted.order_by("-fell", "trust__name")
