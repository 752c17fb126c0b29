"""Ratings written straight into history and current, as an import leaves them, for tests of what reads them.

A `Book` loads listings one after another, each the whole of what a file of a day lists:

    book = Book()
    book.load(date(2025, 11, 1), {cell(trust, "overall", "overall"): value(3, "2025-03-04")})
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count
from typing import NamedTuple

from tracker.ratings import services
from tracker.ratings.frameworks import read_framework
from tracker.ratings.models import (
    CurrentRating,
    ImportEvent,
    RatedDomain,
    RatedOrganisation,
    RatedService,
    RatingImport,
    RatingRecord,
    RatingRetraction,
    RatingsSource,
)
from tracker.ratings.scale import DOMAIN_NAMES, Rating
from tracker.trusts.models import Site, SiteSuccession, Trust

_numbers = count(1)


class Cell(NamedTuple):
    """A cell by whom it is about; `variant` is 1 for the second of two values of one day."""

    place: Trust | Site
    service: str
    domain: str
    variant: int = 0


@dataclass(frozen=True)
class Value:
    rating: int | None
    published_on: date | None
    state: str = "rated"
    word: str = ""
    inherited: str = "N"
    url: str = ""


def cell(place: Trust | Site, service: str = "overall", domain: str = "overall", variant: int = 0) -> Cell:
    return Cell(place, service, domain, variant)


def value(rating: int | None, published: str | None, *, state: str = "", word: str = "", **other: str) -> Value:
    """`rating` 4 to 1; or None, and then `state` and `word` say what is printed in its place."""
    if rating is not None:
        return Value(rating, _day(published), "rated", Rating(rating).words, **other)
    return Value(None, _day(published), state or "not_rated", word or "Not rated", **other)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def rated_service(key: str) -> RatedService:
    known = services.SERVICES.get(key)
    defaults = {"name": known.name if known else key, "position": known.order if known else 900}
    return RatedService.objects.get_or_create(key=key, defaults=defaults)[0]


def rated_domain(key: str) -> RatedDomain:
    position = list(DOMAIN_NAMES).index(key) if key in DOMAIN_NAMES else 900
    defaults = {"name": DOMAIN_NAMES.get(key, key), "position": position}
    return RatedDomain.objects.get_or_create(key=key, defaults=defaults)[0]


def rated_organisation(place: Trust | Site) -> RatedOrganisation:
    if isinstance(place, Trust):
        defaults = {"name": place.name, "trust": place}
        return RatedOrganisation.objects.get_or_create(level="provider", cqc_id=place.code, defaults=defaults)[0]
    defaults = {"name": place.name, "trust": place.trust, "site": place}
    return RatedOrganisation.objects.get_or_create(level="location", cqc_id=place.cqc_id, defaults=defaults)[0]


def rating_import(as_at: date, *, state: str = "applied", scope: str = "bulk") -> RatingImport:
    number = next(_numbers)
    kind = {"bulk": "by_hand", "api": "api"}[scope]
    source = RatingsSource.objects.get_or_create(
        scope=scope, kind=kind, defaults={"name": "Files loaded by hand" if scope == "bulk" else "CQC's API"}
    )[0]
    return RatingImport.objects.create(
        source=source,
        file_name=f"{as_at:%d_%B_%Y}_Latest_ratings.ods",
        stored_name=f"{number}",
        size=1,
        sha256=sha256(f"{number} {as_at}".encode()).hexdigest(),
        as_at=as_at,
        state=state,
        requested_at=datetime(as_at.year, as_at.month, as_at.day, 9, tzinfo=UTC),
    )


@dataclass
class Book:
    """What one scope's files have listed so far."""

    scope: str = "bulk"
    standing: dict[Cell, tuple[Value, RatingRecord, Value | None]] = field(default_factory=dict)
    _last: dict[Cell, Value] = field(default_factory=dict)  # the value last listed, of cells gone since too
    _organisations: dict[Trust | Site, RatedOrganisation] = field(default_factory=dict)
    _services: dict[str, RatedService] = field(default_factory=dict)
    _domains: dict[str, RatedDomain] = field(default_factory=dict)

    def load(self, as_at: date, listing: dict[Cell, Value]) -> ImportEvent:
        """One file as at a day: history grows by what differs, and the current table says what it lists."""
        event = self._event(as_at)
        written: list[tuple[Cell, RatingRecord]] = []
        for where, what in listing.items():
            known = self.standing.get(where)
            if known is None or known[0] != what:
                record = self._record(where, what, event, listed=True)
                self.standing[where] = (what, record, self._last.get(where))
                self._last[where] = what
                written.append((where, record))
        for where in [where for where in self.standing if where not in listing]:
            written.append((where, self._record(where, self.standing.pop(where)[0], event, listed=False)))
        RatingRecord.objects.bulk_create([record for _, record in written])
        self._write_current()
        return event

    def historic(self, as_at: date, history: dict[Cell, list[Value]]) -> ImportEvent:
        """CQC's own history: shown, never current."""
        event = self._event(as_at)
        records = []
        for where, values in history.items():
            for what in values:
                record = self._record(where, what, event, listed=True)
                record.historic, record.in_force_from = True, what.published_on or as_at
                records.append(record)
        RatingRecord.objects.bulk_create(records)
        return event

    def retract(self, record: RatingRecord, why: str) -> None:
        """Take one record back, as the undoing of its import does; the current table is left to the caller."""
        event = ImportEvent.objects.create(
            rating_import_id=record.rating_import_id, kind="undone", at=datetime(2026, 6, 1, 12, tzinfo=UTC), why=why
        )
        RatingRetraction.objects.create(record_id=record.pk, event=event)

    def _event(self, as_at: date) -> ImportEvent:
        loaded = rating_import(as_at, scope=self.scope)
        return ImportEvent.objects.create(rating_import=loaded, kind="applied", at=loaded.requested_at)

    def _record(self, where: Cell, what: Value, event: ImportEvent, *, listed: bool) -> RatingRecord:
        organisation = self._organisations.get(where.place)
        if organisation is None:
            organisation = self._organisations[where.place] = rated_organisation(where.place)
        service = self._services.get(where.service) or rated_service(where.service)
        domain = self._domains.get(where.domain) or rated_domain(where.domain)
        self._services[where.service], self._domains[where.domain] = service, domain
        return RatingRecord(
            organisation=organisation,
            service=service,
            domain=domain,
            variant=where.variant,
            state=what.state,
            rating=what.rating,
            word=what.word,
            published_on=what.published_on,
            inherited=what.inherited,
            url=what.url,
            framework=read_framework(
                "", what.published_on, level=organisation.level, service=where.service, domain=where.domain
            ),
            listed=listed,
            in_force_from=event.rating_import.as_at,
            rating_import=event.rating_import,
            event=event,
            scope=self.scope,
        )

    def _write_current(self) -> None:
        CurrentRating.objects.filter(scope=self.scope).delete()
        successors = dict(SiteSuccession.objects.values_list("predecessor_id", "successor_id"))
        rated_sites = {
            where.place.pk
            for where, (what, _, _) in self.standing.items()
            if isinstance(where.place, Site) and what.rating is not None
        }
        latest: dict[tuple[Trust | Site, str], date] = {}
        for where, (what, _, _) in self.standing.items():
            if what.published_on is not None:
                key = where.place, where.service
                latest[key] = max(latest.get(key, date.min), what.published_on)
        rows = []
        for where, (_, record, before) in self.standing.items():
            known = services.SERVICES.get(where.service)
            superseded = False
            if known and known.superseded_by:
                published = {service: day for (place, service), day in latest.items() if place == where.place}
                superseded = services.superseded_on(known, published) is not None
            successor = successors.get(where.place.pk) if isinstance(where.place, Site) else None
            twin = replace_variant(where)
            rows.append(
                CurrentRating(
                    **{name: getattr(record, name) for name in _COPIED},
                    record_id=record.pk,
                    scope=self.scope,
                    level=record.organisation.level,
                    trust_id=record.organisation.trust_id,
                    site_id=record.organisation.site_id,
                    before_state=before.state if before else "",
                    before_rating=before.rating if before else None,
                    before_published_on=before.published_on if before else None,
                    superseded=superseded,
                    counted=successor not in rated_sites,
                    disputed=twin in self.standing,
                )
            )
        CurrentRating.objects.bulk_create(rows)


_COPIED = (
    "organisation_id", "service_id", "domain_id", "variant", "state", "rating", "word", "published_on",
    "report_type", "inherited", "framework", "url", "in_force_from",
)  # fmt: skip


def replace_variant(where: Cell) -> Cell:
    """The other of two values of one cell."""
    return where._replace(variant=1 - where.variant)
