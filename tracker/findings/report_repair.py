"""Mending what taking text out of a PDF breaks: ligatures, hyphens, doubled titles, labels without spaces.

A repair only ever helps to read; what is kept as the report's words is the text as it came.
"""

import re
from typing import Final

_LIGATURES: Final = str.maketrans(
    {
        "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st",
        "\ufb06": "st", "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u200b": "", "\ufeff": "",
    }
)  # fmt: skip
_SOFT_BREAK: Final = re.compile("\u00ad[^\\S\n]*\n?[^\\S\n]*")
_BROKEN: Final = re.compile(r"([^\W\d_]+)[-\u2010][^\S\n]*\n\s*([a-z]+)")
_FIRST_HALVES: Final = (
    "acute all anti co cross day decision e early ex first follow front full half hand high home in inter intra "
    "long low mid multi near night non off on one out over part patient person post pre re record risk same self "
    "semi short single step sub two under up well whole year"
)
_KEEPS_HYPHEN: Final = frozenset(_FIRST_HALVES.split())
"""Words that keep their hyphen where a line ends at it."""
_LETTER_PAIRS: Final = (
    ("ffi", "(?:ffi|\ufb03|f\ufb01|\ufb00i)"), ("ffl", "(?:ffl|\ufb04|f\ufb02|\ufb00l)"),
    ("ff", "(?:ff|\ufb00)"), ("fi", "(?:fi|\ufb01)"), ("fl", "(?:fl|\ufb02)"),
)  # fmt: skip
_PAIR: Final = re.compile("|".join(pair for pair, _ in _LETTER_PAIRS))
_NOT_A_LETTER: Final = re.compile(r"[^a-z0-9]+")


def repaired(printed: str) -> str:
    """`printed` as one line a person can read: ligatures taken apart, broken words joined, white space single."""
    text = _SOFT_BREAK.sub("", printed.translate(_LIGATURES))
    return " ".join(_BROKEN.sub(_joined, text).split())


def _joined(match: re.Match[str]) -> str:
    before, after = match.groups()
    return f"{before}-{after}" if before.casefold() in _KEEPS_HYPHEN else f"{before}{after}"


def unligatured(text: str) -> str:
    """The text with every ligature as the letters it stands for."""
    return text.translate(_LIGATURES)


def with_ligatures(pattern: str) -> str:
    """A pattern of words that also finds them where pairs of letters have become one character."""
    return _PAIR.sub(lambda match: dict(_LETTER_PAIRS)[match.group()], pattern)


def squashed(line: str) -> str:
    """A line's letters and digits alone, in lower case: `Regulatedactivity` and "Regulated activity" are one."""
    return _NOT_A_LETTER.sub("", line.translate(_LIGATURES).casefold())


def undoubled(line: str) -> str:
    """A doubled title read once: "The The Queen Queen Eliz Elizabe abeth" is "The Queen Elizabeth".

    Only a line in which half of the words repeat the one before is taken to be doubled."""
    words = line.translate(_LIGATURES).split()
    if len(words) < 2:
        return " ".join(words)
    read = [words[0]]
    repeated = 0
    for word in words[1:]:
        joined = _overlapped(read[-1], word)
        if joined is None:
            read.append(word)
        else:
            read[-1] = joined
            repeated += 1
    return " ".join(read) if 2 * repeated >= len(words) - 1 and repeated > 1 else " ".join(words)


def _overlapped(before: str, after: str) -> str | None:
    """The word two neighbours are pieces of, or None: `after` repeats `before`, or goes on where it ends."""
    if after == before or (len(before) > 1 and after.startswith(before)):
        return after
    for length in range(min(len(before), len(after)), 1, -1):
        if before.endswith(after[:length]):
            return before + after[length:]
    return None
