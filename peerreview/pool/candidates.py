"""Who needs help and who may give it, read from published ratings alone.

Until trusts declare what they offer, the pool is what CQC's ratings say it is.  Two rules part it:

- a trust **needs help** when it is rated Requires improvement or Inadequate overall, or, where it has no
  overall rating (newly assessed trusts have none), when one of its services is rated so;
- a trust **may help** when it is rated Outstanding overall, or Good with a turnaround of its own: a rating
  of its own that rose from below Good to Good or better and has not fallen since.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

INADEQUATE, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Room:
    """How many trusts a helper takes in a round unless it says otherwise: judgement, dated, and shown so."""

    places: int
    dated: date


DEFAULT_ROOM = Room(places=2, dated=date(2026, 11, 1))


class Rated(NamedTuple):
    """One service x domain as now listed.  `rating` is 0 where there is none to count (not rated, or two
    ratings printed for one cell on one day); `published_on` is an ISO date or empty.  `inherited`: it came with
    a predecessor; `acquired`: the site was another trust's when it was published."""

    service: str
    domain: str
    rating: int
    published_on: str
    inherited: bool
    acquired: bool


class Risen(NamedTuple):
    """That one of a trust's own ratings rose to Good or better, published on an ISO date."""

    service: str
    domain: str
    before: int
    after: int
    published_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a trust on a day; None or empty where it is not.  `segment` is 1 to 5; `programme` the
    national programme it is in; sizes are numbers or bands, as the source gives them."""

    code: str
    name: str
    kind: str | None = None
    system: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    overall: int | None = None
    well_led: int | None = None
    segment: int | None = None
    programme: str = ""
    size: int | None = None
    size_band: str | None = None
    teaching: bool | None = None
    rural: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One open trust of the register with its ratings; `rises` are read for trusts rated Good or better."""

    facts: Facts
    rated: tuple[Rated, ...] = ()
    rises: tuple[Risen, ...] = ()

    @property
    def needs_help(self) -> bool:
        if self.facts.overall is not None:
            return self.facts.overall < GOOD
        return any(0 < cell.rating < GOOD for cell in self.rated)

    @property
    def may_help(self) -> bool:
        return bool(self.why_it_may_help)

    @property
    def why_it_may_help(self) -> str:
        """In words; empty when it may not."""
        if self.facts.overall == OUTSTANDING:
            return "Outstanding overall"
        if self.facts.overall == GOOD and self.has_turned_round:
            return "Good overall, with a turnaround of its own"
        return ""

    @property
    def has_turned_round(self) -> bool:
        """Whether one of its rises still stands: no site of its own has fallen below Good in that cell."""
        fallen = {(cell.service, cell.domain) for cell in self.rated if 0 < cell.rating < GOOD}
        return any((rise.service, rise.domain) not in fallen for rise in self.rises)


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Every open trust of the register on `today`, in order of code, as the ratings listed by `as_at` have it.

    `lineage` maps a trust's code to that of the first of its predecessors and successors; codes that stand
    alone are left out.  `mergers` maps two codes to a pending merger, in words.
    """

    as_at: date
    today: date
    candidates: tuple[Candidate, ...]
    lineage: Mapping[str, str] = field(default_factory=dict)
    mergers: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @cached_property
    def needing(self) -> tuple[Candidate, ...]:
        return tuple(each for each in self.candidates if each.needs_help)

    @cached_property
    def helping(self) -> tuple[Candidate, ...]:
        return tuple(each for each in self.candidates if each.may_help)

    @property
    def why_empty(self) -> str:
        """Why nobody can be paired, in words; empty when somebody can."""
        if not self.needing:
            return "No open trust of the register is rated below Good, so nobody needs a helper."
        if not self.helping:
            return (
                "No open trust of the register is rated Outstanding, or Good with a turnaround of its own, "
                "so there is nobody to help."
            )
        return ""
