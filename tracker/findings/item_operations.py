"""Checking the items of a reading: agreed, corrected, split, joined, added or set aside, each signed and kept."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tracker.findings.causes import Sure
from tracker.findings.models import Finding
from tracker.findings.reading_changes import (
    checked_words,
    lock_item,
    lock_reading,
    move_item,
    record_event,
    regulations_of,
    told,
)
from tracker.findings.reading_lifecycle import ItemState
from tracker.findings.reading_models import ReadingEvent, ReadItem, ReportReading
from tracker.findings.regulations import read_citations
from tracker.people.access import Access
from tracker.problems import Refused
from tracker.ratings.models import RatedDomain, RatedService
from tracker.trusts.models import Site

_Event = ReadingEvent.Kind


@transaction.atomic
def agree_item(item: ReadItem, *, by: Access, now: datetime, version: int) -> ReadItem:
    """Say that an item is right as it was read."""
    item = lock_item(item, by, version)
    return move_item(item, ItemState.AGREED, _Event.AGREED, by=by, now=now)


@transaction.atomic
def set_item_aside(item: ReadItem, *, by: Access, now: datetime, version: int, why: str = "") -> ReadItem:
    """Leave an item out of what is published; it stays with the reading and can be brought back."""
    item = lock_item(item, by, version)
    return move_item(item, ItemState.SET_ASIDE, _Event.SET_ASIDE, by=by, now=now, why=why)


@transaction.atomic
def restore_item(item: ReadItem, *, by: Access, now: datetime, version: int) -> ReadItem:
    """Bring back an item that was set aside."""
    item = lock_item(item, by, version)
    if item.state != ItemState.SET_ASIDE:
        raise Refused("This item was not set aside.")
    return move_item(item, ItemState.AGREED, _Event.RESTORED, by=by, now=now)


@transaction.atomic
def correct_item(
    item: ReadItem,
    *,
    by: Access,
    now: datetime,
    version: int,
    kind: str,
    words: str,
    service: RatedService | None = None,
    key_question: RatedDomain | None = None,
    site: Site | None = None,
    regulation: str = "",
    due_on: date | None = None,
    nhs_number_checked: bool = False,
) -> ReadItem:
    """Correct what was read of an item; that is also a check of it.  Its place in the text stays.

    Raises `Stale` with what stands now when somebody changed it in between, `NotAllowed`, or `Refused`."""
    item = lock_item(item, by, version)
    words = checked_words(words, nhs_number_checked)
    if kind not in Finding.Kind.values:
        raise Refused("Say what kind of finding this is.", field="kind")
    if site is not None and site.trust_id != item.trust_id:
        raise Refused("Choose a site of the trust that was inspected.", field="site")
    if due_on is not None and kind != Finding.Kind.WARNING:
        raise Refused("Only a warning notice sets a day. Leave the date empty.", field="due_on")
    before = told(item)
    item.kind, item.words, item.service, item.key_question, item.site = kind, words, service, key_question, site
    item.due_on = due_on
    item.regulation = regulation.strip()[:200]
    item.regulations = regulations_of(item.regulation, item.reading.inspection.published_on)
    if item.state == ItemState.PROPOSED:
        item.state = ItemState.AGREED
    item.version += 1
    item.save()
    record_event(item.reading, _Event.CORRECTED, by=by, now=now, item=item, before=before, after=told(item))
    return item


@transaction.atomic
def split_item(item: ReadItem, *, by: Access, now: datetime, version: int, parts: Sequence[str]) -> list[ReadItem]:
    """Make several items of one.  The parts together are its words, none lost and none added."""
    item = lock_item(item, by, version)
    wanted = [" ".join(part.split()) for part in parts if part.strip()]
    if len(wanted) < 2:
        raise Refused("Leave an empty line where the second item begins.", field="parts")
    if _letters(" ".join(wanted)) != _letters(item.words):
        raise Refused(
            "The parts together must be the item's words, none left out and none added. Correct the words afterwards.",
            field="parts",
        )
    move_item(item, ItemState.REPLACED, _Event.SPLIT, by=by, now=now)
    places = _places_of_parts(item, wanted)
    return [
        _add(
            item.reading, by=by, now=now, event=_Event.SPLIT, origin=ReadItem.Origin.SPLIT, words=words,
            places=place, like=item,
        )
        for words, place in zip(wanted, places, strict=True)
    ]  # fmt: skip


@transaction.atomic
def join_items(items: Sequence[ReadItem], *, by: Access, now: datetime, versions: dict[int, int]) -> ReadItem:
    """Make one item of several of a reading, in the order of the text; the first says where it applies."""
    if len(items) < 2 or len({item.reading_id for item in items}) != 1:
        raise Refused("Choose two or more items of one report to join.")
    found = [lock_item(item, by, versions[item.pk]) for item in sorted(items, key=_position)]
    first = found[0]
    for item in found:
        move_item(item, ItemState.REPLACED, _Event.JOINED, by=by, now=now)
    return _add(
        first.reading,
        by=by,
        now=now,
        event=_Event.JOINED,
        origin=ReadItem.Origin.JOINED,
        words=" ".join(item.words for item in found),
        places=[place for item in found for place in item.places],
        like=first,
        regulation="; ".join(dict.fromkeys(item.regulation for item in found if item.regulation)),
        causes=list({cause[0]: cause for item in reversed(found) for cause in item.causes}.values()),
    )


@transaction.atomic
def add_item(
    reading: ReportReading, *, by: Access, now: datetime, kind: str, words: str, nhs_number_checked: bool = False
) -> ReadItem:
    """Add what the reader missed, in the report's words; where they stand in the text is found."""
    reading = lock_reading(reading, by)
    words = checked_words(words, nhs_number_checked)
    if kind not in Finding.Kind.values:
        raise Refused("Say what kind of finding this is.", field="kind")
    place = _find(reading.text, words)
    return _add(
        reading, by=by, now=now, event=_Event.ADDED, origin=ReadItem.Origin.ADDED, words=words,
        places=[place] if place else [], kind=kind,
    )  # fmt: skip


def _add(
    reading: ReportReading,
    *,
    by: Access,
    now: datetime,
    event: ReadingEvent.Kind,
    origin: ReadItem.Origin,
    words: str,
    places: list[Any],
    like: ReadItem | None = None,
    kind: str = "",
    regulation: str | None = None,
    causes: list[Any] | None = None,
) -> ReadItem:
    """A new item of a reading, checked already: a person made it."""
    last = reading.items.order_by("-number").values_list("number", flat=True).first() or 0
    citations = read_citations(words if regulation is None else f"{words} {regulation}")
    printed = regulation if regulation is not None else "; ".join(str(one) for one in citations)
    item = ReadItem.objects.create(
        trust_id=reading.trust_id,
        reading=reading,
        number=last + 1,
        origin=origin,
        state=ItemState.AGREED,
        kind=kind or (like.kind if like else ""),
        words=words,
        printed="\n".join(reading.text[start:end] for start, end in places).strip(),
        places=places,
        service=like.service if like else None,
        key_question=like.key_question if like else None,
        site=like.site if like else None,
        regulation=printed[:200],
        regulations=regulations_of(printed, reading.inspection.published_on),
        causes=causes if causes is not None else [one for one in (like.causes if like else []) if one[1] in words],
        due_on=like.due_on if like else None,
        sure=Sure.CLEAR,
    )
    record_event(reading, event, by=by, now=now, item=item, after=told(item))
    return item


def _letters(words: str) -> str:
    return re.sub(r"\s+", "", words)


def _find(text: str, words: str) -> list[int] | None:
    """Where `words` stand in the text, whatever the white space between them."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    match = re.search(pattern, text)
    return [match.start(), match.end()] if match else None


def _places_of_parts(item: ReadItem, parts: Sequence[str]) -> list[list[list[int]]]:
    """Where each part stands within the item's own places; all of them where that cannot be told."""
    found = []
    for part in parts:
        inside = None
        for start, end in item.places:
            if place := _find(item.reading.text[start:end], part):
                inside = [[start + place[0], start + place[1]]]
        found.append(inside or item.places)
    return found


def _position(item: ReadItem) -> tuple[int, int]:
    return (item.places[0][0] if item.places else 1 << 40, item.number)
