"""The demonstration's England: one seed, one world, twelve months of CQC's file.

    world = england()
    world.distribution(0)                  # 5, 53, 109, 12
    world.rows(1, "Locations")             # the file as at 1 December 2025

All organisations are invented and say so; the seven NHS regions are real.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from random import Random
from typing import Final, Literal

from tracker.demonstration import facts, places, rest_of_england
from tracker.demonstration.changes import build_changes
from tracker.demonstration.estate import build_estate
from tracker.demonstration.history import build_history
from tracker.demonstration.standing import Distribution, Grid, grids, is_listed, overall_word
from tracker.demonstration.vintages import Layout, Row, in_layout, location_rows, provider_rows
from tracker.demonstration.world import (
    WORDS,
    Membership,
    Publication,
    Region,
    Site,
    Succession,
    System,
    Trust,
    TrustFact,
    TrustName,
    Withdrawal,
)
from tracker.ratings.cqc_layouts import LOCATION_HEADINGS, PROVIDER_HEADINGS

SEED: Final = 1948
MONTHS: Final = tuple(date(2025 + (month > 12), (month - 1) % 12 + 1, 1) for month in range(11, 11 + 12))
"""The as-at dates of the twelve files: 1 November 2025 to 1 October 2026."""

ARCHIVE: Final = (date(2015, 12, 1), date(2017, 8, 1), date(2018, 10, 1), date(2020, 4, 1), date(2023, 8, 1))
"""As-at dates of older files, in the layouts of their day, for a history that reaches further back."""

SheetName = Literal["Locations", "Providers"]
Among = Literal["all", "general_acute"]


@dataclass(frozen=True)
class England:
    """Everything that is so, and was published, in the invented England.

    `successions` join trusts by code, `site_successions` join locations by id.  `publications` are in order
    of date; `months` are the as-at dates of the monthly files, counted from 0.
    """

    seed: int
    regions: tuple[Region, ...]
    systems: tuple[System, ...]
    trusts: tuple[Trust, ...]
    trust_names: tuple[TrustName, ...]
    sites: tuple[Site, ...]
    successions: tuple[Succession, ...]
    site_successions: tuple[Succession, ...]
    memberships: tuple[Membership, ...]
    facts: tuple[TrustFact, ...]
    publications: tuple[Publication, ...]
    withdrawals: tuple[Withdrawal, ...]
    months: tuple[date, ...] = MONTHS
    archive: tuple[date, ...] = ARCHIVE

    def rows(self, month: int, sheet: SheetName = "Locations") -> Iterator[Row]:
        """The rows of one month's sheet, in the order of its headings, without the heading row."""
        return self.rows_as_at(self.months[month], sheet)

    def headings(self, as_at: date, sheet: SheetName) -> tuple[str, ...]:
        """The heading row that CQC's file of that day had."""
        layout = Layout.of(as_at)
        return layout.locations if sheet == "Locations" else layout.providers

    def rows_as_at(self, as_at: date, sheet: SheetName) -> Iterator[Row]:
        """The rows of the file of any day, in that day's layout.

        Beside the trusts there are a few hundred rows of care homes, practices and dentists, as in every
        file of CQC's.
        """
        headings = self.headings(as_at, sheet)
        everything = chain(self.nhs_rows(as_at, sheet), rest_of_england.small_share(self.seed, sheet, as_at))
        today = LOCATION_HEADINGS if sheet == "Locations" else PROVIDER_HEADINGS
        return in_layout(everything, today, headings)

    def nhs_rows(self, as_at: date, sheet: SheetName) -> Iterator[Row]:
        """The trusts' part of a sheet, in today's columns."""
        listed = self.grids(as_at)
        if sheet == "Providers":
            return provider_rows(self.trusts, listed, as_at)
        kept = frozenset(succession.predecessor for succession in self.site_successions)
        by_code = {trust.code: trust for trust in self.trusts}
        return location_rows(self.sites, by_code, listed, kept, as_at)

    def grids(self, as_at: date) -> dict[str, Grid]:
        """What is listed on a day, by organisation id, then by (service, domain)."""
        return grids(as_at, self.publications, self.withdrawals, self.site_successions)

    def distribution(self, month: int, trusts: Among = "all") -> Distribution:
        """How many trusts stand at each overall rating once that month's file is loaded.

        Counted from what was published, not from the file's rows, so that the one can be held against the
        other.  Trusts that have closed, and trusts whose word is none of the four, are not counted.
        """
        as_at = self.months[month]
        listed = self.grids(as_at)
        words = [
            overall_word(listed.get(trust.code, {}))
            for trust in self.trusts
            if is_listed(trust, as_at, kept=False) and trusts in ("all", trust.type)
        ]
        return Distribution(*(words.count(WORDS[mark]) for mark in (4, 3, 2, 1)))


@lru_cache(maxsize=4)
def england(seed: int = SEED) -> England:
    """The world of a seed.  The cast (`cast.CAST`) and the first month's distribution are the same in all."""
    systems = places.systems(_dice(seed, "systems"))
    estate = build_estate(_dice(seed, "estate"), systems)
    history = build_history(_dice(seed, "history"), estate, MONTHS[0])
    history.rng = _dice(seed, "changes")
    build_changes(history.rng, history, estate, MONTHS)
    return England(
        seed=seed,
        regions=places.regions(),
        systems=systems,
        trusts=estate.trusts,
        trust_names=estate.trust_names,
        sites=estate.sites,
        successions=estate.successions,
        site_successions=estate.site_successions,
        memberships=facts.memberships(estate, systems),
        facts=facts.trust_facts(_dice(seed, "facts"), estate),
        publications=tuple(sorted(history.publications, key=lambda publication: publication.on)),
        withdrawals=tuple(history.withdrawals),
    )


def _dice(seed: int, topic: str) -> Random:
    """A topic's own source of chance, so that a change to one topic leaves the others as they were."""
    return Random(f"{seed} {topic}")  # noqa: S311 - reproducible invention, nothing secret
