"""What a line that is no item says about the items below it: a section, a place, a key question.

Headings are compared by their letters alone, and once more with doubled words read once, because text taken out of
a PDF loses spaces and prints titles twice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tracker.findings.report_repair import squashed, undoubled
from tracker.findings.report_segments import Segment
from tracker.ratings.services import SERVICES, Sector


class Form(StrEnum):
    """What kind of thing a text asks for.  The values are stored."""

    MUST = "MD"
    SHOULD = "SD"
    BREACH = "BR"  # named in the prose of an assessment
    REQUIREMENT = "NO"  # a requirement notice
    WARNING = "WN"  # a section 29A warning notice
    CONDITION = "CO"  # a section 31 condition


class Section(StrEnum):
    """What stands below a heading."""

    AREAS = "areas"  # "Areas for improvement": the lists follow
    MUST = "must"
    SHOULD = "should"
    REQUIREMENTS = "requirements"
    ENFORCEMENT = "enforcement"
    WARNING = "warning"
    CONDITIONS = "conditions"
    OTHER = "other"  # nothing is asked for here


FORM_OF_SECTION: Final[Mapping[Section, Form]] = MappingProxyType(
    {
        Section.MUST: Form.MUST,
        Section.SHOULD: Form.SHOULD,
        Section.WARNING: Form.WARNING,
        Section.CONDITIONS: Form.CONDITION,
    }
)

_BODY: Final = "(?:the|a|your)?(?:trust|hospital|provider|service|services|location|organisation|centre|unit)"
_TAKE: Final = r"(?:take|do|make)(?:to(?:improve|comply)?)?"
_SECTIONS: Final = (
    (Section.MUST, re.compile(rf"(?:areasforimprovement)?actions?{_BODY}must{_TAKE}")),
    (Section.SHOULD, re.compile(rf"(?:areasforimprovement)?actions?{_BODY}should{_TAKE}")),
    (Section.MUST, re.compile(r"must(?:dos?|doactions?)")),
    (Section.SHOULD, re.compile(r"should(?:dos?|doactions?)")),
    (Section.AREAS, re.compile(r"(?:outstandingpracticeand)?areasforimprovement")),
    (Section.REQUIREMENTS, re.compile(r"requirementnotices?|actionwehavetoldtheprovidertotake")),
    (Section.ENFORCEMENT, re.compile(r"enforcementactions?(?:s31|s29a)?")),
    (Section.WARNING, re.compile(
        r"(?:the)?section29a(?:of.{0,40})?(?:warningnotices?)?(?:\d{4})?"
        r"|(?:enforcementactions?)?warningnotices?(?:(?:served|issued)?undersection29a.{0,60})?")),
    (Section.CONDITIONS, re.compile(
        r"(?:(?:urgent)?conditions?(?:imposed|ofregistration|on.{0,20}registration)?(?:undersection31.{0,60})?"
        r"|section31(?:of.{0,40})?(?:notice|conditions?)?.{0,40})")),
    (Section.OTHER, re.compile(
        r"summaryof(?:this(?:inspection|service)|findings|eachmainservice)?|outstandingpractice|ourfindings"
        r"|detailedfindings|isthis(?:organisation|service).{0,30}|are?services.{0,30}|ourinspectionteam"
        r"|howwecarriedoutth(?:is|e)inspection|background.{0,60}|overallsummary|whatpeople(?:who.{0,40})?say.{0,40}"
        r"|informationaboutth(?:is|e).{0,30}|ratingstables?|ourratings.{0,40}|mentalcapacityact.{0,60}|goodpractice"
        r"|thissectionisprimarilyinformationfortheprovider|bylawthe.{0,60}")),
)  # fmt: skip

# "In addition the trust should:" opens a list of its own.
_LEAD_IN: Final = re.compile(
    r"\b(?:the |this )?(?:trust|hospital|service|provider|it|they|you)\s+(?P<modal>must|should)(?:\s+also)?\s*:$"
    r"|\b(?:the )?(?:trust|hospital|service|provider)\s+(?P<other>must|should)\s*:",
    re.IGNORECASE,
)
_TRUST_WIDE: Final = re.compile(
    r"(?:trust|hospital|provider|organisation)wide(?:leadership|services|actions)?|overalltrust|wellledtrust.*"
)
_SITE: Final = re.compile(
    r"^[A-Z][\w\u2019'.-]*(?:[ ,]+(?:[A-Z][\w\u2019'.-]*|and|the|of|for|&|at))*"
    r" (?:Hospitals?|Infirmary|Centre|Clinic|House|Unit|Hospice|Site|Hub)$"
)
_RATING: Final = r"(?:good|requiresimprovement|inadequate|outstanding|notrated|insufficientevidencetorate)?"
_QUESTIONS: Final = tuple(
    (question, re.compile(rf"(?:{word}|are.{{0,60}}{word}.{{0,20}}|isth(?:e|is)(?:\w{{5,12}}){word}){_RATING}"))
    for question, word in (
        ("safe", "safe"), ("effective", "effective"), ("caring", "caring"), ("responsive", "responsive"),
        ("well_led", "wellled"),
    )
)  # fmt: skip


def _service_names() -> dict[str, str]:
    """Names and aliases as printed, by their letters; ids of CQC's API and primary care's groups are no headings."""
    names = {}
    for service in SERVICES.values():
        if service.sector not in {Sector.WHOLE, Sector.PRIMARY_CARE}:
            for name in (service.name, *service.aliases):
                if name[0].isupper() and len(name) > 5:
                    names[squashed(name)] = service.key
    extra = {
        "urgentandemergencycareservices": "urgent_emergency", "accidentandemergency": "urgent_emergency",
        "uec": "urgent_emergency", "ed": "urgent_emergency", "emergencydepartment": "urgent_emergency",
        "medicine": "medical_care_older", "medicalcare": "medical_care_older", "medicalwards": "medical_care_older",
        "theatres": "surgery",
        "surgicalservices": "surgery", "midwifery": "maternity", "paediatrics": "children_young_people",
        "endoflife": "end_of_life_care", "intensivecare": "critical_care", "outpatientservices": "outpatients",
        "imaging": "diagnostic_imaging", "radiology": "diagnostic_imaging",
    }  # fmt: skip
    return {**names, **extra}


SERVICE_NAMES: Final[Mapping[str, str]] = MappingProxyType(_service_names())


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading says.  `site` is as printed; `service` and `key_question` are our keys."""

    section: Section | None = None
    service: str = ""
    site: str = ""
    key_question: str = ""
    trust_wide: bool = False
    repaired: bool = False  # only the title read once said so


def read_section(segment: Segment, following: str = "") -> tuple[Section, bool] | None:
    """The section a line is the heading of, and whether that took a repair; None for any other line.

    `following` is the line below: a sentence that runs on ("Action the trust MUST take / is necessary …") is none."""
    line = segment.line
    if len(line) > 120 or segment.has_marker:
        return None
    lead = _LEAD_IN.search(line)
    if lead is not None and lead.end() == len(line):
        return (Section.MUST if (lead["modal"] or lead["other"]).lower() == "must" else Section.SHOULD), False
    if line[-1:] in ".;," or re.match(r"(?:is|are|to comply)\b", following):
        return None
    for letters, took_repair in ((segment.squashed, False), (squashed(undoubled(line)), True)):
        for section, pattern in _SECTIONS:
            if pattern.fullmatch(letters):
                return section, took_repair
    return None


def read_place(segment: Segment, sites: Mapping[str, str]) -> Heading | None:
    """The place or key question a line names, when it is surely one: a service, a site, the trust as a whole.

    `sites` are the trust's own, their names by their letters."""
    if not segment.line or len(segment.line) > 110 or segment.line[-1] in ".;," or segment.cells:
        return None
    for letters, took_repair in ((segment.squashed, False), (squashed(undoubled(segment.line)), True)):
        if letters in SERVICE_NAMES:
            return Heading(service=SERVICE_NAMES[letters], repaired=took_repair)
        if letters in sites:
            return Heading(site=sites[letters], repaired=took_repair)
        if _TRUST_WIDE.fullmatch(letters):
            return Heading(trust_wide=True, repaired=took_repair)
        for question, pattern in _QUESTIONS:
            if pattern.fullmatch(letters):
                return Heading(key_question=question, repaired=took_repair)
    title = undoubled(segment.line.rstrip(":"))
    if _SITE.match(title):
        return Heading(site=title, repaired=title != segment.line)
    return None
