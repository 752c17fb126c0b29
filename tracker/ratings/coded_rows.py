"""Rows as PostgreSQL's COPY is fastest to take: numbers, and each text they stand for once.

A file of 400,000 rows is 120 MB of text and says a few thousand different things about fifty thousand
organisations.  So four lists are made of it, each the text of `COPY … FROM STDIN` with its default settings:

- ``staged``: one line a row: its line in the file, and the numbers of the other three;
- ``staged_about``: a number and the fields of `rows.ABOUT`, once for rows that follow each other;
- ``staged_said`` and ``staged_published``: a number and the fields of `rows.SAID`; of `rows.PUBLISHED` and the level.

A text may stand under more than one number: what is remembered is bounded, whatever the file holds.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from tracker.ratings.rows import ABOUT, PUBLISHED, SAID, PartedRow, Texts
from tracker.ratings.unreadable import UnreadableFile

LISTS: Final = {
    "staged": ("line", "about", "said", "published"),
    "staged_about": ("no", *ABOUT),
    "staged_said": ("no", *SAID),
    "staged_published": ("no", *PUBLISHED, "level"),
}
"""Each list and its columns, as they are stored while a file is read."""

NHS_TYPE: Final = "nhs healthcare organisation"
PROGRESS_EVERY: Final = 20_000

_ROWS_AT_ONCE: Final = 1_000
_LONG_LIST: Final = 20_000
_LONG_TEXTS: Final = 1 << 20
_REMEMBERED: Final = 20_000
_LONG: Final = 300
"""Characters of a text from which on it is not remembered."""

_LEVEL, _ORGANISATION = ABOUT.index("level"), ABOUT.index("organisation_id")
_TYPE, _PROVIDER = ABOUT.index("organisation_type"), ABOUT.index("provider_id")
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass
class Sieve:
    """Lets through the rows that are kept and counts the others by organisation type.

    A row belongs to the NHS when its organisation type is "NHS Healthcare Organisation", or when its
    organisation's id or its provider's id is among the known ids: older vintages and blank cells do not say the
    type, and a rating of a trust we know is never dropped for what a cell says.
    """

    nhs_only: bool
    known_ids: frozenset[str] = frozenset()
    seen: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def lets_through(self, about: Texts) -> bool:
        """Whether the rows about this organisation are kept."""
        return (
            not self.nhs_only
            or about[_TYPE].casefold() == NHS_TYPE
            or about[_PROVIDER] in self.known_ids
            or about[_ORGANISATION] in self.known_ids
        )


def coded(
    rows: Iterable[PartedRow], sieve: Sieve, progress: Callable[[], None] = lambda: None
) -> Iterator[tuple[str, str]]:
    """The rows kept, as pieces of the four lists: the name of a list and lines of it.

    `progress` is called every `PROGRESS_EVERY` rows read.  Where `rows` end in a refusal, what came before it is
    given before it.
    """
    rows = iter(rows)
    lists = _Lists()
    said_numbers, published_numbers, add_row = lists.said, lists.published, lists.rows.append
    last: Texts | None = None
    passes = False
    about_number = ""
    seen = before = 0
    try:
        while seen == before:
            before = seen + _ROWS_AT_ONCE
            for line, about, said, published in islice(rows, _ROWS_AT_ONCE):
                seen += 1
                if about is not last:
                    if about != last:
                        passes = sieve.lets_through(about)
                        about_number = lists.add_about(about) if passes else ""
                    last = about
                if passes:
                    said_number = said_numbers.get(said) or lists.add_said(said)
                    published_number = published_numbers.get(published) or lists.add_published(published)
                    add_row(f"{line}{about_number}{said_number}{published_number}")
                else:
                    sieve.dropped[about[_TYPE]] += 1
            sieve.seen = seen
            sieve.kept = lists.given + len(lists.rows)
            if seen == before and seen % PROGRESS_EVERY == 0:
                progress()
            if lists.are_long:
                yield from lists.let_go()
    except UnreadableFile:
        yield from lists.let_go()
        raise
    yield from lists.let_go()


class _Lists:
    """The lines that were not given yet, and the numbers that texts were given, as a row's line holds them."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.said: dict[Texts, str] = {}
        self.published: dict[Texts, str] = {}
        """Numbers of what organisations of one level published."""
        self.given = 0
        self._held = 0
        self._level = ""
        self._lines: dict[str, list[str]] = {name: [] for name in LISTS if name != "staged"}
        self._last: dict[str, int] = dict.fromkeys(self._lines, 0)

    def add_about(self, about: Texts) -> str:
        if about[_LEVEL] != self._level:
            self._level = about[_LEVEL]
            self.published.clear()
        return f"\t{self._add('staged_about', about)}\t"

    def add_said(self, said: Texts) -> str:
        number = f"{self._add('staged_said', said)}\t"
        _remember(self.said, said, number)
        return number

    def add_published(self, published: Texts) -> str:
        number = f"{self._add('staged_published', (*published, self._level))}\n"
        _remember(self.published, published, number)
        return number

    def _add(self, name: str, texts: Texts) -> int:
        self._last[name] = number = self._last[name] + 1
        line = _copy_line(number, texts)
        self._lines[name].append(line)
        self._held += len(line)
        return number

    @property
    def are_long(self) -> bool:
        """Whether it is time to let go."""
        return len(self.rows) >= _LONG_LIST or self._held >= _LONG_TEXTS

    def let_go(self) -> Iterator[tuple[str, str]]:
        """What was not given yet, as pieces; nothing is kept of it but the numbers."""
        self.given += len(self.rows)
        self._held = 0
        for name, lines in {"staged": self.rows, **self._lines}.items():
            if lines:
                yield name, "".join(lines)
                lines.clear()


def _remember(known: dict[Texts, str], texts: Texts, number: str) -> None:
    if max(map(len, texts)) <= _LONG:
        if len(known) == _REMEMBERED:
            known.clear()
        known[texts] = number


def _copy_line(number: int, texts: Texts) -> str:
    """One line of COPY's text format.  An empty field is an empty text: NULL would be `\\N`, which no text becomes."""
    line = "\t".join(texts)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") != len(texts) - 1:
        line = "\t".join(text.translate(_ESCAPED) for text in texts)
    return f"{number}\t{line}\n"
