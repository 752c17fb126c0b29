"""What a report says of itself: how many things it asks for, its scores, whether it wants a plan, breaches in prose."""

import re
from dataclasses import dataclass
from typing import Final

from tracker.findings.regulations import Citation, read_titles
from tracker.findings.report_headings import Form
from tracker.findings.report_reading import Claim, Score
from tracker.findings.report_repair import unligatured, with_ligatures

_WORDS: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_NUMBERS: Final = {word: number for number, word in enumerate(_WORDS, 1)}
_CLAIM: Final = re.compile(
    rf"\b(?P<number>{with_ligatures('|'.join(_WORDS))}|\d{{1,3}})\s+(?:"
    r"(?P<must>(?:\w+\s+)?legal\s+requirements?|(?:things|areas|actions)\s+(?:that\s+)?(?:the\s+\w+|it)\s+must)"
    r"|(?P<should>(?:things|areas|actions)\s+(?:that\s+)?(?:the\s+\w+|it)\s+should)"
    r"|(?P<breach>breach(?:es)?\s+of\s+(?:the\s+)?(?:legal\s+)?(?:regulations?|requirements?))"
    r"|(?P<requirement>requirement\s+notices?)"
    r"|(?P<warning>(?:section\s+29A\s+)?warning\s+notices?)"
    r"|(?P<condition>conditions?\s+(?:on|to|imposed)))",
    re.IGNORECASE,
)
_FORMS: Final = {
    "must": Form.MUST, "should": Form.SHOULD, "breach": Form.BREACH, "requirement": Form.REQUIREMENT,
    "warning": Form.WARNING, "condition": Form.CONDITION,
}  # fmt: skip
_NAMES: Final = {
    Form.MUST: "must-dos", Form.SHOULD: "should-dos", Form.BREACH: "breaches",
    Form.REQUIREMENT: "requirement notices", Form.WARNING: "warning notices", Form.CONDITION: "conditions",
}  # fmt: skip
_BREACH: Final = re.compile(
    r"(?P<sentence>[A-Z][^.]{0,300}?\bbreach(?:es)?\b[^.]{0,200}?\b(?:legal\s+)?regulations?\s+"
    r"(?:in\s+relation\s+to|relating\s+to|about|on|for)\s+(?P<titles>[^.]{3,400}))\."
)
_SCORE: Final = re.compile(
    r"^[^\S\n]*(?P<statement>[A-Z][^\n:]{2,90}?)[^\S\n]*\n\s*Score:?\s*(?P<score>[1-4])\b", re.MULTILINE
)
_PLAN: Final = re.compile(
    r"\b(?:asked|requested|require[ds]?)\b[^.]{0,60}\b(?:for\s+)?an?\s+action\s+plan\b", re.IGNORECASE
)


def read_claims(text: str) -> tuple[Claim, ...]:
    """Every count the report gives of its own lists."""
    claims = []
    for match in _CLAIM.finditer(text):
        form = next(form for name, form in _FORMS.items() if match[name])
        number = _NUMBERS.get(unligatured(match["number"]).lower()) or int(match["number"])
        claims.append(Claim(form, number, " ".join(match.group().split()), *match.span()))
    return tuple(claims)


def tell_differences(claims: tuple[Claim, ...], counts: dict[Form, int]) -> tuple[str, ...]:
    """A sentence for each count of the report's own that is not ours."""
    said = []
    for claim in claims:
        ours = counts.get(claim.form, 0)
        if ours != claim.number:
            said.append(f"The report says \u201c{claim.phrase}\u201d; {ours} {_NAMES[claim.form]} were read.")
    return tuple(dict.fromkeys(said))


def read_scores(text: str) -> tuple[Score, ...]:
    """The scores of quality statements, on the single assessment framework's scale of 1 to 4."""
    return tuple(Score(" ".join(m["statement"].split()), int(m["score"])) for m in _SCORE.finditer(text))


def asks_for_plan(text: str) -> bool:
    return _PLAN.search(text) is not None


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach a sentence names by the regulation's title: where the title stands, and the sentence."""

    citation: Citation
    start: int
    end: int
    sentence: tuple[int, int]


def read_breaches(text: str) -> list[Breach]:
    """The breaches prose names, each as often as it is named, in order."""
    found = []
    for match in _BREACH.finditer(text):
        left = match.start("titles")
        for citation, start, end in read_titles(match["titles"]):
            found.append(Breach(citation, left + start, left + end, match.span()))
    return found
