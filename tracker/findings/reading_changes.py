"""What every change to a reading keeps to: who may, what stands now, what it was before, and its history."""

from datetime import date, datetime
from typing import Any, Final

from tracker.findings.nhs_numbers import refuse_nhs_numbers
from tracker.findings.reading_lifecycle import ITEM_MOVES, ItemState, ReadingState
from tracker.findings.reading_models import ReadingEvent, ReadItem, ReportReading
from tracker.findings.regulations import read_citations
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.problems import NotAllowed, Refused, Stale

WORDS_LENGTH: Final = 5_000


def require_reader(by: Access, trust_id: int) -> int:
    if by.person_id is None or not by.may(Can.RECORD_FINDINGS, trust_id):
        raise NotAllowed("Only the trust's improvement lead or national staff may read its reports.")
    return by.person_id


def lock_reading(reading: ReportReading, by: Access) -> ReportReading:
    """The reading as it stands, locked, and still a draft."""
    visible = ReportReading.objects.visible_to(by).select_related("inspection")
    fresh = visible.select_for_update(no_key=True, of=("self",)).filter(pk=reading.pk).first()
    if fresh is None:
        raise NotAllowed("You may not see this trust's readings.")
    require_reader(by, fresh.trust_id)
    if fresh.state != ReadingState.DRAFT:
        raise Refused(f"This reading is {ReadingState(fresh.state).label.lower()}: nothing of it changes any more.")
    return fresh


def lock_item(item: ReadItem, by: Access, version: int) -> ReadItem:
    reading = lock_reading(item.reading, by)
    fresh = ReadItem.objects.select_related("service", "key_question", "site").get(pk=item.pk)
    fresh.reading = reading
    if version != fresh.version:
        raise say_stale(reading, fresh)
    if fresh.state == ItemState.REPLACED:
        raise Refused("This item was split or joined. Change what took its place.")
    return fresh


def say_stale(reading: ReportReading, item: ReadItem | None = None) -> Stale:
    events = reading.events.filter(item=item) if item else reading.events.all()
    last = events.select_related("by").first()
    theirs = {"version": str(item.version if item else reading.version), "by": str(last.by) if last else ""}
    if item is not None:
        theirs |= told(item)
    return Stale(
        "Somebody changed this while you were writing. What you wrote is kept below; read what stands now, then save "
        "again.",
        theirs=theirs,
    )


def move_item(
    item: ReadItem, to: ItemState, kind: ReadingEvent.Kind, *, by: Access, now: datetime, why: str = ""
) -> ReadItem:
    start = ItemState(item.state)
    if (start, to) not in ITEM_MOVES:
        raise Refused(f"An item that is \u201c{start.label}\u201d cannot become \u201c{to.label}\u201d.")
    item.state = to
    item.version += 1
    item.save(update_fields=["state", "version", "finding"])
    record_event(item.reading, kind, by=by, now=now, item=item, before={"state": start}, after={"state": to}, why=why)
    return item


def record_event(
    reading: ReportReading,
    kind: ReadingEvent.Kind,
    *,
    by: Access,
    now: datetime,
    item: ReadItem | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str = "",
) -> None:
    ReadingEvent.objects.create(
        trust_id=reading.trust_id,
        reading=reading,
        item=item,
        kind=kind,
        before=before or {},
        after=after or {},
        why=why,
        at=now,
        by_id=require_reader(by, reading.trust_id),
    )
    reading.version += 1
    reading.save(update_fields=["version"])


def settle_reading(
    reading: ReportReading, state: ReadingState, kind: ReadingEvent.Kind, *, by: Access, now: datetime, why: str = ""
) -> ReportReading:
    reading.state, reading.settled_at, reading.settled_by_id = state, now, by.person_id
    reading.save(update_fields=["state", "settled_at", "settled_by"])
    record_event(reading, kind, by=by, now=now, why=why, after={"state": state})
    return reading


def told(item: ReadItem) -> dict[str, str]:
    """An item in words, for its history and for whoever saves over it."""
    return {
        "kind": item.get_kind_display(),
        "words": item.words,
        "service": str(item.service or ""),
        "key_question": str(item.key_question or ""),
        "site": str(item.site or ""),
        "regulation": item.regulation,
        "due_on": item.due_on.isoformat() if item.due_on else "",
        "state": item.get_state_display(),
    }


def checked_words(words: str, checked: bool) -> str:
    words = words.strip()
    if not words:
        raise Refused("Enter the finding's words, as the report prints them.", field="words")
    if len(words) > WORDS_LENGTH:
        raise Refused(f"Shorten the words to {WORDS_LENGTH:,} characters or fewer.", field="words")
    refuse_nhs_numbers(words, field="words", checked=checked)
    return words


def regulations_of(printed: str, published_on: date) -> list[list[str]]:
    bare = "eg" not in printed  # "12(2)(a)" without the word
    found = read_citations(printed, published_on=published_on, bare=bare)
    return [[one.instrument.value, one.number, one.paragraph] for one in found]
