"""How the ratings of the sector are spread: counts by outcome, in all and by group."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from tracker.insight.selection import FOUR, NOT_KNOWN, NOT_LISTED, By, Selection, subjects
from tracker.ratings.as_at import AsAt


@dataclass(frozen=True)
class Spread:
    """How many subjects have each outcome; `key` names the group, empty for all of them."""

    key: str
    label: str
    counts: Mapping[str, int]

    @property
    def four(self) -> tuple[int, int, int, int]:
        """Outstanding, Good, Requires improvement, Inadequate."""
        outstanding, good, requires_improvement, inadequate = (self.counts.get(key, 0) for key in FOUR)
        return outstanding, good, requires_improvement, inadequate

    @property
    def rated(self) -> int:
        """The denominator of every share: subjects with one of the four ratings."""
        return sum(self.four)

    @property
    def others(self) -> dict[str, int]:
        """What is listed and none of the four, shown beside and never forced into them."""
        return {key: count for key, count in self.counts.items() if key not in {*FOUR, NOT_LISTED}}

    @property
    def unrated(self) -> int:
        return sum(self.others.values())

    @property
    def not_listed(self) -> int:
        """Trusts of which the source lists no such rating at all."""
        return self.counts.get(NOT_LISTED, 0)


_KEYS: Final = {
    By.REGION: ("region", "region_name", "region_name"),
    By.SYSTEM: ("system", "system_name", "system_name"),
    By.TYPE: ("type", "type", "type"),
    By.SERVICE: ("service", "service_name", "service_position"),
    By.QUESTION: ("question", "question_name", "question_position"),
}


def spread(when: AsAt, chosen: Selection, today: date) -> Spread:
    """The whole selection's spread."""
    query, parameters = subjects(when, chosen, today)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT outcome, count(*) FROM ({query}) subjects GROUP BY outcome", parameters)  # noqa: S608
        return Spread("", "", dict(cursor.fetchall()))


def spread_by(when: AsAt, chosen: Selection, today: date, by: By) -> list[Spread]:
    """The spread of every group, in the order of their names, services and key questions in the order of a grid.

    Subjects without a region, system or type stand together under `NOT_KNOWN`, last.
    """
    query, parameters = subjects(when, chosen, today, by=by)
    key, label, order = _KEYS[by]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COALESCE(NULLIF({key}, ''), '{NOT_KNOWN}'), COALESCE(min({label}), ''), outcome, count(*) "  # noqa: S608  names of ours
            f"FROM ({query}) subjects GROUP BY 1, outcome ORDER BY min({order}) NULLS LAST, 1",
            parameters,
        )
        groups: dict[str, tuple[str, dict[str, int]]] = {}
        for found, words, outcome, count in cursor.fetchall():
            groups.setdefault(found, (words, {}))[1][outcome] = count
    spreads = [Spread(found, words, counts) for found, (words, counts) in groups.items()]
    return sorted(spreads, key=lambda group: group.key == NOT_KNOWN)
