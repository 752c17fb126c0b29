"""What moved between two days: the matrix and the lists its numbers open."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.urls import reverse

from tracker.insight.movement import ENDS, NONE, Matrix, Moved
from tracker.insight.selection import Level
from tracker.reports.tables import Row
from tracker.web.addresses import address
from tracker.web.ratings_words import OUTCOME_TONES, OUTCOME_WORDS, short_day
from tracker.web.sector_words import counted

END_WORDS: Final = {**OUTCOME_WORDS, NONE: "None of the four, or not listed"}
_SUMS: Final = {"better": "better", "worse": "worse", "same": "rated the same"}


def move_words(move: str) -> str:
    """What a number counts: "better", "from Good to Requires improvement"."""
    if move in _SUMS:
        return _SUMS[move]
    before, after = move.split(":")
    return f"from {END_WORDS[before]} to {END_WORDS[after]}"


def move_href(query: Mapping[str, object], move: str) -> str:
    return address(reverse("movement"), {**query, "move": move}) + "#list"


def sums(found: Matrix, query: Mapping[str, object], level: Level) -> list[dict[str, str]]:
    """Better, worse and the same, each with its list."""
    numbers = {"better": found.better, "worse": found.worse, "same": found.same}
    return [
        {
            "text": counted(number, level),
            "words": _SUMS[move],
            "href": move_href(query, move) if number else "",
        }
        for move, number in numbers.items()
    ]


def matrix_rows(found: Matrix, query: Mapping[str, object], level: Level) -> list[list[object]]:
    """A row for each outcome on the first day, a column for each on the second."""
    rows: list[list[object]] = []
    for before in ENDS:
        cells: list[object] = [{"word": END_WORDS[before], "tone": OUTCOME_TONES.get(before, "none")}]
        for after in ENDS:
            number, move = found.count(before, after), f"{before}:{after}"
            cells.append(
                {
                    "count": f"{number:,}",
                    "share": "",
                    "href": move_href(query, move) if number else None,
                    "about": f"{level.value}s {move_words(move)}",
                }
            )
        rows.append(cells)
    return rows


MATRIX_COLUMNS: Final[list[dict[str, object]]] = [
    {"text": "From, down; to, across"},
    *({"text": END_WORDS[end], "numeric": True} for end in ENDS),
]
LIST_HEADINGS: Final = (
    "Code",
    "Name",
    "Trust code",
    "Trust",
    "Region",
    "Before",
    "Published",
    "After",
    "Published after",
)


def list_rows(moved: Sequence[Moved], level: Level) -> list[list[object]]:
    """The rows of the list below the matrix."""
    name = "site" if level is Level.SITE else "trust"
    return [
        [
            {"text": f"{one.name} ({one.code})", "href": reverse(name, args=[one.code])},
            {"word": END_WORDS[one.before], "tone": OUTCOME_TONES.get(one.before, "none")},
            {"word": END_WORDS[one.after], "tone": OUTCOME_TONES.get(one.after, "none")},
            short_day(one.after_published_on, ""),
            one.region or "Not known",
        ]
        for one in moved
    ]


def export_rows(moved: Sequence[Moved]) -> list[Row]:
    return [
        (
            one.code,
            one.name,
            one.trust_code,
            one.trust_name,
            one.region,
            END_WORDS[one.before],
            one.before_published_on,
            END_WORDS[one.after],
            one.after_published_on,
        )
        for one in moved
    ]


def matrix_export(found: Matrix) -> tuple[tuple[str, ...], list[Row]]:
    headings = ("Before", *(f"After: {END_WORDS[end]}" for end in ENDS))
    rows: list[Row] = [(END_WORDS[before], *(found.count(before, after) for after in ENDS)) for before in ENDS]
    return headings, rows
