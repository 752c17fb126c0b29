"""The rows, columns and title of a list of trusts or hospitals."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.urls import reverse

from tracker.insight.rated_list import RatedSubject
from tracker.insight.selection import Level
from tracker.ratings.as_at import AsAt
from tracker.web.addresses import address
from tracker.web.ratings_filter import Filtered
from tracker.web.ratings_words import (
    OLD_AFTER_YEARS,
    OUTCOME_WORDS,
    TYPE_WORDS,
    rating_tone,
    rating_words,
    short_day,
    years_old,
)

Shown = dict[str, object]

_COLUMNS: Final = {
    Level.TRUST: (
        ("name", "Trust"),
        ("rating", "Rating"),
        ("published", "Published"),
        ("type", "Type"),
        ("region", "Region"),
        ("system", "System"),
    ),
    Level.SITE: (
        ("name", "Hospital"),
        ("rating", "Rating"),
        ("published", "Published"),
        ("trust", "Trust"),
        ("region", "Region"),
    ),
}


def list_title(total: int, filtered: Filtered) -> str:
    """What the page announces: "42 trusts, filtered by General acute, Good"."""
    noun = "hospital" if filtered.selection.level is Level.SITE else "trust"
    counted = f"{total:,} {noun}" if total == 1 else f"{total:,} {noun}s"
    words = filtered.in_words()
    return f"{counted}, filtered by {words}" if words else counted


def list_columns(level: Level, filtered: Filtered, sort: str) -> list[Shown]:
    """Columns whose headings sort; the best rating and the newest report come first at the first click."""
    columns: list[Shown] = []
    for key, text in _COLUMNS[level]:
        first = f"-{key}" if key in {"rating", "published"} else key
        other = key if first.startswith("-") else f"-{key}"
        column: Shown = {
            "text": text,
            "sort_href": address(filtered.path, {**filtered.query, "sort": other if sort == first else first}),
        }
        if sort.removeprefix("-") == key:
            column["sorted"] = "descending" if sort.startswith("-") else "ascending"
        columns.append(column)
    return columns


def list_rows(rows: Sequence[RatedSubject], level: Level, when: AsAt, today: date) -> list[list[object]]:
    """The cells of the table, rating drawn as everywhere."""
    return [_row(row, level, when, today) for row in rows]


def _row(row: RatedSubject, level: Level, when: AsAt, today: date) -> list[object]:
    query = {"as_at": when.day.isoformat() if when.day else ""}
    rated = drawn(row)
    published = short_day(row.published_on, "" if row.state is None else "no date given")
    years = years_old(row.published_on, when.day or today) if row.published_on else 0
    dated = f"{published}, {years} years old" if years >= OLD_AFTER_YEARS else published
    trust_href = address(reverse("trust", args=[row.trust_code]), query)
    if level is Level.SITE:
        site = {"text": row.name, "href": address(reverse("site", args=[row.code]), query)}
        return [site, rated, dated, {"text": row.trust_name, "href": trust_href}, row.region or "Not known"]
    trust = {"text": f"{row.name} ({row.code})", "href": trust_href}
    kind = TYPE_WORDS.get(row.type, "Not known")
    return [trust, rated, dated, kind, row.region or "Not known", row.system or "Not known"]


def drawn(row: RatedSubject) -> dict[str, str]:
    """The rating as the table draws it: its word and tone."""
    if row.outcome == "disputed":
        return {"word": OUTCOME_WORDS["disputed"], "tone": "none"}
    return {"word": rating_words(row.state, row.rating, row.word), "tone": rating_tone(row.rating)}
