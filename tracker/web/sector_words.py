"""The numbers of the sector on a page: each with its share, its words and the list it opens."""

from collections.abc import Sequence
from typing import Final

from django.urls import reverse

from tracker.charts.scales import adds_up, percent_words, whole_percent
from tracker.charts.stacked_bar import Part, StackedBar, stacked_bar
from tracker.insight.distribution import Spread
from tracker.insight.selection import FOUR, NOT_KNOWN, NOT_LISTED, By, Level
from tracker.reports.tables import Row
from tracker.web.addresses import address
from tracker.web.ratings_filter import Filtered, query_of
from tracker.web.ratings_words import OUTCOME_TONES, OUTCOME_WORDS, TYPE_WORDS

Shown = dict[str, object]

BY_WORDS: Final = {
    By.REGION: "Region",
    By.SYSTEM: "System",
    By.TYPE: "Trust type",
    By.SERVICE: "Service",
    By.QUESTION: "Key question",
}
_FIELD: Final = {
    By.REGION: "region", By.SYSTEM: "system", By.TYPE: "type", By.SERVICE: "service", By.QUESTION: "question",
}  # fmt: skip
NOUNS: Final = {Level.TRUST: "trust", Level.SITE: "hospital"}


def counted(count: int, level: Level, kind: str = "") -> str:
    """ "1 trust", "1,204 rated hospitals" with the `kind` "rated"."""
    return f"{count:,} {kind}{' ' if kind else ''}{NOUNS[level]}{'' if count == 1 else 's'}"


def list_href(filtered: Filtered, **changes: str) -> str:
    """The address of the list of exactly those that a number counts."""
    return address(reverse("trusts"), query_of(filtered.selection.with_(**changes), filtered.day))


def headline(whole: Spread) -> str:
    """The four shares in whole percent, best first: "3 : 30 : 61 : 7"."""
    return " : ".join(str(whole_percent(count, whole.rated)) for count in whole.four)


def rounding_note(whole: Spread) -> str:
    """Why the four may not add up, and why a figure printed elsewhere may differ."""
    total = sum(whole_percent(count, whole.rated) for count in whole.four)
    if adds_up(whole.four):
        return "Each share is rounded to a whole percent by itself; a figure published elsewhere may differ by one."
    return (
        f"Each share is rounded to a whole percent by itself, so the four add up to {total}; a published figure "
        "that was made to add up to 100 differs by one."
    )


def headline_parts(whole: Spread, filtered: Filtered) -> list[Shown]:
    """What the distribution component takes."""
    return [
        {
            "word": OUTCOME_WORDS[key],
            "tone": OUTCOME_TONES[key],
            "count": count,
            "share": whole_percent(count, whole.rated),
            "href": list_href(filtered, outcome=key),
        }
        for key, count in zip(FOUR, whole.four, strict=True)
    ]


def bar(whole: Spread) -> StackedBar:
    return stacked_bar(
        [Part(OUTCOME_WORDS[key], OUTCOME_TONES[key], count) for key, count in zip(FOUR, whole.four, strict=True)]
    )


def beside(whole: Spread, filtered: Filtered) -> list[Shown]:
    """What is not one of the four, each with its number and its list."""
    others = sorted(whole.others.items(), key=lambda other: -other[1])
    if whole.not_listed:
        others.append((NOT_LISTED, whole.not_listed))
    return [
        {
            "word": OUTCOME_WORDS[key],
            "text": counted(count, filtered.selection.level),
            "href": list_href(filtered, outcome=key),
        }
        for key, count in others
    ]


def table_columns(by: By) -> list[Shown]:
    numbers = [*(OUTCOME_WORDS[key] for key in FOUR), "Rated", "Other words"]
    return [{"text": BY_WORDS[by]}, *({"text": text, "numeric": True} for text in numbers)]


def group_name(group: Spread, by: By) -> str:
    if group.key == NOT_KNOWN and by in {By.REGION, By.SYSTEM, By.TYPE}:
        return "Not known"
    return TYPE_WORDS.get(group.key, group.label) if by is By.TYPE else group.label


def table_rows(groups: Sequence[Spread], by: By, filtered: Filtered) -> list[list[object]]:
    """A row a group: counts with shares of its own rated, each opening its list."""
    level = filtered.selection.level
    rows: list[list[object]] = []
    for group in groups:
        name = group_name(group, by)
        cells: list[object] = [name]
        for key, count in zip(FOUR, group.four, strict=True):
            about = f"{NOUNS[level]}s rated {OUTCOME_WORDS[key]}: {name}"
            cells.append(_number(group, by, filtered, count, key, about, share=percent_words(count, group.rated)))
        cells.append(_number(group, by, filtered, group.rated, "rated", f"rated {NOUNS[level]}s: {name}"))
        about = f"{NOUNS[level]}s with other words: {name}"
        cells.append(_number(group, by, filtered, group.unrated, "unrated", about))
        rows.append(cells)
    return rows


def _number(
    group: Spread, by: By, filtered: Filtered, count: int, outcome: str, about: str, *, share: str = ""
) -> object:
    if not count:
        return {"count": "0", "share": "", "href": None, "about": ""}
    changes = {_FIELD[by]: group.key, "outcome": outcome}
    return {"count": f"{count:,}", "share": share, "href": list_href(filtered, **changes), "about": about}


def table_export(groups: Sequence[Spread], by: By) -> tuple[tuple[str, ...], list[Row]]:
    """Headings and rows of the same table as a file: counts, and shares of the rated as fractions."""
    words = [OUTCOME_WORDS[key] for key in FOUR]
    headings = (BY_WORDS[by], "Key", *words, *(f"Share {word}" for word in words), "Rated", "Other words")
    rows: list[Row] = [
        (
            group_name(group, by),
            group.key,
            *group.four,
            *(round(count / group.rated, 4) if group.rated else None for count in group.four),
            group.rated,
            group.unrated,
        )
        for group in groups
    ]
    return headings, rows
