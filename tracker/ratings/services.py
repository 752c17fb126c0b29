"""The services CQC rates, under every name it has printed, and which of them another has replaced.

Old and new names stand side by side at one hospital: "Maternity and gynaecology" stays in the file after
"Maternity" was rated there.  They are different services with a dated successor, not two spellings of one.
A name not seen before is a service of its own, never dropped and never the nearest known one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Sector(StrEnum):
    """Whose core services a service belongs to; `WHOLE` is the organisation itself."""

    WHOLE = "whole"
    ACUTE = "acute"
    MENTAL_HEALTH = "mental_health"
    COMMUNITY = "community"
    AMBULANCE = "ambulance"
    PRIMARY_CARE = "primary_care"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Service:
    """One service, or the organisation as a whole.

    `key` is stored; `name` is shown; `aliases` are other names and CQC's API ids.  `order` is the place in a
    ratings grid, the organisation first.  `superseded_by` are keys of the services that took its place, from
    `superseded_from` on (None: whenever one of them is rated); see `superseded_on` for one hospital.
    """

    key: str
    name: str
    sector: Sector
    order: int
    core: bool = True
    aliases: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    superseded_from: date | None = None


_NEXT_PHASE: Final = date(2017, 6, 12)
"""CQC's revised approach to NHS trusts: maternity without gynaecology, outpatients apart from imaging."""


def _listed() -> tuple[Service, ...]:
    acute = (
        ("urgent_emergency", "Urgent and emergency services", ("urgent", "Urgent and emergency care", "A&E")),
        (
            "medical_care_older",
            "Medical care (including older people's care)",
            (
                "care",
                "Medical care including older people's care",
                "Medical care (including older peoples care)",
            ),
        ),
        ("surgery", "Surgery", ()),
        ("critical_care", "Critical care", ("critical", "Intensive/critical care")),
        ("maternity", "Maternity", ("npimaternity", "Maternity services")),
        (
            "children_young_people",
            "Services for children & young people",
            ("childrens", "Services for children and young people", "Children and young people's services"),
        ),
        ("end_of_life_care", "End of life care", ("life",)),
        ("outpatients", "Outpatients", ("npioutpatients",)),
        ("diagnostic_imaging", "Diagnostic imaging", ("diagnostic",)),
    )
    mental_health = (
        (
            "mh_acute_wards",
            "Acute wards for adults of working age and psychiatric intensive care units",
            ("Acute wards for adults of working age and psychiatric intensive care units (PICUs)",),
        ),
        (
            "mh_rehabilitation",
            "Long stay or rehabilitation mental health wards for working age adults",
            ("Long stay/rehabilitation mental health wards for working age adults",),
        ),
        ("mh_forensic", "Forensic inpatient or secure wards", ("Forensic inpatient/secure wards",)),
        ("mh_child_wards", "Child and adolescent mental health wards", ()),
        ("mh_older_wards", "Wards for older people with mental health problems", ()),
        (
            "mh_learning_disability_wards",
            "Wards for people with a learning disability or autism",
            ("Wards for people with learning disabilities or autism",),
        ),
        ("mh_community_adults", "Community-based mental health services for adults of working age", ()),
        ("mh_crisis", "Mental health crisis services and health-based places of safety", ()),
        (
            "mh_community_children",
            "Specialist community mental health services for children and young people",
            ("Specialist community mental health services for children & young people",),
        ),
        ("mh_community_older", "Community-based mental health services for older people", ()),
        (
            "mh_community_learning_disability",
            "Community mental health services for people with a learning disability or autism",
            ("Community mental health services for people with learning disabilities or autism",),
        ),
    )
    community = (
        ("ch_adults", "Community health services for adults", ()),
        (
            "ch_children",
            "Community health services for children, young people and families",
            ("Community health services for children, young people & families",),
        ),
        ("ch_inpatients", "Community health inpatient services", ()),
        ("ch_end_of_life", "Community end of life care", ("Community health services - end of life care",)),
        ("ch_urgent_care", "Community urgent care services", ("Community health services - urgent care",)),
        ("ch_dental", "Community dental services", ()),
        (
            "ch_sexual_health",
            "Community health sexual health services",
            ("Community sexual health services",),
        ),
    )
    ambulance = (
        ("amb_emergency", "Emergency and urgent care", ("Emergency and urgent care services",)),
        (
            "patient_transport",
            "Patient transport services",
            ("transport", "Patient transport services (PTS)"),
        ),
        ("amb_operations", "Emergency operations centre", ("Emergency operations centre (EOC)",)),
        ("amb_resilience", "Resilience", ("Resilience planning",)),
        ("nhs_111", "NHS 111 service", ("NHS 111", "111")),
    )
    core = (
        (Sector.WHOLE, (("overall", "Overall", ()),)),
        (Sector.ACUTE, acute),
        (Sector.MENTAL_HEALTH, mental_health),
        (Sector.COMMUNITY, community),
        (Sector.AMBULANCE, ambulance),
    )
    services = [
        Service(key, name, sector, hundred * 100 + place, aliases=aliases)
        for hundred, (sector, rows) in enumerate(core)
        for place, (key, name, aliases) in enumerate(rows)
    ]
    additional = (
        (Sector.ACUTE, "gynaecology", "Gynaecology", ()),
        (Sector.ACUTE, "urgent_care_centre", "Urgent care centre", ("accident",)),
        (Sector.ACUTE, "maternity_inpatient", "Maternity (inpatient services)", ("maternityinpatient",)),
        (Sector.ACUTE, "renal", "Renal", ()),
        (Sector.ACUTE, "rehabilitation", "Rehabilitation services", ("rehabilitation",)),
        (Sector.ACUTE, "neonatal", "Neonatal services", ()),
        (Sector.ACUTE, "spinal_injuries", "Spinal injuries centre", ()),
        (Sector.ACUTE, "radiotherapy", "Radiotherapy", ()),
        (Sector.MENTAL_HEALTH, "mh_substance_misuse", "Substance misuse services", ()),
        (Sector.MENTAL_HEALTH, "mh_eating_disorders", "Specialist eating disorders services", ()),
        (Sector.MENTAL_HEALTH, "mh_perinatal", "Perinatal services", ()),
        (Sector.PRIMARY_CARE, "pc_older", "Older people", ("old",)),
        (Sector.PRIMARY_CARE, "pc_long_term", "People with long term conditions", ("conditions",)),
        (Sector.PRIMARY_CARE, "pc_families", "Families, children and young people", ("mothers",)),
        (
            Sector.PRIMARY_CARE,
            "pc_working_age",
            "Working age people (including those recently retired and students)",
            ("population",),
        ),
        (
            Sector.PRIMARY_CARE,
            "pc_vulnerable",
            "People whose circumstances may make them vulnerable",
            ("vulnerable",),
        ),
        (
            Sector.PRIMARY_CARE,
            "pc_mental_health",
            "People experiencing poor mental health (including people with dementia)",
            ("problems",),
        ),
    )
    services += [
        Service(key, name, sector, 600 + place, core=False, aliases=aliases)
        for place, (sector, key, name, aliases) in enumerate(additional)
    ]
    # Superseded services come after every current one, so that a grid never leads with them.
    return (
        *services,
        Service(
            "maternity_gynaecology",
            "Maternity and gynaecology",
            Sector.ACUTE,
            700,
            aliases=("Maternity & gynaecology", "Maternity and family planning"),
            superseded_by=("maternity",),
            superseded_from=_NEXT_PHASE,
        ),
        Service(
            "outpatients_imaging",
            "Outpatients and diagnostic imaging",
            Sector.ACUTE,
            701,
            aliases=("Outpatients & diagnostic imaging",),
            superseded_by=("outpatients", "diagnostic_imaging"),
            superseded_from=_NEXT_PHASE,
        ),
        Service(
            "medical_care",
            "Medical care",
            Sector.ACUTE,
            702,
            core=False,
            aliases=("medical",),
            superseded_by=("medical_care_older",),
        ),
    )


SERVICES: Final[Mapping[str, Service]] = MappingProxyType({service.key: service for service in _listed()})
"""Every service known, by key, in the grid's order."""

OVERALL: Final = SERVICES["overall"]
"""The organisation itself: its own rating is the row whose service and domain are both "Overall"."""

_API_IDS_OF_OLD: Final = MappingProxyType({"maternity": "maternity_gynaecology", "outpatients": "outpatients_imaging"})
"""Two API ids spell the new service's name and mean the old service."""


def _words(raw: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", raw.casefold().replace("&", " and ")))


_BY_WORDS: Final[Mapping[str, Service]] = MappingProxyType(
    {_words(name): service for service in SERVICES.values() for name in (service.key, *service.aliases, service.name)}
)


def read_service(raw: str) -> Service:
    """The service a printed name or one of our keys stands for, whatever its case and punctuation.

    A name not seen before becomes a service of its own, in sector `UNKNOWN` and last in the grid; it keeps
    the name as printed.  Ids of CQC's API are read by `read_api_service`, which knows the two that mislead.
    """
    words = _words(raw)
    known = _BY_WORDS.get(words)
    if known is not None:
        return known
    printed = " ".join(raw.split())
    return Service(words.replace(" ", "_") or printed, printed, Sector.UNKNOWN, 900, core=False)


def read_api_service(api_id: str) -> Service:
    """The service of an API id.

    The API calls the superseded "Maternity and gynaecology" `maternity` and its successor `npimaternity`,
    and outpatients likewise; `accident` is an urgent care centre, not an emergency department.
    """
    old = _API_IDS_OF_OLD.get(api_id.strip().casefold())
    return read_service(api_id) if old is None else SERVICES[old]


def is_known_service(service: Service) -> bool:
    """Whether it is one of `SERVICES`; one that is not is kept, and shown to a person."""
    return service.key in SERVICES


def superseded_on(service: Service, published: Mapping[str, date]) -> date | None:
    """When, at one hospital, another service took this one's place, or None while it is current there.

    `published` gives the latest publication date of each service rated at the hospital, by key.  CQC ends
    an old service hospital by hospital, with the first later report on its successor; until then the old
    rating is the current one.  Two published in one report stand side by side.
    """
    own = published.get(service.key, date.min)
    floor = service.superseded_from or date.min
    later = [
        published[key]
        for key in service.superseded_by
        if key in published and published[key] > own and published[key] >= floor
    ]
    return min(later, default=None)
