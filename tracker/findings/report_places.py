"""The service an item's own words point at, where no heading names one: a suggestion."""

import re
from typing import Final

_PHRASES: Final = (
    ("maternity", r"midwi(?:fe|ves|fery)|matern(?:ity|al)|labour ward|antenatal|postnatal|women who attend triage"),
    ("urgent_emergency", r"emergency department|accident and emergency|A&E|\bED\b|minor injur\w+"),
    ("critical_care", r"critical care|intensive care|high dependency"),
    ("surgery", r"surg(?:ery|ical)|theatres?|operations\b|anaesthe\w+"),
    ("children_young_people", r"children|paediatric\w*|neonat\w+"),
    ("end_of_life_care", r"end of life|palliative|DNACPR"),
    ("outpatients", r"outpatients?"),
    ("diagnostic_imaging", r"diagnostic imaging|radiolog\w+|x-ray"),
    ("medical_care_older", r"medical (?:care|wards?|patients)|older people|elderly"),
)
_COMPILED: Final = [
    (service, re.compile(rf"(?:{phrase.replace(' ', chr(92) + 's+')})", re.IGNORECASE if "\\b" not in phrase else 0))
    for service, phrase in _PHRASES
]


def suggest_service(words: str) -> str:
    """The key of the one service the words name; "" for none or more than one."""
    named = [service for service, pattern in _COMPILED if pattern.search(words)]
    return named[0] if len(named) == 1 else ""
