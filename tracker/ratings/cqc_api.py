"""Reads the provider and location records of CQC's public API (`/public/v1`) into rows of our own words.

With `cqc_api_types`, which holds the shape of a record, and `cqc_client`, which fetches one, this is all that
knows the API's names.  Where the API says something twice both stand: duplicates are for the importer to
collapse and to count.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from tracker.ratings.cqc_api_types import (
    Assessment,
    AssessmentRatings,
    Ids,
    Organisation,
    Rated,
    Saved,
    Scalar,
)
from tracker.ratings.rows import OrganisationLink, RatingRow
from tracker.ratings.unreadable import UnreadableFile

WHOLE: Final = "Overall"
"""CQC's word for the organisation as a whole and for the rating over all key questions."""

SINGLE_ASSESSMENT: Final = "Single assessment framework"
"""What the API's `assessment` is published under; no other of its ratings names a framework."""

LONGEST_SAVED: Final = 1024**3
"""Bytes of a file of saved records; a location takes about 3,000.  One that was not saved a record a line is
read into memory whole."""

RECORD_A_LINE: Final = b'"providers":[\n'
"""How the first line ends of a file that holds one record on each line that begins with a brace."""


class UnreadableRecord(Exception):
    """One record that cannot be read; nothing of it may be kept.  `field` is the API's own name."""

    def __init__(self, record_id: str, field: str, reason: str) -> None:
        self.record_id = record_id
        self.field = field
        self.reason = reason
        super().__init__(record_id, field, reason)

    def __str__(self) -> str:
        return f"Record {self.record_id or 'without an id'}, {self.field or 'as a whole'}: {self.reason}"


class OrganisationRecord(NamedTuple):
    """What a record says of the organisation itself, as printed; what it does not say is an empty string.

    Dates are the API's text, latitude and longitude WGS 84 degrees.  `region` is CQC's own, not the NHS's.
    """

    organisation_id: str
    level: str
    name: str
    provider_id: str
    ods_code: str
    type: str
    category: str
    registration_status: str
    registered: str
    deregistered: str
    postcode: str
    local_authority: str
    region: str
    latitude: str
    longitude: str


class Reading(NamedTuple):
    """One record, read."""

    rows: list[RatingRow]
    links: list[OrganisationLink]
    organisation: OrganisationRecord


Item = TypeVar("Item")


def read_location(record: Mapping[str, Any] | bytes, *, number: int = 1) -> Reading:
    """One location.  `number` is its place in a listing, for `RatingRow.line`.  Raises `UnreadableRecord`."""
    return _read(record, "location", number)


def read_provider(record: Mapping[str, Any] | bytes, *, number: int = 1) -> Reading:
    """One provider: a trust's own ratings.  Raises `UnreadableRecord`."""
    return _read(record, "provider", number)


def read_saved_records(path: Path) -> Iterator[Reading | UnreadableRecord]:
    """The records of a JSON file: a list of them, or an object with one under `locations` or `providers`.

    A record that cannot be read comes out as its `UnreadableRecord`, for a person to settle, and the others
    are read all the same.  Raises `UnreadableFile` where the file as a whole is no such thing.
    """
    if path.stat().st_size > LONGEST_SAVED:
        raise UnreadableFile("The file is too large for saved records.", looked_for=f"{LONGEST_SAVED} bytes at most")
    for number, record in enumerate(_lines_or_all(path), start=1):
        try:
            ids = _decode(record, Ids, "")
            yield _read(record, "location" if ids.location_id else "provider", number)
        except UnreadableRecord as unreadable:
            yield unreadable


class _Estate(msgspec.Struct, rename="camel"):
    location_ids: list[str] | None = None


def is_cqc_id(text: str) -> bool:
    """Whether CQC could have given this id to a provider or location."""
    return _ID.fullmatch(text) is not None


def location_ids(provider: bytes) -> list[str]:
    """The locations a provider's record says it runs, deregistered ones included; none where it does not say."""
    try:
        listed = msgspec.json.decode(provider, type=_Estate).location_ids or []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    return [one for one in listed if is_cqc_id(one)]


def without_persons(record: bytes) -> bytes:
    """A record with the fields that are read here and no other: what is personal is gone.

    Raises `UnreadableRecord`."""
    kept: bytes = msgspec.json.encode(_said(msgspec.to_builtins(_decode(record, Organisation, ""))))
    return kept


def _said(value: Any) -> Any:
    """Without the fields a record leaves out."""
    if isinstance(value, dict):
        return {name: _said(one) for name, one in value.items() if one is not None}
    return [_said(one) for one in value] if isinstance(value, list) else value


def _lines_or_all(path: Path) -> Iterator[bytes]:
    """The records one after another: read line by line where the file is laid out so, else all at once."""
    with path.open("rb") as file:
        if not file.readline(1000).endswith(RECORD_A_LINE):
            yield from map(bytes, _saved(path.read_bytes()))
            return
        line = b""
        for line in file:
            if line.startswith(b"{"):
                yield line.rstrip(b",\n")
        if line != b"]}\n":
            raise _no_records("a file that is cut short")


def _saved(content: bytes) -> list[msgspec.Raw]:
    try:
        saved = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=list[msgspec.Raw] | Saved)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _no_records(f"{content[:40]!r}: {error}") from error
    except RecursionError as error:
        raise _no_records("JSON that is nested too deeply") from error
    if isinstance(saved, list):
        return saved
    if saved.locations is None and saved.providers is None:
        raise _no_records("an object with neither")
    return [*(saved.providers or ()), *(saved.locations or ())]


def _no_records(found: str) -> UnreadableFile:
    return UnreadableFile(
        "The file is not a list of records of CQC's API.",
        looked_for="a JSON list, or an object with “locations” or “providers”",
        found=found,
    )


def _decode(record: Mapping[str, Any] | bytes, wanted: type[Item], record_id: str) -> Item:
    try:
        if isinstance(record, bytes):
            return msgspec.json.decode(record, type=wanted)
        return msgspec.convert(record, type=wanted)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `")
        raise UnreadableRecord(record_id, where.rstrip("`").removeprefix("$").lstrip("."), reason) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableRecord(record_id, "", f"is not JSON: {error}") from error
    except RecursionError as error:
        raise UnreadableRecord(record_id, "", "is nested too deeply") from error


_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,29}")


def _read(record: Mapping[str, Any] | bytes, level: str, number: int) -> Reading:
    ids = _decode(record, Ids, "")
    record_id = _id(ids.location_id if level == "location" else ids.provider_id, f"{level}Id", "")
    organisation = _decode(record, Organisation, record_id)
    reader = _Reader(organisation, record_id, level, number)
    return Reading(list(reader.rows()), list(reader.links()), reader.record)


def _id(value: Scalar, field: str, record_id: str) -> str:
    text = _text(value, field, record_id)
    if not _ID.fullmatch(text):
        raise UnreadableRecord(record_id, field, f"is not one of CQC's ids: {text[:40]!r}")
    return text


def _text(value: Scalar, field: str, record_id: str) -> str:
    """A scalar as it is printed.  PostgreSQL holds no NUL, and no word of CQC's has one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).strip()
    if "\0" in text:
        raise UnreadableRecord(record_id, field, "holds a NUL character")
    return text


class Said(NamedTuple):
    """What is known of a rating from the lines above it, until its own line says otherwise.

    `owner` is the organisation that was rated: another one's id means that the rating was inherited.
    """

    service: str
    listing: str
    date: Scalar = None
    report: Scalar = None
    owner: Scalar = None
    framework: str = ""

    def heard(self, rated: Rated) -> "Said":
        return self._replace(
            date=rated.report_date or self.date,
            report=rated.report_link_id or self.report,
            owner=rated.organisation_id or self.owner,
        )


class _Reader:
    """One organisation's record on its way to rows."""

    def __init__(self, organisation: Organisation, record_id: str, level: str, number: int) -> None:
        self._organisation = organisation
        self._id = record_id
        self._number = number
        self._areas = {
            self._text(area.inspection_area_id, "inspectionAreas"): area for area in organisation.inspection_areas or ()
        }
        self._report_types = {
            self._text(report.link_id, "reports"): self._text(report.report_type, "reports")
            for report in organisation.reports or ()
        }
        self.record = OrganisationRecord(
            organisation_id=record_id,
            level=level,
            name=self._text(organisation.name, "name"),
            provider_id=_id(organisation.provider_id, "providerId", record_id),
            ods_code=self._text(organisation.ods_code, "odsCode"),
            type=self._text(organisation.type, "type"),
            category=self._category(),
            registration_status=self._text(organisation.registration_status, "registrationStatus"),
            registered=self._text(organisation.registration_date, "registrationDate"),
            deregistered=self._text(organisation.deregistration_date, "deregistrationDate"),
            postcode=self._text(organisation.postal_code, "postalCode"),
            local_authority=self._text(organisation.local_authority, "localAuthority"),
            region=self._text(organisation.region, "region"),
            latitude=self._text(organisation.onspd_latitude, "onspdLatitude"),
            longitude=self._text(organisation.onspd_longitude, "onspdLongitude"),
        )
        if not self.record.name:
            raise UnreadableRecord(record_id, "name", "is missing")

    def _text(self, value: Scalar, field: str) -> str:
        return _text(value, field, self._id)

    def _category(self) -> str:
        categories = self._organisation.inspection_categories or []
        primary = [one for one in categories if self._text(one.primary, "primary").casefold() == "true"]
        return self._text(primary[0].name, "inspectionCategories") if primary else ""

    def links(self) -> Iterator[OrganisationLink]:
        """Relationships that say who carried on as whom; CQC's other relationships say nothing of that."""
        for relationship in self._organisation.relationships or ():
            related = relationship.related_location_id or relationship.related_provider_id
            kind = self._text(relationship.type, "relationships").casefold()
            reason = self._text(relationship.reason, "relationships")
            if kind.endswith("successor"):
                yield OrganisationLink(self._id, _id(related, "relationships", self._id), reason)
            elif kind.endswith("predecessor"):
                yield OrganisationLink(_id(related, "relationships", self._id), self._id, reason)

    def rows(self) -> Iterator[RatingRow]:
        current = self._organisation.current_ratings
        if current is not None:
            said = Said(WHOLE, "current", date=current.report_date)
            yield from self._rated(current.overall, said)
            for service in current.service_ratings or ():
                listing = "superseded" if self._is_replaced(service) else "current"
                yield from self._rated(service, said._replace(service=self._service(service), listing=listing))
        for past in self._organisation.historic_ratings or ():
            said = Said(WHOLE, "historic", past.report_date, past.report_link_id, past.organisation_id)
            yield from self._rated(past.overall, said)
            for service in past.service_ratings or ():
                yield from self._rated(service, said._replace(service=self._service(service)))
        for assessment in self._organisation.assessment or ():
            yield from self._assessed(assessment)

    def _assessed(self, assessment: Assessment) -> Iterator[RatingRow]:
        published = assessment.assessment_plan_published_date_time
        ratings = assessment.ratings or AssessmentRatings()
        overall = [ratings.overall] if isinstance(ratings.overall, Rated) else ratings.overall
        for rated, service in [
            *((whole, WHOLE) for whole in overall or ()),
            *((group, self._service(group)) for group in ratings.asg_ratings or ()),
        ]:
            past = self._text(rated.status, "status").casefold() == "historic"
            listing = "historic" if past else "current"
            yield from self._rated(rated, Said(service, listing, published, framework=SINGLE_ASSESSMENT))

    def _is_replaced(self, service: Rated) -> bool:
        area = self._areas.get(self._text(service.name, "name"))
        return area is not None and self._text(area.status, "status").casefold() == "superseded"

    def _service(self, rated: Rated) -> str:
        """A service by the name CQC prints: its inspection area's, or the id itself where none is listed."""
        name = self._text(rated.name, "name") or self._text(rated.title, "title")
        area = self._areas.get(name)
        return (self._text(area.inspection_area_name, "inspectionAreaName") if area else "") or name

    def _rated(self, rated: Rated | None, said: Said) -> Iterator[RatingRow]:
        """The rating over all key questions, where there is one, and that of each key question."""
        if rated is None:
            return
        said = said.heard(rated)
        if rated.rating is not None:
            yield self._row(rated.rating, WHOLE, said)
        for question in rated.key_question_ratings or ():
            domain = self._text(question.name, "keyQuestionRatings")
            yield self._row(question.rating, domain, said.heard(question))

    def _row(self, rating: Scalar, domain: str, said: Said) -> RatingRow:
        record = self.record
        owner = self._text(said.owner, "organisationId")
        # A trust's well-led rating of 2024 onwards has a framework of its own, told by its date.
        well_led_alone = record.level == "provider" and (said.service, domain) == (WHOLE, "Well-led")
        return RatingRow(
            part=f"{record.level} {record.organisation_id}",
            line=self._number,
            level=record.level,
            organisation_id=record.organisation_id,
            ods_code=record.ods_code,
            organisation_name=record.name,
            organisation_type=record.type,
            category=record.category,
            postcode=record.postcode,
            local_authority=record.local_authority,
            nhs_region="",
            provider_id=record.provider_id,
            provider_name=record.name if record.level == "provider" else "",
            service=said.service,
            domain=domain,
            rating=self._text(rating, "rating"),
            publication_date=self._text(said.date, "reportDate"),
            report_type=self._report_types.get(self._text(said.report, "reportLinkId"), ""),
            inherited="" if not owner else "N" if owner == record.organisation_id else "Y",
            # The API's report links change without a change of rating; the organisation's page does not.
            url=f"https://www.cqc.org.uk/{record.level}/{record.organisation_id}",
            listing=said.listing,
            registration_status=record.registration_status,
            framework="" if well_led_alone else said.framework,
        )
