"""The shape of CQC's public API, as far as it is read.

A record is decoded into these types and into nothing else, so what has no field here (telephone numbers,
contacts, nominated individuals, registered managers) is dropped before it exists.  Every field may be missing
or null: what is essential is decided by the reader.  Scalars are taken whatever JSON type they have, because
saved records hold every one as a string.
"""

import msgspec

Scalar = str | int | float | bool | None


class Rated(msgspec.Struct, rename="camel"):
    """Anything that carries a rating: the organisation, a service, an assessed group or a key question."""

    name: Scalar = None
    title: Scalar = None
    rating: Scalar = None
    status: Scalar = None
    report_date: Scalar = None
    report_link_id: Scalar = None
    organisation_id: Scalar = None
    key_question_ratings: "list[Rated] | None" = None


class Current(msgspec.Struct, rename="camel"):
    overall: Rated | None = None
    service_ratings: list[Rated] | None = None
    report_date: Scalar = None


class Historic(msgspec.Struct, rename="camel"):
    overall: Rated | None = None
    service_ratings: list[Rated] | None = None
    report_date: Scalar = None
    report_link_id: Scalar = None
    organisation_id: Scalar = None


class Area(msgspec.Struct, rename="camel"):
    inspection_area_id: Scalar = None
    inspection_area_name: Scalar = None
    status: Scalar = None


class AssessmentRatings(msgspec.Struct, rename="camel"):
    overall: list[Rated] | Rated | None = None
    asg_ratings: list[Rated] | None = None


class Assessment(msgspec.Struct, rename="camel"):
    assessment_plan_published_date_time: Scalar = None
    ratings: AssessmentRatings | None = None


class Relationship(msgspec.Struct, rename="camel"):
    related_location_id: Scalar = None
    related_provider_id: Scalar = None
    type: Scalar = None
    reason: Scalar = None


class Category(msgspec.Struct):
    name: Scalar = None
    primary: Scalar = None


class Report(msgspec.Struct, rename="camel"):
    link_id: Scalar = None
    report_type: Scalar = None


class Organisation(msgspec.Struct, rename="camel"):
    location_id: Scalar = None
    provider_id: Scalar = None
    name: Scalar = None
    ods_code: Scalar = None
    type: Scalar = None
    registration_status: Scalar = None
    registration_date: Scalar = None
    deregistration_date: Scalar = None
    postal_code: Scalar = None
    local_authority: Scalar = None
    region: Scalar = None
    onspd_latitude: Scalar = None
    onspd_longitude: Scalar = None
    inspection_categories: list[Category] | None = None
    inspection_areas: list[Area] | None = None
    current_ratings: Current | None = None
    historic_ratings: list[Historic] | None = None
    assessment: list[Assessment] | None = None
    relationships: list[Relationship] | None = None
    reports: list[Report] | None = None


class Ids(msgspec.Struct, rename="camel"):
    location_id: Scalar = None
    provider_id: Scalar = None


class Saved(msgspec.Struct):
    """A file of records that is an object, not a list."""

    locations: list[msgspec.Raw] | None = None
    providers: list[msgspec.Raw] | None = None
