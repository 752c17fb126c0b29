"""What moved between two days: each subject's outcome on the one beside its outcome on the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from tracker.insight.selection import FOUR, Selection, subjects
from tracker.ratings.as_at import AsAt

NONE: Final = "none"
"""No one of the four ratings: other words, a dispute, or not listed at all."""

ENDS: Final = (*FOUR, NONE)
"""Where a subject may come from and go to, best first."""


@dataclass(frozen=True)
class Matrix:
    """How many subjects went from one outcome to another: (before, after) -> count."""

    counts: Mapping[tuple[str, str], int]

    def count(self, before: str, after: str) -> int:
        return self.counts.get((before, after), 0)

    @property
    def better(self) -> int:
        """Went up between two of the four."""
        return sum(n for (a, b), n in self.counts.items() if NONE not in (a, b) and FOUR.index(b) < FOUR.index(a))

    @property
    def worse(self) -> int:
        """Went down between two of the four."""
        return sum(n for (a, b), n in self.counts.items() if NONE not in (a, b) and FOUR.index(b) > FOUR.index(a))

    @property
    def same(self) -> int:
        """Rated the same on both days."""
        return sum(self.count(key, key) for key in FOUR)


@dataclass(frozen=True, slots=True)
class Moved:
    """One subject of the matrix: what it was on the first day and is on the second."""

    code: str
    name: str
    trust_code: str
    trust_name: str
    region: str | None
    before: str
    after: str
    before_rating: int | None
    after_rating: int | None
    before_published_on: date | None
    after_published_on: date | None


_END: Final = "CASE WHEN {side}.outcome = ANY (%(four)s) THEN {side}.outcome ELSE 'none' END"
_BOTH: Final = f"""
SELECT COALESCE(b.code, a.code) AS code, COALESCE(b.name, a.name) AS name,
  COALESCE(b.trust_code, a.trust_code) AS trust_code, COALESCE(b.trust_name, a.trust_name) AS trust_name,
  COALESCE(b.region_name, a.region_name) AS region_name,
  {_END.format(side="a")} AS before, {_END.format(side="b")} AS after, a.rating AS before_rating,
  b.rating AS after_rating, a.published_on AS before_published_on, b.published_on AS after_published_on
FROM ({{earlier}}) a FULL JOIN ({{later}}) b ON a.id = b.id
"""  # noqa: S608  names of ours
_OF_DAY: Final = ("day", "on", "aged_on")


def matrix(earlier: AsAt, later: AsAt, chosen: Selection, today: date) -> Matrix:
    """The counts.  A subject neither listed on the one day nor on the other is not among them."""
    query, parameters = _both(earlier, later, chosen, today)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT before, after, count(*) FROM ({query}) moved GROUP BY before, after", parameters)  # noqa: S608
        return Matrix({(before, after): count for before, after, count in cursor.fetchall()})


def moved(earlier: AsAt, later: AsAt, chosen: Selection, today: date, *, move: str) -> list[Moved]:
    """The subjects of one number, by name.

    `move` is "better", "worse", "same", or two of `ENDS` with a colon between: "good:requires_improvement".
    Raises KeyError for anything else.
    """
    query, parameters = _both(earlier, later, chosen, today)
    condition = _CONDITIONS[move]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({query}) moved WHERE {condition} ORDER BY name, code", parameters)  # noqa: S608
        return [Moved(*row) for row in cursor.fetchall()]


_RATED: Final = "before <> 'none' AND after <> 'none'"
_CONDITIONS: Final = {
    "better": f"{_RATED} AND after_rating > before_rating",
    "worse": f"{_RATED} AND after_rating < before_rating",
    "same": f"{_RATED} AND after_rating = before_rating",
    **{f"{before}:{after}": f"before = '{before}' AND after = '{after}'" for before in ENDS for after in ENDS},
}
MOVES: Final = frozenset(_CONDITIONS)
"""Every `move` there is."""


def _both(earlier: AsAt, later: AsAt, chosen: Selection, today: date) -> tuple[str, dict[str, Any]]:
    plain = chosen.with_(outcome="", age="")
    first, first_parameters = subjects(earlier, plain, today, listed_only=True)
    second, second_parameters = subjects(later, plain, today, listed_only=True)
    # Both halves name their day alike: the earlier one's names are told apart here.
    for name in _OF_DAY:
        first = first.replace(f"%({name})s", f"%(earlier_{name})s")
        second_parameters[f"earlier_{name}"] = first_parameters[name]
    return _BOTH.format(earlier=first, later=second), second_parameters
