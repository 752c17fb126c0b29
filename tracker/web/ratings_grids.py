"""Ratings grids: services down, key questions across, each cell with everything a reader must know of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from tracker.ratings.queries import ListedCell
from tracker.ratings.scale import KEY_QUESTIONS, OVERALL
from tracker.reports.tables import Row
from tracker.web.ratings_words import (
    age_words,
    cell_href,
    change_words,
    direction,
    framework_words,
    rating_tone,
    rating_words,
    short_day,
    years_old,
)

Shown = dict[str, object]
Cells = Sequence[ListedCell]


@dataclass(frozen=True)
class Grid:
    """The grid of one organisation; `superseded` are rows of services no longer inspected under their name."""

    questions: list[str]
    rows: list[Shown]
    superseded: list[Shown]

    def __bool__(self) -> bool:
        return bool(self.rows or self.superseded)


def by_organisation(cells: Iterable[ListedCell]) -> dict[tuple[str, str], list[ListedCell]]:
    """(level, CQC's id) -> its cells, in the order given."""
    return {key: list(found) for key, found in groupby(cells, lambda cell: (cell.level, cell.cqc_id))}


def grid(cells: Cells, on: date, *, changes_only: bool = False) -> Grid:
    """The grid of one organisation's cells, ages reckoned on a day.

    With `changes_only`, the rows of services of which some rating differs from the one before.
    """
    domains = _domains(cells)
    rows: dict[bool, list[Shown]] = {False: [], True: []}
    for (_, name), found in groupby(cells, lambda cell: (cell.service, cell.service_name)):
        of_service = list(found)
        if changes_only and not any(has_changed(cell) for cell in of_service):
            continue
        whole = "Hospital as a whole" if of_service[0].level == "location" else "Trust as a whole"
        row: Shown = {
            "service": whole if of_service[0].service == OVERALL else name,
            "cells": [_cell([cell for cell in of_service if cell.domain == key], on) for key in domains],
        }
        rows[all(cell.superseded for cell in of_service)].append(row)
    return Grid(list(domains.values()), rows[False], rows[True])


def has_changed(cell: ListedCell) -> bool:
    """Whether the rating differs from the one before it: a re-confirmation does not count."""
    return bool(cell.before_state) and (cell.before_rating, cell.before_state) != (cell.rating, cell.state)


def _domains(cells: Cells) -> dict[str, str]:
    """Key -> name of the columns: CQC's five, any other it printed, Overall last."""
    names = {cell.domain: cell.domain_name for cell in sorted(cells, key=lambda cell: cell.domain_position)}
    others = [key for key in names if key not in {*KEY_QUESTIONS, OVERALL}]
    return {key: names.get(key, _NAMES.get(key, key)) for key in (*KEY_QUESTIONS, *others, OVERALL)}


_NAMES: Final = {
    "safe": "Safe",
    "effective": "Effective",
    "caring": "Caring",
    "responsive": "Responsive",
    "well_led": "Well-led",
    OVERALL: "Overall",
}


def _cell(variants: Cells, on: date) -> Shown | None:
    if not variants:
        return None
    cell = variants[0]
    word = rating_words(cell.state, cell.rating, cell.word)
    notes = [age_words(cell.published_on, on)]
    if len(variants) > 1:
        others = " and ".join(rating_words(other.state, other.rating, other.word) for other in variants[1:])
        notes.append(f"disputed: {others} is printed too, for the same day")
    return {
        "word": word,
        "tone": rating_tone(cell.rating),
        "href": cell_href(cell.level, cell.cqc_id, cell.service, cell.domain),
        "date": short_day(cell.published_on),
        "age": "; ".join(note for note in notes if note) or None,
        "change": change_words(cell.before_state, cell.before_rating, cell.rating),
        "direction": direction(cell.before_rating, cell.rating),
        "inherited": inherited_words(cell.inherited),
        "framework": framework_words(cell.framework),
    }


def inherited_words(inherited: str) -> str | None:
    """CQC marks a rating that a provider or location took over from another."""
    return "inherited from a predecessor" if inherited.strip().upper() in {"Y", "YES", "TRUE"} else None


GRID_HEADINGS: Final = (
    "Level", "CQC id", "Organisation", "Service", "Key question", "Rating", "Published", "Age in years", "Framework",
    "Inherited", "Rating before", "Disputed", "No longer inspected under this name",
)  # fmt: skip


def grid_rows(cells: Cells, names: dict[str, str], on: date) -> list[Row]:
    """The same cells as rows of an export; `names` are the organisations' by CQC's id."""
    return [
        (
            "Hospital" if cell.level == "location" else "Trust",
            cell.cqc_id,
            names.get(cell.cqc_id, cell.cqc_id),
            cell.service_name,
            cell.domain_name,
            rating_words(cell.state, cell.rating, cell.word),
            cell.published_on,
            years_old(cell.published_on, on) if cell.published_on else None,
            framework_words(cell.framework),
            "Yes" if inherited_words(cell.inherited) else "No",
            rating_words(cell.before_state, cell.before_rating, "") if cell.before_state else "",
            "Yes" if cell.disputed else "No",
            "Yes" if cell.superseded else "No",
        )
        for cell in cells
    ]
