"""From findings to the actions of a draft plan.  Pure: what is proposed follows from what is given and nothing else.

Two findings are near-duplicates, and one action is proposed for both, when all of this holds:
- they stand on the same rung of the ladder (a must-do and a should-do have different dates, so never mix);
- they cite the same regulations, by number, or both cite none;
- of the words that carry their meaning ("the trust must ensure that" carries none) at least six in ten of all that
  either uses are used by both.
A finding joins a group only when it is near every finding in it, so that a chain of small steps joins nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from typing import Final

from tracker.findings.regulations import read_citations

# Regulation 17(3) of the 2014 Regulations, as CQC's requirement notices ask: the written report within 28 days.
WRITTEN_PLAN_WITHIN: Final = timedelta(days=28)
# Ours, 23 November 2026: terms from the report's publication by which trusts commonly promise delivery.  Defaults
# only; the lead changes each.
MUST_TERM: Final = timedelta(days=91)
SHOULD_TERM: Final = timedelta(days=182)
# An action derived long after publication is not proposed as overdue, save where a notice sets the day itself.
LEAST_TERM: Final = timedelta(days=28)

ALIKE_FROM: Final = 0.6
TITLE_LENGTH: Final = 300

_LEAD_IN = re.compile(
    r"^(?:the\s+)?(?:trust|provider|hospital|service|location|board|leaders?)?\s*(?:must|should)\s+"
    r"(?:now\s+|also\s+)?(?:(?:ensure|make\s+sure)(?:\s+that)?\s+)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z0-9]+")
_EMPTY_WORDS = frozenset({
    "a", "all", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can", "each", "ensure", "ensuring",
    "every", "for", "from", "has", "have", "in", "is", "it", "its", "made", "make", "must", "of", "on", "or",
    "should", "sure", "that", "the", "their", "them", "there", "they", "this", "to", "trust", "provider",
    "hospital", "service", "services", "was", "were", "which", "with", "within",
})  # fmt: skip


class Rung(IntEnum):
    """The ladder of what CQC asks, the most serious first."""

    CONDITION = 0
    WARNING = 1
    MUST = 2
    SHOULD = 3


_RUNGS: Final[Mapping[str, Rung]] = {"CO": Rung.CONDITION, "WN": Rung.WARNING, "SD": Rung.SHOULD}


@dataclass(frozen=True)
class Found:
    """A finding as far as a proposal needs it."""

    id: int
    kind: str  # MD, SD, and as reports are read also BR, NO, WN, CO
    words: str
    service_id: int | None = None
    regulation: str = ""  # as printed
    improve_by: date | None = None  # the day a warning notice sets for this failing

    @property
    def rung(self) -> Rung:
        return _RUNGS.get(self.kind, Rung.MUST)


@dataclass(frozen=True)
class Held:
    """An action the trust made before: who was given what of which service."""

    service_id: int | None
    owner_id: int
    executive_id: int


@dataclass(frozen=True)
class Proposed:
    """An action for one finding, or for near-duplicates."""

    findings: tuple[Found, ...]
    title: str
    due_on: date
    why_due: str
    owner_id: int | None = None
    executive_id: int | None = None


@dataclass
class _Group:
    findings: list[Found] = field(default_factory=list)


def propose(
    findings: Iterable[Found],
    *,
    published_on: date,
    today: date,
    earlier: Sequence[Held] = (),
    lead_id: int | None = None,
    executive_id: int | None = None,
) -> list[Proposed]:
    """The actions to propose, the most serious first: every finding is in exactly one.

    `earlier` is the newest first; the owner and the executive are those of the last action of the same service,
    else the improvement lead and the accountable executive."""
    groups: list[_Group] = []
    for finding in sorted(findings, key=lambda one: (one.rung, one.id)):
        home = next((g for g in groups if all(near_duplicates(finding, other) for other in g.findings)), None)
        if home is None:
            groups.append(_Group([finding]))
        else:
            home.findings.append(finding)
    proposed = []
    for group in groups:
        due_on, why = default_due(group.findings, published_on=published_on, today=today)
        services = {one.service_id for one in group.findings}
        last = next((held for held in earlier if held.service_id is not None and held.service_id in services), None)
        proposed.append(
            Proposed(
                tuple(group.findings),
                title_of(group.findings[0].words),
                due_on,
                why,
                last.owner_id if last else lead_id,
                last.executive_id if last else executive_id,
            )
        )
    return proposed


def near_duplicates(one: Found, other: Found) -> bool:
    """Whether one action would answer both: see the rule above."""
    return (
        one.rung == other.rung
        and regulations_in(one.regulation) == regulations_in(other.regulation)
        and likeness(one.words, other.words) >= ALIKE_FROM
    )


def likeness(one: str, other: str) -> float:
    """Of the meaning words that either uses, the share that both use; 1 where neither has any and they are equal."""
    left, right = meaning_words(one), meaning_words(other)
    if not left or not right:
        return float(one.strip().casefold() == other.strip().casefold())
    return len(left & right) / len(left | right)


def meaning_words(text: str) -> frozenset[str]:
    """The words that carry the meaning, in lower case and without a plural's s."""
    words = _WORD.findall(text.casefold())
    return frozenset(_singular(word) for word in words if word not in _EMPTY_WORDS)


def regulations_in(printed: str) -> frozenset[tuple[str, str]]:
    """The regulations cited, by instrument and number: "Regulation 11 and Regulation 13(5)" cites 11 and 13."""
    return frozenset((cited.instrument.value, cited.number) for cited in read_citations(printed))


def default_due(findings: Sequence[Found], *, published_on: date, today: date) -> tuple[date, str]:
    """The day to propose and why: a warning notice's own day, else the rung's term from publication."""
    own = [finding.improve_by for finding in findings if finding.improve_by is not None]
    if own:
        if min(own) >= today:
            return min(own), "the day the notice sets"
        return today, "the day the notice set has passed"
    term = SHOULD_TERM if all(finding.rung == Rung.SHOULD for finding in findings) else MUST_TERM
    if published_on + term >= today + LEAST_TERM:
        return published_on + term, f"{term.days // 7} weeks from publication"
    return today + LEAST_TERM, f"{LEAST_TERM.days // 7} weeks from today: the usual term has passed"


def written_plan_due(published_on: date) -> date:
    """The last day for the written report of actions."""
    return published_on + WRITTEN_PLAN_WITHIN


def title_of(words: str) -> str:
    """What is to be done, from the finding's words: without "The trust must ensure that", and not too long."""
    text = " ".join(words.split())
    rest = _LEAD_IN.sub("", text, count=1).strip() or text
    rest = rest[:1].upper() + rest[1:].rstrip(".;")
    if len(rest) <= TITLE_LENGTH:
        return rest
    cut = rest[: TITLE_LENGTH - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…"


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
