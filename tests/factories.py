"""Rows as other parts of the service write them, for tests of the parts that read them."""

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from django.db.models import Max

from tracker.ratings.models import (
    ChangeKind,
    ImportEvent,
    RatedDomain,
    RatedOrganisation,
    RatedService,
    RatingChange,
    RatingImport,
    RatingRecord,
    RatingRetraction,
    RatingsSource,
)
from tracker.trusts.models import Site, Trust

WORDS = {1: "Inadequate", 2: "Requires improvement", 3: "Good", 4: "Outstanding", None: ""}


def rated_service(key: str, name: str = "") -> RatedService:
    return RatedService.objects.get_or_create(key=key, defaults={"name": name or key.capitalize()})[0]


def rated_domain(key: str, name: str = "") -> RatedDomain:
    return RatedDomain.objects.get_or_create(key=key, defaults={"name": name or key.capitalize()})[0]


def rated_organisation(trust: Trust, site: Site | None = None) -> RatedOrganisation:
    level, place = ("location", site) if site else ("provider", trust)
    cqc_id = site.cqc_id if site else trust.code
    return RatedOrganisation.objects.get_or_create(
        level=level, cqc_id=cqc_id, defaults={"name": str(place), "trust": trust, "site": site}
    )[0]


def import_event(kind: str = "applied", *, as_at: date = date(2026, 6, 1)) -> ImportEvent:
    """An import of its own, and the event that says it was applied or undone."""
    moment = datetime(as_at.year, as_at.month, as_at.day, 6, tzinfo=UTC)
    source = RatingsSource.objects.get_or_create(name="by hand", kind="by_hand", scope="bulk")[0]
    number = RatingImport.objects.count()
    rating_import = RatingImport.objects.create(
        source=source,
        file_name=f"{number}.csv",
        stored_name=f"{number}",
        size=1,
        as_at=as_at,
        state=kind,
        sha256=sha256(str(number).encode()).hexdigest(),
        requested_at=moment,
    )
    return ImportEvent.objects.create(rating_import=rating_import, kind=kind, at=moment)


def rating_record(
    trust: Trust,
    service: RatedService,
    domain: RatedDomain,
    rating: int,
    *,
    published_on: date,
    site: Site | None = None,
    event: ImportEvent | None = None,
    in_force_from: date | None = None,
) -> RatingRecord:
    event = event or import_event()
    return RatingRecord.objects.create(
        organisation=rated_organisation(trust, site),
        service=service,
        domain=domain,
        state="rated",
        rating=rating,
        word=WORDS[rating],
        published_on=published_on,
        in_force_from=in_force_from or published_on,
        rating_import=event.rating_import,
        event=event,
    )


def rating_change(
    trust: Trust,
    service: RatedService,
    domain: RatedDomain,
    *,
    before: int = 3,
    after: int = 2,
    published_on: date | None = date(2026, 5, 3),
    site: Site | None = None,
    kind: str = "",
    **other: Any,
) -> RatingChange:
    """A change as an import writes it: a new record of the cell and the change that tells it from the last."""
    event = import_event()
    earlier = RatingRecord.objects.filter(
        organisation=rated_organisation(trust, site), service=service, domain=domain
    ).aggregate(last=Max("pk"))["last"]
    record = rating_record(
        trust, service, domain, after, published_on=published_on or event.rating_import.as_at, site=site, event=event
    )
    return RatingChange.objects.create(
        organisation=record.organisation,
        service=service,
        domain=domain,
        trust=trust,
        site=site,
        level=record.organisation.level,
        as_at=event.rating_import.as_at,
        event=event,
        record_id=record.pk,
        kind=kind or (ChangeKind.WORSE if after < before else ChangeKind.BETTER),
        before_record_id=earlier,
        before_state="rated",
        before_rating=before,
        before_word=WORDS[before],
        state="rated",
        rating=after,
        word=WORDS[after],
        published_on=published_on,
        **other,
    )


def undo(change: RatingChange) -> RatingChange:
    """The change written when the import that made `change` is undone: its record is taken back, the one
    before is current again."""
    event = import_event("undone")
    assert change.record_id is not None
    RatingRetraction.objects.create(record_id=change.record_id, event=event)
    before, after = change.rating, change.before_rating
    assert before is not None
    assert after is not None
    return RatingChange.objects.create(
        organisation=change.organisation,
        service=change.service,
        domain=change.domain,
        trust=change.trust,
        site=change.site,
        level=change.level,
        as_at=change.as_at,
        event=event,
        undoing=True,
        kind=ChangeKind.WORSE if after < before else ChangeKind.BETTER,
        record_id=change.before_record_id,
        before_record_id=change.record_id,
        before_state="rated",
        before_rating=before,
        before_word=change.word,
        state="rated",
        rating=after,
        word=change.before_word,
        published_on=change.before_published_on,
    )
