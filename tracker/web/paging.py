"""One page of a counted list."""

from typing import Any, TypeVar

from django.db.models import QuerySet

from tracker.web.addresses import PAGE, Pages

Row = TypeVar("Row")


def one_page(rows: QuerySet[Any, Row], query: Any) -> tuple[QuerySet[Any, Row], Pages]:
    """The rows of the page the query string asks for, and which page it is; past the end it is the last one."""
    total = rows.count()
    number = min(Pages.asked(query.get("page", "")), Pages(1, total).last)
    return rows[(number - 1) * PAGE : number * PAGE], Pages(number, total)
