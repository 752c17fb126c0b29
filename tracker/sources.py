"""What both applications offer to pages they share, without knowing each other (house decision 3).

`tracker` defines these small shapes; `config/sources.py` alone lists the implementations of both
applications, and is found through a setting.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib import import_module
from typing import Any, Protocol

from django.conf import settings
from django.db.models import QuerySet

from tracker.clock import Moment
from tracker.people.access import Access


@dataclass(frozen=True)
class NavigationItem:
    """A place in the main navigation."""

    text: str
    href: str
    position: int


class NavigationItems(Protocol):
    def __call__(self, access: Access) -> list[NavigationItem]: ...


@dataclass(frozen=True)
class TodayRow:
    """One thing a person should look at now: what it is, why now, and where it is done."""

    text: str
    href: str
    why: str
    due: str = ""
    status: str = ""
    tone: str = "grey"  # the NHS tag's colour


@dataclass(frozen=True)
class TodaySection:
    """A part of the page Today.  `count` is how many rows there are in all; `rows` may be the first of them,
    and then `href` opens exactly `count`."""

    title: str
    rows: tuple[TodayRow, ...]
    count: int
    href: str
    empty: str
    position: int


class TodayItems(Protocol):
    def __call__(self, access: Access, moment: Moment) -> list[TodaySection]: ...


@dataclass(frozen=True)
class CalendarEvent:
    """A day, or some days, in a person's calendar.  `summary` holds a reference and nothing of what it is about: other
    people's programs read calendars.  `uid` stays with the thing; `sequence` grows when it changes."""

    uid: str
    sequence: int
    on: date
    summary: str
    href: str
    cancelled: bool = False
    until: date | None = None  # the last day, of several


class CalendarSource(Protocol):
    def __call__(self, access: Access, moment: Moment) -> list[CalendarEvent]: ...


@dataclass(frozen=True)
class Found:
    """One thing a search found."""

    text: str
    href: str
    what: str


class SearchSource(Protocol):
    def __call__(self, access: Access, words: str) -> list[Found]: ...


class Told(StrEnum):
    """Who is told of a promise: by name on the promise itself, or by a role at its trust or its trust's region."""

    OWNER = "owner"
    EXECUTIVE = "executive"
    IMPROVEMENT_LEAD = "improvement_lead"
    REGION = "regional_staff"


class Pace(StrEnum):
    """Which ladder of reminders a kind of promise goes by: see `tracker.reminders.schedule`."""

    WORK = "work"  # to do something by a day
    ANSWER = "answer"  # to answer what one was asked on a day


@dataclass(frozen=True)
class Standing:
    """How a promise stands when it is looked at again.  `reference` and `what` may be read on a shared screen:
    never what the promise is about."""

    due_on: date
    owner_id: int | None
    executive_id: int | None
    reference: str
    what: str  # "Action XN1-MD-001"
    href: str
    people: frozenset[int] | None = None  # who alone may be told; None: whoever sees the trust's plan


@dataclass(frozen=True)
class Named:
    """What a promise is to somebody who may see it, kept or not."""

    reference: str
    title: str
    href: str


@dataclass(frozen=True)
class DuePromises:
    """Everything dated of one kind that somebody is reminded of until it is kept.

    `promised` answers `(trust_id, object_id, owner_id, executive_id, due_on)` of what is promised and not kept, in
    that order (`values_list`); `look_again`, of some of them, those that are still not kept; `named`, of some of
    them, kept or not, those that the person may see."""

    kind: str
    noun: str  # "an action", "an evidence check"
    kept: str  # why it is no longer due: "The action is done."
    pace: Pace
    promised: Callable[[], QuerySet[Any, Any]]
    look_again: Callable[[Collection[int]], Mapping[int, Standing]]
    named: Callable[[Access, Collection[int]], Mapping[int, Named]]
    why_owner: str  # why whoever it names first is told: "you own it"


def implementations(name: str) -> list[Any]:
    """All implementations of one kind ("NAVIGATION", "TODAY", "DUE_PROMISES" ...), in the order they are listed."""
    return list(getattr(import_module(settings.SOURCES), name))
