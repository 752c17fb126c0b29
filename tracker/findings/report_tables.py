"""A trust's own tracker pasted from a board paper or a sheet: columns parted by tabs, named in the first row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tracker.findings.report_headings import SERVICE_NAMES, Form, Heading
from tracker.findings.report_repair import squashed

_WORDS: Final = re.compile(
    r"(?:cqc)?(?:requirement|finding|recommendation|mustdo|requirements|findings)(?:text|wording)?"
)
_KIND: Final = re.compile(r"(?:mdsd|mustshould|type|kind|category|mustorshould)")
_SERVICE: Final = re.compile(r"(?:core)?service|division|areaofservice")
_SITE: Final = re.compile(r"site|hospital|location")
_REGULATION: Final = re.compile(r"regulations?|regulationno|reg")
_REFERENCE: Final = re.compile(r"ref(?:erence)?|refno|id|no")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what."""

    words: int
    kind: int | None
    service: int | None
    site: int | None
    regulation: int | None
    reference: int | None

    def place(self, cells: Sequence[str]) -> Heading:
        service = squashed(_cell(cells, self.service))
        return Heading(service=SERVICE_NAMES.get(service, ""), site=_cell(cells, self.site))

    def regulation_cell(self, cells: Sequence[str]) -> str:
        return _cell(cells, self.regulation)


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def read_columns(cells: Sequence[str]) -> Columns | None:
    """The columns, when the row names them: one for the words and one that says must or should, or a reference."""
    letters = [squashed(cell) for cell in cells]

    def find(pattern: re.Pattern[str]) -> int | None:
        return next((number for number, one in enumerate(letters) if pattern.fullmatch(one)), None)

    words, kind, reference = find(_WORDS), find(_KIND), find(_REFERENCE)
    if words is None or (kind is None and reference is None):
        return None
    return Columns(words, kind, find(_SERVICE), find(_SITE), find(_REGULATION), reference)


def read_form(cells: Sequence[str], columns: Columns) -> Form | None:
    """Must or should, by the row's own word or its reference ("MD01"); None when it says neither."""
    for cell in (_cell(cells, columns.kind), _cell(cells, columns.reference)):
        letters = squashed(cell)
        if letters.startswith(("must", "md")):
            return Form.MUST
        if letters.startswith(("should", "sd")):
            return Form.SHOULD
    return None
