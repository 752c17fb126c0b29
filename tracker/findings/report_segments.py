"""Cuts a report's text into segments: lines, and the pieces of lines in which two things were run together.

Every character of the text is in exactly one segment, line ends included.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tracker.findings.report_repair import squashed

_LINE: Final = re.compile(r"[^\n\r\f\v\x85\u2028\u2029]*(?:\r\n|[\n\r\f\v\x85\u2028\u2029]|$)")
_GLYPH_CLASS: Final = "\u2022\u25cf\u25aa\u25e6\u2043\u2219\uf0b7\u25ba\u2756\u27a2\u2023\u25cb"
_MARKER: Final = re.compile(
    rf"\s*(?P<glyph>[{_GLYPH_CLASS}]|[-*\u2013\u2014](?=\s|$)|\(?(?:\d{{1,2}}|[a-z]|[ivx]{{1,4}})[.)](?=\s|$))\s*"
)
_INLINE_GLYPH: Final = re.compile(rf"(?<=\S)[^\S\n]*(?=[{_GLYPH_CLASS}])")
_SENTENCE: Final = re.compile(
    r"(?<=[.;)])[^\S\n]+(?=The (?:trust|service|hospital|provider|registered provider) (?:must|should)\b)"
)
_KIND_OF_REPORT: Final = r"(?:[Qq]uality [Rr]eport|[Ii]nspection [Rr]eport|[Ee]vidence [Aa]ppendix)"
_DAY: Final = r"\d{1,2}/\d{1,2}/\d{4}"
_INLINE_FOOTER: Final = re.compile(rf"(?<=\s)\d{{1,4}} [A-Z][^.;\n]{{2,90}}? {_KIND_OF_REPORT} {_DAY}\s*$")
_FOOTER: Final = re.compile(
    rf"(?:\d{{1,4}} )?[A-Z][^.;]{{2,90}}? {_KIND_OF_REPORT}(?: {_DAY}(?: \d{{1,4}})?| \d{{1,4}})"
    rf"|\d{{1,4}} [A-Z][^.;]{{2,90}}? {_KIND_OF_REPORT}"
    r"|Page \d{1,4}(?: of \d{1,4})?"
)
_ONLY_DIGITS: Final = re.compile(r"\d{1,4}")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the text with its line end.  `marker_end` is where its bullet ends, `start` when it has none."""

    start: int
    end: int
    line: str  # its text, stripped, without the bullet
    marker_end: int
    page: int
    opens_line: bool = True
    is_footer: bool = False
    is_number: bool = False  # a number alone: of a page, or of the item that follows
    cells: tuple[tuple[int, int], ...] = ()  # where its cells stand, when tabs part it

    @property
    def has_marker(self) -> bool:
        return self.marker_end > self.start

    @property
    def is_blank(self) -> bool:
        return not self.line and not self.has_marker

    @property
    def squashed(self) -> str:
        return squashed(self.line)


def cut(text: str) -> list[Segment]:
    """The segments of `text`, in order, without a gap."""
    found: list[Segment] = []
    page = 1
    for match in _LINE.finditer(text):
        start, end = match.span()
        if start == end:
            continue
        for first, (left, right) in _with_first(_pieces(text, start, end)):
            segment = _segment(text, left, right, page, first)
            found.append(segment)
            page += segment.is_footer
        page += text[end - 1] == "\f"
    return found


def _with_first(pieces: list[tuple[int, int]]) -> Iterator[tuple[bool, tuple[int, int]]]:
    for number, piece in enumerate(pieces):
        yield number == 0, piece


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    line = text[start:end]
    if "\t" in line.strip():
        return [(start, end)]
    cuts = {start, end}
    if any(glyph in line for glyph in _GLYPH_CLASS):
        cuts.update(start + match.end() for match in _INLINE_GLYPH.finditer(line))
    if ". The " in line or ") The " in line or "; The " in line:
        cuts.update(start + match.end() for match in _SENTENCE.finditer(line))
    if "eport" in line and (match := _INLINE_FOOTER.search(line)):
        cuts.add(start + match.start())
    ordered = sorted(cuts)
    return list(pairwise(ordered))


def _segment(text: str, start: int, end: int, page: int, opens_line: bool) -> Segment:
    whole = text[start:end]
    line = whole.strip()
    if "\t" in line:
        return Segment(start, end, line, start, page, opens_line, cells=tuple(_cells(whole, start)))
    if _ONLY_DIGITS.fullmatch(line):
        return Segment(start, end, line, start, page, opens_line, is_number=True)
    if ("eport" in line or line.startswith("Page ")) and _FOOTER.fullmatch(" ".join(line.split())):
        return Segment(start, end, line, start, page, opens_line, is_footer=True)
    marker = _MARKER.match(whole)
    if marker is None or not marker["glyph"]:
        return Segment(start, end, line, start, page, opens_line)
    return Segment(start, end, whole[marker.end() :].strip(), start + marker.end(), page, opens_line)


def _cells(whole: str, start: int) -> Iterator[tuple[int, int]]:
    left = start
    for cell in whole.split("\t"):
        yield left, left + len(cell)
        left += len(cell) + 1
