"""Walks through a report's segments and says what each is: heading, place, bullet, item, footer or nothing asked.

An item begins at a bullet, or where a line begins "The trust must", "Ensure" and their like, and goes on over the
lines below until the next one, a heading, or a paragraph that is none of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tracker.findings.report_headings import FORM_OF_SECTION, Form, Heading, Section, read_place, read_section
from tracker.findings.report_notices import Block, label_of
from tracker.findings.report_reading import Role, Span
from tracker.findings.report_segments import Segment
from tracker.findings.report_tables import Columns, read_columns, read_form

MODAL: Final = re.compile(
    r"(?:The|Your|This|Its)\s+(?:[\w\u2019'-]+\s+){0,4}?(?:trust|services?|hospital|provider|ward|unit|department|team|"
    r"division|leaders?|managers?|board)\s+(?P<modal>must|should|MUST|SHOULD)\b"
)
_VERB: Final = re.compile(
    r"(?:Ensure|Review|Consider|Continue|Improve|Implement|Take|Make|Develop|Provide|Monitor|Address|Reduce|Strengthen|"
    r"Establish|Complete|Undertake|Maintain|Increase|Introduce|Put|Carry|Embed|Act|Audit|Identify|Record|Share|Support|"
    r"Update|Work)\s+[a-z\d]"
)
_REQUIREMENT: Final = re.compile(
    r"\b(?:must|should|ensure|review|consider|continue|improve|implement)\b", re.IGNORECASE
)
_ENDED: Final = re.compile(r"(?:[.;:!?]|\)|Regulation[s ]*\d[\d()A-Za-z ]*)['\"\u2019\u201d]?$")
_GOES_ON: Final = re.compile(r"(?:,|\b(?:a|an|and|as|at|by|for|from|in|into|its|of|on|or|the|their|to|with))$")
_CITES: Final = re.compile(r"[\[(]?\s*[Rr]egulations?\s*\d")
_NUMBERED: Final = re.compile(r"\(?(\d{1,2})[.)]?")
_LONGEST: Final = 40  # lines of one item
_STANDING: Final = frozenset(
    {Section.AREAS, Section.MUST, Section.SHOULD, Section.REQUIREMENTS, Section.ENFORCEMENT, Section.WARNING,
     Section.CONDITIONS}
)  # fmt: skip


@dataclass
class Draft:
    """An item while it is being read."""

    number: int
    form: Form
    opened_by: str  # "marker", "modal", "verb", "apart", "notice", "row"
    place: Heading
    start: int
    page: int
    spans: list[Span] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # smaller doubts
    regulation_cell: str = ""

    @property
    def ended(self) -> bool:
        return bool(_ENDED.search(self.lines[-1])) if self.lines else True

    @property
    def goes_on(self) -> bool:
        return bool(self.lines and _GOES_ON.search(self.lines[-1]))


@dataclass
class Walk:
    """One walk over the segments of a text."""

    text: str
    segments: Sequence[Segment]
    sites: Mapping[str, str]
    spans: list[Span] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    headings: list[tuple[int, int, Section]] = field(default_factory=list)  # (start, page, section)
    services: list[tuple[int, str]] = field(default_factory=list)  # (start, service) of every heading of a service
    _section: Section | None = None
    _repaired: bool = False
    _place: Heading = field(default_factory=Heading)
    _current: Draft | None = None
    _blank: bool = False
    _marker: Segment | None = None  # a bullet whose text is still to come
    _apart: int = 0  # bullets that stood together before their texts
    _expected: int = 1
    _block: Block | None = None
    _columns: Columns | None = None
    _lists: bool = False  # whether the text has lists of must or should at all

    def walk(self) -> None:
        """Read every segment."""
        self._lists = any(
            section is not None and section[0] in FORM_OF_SECTION
            for section in (read_section(s, self._below(i)) for i, s in enumerate(self.segments) if _may_head(s))
        )
        for index, segment in enumerate(self.segments):
            self._step(index, segment)
        self._settle_apart()

    def _below(self, index: int) -> str:
        return self.segments[index + 1].line if index + 1 < len(self.segments) else ""

    def _next(self, index: int) -> Segment | None:
        """The next segment that says something."""
        for segment in self.segments[index + 1 : index + 8]:
            if not (segment.is_blank or segment.is_footer or segment.is_number):
                return segment
        return None

    def _step(self, index: int, segment: Segment) -> None:
        if segment.is_footer:
            self._add(segment, Role.FOOTER)
        elif segment.is_number:
            self._number(index, segment)
        elif segment.is_blank:
            self._add(segment, Role.OTHER)
            self._blank = True
        else:
            self._say(index, segment)
            self._blank = False

    def _say(self, index: int, segment: Segment) -> None:
        if segment.cells and self._row(segment):
            return
        if self._heading(index, segment) or self._notice(segment) or self._named_place(index, segment):
            return
        if self._apart_markers(index, segment):
            return
        opened_by = self._opening(segment)
        if opened_by:
            self._open(segment, opened_by, self._form_of(segment))
            self._continue(segment)
        elif self._current is not None and self._goes_on_with(segment):
            self._continue(segment)
        else:
            self._current = None
            self._add(segment, Role.OTHER)

    # headings and places

    def _heading(self, index: int, segment: Segment) -> bool:
        if not _may_head(segment):
            return False
        found = read_section(segment, self._below(index))
        if found is None:
            return False
        section, repaired = found
        if section not in _STANDING and not self._may_stop(index):
            return False
        self._settle_apart()
        self._section, self._repaired, self._expected = section, repaired, 1
        self._current, self._block, self._columns, self._marker = None, None, None, None
        if section in {Section.MUST, Section.SHOULD, Section.AREAS}:
            self._place = replace(self._place, key_question="")
        self.headings.append((segment.start, segment.page, section))
        self._add(segment, Role.HEADING)
        return True

    def _named_place(self, index: int, segment: Segment) -> bool:
        if segment.has_marker or self._block is not None or self._marker is not None or not self._may_stop(index):
            return False
        found = read_place(segment, self.sites)
        if found is not None:
            self._settle_apart()
        a_title = self._current is None and self._in_list and not self._apart and _is_title(segment)
        if found is None and a_title and self._begins(index):
            found = Heading(site="", repaired=True)  # a title over a list that names nothing we know
            self._place = Heading()
        elif found is None:
            return False
        elif found.key_question:
            self._place = replace(self._place, key_question=found.key_question)
        elif found.site:
            self._place = Heading(site=found.site)
        elif found.trust_wide:
            self._place = Heading(trust_wide=True)
        else:
            self._place = Heading(service=found.service, site=self._place.site)
            self.services.append((segment.start, found.service))
        self._current, self._expected = None, 1
        self._add(segment, Role.PLACE)
        return True

    def _may_stop(self, index: int) -> bool:
        """Whether the item being read, if any, may end before this line: at a full stop, or, not in the middle of a
        phrase, where another item or place comes next."""
        if self._current is None or self._current.ended:
            return True
        if self._current.goes_on:
            return False
        following = self._next(index)
        return following is None or self._begins(index) or read_place(following, self.sites) is not None

    def _begins(self, index: int) -> bool:
        following = self._next(index)
        return following is not None and (
            following.has_marker or bool(MODAL.match(following.line) or _VERB.match(following.line))
        )

    @property
    def _in_list(self) -> bool:
        return self._section in FORM_OF_SECTION

    # notices in tables of their own

    def _notice(self, segment: Segment) -> bool:
        label, rest = label_of(segment.line)
        if label == "activity":
            self._settle_apart()
            self._block, self._current = Block(), None
        if self._block is None:
            return False
        if label == "end" or self._block.lines > _LONGEST:
            self._block, self._current = None, None
            self._add(segment, Role.OTHER if label == "end" else Role.LABEL)
            return True
        if self._block.opens(label, segment.line, self._current is not None):
            self._open(segment, "notice", Form.REQUIREMENT)
        if label is not None and not rest:
            self._add(segment, Role.LABEL)
            if label == "regulation" and self._block.told:
                self._current = None
        elif label is not None:
            cut = self.text.index(rest, segment.start)
            self.spans.append(Span(segment.start, cut, Role.LABEL))
            self._continue(replace(segment, start=cut, marker_end=cut, line=rest))
        elif self._current is None:
            self._add(segment, Role.LABEL)
        else:
            self._continue(segment)
        return True

    # rows of a pasted tracker

    def _row(self, segment: Segment) -> bool:
        cells = [self.text[start:end].strip() for start, end in segment.cells]
        columns = read_columns(cells)
        if columns is not None:
            self._columns, self._current = columns, None
            self._add(segment, Role.LABEL)
            return True
        if self._columns is None or len(cells) <= self._columns.words or not cells[self._columns.words]:
            return False
        form = read_form(cells, self._columns)
        draft = self._open(segment, "row", form or Form.MUST)
        if form is None:
            draft.doubts.append("The row does not say whether it is a must or a should.")
        draft.place = self._columns.place(cells)
        draft.regulation_cell = self._columns.regulation_cell(cells)
        start, end = segment.cells[self._columns.words]
        self.spans.append(Span(segment.start, start, Role.LABEL))
        self._own(Span(start, end, Role.ITEM, draft.number), cells[self._columns.words])
        self.spans.append(Span(end, segment.end, Role.LABEL))
        self._current = None
        return True

    # bullets that stand apart from their texts

    def _number(self, index: int, segment: Segment) -> None:
        following = self._next(index)
        is_bullet = (
            self._in_list
            and int(segment.line) == self._expected
            and following is not None
            and following.line[:1].isupper()
            and (self._current is None or self._current.ended)
        )
        if not is_bullet:
            self._add(segment, Role.FOOTER)
            return
        self._expected += 1
        self._alone(segment)

    def _apart_markers(self, index: int, segment: Segment) -> bool:
        if not (segment.has_marker and not segment.line):
            return False
        if self._section is None:
            self._add(segment, Role.OTHER)
        else:
            self._alone(segment)
        return True

    def _alone(self, segment: Segment) -> None:
        if self._marker is not None:
            self._apart = max(self._apart, 1) + 1
        self._marker = segment
        self._current = None
        self._add(segment, Role.MARKER)

    def _settle_apart(self) -> None:
        """Say of items whose bullets stood together whether there are as many as there were bullets."""
        if self._apart:
            opened = [draft for draft in self.drafts if draft.opened_by == "apart" and not draft.notes]
            for draft in opened:
                draft.notes.append("Its bullet stood apart from its words.")
                if len(opened) != self._apart:
                    draft.doubts.append(f"{self._apart} bullets stand before {len(opened)} texts.")
        self._apart = 0

    # items

    def _opening(self, segment: Segment) -> str:
        """What makes this line the first of an item; "" when nothing does."""
        current, line = self._current, segment.line
        modal = MODAL.match(line)
        if not self._in_list:
            free = not self._lists or self._section is Section.AREAS
            return "modal" if free and modal and self._block is None and (segment.opens_line or current) else ""
        if segment.has_marker:
            under = (current is not None and current.lines[-1].endswith(":")) or (
                current is not None and "under" in current.notes
            )
            if under and current is not None and line[:1].islower():
                current.notes.append("under")
                return ""
            return "marker"
        if self._apart:
            capital = line[:1].isupper() and not _CITES.match(line)
            return "apart" if capital and (current is None or current.ended) else ""
        if self._marker is not None:
            return "marker"
        if modal:
            waits = (
                current is not None
                and current.opened_by == "marker"
                and not any(_REQUIREMENT.search(told) for told in current.lines)
            )
            return "" if waits and not self._blank else "modal"
        if _VERB.match(line) and (current is None or current.ended or self._blank):
            return "verb"
        return ""

    def _form_of(self, segment: Segment) -> Form:
        modal = MODAL.match(segment.line)
        own = FORM_OF_SECTION.get(self._section) if self._section else None
        if modal is None or own in {Form.WARNING, Form.CONDITION}:
            return own or Form.MUST
        return Form.MUST if modal["modal"].lower() == "must" else Form.SHOULD

    def _open(self, segment: Segment, opened_by: str, form: Form) -> Draft:
        draft = Draft(len(self.drafts), form, opened_by, self._place, segment.start, segment.page)
        if opened_by in {"marker", "modal", "verb", "apart"}:
            own = FORM_OF_SECTION.get(self._section) if self._section else None
            if own is None:
                draft.notes.append("It stands in no list of what must or should be done.")
            elif own is not form:
                draft.doubts.append(
                    f"Its own words say {form.name.lower()}; the heading above says {own.name.lower()}."
                )
            if self._repaired:
                draft.notes.append("The heading above it is damaged.")
        if opened_by == "verb":
            draft.notes.append("It has no bullet.")
        self._marker = None
        self.drafts.append(draft)
        self._current = draft
        return draft

    def _goes_on_with(self, segment: Segment) -> bool:
        current = self._current
        if current is None or (current.opened_by == "row"):
            return False
        if len(current.lines) >= _LONGEST:
            current.doubts.append("It runs on for very long: where it ends is not sure.")
            return False
        return not (self._blank and current.ended and segment.line[:1].isupper() and not _CITES.match(segment.line))

    def _continue(self, segment: Segment) -> None:
        if self._current is None:
            raise RuntimeError("there is no item to go on with")
        if "under" in self._current.notes and segment.has_marker:
            segment = replace(segment, marker_end=segment.start)  # a bullet within the item is part of its words
        if segment.marker_end > segment.start:
            self.spans.append(Span(segment.start, segment.marker_end, Role.MARKER, self._current.number))
        self._own(Span(segment.marker_end, segment.end, Role.ITEM, self._current.number), segment.line)

    def _own(self, span: Span, line: str) -> None:
        draft = self._current
        if draft is None:
            raise RuntimeError("there is no item to go on with")
        self.spans.append(span)
        draft.spans.append(span)
        draft.lines.append(line)
        if numbered := _NUMBERED.fullmatch(self.text[draft.start : span.start].strip()):
            self._expected = int(numbered[1]) + 1

    def _add(self, segment: Segment, role: Role) -> None:
        self.spans.append(Span(segment.start, segment.end, role))


def _may_head(segment: Segment) -> bool:
    return bool(segment.line) and not segment.cells and not segment.is_footer and not segment.is_number


def _is_title(segment: Segment) -> bool:
    words = segment.line.split()
    return len(words) <= 9 and segment.line[:1].isupper() and segment.line[-1] not in ".;," and not segment.has_marker
