"""Reads an inspection report's text into items a person can confirm.  Pure and deterministic.

The text is what somebody pasted, or what a PDF or Word file gave; it may be damaged.  The trust and its ratings are
never taken from it.  Nothing is lost and nothing invented: the spans of a reading are the whole text, and an item's
words are stretches of it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from tracker.findings.causes import Sure, suggest_causes
from tracker.findings.regulations import KEY_QUESTIONS, Citation, Instrument, read_citations
from tracker.findings.report_claims import (
    Breach,
    asks_for_plan,
    read_breaches,
    read_claims,
    read_scores,
    tell_differences,
)
from tracker.findings.report_headings import Form
from tracker.findings.report_items import MODAL, Draft, Walk
from tracker.findings.report_notices import kind_of_notice
from tracker.findings.report_places import suggest_service
from tracker.findings.report_reading import Item, Place, Reading, Role, Span, merged
from tracker.findings.report_repair import repaired, squashed
from tracker.findings.report_segments import cut

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_BY_DAY: Final = re.compile(
    rf"\bby\s+(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{'|'.join(_MONTHS)})\s+(?P<year>20\d\d)"
    r"|(?P<slashed>\d{1,2}/\d{1,2}/20\d\d))",
    re.IGNORECASE,
)
_TWO_IN_ONE: Final = re.compile(rf"(?<=[.;])\s+{MODAL.pattern}")


def read_report(text: str, *, published_on: date | None = None, sites: Iterable[str] = ()) -> Reading:
    """What the text asks for.  `published_on` decides which Regulations are meant where it does not say;
    `sites` are the names of the trust's own, so that a heading that names one is known."""
    walk = Walk(text, cut(text), {squashed(name): name for name in sites})
    walk.walk()
    items = [_item(text, draft, walk, published_on) for draft in walk.drafts]
    spans = list(merged(sorted(walk.spans, key=lambda span: span.start)))
    for breach in read_breaches(text):
        spans = _add_breach(text, breach, items, spans, walk.services)
    items = _with_repeats(items)
    reading = Reading(tuple(spans), tuple(items))
    claims = tuple(claim for claim in read_claims(text) if not _inside_item(claim.start, spans))
    return Reading(
        spans=reading.spans,
        items=reading.items,
        claims=claims,
        scores=read_scores(text),
        action_plan_requested=asks_for_plan(text),
        differences=tell_differences(claims, {form: reading.count(form) for form in Form}),
    )


def _item(text: str, draft: Draft, walk: Walk, published_on: date | None) -> Item:
    own = merged(sorted(draft.spans, key=lambda span: span.start))
    words = "".join(text[span.start : span.end] for span in own).strip()
    reading = repaired(words)
    form, doubts = draft.form, [*draft.doubts]
    if draft.opened_by == "notice":
        form, doubt = kind_of_notice(words, draft.start, draft.page, walk.headings)
        doubts += [doubt] if doubt else []
    regulations = read_citations(reading, published_on=published_on)
    if draft.regulation_cell:
        regulations = read_citations(draft.regulation_cell, published_on=published_on, bare=True)
    if any(not citation.title for citation in regulations):
        doubts.append("A regulation it cites is not one of its instrument.")
    if len(reading.split()) < 4 and draft.opened_by != "row":
        doubts.append("It is very short.")
    if draft.opened_by != "notice" and _TWO_IN_ONE.search(words):
        doubts.append("It may be two.")
    notes = [note for note in dict.fromkeys(draft.notes) if note != "under"]
    return Item(
        number=draft.number,
        form=form,
        words=words,
        reading=reading,
        spans=own,
        place=_place(draft, reading, regulations),
        regulations=tuple(regulations),
        causes=tuple(suggest_causes(reading)),
        sure=Sure.DOUBTFUL if doubts else Sure.LIKELY if notes else Sure.CLEAR,
        doubts=tuple(dict.fromkeys([*doubts, *notes])),
        due_on=read_day(reading) if form is Form.WARNING else None,
    )


def _place(draft: Draft, reading: str, regulations: Sequence[Citation]) -> Place:
    heading = draft.place
    question = heading.key_question or _question(regulations)
    if heading.trust_wide:
        return Place(key_question=question, trust_wide=True)
    service, sure = heading.service, Sure.CLEAR
    if not service:
        service, sure = suggest_service(reading), Sure.LIKELY
    return Place(service, sure if service else Sure.DOUBTFUL, question, heading.site)


def _question(regulations: Sequence[Citation]) -> str:
    """The key question all the regulations fall under; "" when they differ."""
    found = {KEY_QUESTIONS.get(c.number, "") for c in regulations if c.instrument is Instrument.ACTIVITIES_2014}
    return found.pop() if len(found) == 1 else ""


def read_day(text: str) -> date | None:
    """The day a text sets: "by 28 February 2020".  None when it sets none, or one that is not in the calendar."""
    match = _BY_DAY.search(text)
    if match is None:
        return None
    try:
        if match["slashed"]:
            return datetime.strptime(match["slashed"], "%d/%m/%Y").date()  # noqa: DTZ007  a day, in no zone
        return date(int(match["year"]), _MONTHS.index(match["month"].capitalize()) + 1, int(match["day"]))
    except ValueError:
        return None


def _add_breach(
    text: str, breach: Breach, items: list[Item], spans: list[Span], services: Sequence[tuple[int, str]]
) -> list[Span]:
    """The spans with a breach in them: an item of its own, or one named before said again."""
    service = next((key for start, key in reversed(services) if start < breach.start), "")
    known = next(
        (
            i
            for i in items
            if i.form is Form.BREACH and i.regulations == (breach.citation,) and i.place.service == service
        ),
        None,
    )
    if known is not None:
        return _carved(spans, *breach.sentence, Role.AGAIN, known.number)
    number = len(items)
    carved = _carved(spans, breach.start, breach.end, Role.ITEM, number)
    own = tuple(span for span in carved if span.item == number)
    words = "".join(text[span.start : span.end] for span in own).strip()
    if not words:
        return spans  # an item stands there already
    items.append(
        Item(
            number=number,
            form=Form.BREACH,
            words=words,
            reading=repaired(words),
            spans=own,
            place=Place(
                service, Sure.LIKELY if service else Sure.DOUBTFUL, KEY_QUESTIONS.get(breach.citation.number, "")
            ),
            regulations=(breach.citation,),
            causes=tuple(suggest_causes(repaired(words))),
            sure=Sure.LIKELY,
            doubts=("The regulation is named by its title only.",),
        )
    )
    return _carved(carved, *breach.sentence, Role.CONTEXT, None)


def _carved(spans: Iterable[Span], start: int, end: int, role: Role, item: int | None) -> list[Span]:
    """The spans with what was nothing in particular, or the context of another, given a role from `start` to `end`."""
    found: list[Span] = []
    for span in spans:
        left, right = max(span.start, start), min(span.end, end)
        if span.role not in {Role.OTHER, Role.CONTEXT} or left >= right:
            found.append(span)
            continue
        found.append(Span(span.start, left, span.role))
        found.append(Span(left, right, role, item))
        found.append(Span(right, span.end, span.role))
    return list(merged(found))


def _with_repeats(items: Sequence[Item]) -> list[Item]:
    """Each item told which earlier one it repeats: the summary of a report lists what its chapters list again."""
    first: dict[tuple[Form, str, str, str], int] = {}
    found = []
    for item in items:
        key = (item.form, squashed(item.reading), item.place.service, item.place.site_name)
        earlier = first.setdefault(key, item.number)
        if earlier == item.number or item.form is Form.BREACH:
            found.append(item)
        else:
            found.append(replace(item, repeats=earlier))
    return found


def _inside_item(position: int, spans: Sequence[Span]) -> bool:
    return any(span.start <= position < span.end and span.role is Role.ITEM for span in spans)
