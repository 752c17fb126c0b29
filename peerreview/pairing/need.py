"""How much need a trust has: 0 to 1,000, from its weak ratings, with the working shown.

Each rated cell (service x key question) has a deficit: Inadequate 3, Requires improvement 1, else 0.
Safe and Well-led weigh 3, the other key questions 2.  Need is the weighted deficit as a share of the
most it could be over the same *rated* cells: a rating nobody has given is neither a weakness nor a strength.

The weights are judgement, not evidence; they are stated here once and shown beside every figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

INADEQUATE, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING = 1, 2, 3, 4
RATING_WORDS = {
    INADEQUATE: "Inadequate",
    REQUIRES_IMPROVEMENT: "Requires improvement",
    GOOD: "Good",
    OUTSTANDING: "Outstanding",
}
DEFICITS = {INADEQUATE: 3, REQUIRES_IMPROVEMENT: 1, GOOD: 0, OUTSTANDING: 0}
WORST_DEFICIT = max(DEFICITS.values())
KEY_QUESTION_WEIGHTS = {"safe": 3, "effective": 2, "caring": 2, "responsive": 2, "well-led": 3}
FULL_NEED = 1000


@dataclass(frozen=True, slots=True)
class Cell:
    """One service x domain of one trust, as now rated.

    `rating` is 1 (Inadequate) to 4 (Outstanding), or None where there is none.  `inherited`: the rating
    came with a predecessor; `acquired`: the service was taken over with somebody else's work in it.
    """

    service: str
    domain: str
    rating: int | None
    published_on: date | None = None
    inherited: bool = False
    acquired: bool = False

    def __post_init__(self) -> None:
        if self.rating is not None and self.rating not in RATING_WORDS:
            raise ValueError(f"A rating is 1 to 4 or None, not {self.rating!r}.")

    @property
    def weight(self) -> int:
        """Weight of the key question; 0 for Overall and other domains, which would count a cell twice."""
        return _weight_of(self.domain)

    @property
    def shortfall(self) -> int:
        """Weight x deficit: how much this cell adds to need; 0 when unrated."""
        return 0 if self.rating is None else self.weight * DEFICITS[self.rating]


@dataclass(frozen=True, slots=True)
class Need:
    """A trust's need, with the cells behind it.

    `score` = 1,000 x `shortfall` / `possible`, rounded down; `possible` is what the rated cells would
    add up to if all were Inadequate.  `weak` are the cells with a shortfall, greatest first.  `unrated`
    cells were not counted.  With nothing rated the score is 0 and `known` is False: say so, do not
    show a trust without need.
    """

    score: int
    shortfall: int
    possible: int
    weak: tuple[Cell, ...]
    unrated: tuple[Cell, ...]

    @property
    def known(self) -> bool:
        return self.possible > 0


def need_of(cells: Iterable[Cell]) -> Need:
    """The need of a trust from all its cells, in any order; several sites may repeat a service and domain."""
    counted = [cell for cell in cells if cell.weight]
    rated = [cell for cell in counted if cell.rating is not None]
    weak = sorted((cell for cell in rated if cell.shortfall), key=_worst_first)
    shortfall = sum(cell.shortfall for cell in weak)
    possible = sum(cell.weight for cell in rated) * WORST_DEFICIT
    return Need(
        score=FULL_NEED * shortfall // possible if possible else 0,
        shortfall=shortfall,
        possible=possible,
        weak=tuple(weak),
        unrated=tuple(sorted((cell for cell in counted if cell.rating is None), key=_worst_first)),
    )


@cache
def _weight_of(domain: str) -> int:
    """A round asks this of tens of thousands of cells, and there are a handful of domains."""
    return KEY_QUESTION_WEIGHTS.get(domain.casefold().replace("_", "-").replace(" ", "-"), 0)


def _worst_first(cell: Cell) -> tuple[int, str, str, str]:
    return (-cell.shortfall, cell.service, cell.domain, str(cell.published_on))
