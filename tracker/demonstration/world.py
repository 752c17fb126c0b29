"""What the demonstration's England is made of: plain, frozen records.

Everything here is invented except the seven NHS regions.  The records say what *is* (who exists, from when
to when, and what was published about them); `vintages` says what a file of a given day shows of it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

TrustType = Literal["general_acute", "specialist_acute", "mental_health", "community", "ambulance"]
Level = Literal["provider", "location"]

OVERALL: Final = "Overall"
"""As a service: the organisation as a whole.  As a domain: the rating above the key questions."""

KEY_QUESTIONS: Final = ("Safe", "Effective", "Caring", "Responsive", "Well-led")
DOMAINS: Final = (*KEY_QUESTIONS, OVERALL)
USE_OF_RESOURCES: Final = "Use of resources"
"""Assessed at acute trusts from 2018 to 2022 beside the five key questions; not one of them."""

WORDS: Final = {4: "Outstanding", 3: "Good", 2: "Requires improvement", 1: "Inadequate"}
"""The four ratings, best first; the numbers are used to reckon with and never written to a file."""


@dataclass(frozen=True, slots=True)
class Region:
    """One of the seven NHS England regions (real names and codes, as since April 2019)."""

    code: str
    name: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class System:
    """An invented sustainability and transformation partnership, or the integrated care system after it.

    A partnership that became one care system has the same code, as in fact; `valid_to` is the first day on
    which it was no longer so.
    """

    code: str
    name: str
    kind: Literal["STP", "ICS"]
    region_code: str
    county: str
    latitude: float
    longitude: float
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Trust:
    """An invented NHS trust.  `closed` is the first day on which it no longer existed."""

    code: str
    name: str
    type: TrustType
    region_code: str
    system_code: str
    county: str
    town: str
    latitude: float
    longitude: float
    opened: date
    closed: date | None = None


@dataclass(frozen=True, slots=True)
class TrustName:
    """A former or short name; `valid_to` is the day a former name ended, None for a short name in use."""

    code: str
    name: str
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Site:
    """A location as CQC registers it.  A re-registered hospital is two sites joined by a `Succession`."""

    id: str
    trust_code: str
    name: str
    town: str
    postcode: str
    opened: date
    closed: date | None = None


@dataclass(frozen=True, slots=True)
class Succession:
    """One organisation carried on as another: trusts by code, or sites by location id.

    `on` is the successor's first day; `reason` is merger or division, and of a site also re-registration.
    """

    predecessor: str
    successor: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A trust's place in a system, from a day until (not including) another."""

    trust_code: str
    system_code: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class TrustFact:
    """Something true of a trust for a time: segment, programme, size, teaching, rural, record_system."""

    code: str
    kind: Literal["segment", "programme", "size", "teaching", "rural", "record_system"]
    value: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Publication:
    """What one report said of one service of an organisation (`Overall`: of the organisation itself).

    `words` holds (domain, rating word) for the domains the report names; the others stand as they were.
    `dated` is False for words that are no finding of a report ("Not yet inspected"): they are listed from
    `on`, with a blank date.
    """

    organisation_id: str
    level: Level
    service: str
    on: date
    words: tuple[tuple[str, str], ...]
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """From `on` a service's ratings are no longer shown: its rows go, or stay as "No published rating"."""

    organisation_id: str
    service: str
    on: date
    rows_stay: bool
