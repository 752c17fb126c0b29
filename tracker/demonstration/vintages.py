"""The rows of one month's file, in CQC's columns, with the oddities real files have.

A cell is text, or a `date` where the file's own way of printing dates applies; a few dates are text in
another form.  Which rows are odd depends only on what they are about, so that an oddity stays put from month
to month and is never mistaken for a change.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from zlib import crc32

from tracker.demonstration.cast import CAST
from tracker.demonstration.places import REGION_NAMES, cqc_region
from tracker.demonstration.standing import Grid, Standing, is_listed
from tracker.demonstration.world import OVERALL, WORDS, Site, Trust, TrustType
from tracker.ratings.cqc_layouts import (
    LOCATION_HEADINGS,
    LOCATION_HEADINGS_25,
    LOCATION_HEADINGS_2015_NO_PROVIDER,
    PROVIDER_HEADINGS,
    PROVIDER_HEADINGS_18,
)

Cell = str | date
Row = tuple[Cell, ...]

NHS: Final = "NHS Healthcare Organisation"
_CATEGORIES: Final[dict[TrustType, str]] = {
    "general_acute": "Acute hospital - NHS non-specialist",
    "specialist_acute": "Acute hospital - NHS specialist",
    "mental_health": "Mental health - community & residential - NHS",
    "community": "Community health - NHS & Independent",
    "ambulance": "Ambulance service",
}
_MONTH_NAMES: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SINCE: Final = date(2019, 3, 1)
"""The conflicting and the unreadable row came into the file here."""

_OUTSIDERS_ID: Final = "XZ901"
"""A location of a provider that no register knows."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings of both sheets in one era of the file."""

    locations: tuple[str, ...]
    providers: tuple[str, ...]

    @classmethod
    def of(cls, as_at: date) -> "Layout":
        """The layout CQC used on that day."""
        if as_at < date(2016, 2, 1):
            return cls(LOCATION_HEADINGS_2015_NO_PROVIDER, PROVIDER_HEADINGS_18)
        if as_at < date(2018, 11, 1):
            return cls(LOCATION_HEADINGS_25, PROVIDER_HEADINGS_18)
        return cls(LOCATION_HEADINGS, PROVIDER_HEADINGS)


def in_layout(rows: Iterable[Row], today: tuple[str, ...], wanted: tuple[str, ...]) -> Iterator[Row]:
    """Rows in today's columns, reduced to the columns of an older layout."""
    if wanted == today:
        yield from rows
        return
    older = {"Key Question": "Domain"}
    places = [today.index(older.get(heading, heading)) for heading in wanted]
    for row in rows:
        yield tuple(row[place] for place in places)


def location_rows(
    sites: Iterable[Site], trusts: dict[str, Trust], grids: dict[str, Grid], kept: frozenset[str], as_at: date
) -> Iterator[Row]:
    """The NHS rows of `Locations`; `kept` are the ids of sites that a successor inherited from."""
    for site in sites:
        if not is_listed(site, as_at, kept=site.id in kept):
            continue
        trust = trusts[site.trust_code]
        head, tail = _location_head(site, trust), _location_tail(site, trust)
        for (service, domain), standing in grids.get(site.id, {}).items():
            report = "Location" if service == OVERALL else "CoreService"
            row = (*head, *_rating_cells(site.id, service, domain, standing, report), *tail)
            yield row
            if _lot(site.id, service, domain, "twice") % 3500 == 0:
                yield row
        if site.id == CAST.conflict.location_id and as_at > _SINCE:
            yield from _conflicting(site, head, tail, grids[site.id])
            # A service of its own, so that the unreadable date stands in the way of no other row.
            cells = ("Urgent care centre", "Safe", "Good", "31/02/2019", "CoreService", "N")
            yield (*head, *cells, *tail)
    yield from _outsiders(trusts[CAST.conflict.location_id[:3]])


def provider_rows(trusts: Iterable[Trust], grids: dict[str, Grid], as_at: date) -> Iterator[Row]:
    """The NHS rows of `Providers`."""
    for trust in trusts:
        if not is_listed(trust, as_at, kept=False):
            continue
        head = _provider_head(trust)
        for (service, domain), standing in grids.get(trust.code, {}).items():
            report = "Provider" if service == OVERALL else "CoreService"
            cells = _rating_cells(trust.code, service, domain, standing, report)
            yield (*head, *cells, f"https://www.cqc.org.uk/provider/{trust.code}", *_brand(trust.code))


def _lot(*about: str) -> int:
    """A number that depends only on what it is about: the same in every run and every month."""
    return crc32("|".join(about).encode())


def _brand(organisation_id: str) -> tuple[str, str]:
    return ("-", "-") if _lot(organisation_id, "brand") % 3 else ("", "")


def _location_head(site: Site, trust: Trust) -> tuple[str, ...]:
    return (
        site.id,
        "",
        site.name,
        "N",
        NHS,
        _CATEGORIES[trust.type],
        f"{1 + _lot(site.id) % 80} Infirmary Road",
        "",
        site.town,
        site.postcode,
        trust.county,
        cqc_region(trust.region_code, trust.longitude),
        REGION_NAMES[trust.region_code],
        f"E38Q{trust.system_code[2:]:0>5}",
        f"NHS {trust.county}",
        trust.system_code,
        f"NHS {trust.county}",
    )


def _location_tail(site: Site, trust: Trust) -> tuple[str, ...]:
    url = f"https://www.cqc.org.uk/location/{site.id}"
    return (url, trust.code, trust.name, *_brand(trust.code))


def _provider_head(trust: Trust) -> tuple[str, ...]:
    return (
        trust.code,
        trust.code if _lot(trust.code, "ods") % 2 else "",
        trust.name,
        NHS,
        _CATEGORIES[trust.type],
        "Trust Headquarters",
        f"{1 + _lot(trust.code) % 80} Priory Way",
        trust.town,
        f"Q{'ABCDEFGH'[_lot(trust.code, 'post') % 8]}{1 + _lot(trust.code, 'code') % 28} 1AA",
        trust.county,
        cqc_region(trust.region_code, trust.longitude),
        REGION_NAMES[trust.region_code],
    )


def _rating_cells(organisation_id: str, service: str, domain: str, standing: Standing, report: str) -> tuple[Cell, ...]:
    word = standing.word
    if word == WORDS[2] and _lot(organisation_id, service, domain) % 150 == 0:
        word = "Requires Improvement"
    own = "" if _lot(organisation_id, "inherited") % 9 == 0 else "N"
    inherited = "Y" if standing.inherited else own
    return service, domain, word, _date_cell(organisation_id, service, standing.on), report, inherited


def _date_cell(organisation_id: str, service: str, on: date | None) -> Cell:
    if on is None:
        return ""
    lot = _lot(organisation_id, service, "date") % 60
    return date_text(on, lot) if lot < len(DATE_FORMS) else on


DATE_FORMS: Final = ("2019-04-30", "30/04/2019", "30/04/2019 - 00:00", "30/Apr/2019 - 00:00")
"""The forms of a date seen in real files, by the example of one day."""


def date_text(on: date, form: int) -> str:
    """A date in the numbered one of `DATE_FORMS`."""
    if form == 0:
        return on.isoformat()
    month = _MONTH_NAMES[on.month - 1] if form == 3 else f"{on.month:02}"
    return f"{on.day:02}/{month}/{on.year}" + ("" if form == 1 else " - 00:00")


def _conflicting(site: Site, head: tuple[str, ...], tail: tuple[str, ...], grid: Grid) -> Iterator[Row]:
    """The other of two ratings published on one date, which the file's own notes say may occur."""
    conflict = CAST.conflict
    standing = grid.get((conflict.service, conflict.domain))
    if standing is not None:
        other = next(word for word in conflict.words if word != standing.word)
        cells = _rating_cells(site.id, conflict.service, conflict.domain, standing._replace(word=other), "CoreService")
        yield (*head, *cells, *tail)


def _outsiders(neighbour: Trust) -> Iterator[Row]:
    """Rows of an NHS provider that is in no register: to be settled by a person."""
    opened = date(2014, 1, 1)
    outsider = Site(_OUTSIDERS_ID, "XZ9", "Tansyford Treatment Centre", "Tansyford", "QA9 9ZZ", opened)
    tail = ("", "XZ9", "Tansyford Treatment Centres NHS Trust", "-", "-")
    for domain in ("Safe", OVERALL):
        cells = (OVERALL, domain, "Good", date(2015, 3, 11), "Location", "N")
        yield (*_location_head(outsider, neighbour), *cells, *tail)
