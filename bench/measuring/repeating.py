"""Doing things in turns and timing them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median


def seconds_of(call: Callable[[], object]) -> float:
    """How long one call takes by the clock."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


@dataclass
class Timings:
    """Seconds by the name of what was timed, in the order measured."""

    taken: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, seconds: float) -> None:
        self.taken.setdefault(name, []).append(seconds)

    def median(self, name: str) -> float:
        """Raises KeyError for what was never timed."""
        return median(self.taken[name])

    def ratio(self, name: str, to: str) -> float:
        """The median of `name` in medians of the yardstick `to`."""
        return self.median(name) / self.median(to)
