"""How ratings hang together, so that invented ones look like real ones.

A rating of the whole follows CQC's published aggregation: Good allows one key question that requires
improvement, Requires improvement has at least two below Good, Inadequate at least two inadequate, and
Outstanding at least two outstanding.  Caring is rarely below Good.
"""

from random import Random
from typing import Final

from tracker.demonstration.world import DOMAINS, WORDS

_PATTERNS: Final = {
    4: ((3, 3, 4, 3, 4), (3, 4, 4, 3, 4), (3, 4, 4, 4, 4), (3, 3, 4, 4, 4), (4, 3, 4, 3, 4)),
    3: (
        (3, 3, 3, 3, 3),
        (3, 3, 3, 3, 3),
        (3, 3, 3, 3, 3),
        (2, 3, 3, 3, 3),
        (2, 3, 3, 3, 3),
        (3, 3, 3, 2, 3),
        (3, 3, 4, 3, 3),
        (2, 3, 4, 3, 3),
    ),
    2: (
        (2, 3, 3, 2, 2),
        (2, 3, 3, 2, 2),
        (2, 2, 3, 2, 2),
        (2, 2, 3, 2, 2),
        (2, 3, 3, 3, 2),
        (2, 2, 3, 3, 2),
        (2, 3, 3, 2, 3),
        (1, 2, 3, 2, 2),
    ),
    1: ((1, 2, 3, 2, 1), (1, 2, 3, 2, 1), (1, 2, 3, 1, 1), (1, 2, 2, 1, 1), (1, 3, 3, 2, 1)),
}
"""Safe, Effective, Caring, Responsive, Well-led under each overall mark; likelier ones stand twice."""

_PART_OF: Final = {4: (4, 4, 3, 3, 3), 3: (3, 3, 3, 3, 2, 2, 4), 2: (2, 2, 2, 3, 3, 1), 1: (1, 1, 2, 2, 3)}
"""Marks of a service, by its hospital's mark."""

_HOSPITAL_OF: Final = {4: (4, 3, 3), 3: (3, 3, 3, 2), 2: (2, 2, 3), 1: (1, 2, 2)}
"""Marks of a trust's further hospitals, by the trust's mark."""

_BEFORE: Final = {4: (4, 3, 3, 3), 3: (3, 3, 3, 2, 2, 4), 2: (2, 2, 2, 3, 3, 1), 1: (1, 2, 2, 3)}
"""Marks at the inspection before, by the mark after."""

Marks = tuple[int, int, int, int, int, int]
"""The five key questions in CQC's order, then overall."""


def judgement(rng: Random, overall: int) -> Marks:
    """Key questions that an overall mark may rest on."""
    safe, effective, caring, responsive, well_led = rng.choice(_PATTERNS[overall])
    return safe, effective, caring, responsive, well_led, overall


def part_of(rng: Random, whole: int) -> int:
    """A service's mark at a hospital of this mark."""
    return rng.choice(_PART_OF[whole])


def hospital_of(rng: Random, trust: int) -> int:
    """The mark of a trust's second or third hospital; the first has the trust's own."""
    return rng.choice(_HOSPITAL_OF[trust])


def path_to(rng: Random, mark: int, length: int) -> list[int]:
    """Marks of successive inspections, oldest first, the last one being `mark`."""
    marks = [mark]
    while len(marks) < length:
        marks.append(rng.choice(_BEFORE[marks[-1]]))
    return marks[::-1]


def in_words(marks: Marks) -> tuple[tuple[str, str], ...]:
    """The same as (domain, rating word), as a report prints them."""
    return tuple((domain, WORDS[mark]) for domain, mark in zip(DOMAINS, marks, strict=True))
