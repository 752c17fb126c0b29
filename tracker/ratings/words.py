"""A change of a rating in words: "Surgery, Safe: Good -> Requires improvement, report of 3 May 2026"."""

from datetime import date
from typing import Final, Protocol

from tracker.ratings.models import ChangeKind
from tracker.ratings.scale import Rating


class AnyChange(Protocol):
    """A proposed or an announced change."""

    kind: str
    state: str
    rating: int | None
    word: str
    published_on: date | None
    before_state: str
    before_rating: int | None
    before_word: str
    before_published_on: date | None


_GONE: Final = {
    ChangeKind.WITHDRAWN: "no longer listed",
    ChangeKind.DEREGISTERED: "no longer listed: the organisation is no longer registered",
    ChangeKind.MERGED: "carried on by a successor",
}


def say_value(rating: int | None, word: str) -> str:
    """A value as people read it: the scale's own word, or what was printed in place of one."""
    if rating is not None:
        return Rating(rating).words
    return word.strip(" -") or "blank"


def say_date(day: date | None) -> str:
    """ "3 May 2026", or that there is none."""
    return f"{day.day} {day:%B %Y}" if day else "no date"


def say_cell(service: str, domain: str) -> str:
    """ "Surgery, Safe"; the organisation's own overall rating is just "Overall"."""
    return service if service == domain else f"{service}, {domain}"


def say_change(change: AnyChange, *, service: str, domain: str) -> str:
    """One change as a sentence without its organisation; `service` and `domain` are their names."""
    cell = say_cell(service, domain)
    after = say_value(change.rating, change.word)
    before = say_value(change.before_rating, change.before_word)
    report = f"report of {say_date(change.published_on)}" if change.published_on else "no report date"
    kind = ChangeKind(change.kind)
    if kind in _GONE:
        return f"{cell}: {before}, {_GONE[kind]}"
    if kind is ChangeKind.HISTORIC:
        return f"{cell}: was {after}, {report}"
    if not change.before_state:
        return f"{cell}: {after}, {report}"
    if kind is ChangeKind.RECONFIRMED:
        return f"{cell}: {after} again, {report} (before: {say_date(change.before_published_on)})"
    if kind is ChangeKind.RETURNED:
        return f"{cell}: {after} listed again, {report}"
    if kind is ChangeKind.CORRECTED and before == after:
        return f"{cell}: {after}, date corrected from {say_date(change.before_published_on)} to " + say_date(
            change.published_on
        )
    corrected = " (corrected)" if kind is ChangeKind.CORRECTED else ""
    return f"{cell}: {before} → {after}{corrected}, {report}"
