"""The words and links of a reading: its items, and the report's text with each item's place marked."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.urls import reverse

from tracker.findings.causes import BY_CODE, Sure
from tracker.findings.models import Finding
from tracker.findings.reading_lifecycle import ITEM_MOVES, ItemState, ReadingState
from tracker.findings.reading_models import ReadingEvent, ReadItem, ReportReading
from tracker.findings.report_claims import tell_differences
from tracker.findings.report_headings import Form
from tracker.findings.report_reading import Claim
from tracker.web.finding_words import KIND_COLOURS, NO_SINGLE_PLACE
from tracker.web.ratings_words import long_day

SURE_TAGS: Final = {
    Sure.CLEAR: ("Clear", "green"),
    Sure.LIKELY: ("Likely", "yellow"),
    Sure.DOUBTFUL: ("Doubtful: check it", "orange"),
}
STATE_TAGS: Final = {
    ReadingState.DRAFT: "yellow",
    ReadingState.CONFIRMED: "green",
    ReadingState.SET_ASIDE: "grey",
}
_LONG: Final = 1_200  # characters of nothing in particular; of more, the ends are shown
_ENDS: Final = 400


def shown_item(item: ReadItem) -> dict[str, Any]:
    """An item as its card shows it, with what may be done with it."""
    state = ItemState(item.state)
    named = [str(one) for one in (item.service, item.key_question, item.site) if one is not None]
    sure = SURE_TAGS[Sure(item.sure)]
    checked = state is ItemState.AGREED
    return {
        "number": item.number,
        "version": item.version,
        "kind": item.get_kind_display(),
        "colour": KIND_COLOURS[item.kind],
        "words": item.words,
        "place": ", ".join(named) or NO_SINGLE_PLACE,
        "regulation": item.regulation,
        "due": long_day(item.due_on) if item.due_on else "",
        "causes": [
            {"name": BY_CODE[code].name, "phrase": phrase} for code, phrase, _ in item.causes if code in BY_CODE
        ],
        "sure": {"text": "Checked", "colour": "green"} if checked else {"text": sure[0], "colour": sure[1]},
        "doubts": [] if checked else item.doubts,
        "set_aside": state is ItemState.SET_ASIDE,
        "may_agree": (state, ItemState.AGREED) in ITEM_MOVES and state is not ItemState.SET_ASIDE,
        "has_place": bool(item.places),
        "origin": item.get_origin_display() if item.origin != ReadItem.Origin.READ else "",
        "finding_href": reverse("finding", args=[item.finding_id]) if item.finding_id else "",
    }


def marked_text(reading: ReportReading, items: Iterable[ReadItem], *, whole: bool) -> list[dict[str, Any]]:
    """The report's text in pieces: {text, number} where an item stands, {text} elsewhere, {left_out} where long
    stretches without any are left out."""
    places = sorted((start, end, item.number) for item in items for start, end in item.places)
    pieces: list[dict[str, Any]] = []
    shown: set[int] = set()
    at = 0
    for start, end, number in places:
        start = max(start, at)
        if start >= end:
            continue
        pieces += _plain(reading.text[at:start], whole=whole)
        pieces.append({"text": reading.text[start:end], "number": number, "first": number not in shown})
        shown.add(number)
        at = end
    return pieces + _plain(reading.text[at:], whole=whole)


def _plain(text: str, *, whole: bool) -> list[dict[str, Any]]:
    if not text:
        return []
    if whole or len(text) <= _LONG:
        return [{"text": text}]
    return [{"text": text[:_ENDS]}, {"left_out": len(text) - 2 * _ENDS}, {"text": text[-_ENDS:]}]


def differences(reading: ReportReading, items: Sequence[ReadItem]) -> list[str]:
    """Where the report's own count is not that of the items that stand."""
    claims = tuple(Claim(Form(form), number, phrase, 0, 0) for form, number, phrase in reading.claims)
    standing = [item for item in items if item.state in {ItemState.PROPOSED, ItemState.AGREED, ItemState.PUBLISHED}]
    return list(tell_differences(claims, {form: sum(i.kind == form.value for i in standing) for form in Form}))


def counted(items: Sequence[ReadItem]) -> list[str]:
    """ "3 must-dos", by kind, of the items that stand."""
    standing = [item for item in items if item.state in {ItemState.PROPOSED, ItemState.AGREED, ItemState.PUBLISHED}]
    found = []
    for kind in Finding.Kind:
        number = sum(item.kind == kind for item in standing)
        if number:
            found.append(f"{number} \u00d7 {kind.label}")
    return found


def shown_event(event: ReadingEvent) -> dict[str, Any]:
    """One line of a reading's history, with what changed."""
    changed = [
        f"{name.replace('_', ' ').capitalize()}: {event.before.get(name) or 'nothing'} to {after or 'nothing'}"
        for name, after in event.after.items()
        if event.kind == ReadingEvent.Kind.CORRECTED and event.before.get(name) != after
    ]
    about = f" item {event.item.number}" if event.item else ""
    return {
        "title": f"{event.get_kind_display()}{about}",
        "when": f"{long_day(event.at.date())}, {event.by}",
        "text": " ".join([*changed, event.why]).strip(),
    }
