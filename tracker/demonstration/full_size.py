"""A file as long as the real one: the invented trusts, then care homes, practices and dentists to the end.

Made to measure the importer with.  `changed` re-rates an exact share of the rows, the same ones every time,
so that the second of two files differs from the first by just that much.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Final

from tracker.demonstration import rest_of_england
from tracker.demonstration.bulk_file import Format, Sheet, write_sheets
from tracker.demonstration.england import SEED, england
from tracker.demonstration.vintages import Row
from tracker.demonstration.world import WORDS
from tracker.ratings.cqc_layouts import LOCATION_HEADINGS, PROVIDER_HEADINGS

FULL_SIZE: Final = 323_673
"""Rows of `Locations` in September 2026."""

_PROVIDERS_BESIDE: Final = 2_000
_ISO: Final = 0
_RATING: Final = LOCATION_HEADINGS.index("Latest Rating")
_PUBLISHED: Final = LOCATION_HEADINGS.index("Publication Date")
_RERATED_ON: Final = date(2025, 11, 20)
_OTHER_WORD: Final = {"Good": "Requires improvement", "Requires improvement": "Good"}


def write_full_size(
    path: Path, file_format: Format, rows: int = FULL_SIZE, seed: int = SEED, *, changed: float = 0.0
) -> tuple[Path, ...]:
    """Write a file with exactly `rows` rows in `Locations`, and its `Providers`; return what was written.

    The file is as at the first month; with `changed` (a share of the `Locations` rows, 0 to 1) it is as at
    the second, with that share re-rated and newly dated.  Raises ValueError for a share outside 0 to 1.
    """
    if not 0 <= changed <= 1:
        raise ValueError(f"the share of changed rows must lie between 0 and 1, not {changed}")
    locations: Iterator[Row] = islice(location_rows(seed), rows)
    if changed:
        locations = rerated(locations, changed)
    world = england(seed)
    providers = chain(
        world.nhs_rows(world.months[0], "Providers"), rest_of_england.provider_rows(seed, _PROVIDERS_BESIDE)
    )
    sheets = [
        Sheet("Locations", LOCATION_HEADINGS, locations),
        Sheet("Providers", PROVIDER_HEADINGS, providers),
    ]
    return write_sheets(path, file_format, sheets, date_form=_ISO, split=True)


def location_rows(seed: int = SEED) -> Iterator[Row]:
    """`Locations` in today's columns, the trusts first, without end."""
    world = england(seed)
    return chain(world.nhs_rows(world.months[0], "Locations"), rest_of_england.location_rows(seed))


def rerated(rows: Iterable[Row], share: float) -> Iterator[Row]:
    """The same rows with a share of them given another rating and a newer date, evenly spread.

    After n rows, floor(n x share) of them have been changed.
    """
    due = 0.0
    for row in rows:
        due += share
        if due >= 1:
            due -= 1
            word = _OTHER_WORD.get(str(row[_RATING]), WORDS[3])
            row = (*row[:_RATING], word, _RERATED_ON, *row[_PUBLISHED + 1 :])
        yield row
