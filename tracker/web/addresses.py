"""Addresses with a query string, and the pages of a long list."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final
from urllib.parse import urlencode

PAGE: Final = 50
"""Rows on one page of a list."""


def address(path: str, query: Mapping[str, object]) -> str:
    """`path` with the values of `query` that are not empty."""
    kept = {key: str(value) for key, value in query.items() if value not in {"", None}}
    return f"{path}?{urlencode(kept)}" if kept else path


@dataclass(frozen=True)
class Pages:
    """Which page of `total` rows is shown, with `size` rows on each."""

    number: int
    total: int
    size: int = PAGE

    @staticmethod
    def asked(text: str) -> int:
        """The number of the page a query string asks for; what is no number asks for the first."""
        return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1

    @property
    def last(self) -> int:
        return max(1, ceil(self.total / self.size))

    def links(self, path: str, query: Mapping[str, object]) -> dict[str, object]:
        """What the pagination component takes: near pages, the first and the last, and gaps between."""
        near = {1, self.last, self.number - 1, self.number, self.number + 1}
        shown = sorted(number for number in near if 1 <= number <= self.last)

        def href(number: int) -> str:
            return address(path, {**query, "page": number if number > 1 else ""})

        items: list[dict[str, object]] = []
        for before, number in zip([0, *shown], shown, strict=False):
            if number - before > 1:
                items.append({"gap": True})
            items.append({"number": number, "href": href(number), "current": number == self.number})
        return {
            "pages": items,
            "previous_href": href(self.number - 1) if self.number > 1 else None,
            "next_href": href(self.number + 1) if self.number < self.last else None,
        }
