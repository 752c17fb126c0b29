"""The services CQC rates at each type of trust, under the names it prints.

Two acute services changed their names when CQC changed its framework, and both names are still listed.
"""

from datetime import date
from typing import Final

from tracker.demonstration.world import TrustType

ACUTE: Final = (
    "Urgent and emergency services",
    "Medical care (including older people's care)",
    "Surgery",
    "Critical care",
    "Maternity",
    "Services for children & young people",
    "End of life care",
    "Outpatients",
)
"""The eight core services of an acute hospital."""

FORMERLY: Final = {
    "Maternity": "Maternity and gynaecology",
    "Outpatients": "Outpatients and diagnostic imaging",
}
RENAMED_ON: Final = date(2018, 1, 1)
"""Reports published from this day use the newer names here; CQC changed over gradually in 2017-18."""

SPECIALIST: Final = (
    "Surgery",
    "Medical care (including older people's care)",
    "Critical care",
    "Outpatients",
)

_BY_PROVIDER: Final[dict[TrustType, tuple[str, ...]]] = {
    "mental_health": (
        "Acute wards for adults of working age and psychiatric intensive care units",
        "Long stay or rehabilitation mental health wards for working age adults",
        "Forensic inpatient or secure wards",
        "Child and adolescent mental health wards",
        "Wards for older people with mental health problems",
        "Community-based mental health services for adults of working age",
        "Mental health crisis services and health-based places of safety",
        "Specialist community mental health services for children and young people",
        "Community-based mental health services for older people",
    ),
    "community": (
        "Community health services for adults",
        "Community health services for children, young people and families",
        "Community health inpatient services",
        "Community end of life care",
        "Community dental services",
    ),
    "ambulance": (
        "Emergency and urgent care",
        "Patient transport services",
        "Emergency operations centre (EOC)",
        "Resilience",
    ),
}


def at_locations(trust_type: TrustType) -> tuple[str, ...]:
    """The services rated hospital by hospital; none where CQC rates them across the trust."""
    return {"general_acute": ACUTE, "specialist_acute": SPECIALIST}.get(trust_type, ())


def across_the_trust(trust_type: TrustType) -> tuple[str, ...]:
    """The services rated once for the whole trust, in the `Providers` sheet."""
    return _BY_PROVIDER.get(trust_type, ())


def printed_name(service: str, on: date) -> str:
    """The name a report published on that day gives the service."""
    return FORMERLY.get(service, service) if on < RENAMED_ON else service
