"""The tables at the back of reports: requirement notices and enforcement actions, and which of them a block is.

A table is known by its labels, which may have lost their spaces; the page heading that says what kind of notice it
holds may come after it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tracker.findings.regulations import read_citations
from tracker.findings.report_headings import Form, Section
from tracker.findings.report_repair import squashed, undoubled

_LABELS: Final = {
    "regulatedactivity": "activity",
    "regulatedactivities": "activity",
    "regulation": "regulation",
    "regulations": "regulation",
    "howtheregulationwasnotbeingmet": "how",
    "howtheregulationswerenotbeingmet": "how",
    "whytheregulationwasnotbeingmet": "how",
}
_HOW: Final = re.compile(
    r"(?:how|why)\s*the\s*regulations?\s*(?:was|were)\s*not\s*(?:being\s*)?met\s*:?\s*", re.IGNORECASE
)
_END: Final = "thissectionisprimarilyinformationfortheprovider"
_INSTRUMENT: Final = re.compile(r"HSCA|Regulations?\s*20(?:09|10|14)", re.IGNORECASE)
_SECTION_OF_ACT: Final = re.compile(r"(?i)\bs(?:ection)?\s*(?:29\s*A|31)\b|warning notice|condition")


@dataclass
class Block:
    """One row of such a table: an activity, a regulation, and how it was not met."""

    stage: str = "activity"
    told: bool = False  # whether it has said how a regulation was not met
    lines: int = 0

    def opens(self, label: str | None, line: str, has_item: bool) -> bool:
        """Whether this line is the first of a notice; moves the block on."""
        self.lines += 1
        if label is not None:
            self.stage = label
            return label == "how" and not has_item and bool(_HOW.sub("", line))
        if self.stage == "activity":
            if not (read_citations(line) or _SECTION_OF_ACT.search(line)):
                return False
            self.stage = "regulation"
        names_one = bool(_INSTRUMENT.search(line) and read_citations(line))
        if self.told and names_one:
            self.told, self.stage = False, "regulation"
            return True
        self.told = self.told or self.stage == "how"
        return not has_item


def label_of(line: str) -> tuple[str | None, str]:
    """The label a line is, and what stands behind it on the same line; (None, "") for any other line."""
    letters = squashed(line)
    if letters == _END:
        return "end", ""
    for one in (letters, squashed(undoubled(line))) if len(line) < 90 else (letters,):
        if one in _LABELS:
            return _LABELS[one], ""
    match = _HOW.match(line)
    return ("how", line[match.end() :]) if match else (None, "")


def kind_of_notice(words: str, start: int, page: int, headings: Sequence[tuple[int, int, Section]]) -> tuple[Form, str]:
    """Which kind of notice a block is, and why that is not sure ("" when it is).

    The heading on its own page decides, before it or after it; then the last one before, then the first after."""
    about = [one for one in headings if one[2] in {Section.REQUIREMENTS, Section.ENFORCEMENT}]
    same = [one for one in about if one[1] == page]
    ordered = [
        *reversed([one for one in same if one[0] < start]), *[one for one in same if one[0] > start],
        *reversed([one for one in about if one[0] < start]), *[one for one in about if one[0] > start],
    ]  # fmt: skip
    doubt = "" if same else "No heading on its page says what kind of notice it is."
    if not ordered or ordered[0][2] is Section.REQUIREMENTS:
        return Form.REQUIREMENT, doubt
    if re.search(r"(?i)section\s*31\b|\bs\s*31\b|\bconditions?\b", words):
        return Form.CONDITION, doubt
    if re.search(r"(?i)29\s*A|warning notice", words):
        return Form.WARNING, doubt
    return Form.WARNING, "The enforcement action does not say which kind it is."
