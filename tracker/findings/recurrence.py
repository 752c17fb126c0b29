"""When a finding is an earlier one come back: the same place, the same regulation, similar words.

A finding recurs when an earlier inspection of the same trust found, for the same service (or, where neither names
one, the same hospital, or the trust as a whole), something under the same regulation, or without a regulation on
one of the two sides, and at least `ENOUGH` of the words that matter are shared: two fifths where they share a
regulation, three fifths where they do not.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

ENOUGH: Final = 0.40
ENOUGH_WITHOUT_REGULATION: Final = 0.60

_WORD: Final = re.compile(r"[a-z]+")
_EMPTY_WORDS: Final = (
    "a all an and any are as at be been by can do each every for from has have hospital how in is it its must not "
    "of on or provider regulation regulations service services should so staff than that the their them there these "
    "they this to trust was were when which who will with within ensure ensures ensured including"
)
_EMPTY: Final = frozenset(_EMPTY_WORDS.split())
_ENDINGS: Final = ("ments", "ment", "ings", "ing", "ies", "ied", "ely", "ed", "es", "ly", "s", "e", "y")


@dataclass(frozen=True)
class Known:
    """A finding, as far as recurrence asks."""

    id: int
    published_on: date
    service: str
    site: str
    regulations: frozenset[tuple[str, str]]  # (instrument, number)
    words: str


@dataclass(frozen=True)
class Recurrence:
    """The earlier finding that came back, and why it is held to be the same, in words."""

    earlier: int
    why: str


def stems(words: str) -> frozenset[str]:
    """The words that matter, without their endings."""
    return frozenset(_stem(word) for word in _WORD.findall(words.casefold()) if word not in _EMPTY)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def shared(first: str, second: str) -> float:
    """Which share of the words that matter in either stands in both (Jaccard's index)."""
    one, other = stems(first), stems(second)
    return len(one & other) / len(one | other) if one or other else 0.0


def find_recurrence(finding: Known, others: Iterable[Known]) -> Recurrence | None:
    """The earlier finding this one repeats: the most similar, and of those the latest.  None when there is none."""
    matches: list[tuple[float, date, int, str]] = []
    for other in others:
        if other.published_on >= finding.published_on or not _same_place(finding, other):
            continue
        same = finding.regulations & other.regulations
        if finding.regulations and other.regulations and not same:
            continue
        share = shared(finding.words, other.words)
        if share >= (ENOUGH if same else ENOUGH_WITHOUT_REGULATION):
            matches.append((share, other.published_on, other.id, _why(finding, same, share)))
    if not matches:
        return None
    _, _, earlier, why = max(matches)
    return Recurrence(earlier, why)


def _same_place(one: Known, other: Known) -> bool:
    if one.service or other.service:
        return one.service == other.service and (not one.site or not other.site or one.site == other.site)
    return one.site == other.site


def _why(finding: Known, same: Sequence[tuple[str, str]] | frozenset[tuple[str, str]], share: float) -> str:
    place = "the same service" if finding.service else "the same hospital" if finding.site else "the trust as a whole"
    under = " and ".join(f"regulation {number}" for _, number in sorted(same))
    return f"{place[0].upper()}{place[1:]}{', ' + under if under else ''}, {share:.0%} of the words shared"
