"""Ratios, and how they are printed and judged.  Pure: no clock, no database.

Seconds say more of the machine than of the code, so every figure is a ratio of two things measured in turns in
one run, and what is compared are medians.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal, Self

Judgement = Literal["ok", "MISSED", "shown"]

_LINE: Final = re.compile(r"RATIO (?P<name>\S+) (?P<value>\S+) (?P<target>\S+) (?P<judgement>ok|MISSED|shown)")


@dataclass(frozen=True)
class Ratio:
    """One measured figure beside its target.

    `at_least` turns the comparison round (a speed-up).  A figure that means nothing at the size measured is
    `judged=False`: printed as "shown", and it decides nothing.
    """

    name: str
    value: float
    target: float
    at_least: bool = False
    judged: bool = True

    @property
    def judgement(self) -> Judgement:
        if not self.judged:
            return "shown"
        kept = self.value >= self.target if self.at_least else self.value <= self.target
        return "ok" if kept else "MISSED"  # a value that is not a number compares with nothing: missed

    def __str__(self) -> str:
        return f"RATIO {self.name} {figure(self.value)} {figure(self.target)} {self.judgement}"


@dataclass(frozen=True)
class Said:
    """A `RATIO` line some benchmark printed."""

    line: str
    judgement: str

    @classmethod
    def read(cls, line: str) -> Self | None:
        """The line's judgement, or None for a line that is no ratio."""
        match = _LINE.fullmatch(line.strip())
        return None if match is None else cls(line.strip(), match["judgement"])


def exit_status(ratios: Iterable[Ratio]) -> int:
    """Print the ratios, one a line; 1 when a judged one was missed, else 0."""
    missed = 0
    for ratio in ratios:
        print(ratio, flush=True)
        missed += ratio.judgement == "MISSED"
    return 1 if missed else 0


def figure(value: float) -> str:
    """Three significant digits, no exponent: 0.0123, 1.23, 12.3, 123, 12345."""
    if value != value:
        return "nan"
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    whole_digits = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    decimals = 3 - whole_digits if whole_digits else 3
    while not whole_digits and abs(value) < 10 ** (2 - decimals) and decimals < 9:
        decimals += 1
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".")


def spread(values: Sequence[float]) -> str:
    """The median with the least and the greatest: `1.20 (1.10 to 1.31, 5 times)`."""
    return f"{figure(median(values))} ({figure(min(values))} to {figure(max(values))}, {len(values)} times)"


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that at least `share` of the values do not exceed (nearest rank).

    Raises ValueError for no values or a share outside 0 to 1.
    """
    if not values or not 0 < share <= 1:
        raise ValueError("a percentile needs values and a share between 0 and 1")
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 1).__trunc__() - 1)]
