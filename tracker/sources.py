"""What both applications offer to pages they share, without knowing each other (house decision 3).

`tracker` defines these small shapes; `config/sources.py` alone lists the implementations of both
applications, and is found through a setting.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from django.conf import settings

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
class Found:
    """One thing a search found."""

    text: str
    href: str
    what: str


class SearchSource(Protocol):
    def __call__(self, access: Access, words: str) -> list[Found]: ...


def implementations(name: str) -> list[Any]:
    """All implementations of one kind ("NAVIGATION", "TODAY", "SEARCH"), in the order they are listed."""
    return list(getattr(import_module(settings.SOURCES), name))
