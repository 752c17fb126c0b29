"""What taking the text out of a PDF does to a report.  Each damage keeps the words that a reading must find."""

import re
from collections.abc import Callable
from random import Random
from typing import Final

_LABELS: Final = ("Regulated activity", "Requirement notices", "How the regulation was not being met:")
_HEADING: Final = re.compile(
    r"^(?:Areas for improvement|Requirement notices|Action the (?:trust|hospital) (?:MUST|SHOULD) take to improve:?)$"
)
_BULLET: Final = re.compile(r"^(?:\u2022|\d\.) ")


def ligatures(text: str, dice: Random) -> str:
    """Pairs of letters become one character."""
    return text.replace("ffi", "\ufb03").replace("fi", "\ufb01").replace("fl", "\ufb02")


def lost_spaces(text: str, dice: Random) -> str:
    """The labels of tables lose their spaces."""
    for label in _LABELS:
        text = text.replace(label, label.replace(" ", ""))
    return text


def doubled_headings(text: str, dice: Random) -> str:
    """Headings are printed twice, word by word, some of them in pieces."""
    return "\n".join(_doubled(line) if _HEADING.match(line) else line for line in text.split("\n"))


def _doubled(line: str) -> str:
    return " ".join(f"{word} {word}" if len(word) < 8 else f"{word[:4]} {word} {word[-5:]}" for word in line.split())


def broken_words(text: str, dice: Random) -> str:
    """Some long words are broken at the end of a line of an item."""
    found, inside = [], False
    for line in text.split("\n"):
        inside = bool(_BULLET.match(line)) or (inside and line[:1].islower())
        words = line.split(" ")
        where = [n for n, word in enumerate(words) if n > 2 and word.isalpha() and word.islower() and len(word) > 9]
        if inside and where and dice.random() < 0.5:
            at = dice.choice(where)
            found.append(" ".join([*words[:at], words[at][:5] + "-"]))
            found.append(" ".join([words[at][5:], *words[at + 1 :]]))
        else:
            found.append(line)
    return "\n".join(found)


def footers_inside(text: str, dice: Random) -> str:
    """A page ends in the middle of an item."""
    found, page = [], 20
    for line in text.split("\n"):
        found.append(line)
        if _BULLET.match(line) and line[-1:].isalpha() and dice.random() < 0.5:
            page += 1
            found.append(f"{page} Brindlemere General Hospital Quality Report 14/06/2016")
    return "\n".join(found)


def bullets_first(text: str, dice: Random) -> str:
    """All bullets of a list stand before its texts."""
    found: list[str] = []
    block: list[str] = []

    def settle() -> None:
        bullets = [line for line in block if line.startswith("\u2022 ")]
        found.extend("\u2022" for _ in bullets)
        found.extend(line.removeprefix("\u2022 ") for line in block)
        block.clear()

    for line in text.split("\n"):
        if line.startswith("\u2022 ") or (block and line[:1].islower()):
            block.append(line)
        else:
            settle()
            found.append(line)
    settle()
    return "\n".join(found)


def bullets_lost(text: str, dice: Random) -> str:
    """No bullet is left."""
    return "\n".join(_BULLET.sub("", line) for line in text.split("\n"))


def bullets_alone(text: str, dice: Random) -> str:
    """Each bullet or number stands on a line of its own."""
    lines: list[str] = []
    for line in text.split("\n"):
        match = _BULLET.match(line)
        lines += [match.group().strip(". "), line[match.end() :]] if match else [line]
    return "\n".join(lines)


def blank_lines(text: str, dice: Random) -> str:
    """Lines are set apart, now and then in the middle of an item."""
    return "".join(line + ("\n\n" if dice.random() < 0.3 else "\n") for line in text.split("\n")[:-1])


def other_line_ends(text: str, dice: Random) -> str:
    """Line ends of another machine, and a form feed at a page's end."""
    return text.replace("\n", "\r\n").replace("Summary of findings\r\n", "Summary of findings\r\n\f")


DAMAGES: Final[dict[str, Callable[[str, Random], str]]] = {
    "ligatures": ligatures,
    "lost spaces": lost_spaces,
    "doubled headings": doubled_headings,
    "broken words": broken_words,
    "footers inside": footers_inside,
    "bullets first": bullets_first,
    "bullets lost": bullets_lost,
    "bullets alone": bullets_alone,
    "blank lines": blank_lines,
    "other line ends": other_line_ends,
}
