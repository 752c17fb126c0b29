"""What was listed of whom on a given day: publications replayed up to it.

A file holds only the latest word on each organisation, service and domain, published before its as-at date.
A successor starts with what its predecessor had on the day, marked as inherited; the predecessor's own rows
stay as they were, because CQC leaves a deregistered location's last ratings in place.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tracker.demonstration.world import OVERALL, Publication, Site, Succession, Trust, Withdrawal


class Standing(NamedTuple):
    """One listed rating: the word, its date (None: printed blank) and whether it was inherited."""

    word: str
    on: date | None
    inherited: bool


Grid = dict[tuple[str, str], Standing]
"""One organisation's listed ratings by (service, domain)."""


class Distribution(NamedTuple):
    """How many trusts stand at each overall rating."""

    outstanding: int
    good: int
    requires_improvement: int
    inadequate: int

    @property
    def total(self) -> int:
        return sum(self)


def grids(
    as_at: date,
    publications: Iterable[Publication],
    withdrawals: Iterable[Withdrawal],
    site_successions: Iterable[Succession],
) -> dict[str, Grid]:
    """Every organisation's grid as listed on a day.  `publications` are in order of date."""
    events: list[tuple[date, int, Publication | Withdrawal | Succession]] = []
    events += ((p.on, 2, p) for p in publications if p.on < as_at)
    events += ((w.on, 1, w) for w in withdrawals if w.on < as_at)
    events += ((s.on, 0, s) for s in site_successions if s.on < as_at)
    # Successions first within a day, then withdrawals: a new name's report both withdraws and publishes.
    events.sort(key=lambda event: event[:2])
    found: dict[str, Grid] = {}
    for _, _, event in events:
        match event:
            case Publication():
                grid = found.setdefault(event.organisation_id, {})
                on = event.on if event.dated else None
                for domain, word in event.words:
                    grid[event.service, domain] = Standing(word, on, False)
            case Withdrawal():
                _withdraw(found.get(event.organisation_id, {}), event)
            case Succession():
                inherited = found.get(event.predecessor, {})
                found[event.successor] = {key: standing._replace(inherited=True) for key, standing in inherited.items()}
    return found


def _withdraw(grid: Grid, withdrawal: Withdrawal) -> None:
    for key in [key for key in grid if key[0] == withdrawal.service]:
        if withdrawal.rows_stay:
            grid[key] = Standing("No published rating", None, False)
        else:
            del grid[key]


def is_listed(organisation: Trust | Site, as_at: date, *, kept: bool) -> bool:
    """Whether a file of that day lists it; `kept` for a location that a successor inherited from."""
    opened = organisation.opened < as_at
    return opened and (kept or organisation.closed is None or organisation.closed >= as_at)


def overall_word(grid: Grid) -> str | None:
    """The organisation's own rating: the row where service and domain are both `Overall`."""
    standing = grid.get((OVERALL, OVERALL))
    return standing.word if standing else None
