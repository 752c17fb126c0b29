"""Scales: numbers of a domain to places on a drawing, and shares to words. Arithmetic only."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class LinearScale:
    """Places values of `domain` evenly along `extent`, both (start, end); the extent may run backwards."""

    domain: tuple[float, float]
    extent: tuple[float, float]

    def __post_init__(self) -> None:
        if self.domain[0] == self.domain[1]:
            raise ValueError("a scale needs a domain with two different ends")

    def __call__(self, value: float) -> float:
        """The place of a value; values outside the domain fall outside the extent."""
        start, end = self.domain
        first, last = self.extent
        return first + (value - start) / (end - start) * (last - first)


def whole_percent(count: int, total: int) -> int:
    """A share as a whole percentage, half rounded up, as the NHS prints them; 0 of nothing is 0.

    Each share is rounded by itself, so that a set may add up to 99 or 101: `adds_up` tells, and a page then
    says so. Shares forced to 100 would print a number that is not the share.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total} is no share")
    if not total:
        return 0
    return int((Decimal(100) * count / total).quantize(Decimal(1), ROUND_HALF_UP))


def percent_words(count: int, total: int) -> str:
    """A share in print: "30%", and "less than 1%" where rounding would make something look like nothing."""
    percent = whole_percent(count, total)
    return "less than 1%" if count and not percent else f"{percent}%"


def adds_up(counts: Sequence[int]) -> bool:
    """Whether the rounded shares of the parts of a whole add up to 100."""
    total = sum(counts)
    return not total or sum(whole_percent(count, total) for count in counts) == 100
