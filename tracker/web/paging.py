"""One page of a counted list."""

from typing import Any, Protocol, TypeVar

from tracker.web.addresses import PAGE, Pages

Shown = TypeVar("Shown", covariant=True)


class Rows(Protocol[Shown]):
    """A queryset, or what is counted and sliced like one."""

    def count(self) -> int: ...

    def __getitem__(self, wanted: slice, /) -> Shown: ...


def one_page(rows: Rows[Shown], query: Any) -> tuple[Shown, Pages]:
    """The rows of the page the query string asks for, and which page it is; past the end it is the last one."""
    total = rows.count()
    number = min(Pages.asked(query.get("page", "")), Pages(1, total).last)
    return rows[(number - 1) * PAGE : number * PAGE], Pages(number, total)
