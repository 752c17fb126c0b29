"""What reading a report's text yields: spans that part the whole of it, items, and what it says of itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tracker.findings.causes import Suggestion, Sure
from tracker.findings.regulations import Citation
from tracker.findings.report_headings import Form


class Role(StrEnum):
    """What a stretch of the text is."""

    ITEM = "item"  # the words of an item
    MARKER = "marker"  # its bullet or number
    CONTEXT = "context"  # the sentence an item is named in
    AGAIN = "again"  # says again what an item says
    HEADING = "heading"
    PLACE = "place"  # a heading that names a place
    LABEL = "label"  # of a table
    FOOTER = "footer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text, and the item it belongs to (its number from 0), if any."""

    start: int
    end: int
    role: Role
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item applies, as far as the text says, and how sure that is.  `site_name` is as printed."""

    service: str = ""
    service_sure: Sure = Sure.DOUBTFUL
    key_question: str = ""
    site_name: str = ""
    trust_wide: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One thing the report asks for.

    `words` are as printed, footers that fell inside left out; `reading` is the same on one line, repaired."""

    number: int
    form: Form
    words: str
    reading: str
    spans: tuple[Span, ...]
    place: Place
    regulations: tuple[Citation, ...]
    causes: tuple[Suggestion, ...]
    sure: Sure
    doubts: tuple[str, ...] = ()
    due_on: date | None = None  # the day a warning notice sets
    repeats: int | None = None  # the number of an earlier item with the same words


@dataclass(frozen=True, slots=True)
class Claim:
    """What the report says it asks for: "six legal requirements"."""

    form: Form
    number: int
    phrase: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Score:
    """A quality statement's score, 1 to 4."""

    statement: str
    score: int


@dataclass(frozen=True)
class Reading:
    """A text as read.  Its spans, in order, are the whole text."""

    spans: tuple[Span, ...]
    items: tuple[Item, ...]
    claims: tuple[Claim, ...] = ()
    scores: tuple[Score, ...] = ()
    action_plan_requested: bool = False
    differences: tuple[str, ...] = field(default=())  # where the report's own count is not ours

    def count(self, form: Form) -> int:
        """How many items of a form there are, those that repeat an earlier one left out."""
        return sum(item.form is form and item.repeats is None for item in self.items)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Neighbouring spans of one role and item as one."""
    found: list[Span] = []
    for span in spans:
        if span.start == span.end:
            continue
        last = found[-1] if found else None
        if last is not None and (last.role, last.item, last.end) == (span.role, span.item, span.start):
            found[-1] = Span(last.start, span.end, span.role, span.item)
        else:
            found.append(span)
    return tuple(found)
