"""Causes of failing, in two layers, and the phrases that suggest them.

The taxonomy follows Vaughn and others, "Characteristics of healthcare organisations struggling to improve quality"
(BMJ Quality & Safety, 2019), the Keogh reviews (2013), Kirkup, and CQC's *Driving improvement*.  Phrases only
suggest: a person codes, and a frank assessment names at least one cause from behind the problem.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final


class Layer(IntEnum):
    """Where a cause lies.  The values are stored."""

    BEHIND = 1  # what stands behind the problem
    SEEN = 2  # what inspectors see


LAYER_NAMES: Final[Mapping[Layer, str]] = MappingProxyType(
    {Layer.BEHIND: "Behind the problem", Layer.SEEN: "What inspectors see"}
)


class Sure(StrEnum):
    """How sure a reading is.  The values are stored."""

    CLEAR = "clear"
    LIKELY = "likely"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: its code is stored, its name shown.  `clear` and `likely` phrases suggest it."""

    code: str
    name: str
    layer: Layer
    clear: tuple[str, ...]
    likely: tuple[str, ...] = ()


# A space stands for any white space; phrases are regular expressions without capturing groups.
CAUSES: Final[tuple[Cause, ...]] = (
    Cause(
        "STF",
        "Understaffing and skill mix",
        Layer.BEHIND,
        (
            r"(?:sufficient|enough|adequate|safe) (?:(?:numbers?|levels?) of )?(?:\w+ ){0,4}"
            r"(?:staff|staffing|nurses|midwives|doctors|consultants)",
            r"staffing levels?",
            r"skill mix",
            r"vacanc(?:y|ies)",
            r"(?:agency|bank|interim|locum|temporary) staff",
        ),
        (r"right (?:skills|qualifications)", r"safely staffed", r"rota", r"nurse[ -]to[ -]patient"),
    ),
    Cause(
        "BUL",
        "Bullying, fear and blame",
        Layer.BEHIND,
        (r"bully\w*", r"harass\w*", r"blame culture", r"fear of (?:reprisal|blame|speaking)"),
        (r"undermin\w+ behaviou?rs?", r"without fear", r"culture of fear"),
    ),
    Cause(
        "MGT",
        "Disconnected or poor management",
        Layer.BEHIND,
        (
            r"visib(?:le|ility) (?:of )?(?:leaders|leadership|managers|senior)",
            r"disconnect\w*",
            r"poor(?:ly)? manage(?:d|ment)",
        ),
        (r"oversight (?:of|by)", r"management of (?:the )?service", r"line manage\w+"),
    ),
    Cause(
        "LST",
        "Leadership instability",
        Layer.BEHIND,
        (
            r"(?:leadership|executive|management) (?:turnover|changes?|instability|vacanc\w+)",
            r"interim (?:staff in )?(?:senior|executive|leaders?)\w*(?: roles?)?",
            r"stable leadership",
        ),
        (r"leadership capacity", r"fit and proper persons?", r"succession plan\w*"),
    ),
    Cause(
        "GOV",
        "Governance, risk and assurance",
        Layer.BEHIND,
        (
            r"governance",
            r"risk registers?",
            r"(?:assess|identify)\w*,? (?:monitor|manage)\w* and (?:improve|mitigate)\w*",
            r"assurance",
        ),
        (r"audit\w*", r"oversight", r"monitor the quality", r"systems? (?:and processes )?(?:are|is) in place"),
    ),
    Cause(
        "LRN",
        "Failure to learn",
        Layer.BEHIND,
        (
            r"(?:lessons?|learning) (?:\w+ ){0,3}(?:shared|learn(?:ed|t)|from|identified)",
            r"shar(?:es|ing|ed?) (?:\w+ ){0,2}(?:learning|lessons)",
            r"learn(?:ing)? from (?:incidents|complaints|deaths|experience|events)",
        ),
        (
            r"incidents? (?:are|is|were) (?:\w+,? ){0,3}(?:reported|investigated)",
            r"serious incidents?",
            r"near miss\w*",
            r"duty of candour",
        ),
    ),
    Cause(
        "DAT",
        "Data, records and IT",
        Layer.BEHIND,
        (
            r"(?:patient|medical|care|clinical|electronic)? ?records? (?:are|is|were|must be|keeping)",
            r"(?:IT|information|electronic) systems?",
            r"data quality",
            r"accurate,? (?:and )?complete",
        ),
        (r"documentation", r"contemporaneous", r"information governance", r"record[ -]keeping"),
    ),
    Cause(
        "SPK",
        "Staff not heard",
        Layer.BEHIND,
        (
            r"speak(?:ing)? up",
            r"raise concerns?",
            r"whistle ?blow\w*",
            r"staff (?:feel|are|were)? ?(?:listened to|engaged|heard)",
        ),
        (r"staff (?:survey|engagement|morale|feedback)",),
    ),
    Cause(
        "PAT",
        "Patients and families not heard",
        Layer.BEHIND,
        (
            r"(?:patients|families|carers|women|people)(?: and \w+)? (?:\w+ ){0,2}(?:listened to|involved|heard)",
            r"complaints? (?:are|is|were|handling|process)",
            r"learning from complaints",
        ),
        (r"complaints", r"patient (?:feedback|experience)", r"interpret(?:ers?|ing)", r"accessible information"),
    ),
    Cause(
        "TEM",
        "Poor team relations",
        Layer.BEHIND,
        (
            r"(?:multidisciplinary|team) (?:working|relationships?)",
            r"relationships? between (?:\w+ ){0,4}(?:staff|teams|consultants|midwives)",
            r"dysfunctional",
        ),
        (r"handovers?", r"communication between"),
    ),
    Cause(
        "ISO",
        "Isolation and smallness",
        Layer.BEHIND,
        (r"isolat(?:ed|ion) (?:from|of the)", r"professional isolation", r"geographical(?:ly)? isolat\w+"),
        (r"networks? with other (?:trusts|hospitals)", r"single[ -]handed"),
    ),
    Cause(
        "MIS",
        "Mission conflict: money, targets or status first",
        Layer.BEHIND,
        (r"financial (?:pressures?|targets?|recovery|performance)", r"(?:cost|savings?) (?:improvement|programme)s?"),
        (r"competing priorities", r"target[ -]driven"),
    ),
    Cause(
        "SHK",
        "System shock: merger, IT go-live, estate failure, surge",
        Layer.BEHIND,
        (r"merger", r"go[ -]live", r"reconfigur\w+", r"new (?:electronic )?(?:patient|IT) (?:record )?system"),
        (r"pandemic", r"surge", r"transition"),
    ),
    Cause(
        "EXT",
        "Relations with the local system and regulators",
        Layer.BEHIND,
        (r"(?:system|external|local) partners?", r"(?:integrated care|commission(?:ers|ing))\b"),
        (r"stakeholders?", r"other (?:providers|agencies)", r"local authorit(?:y|ies)"),
    ),
    Cause(
        "QIC",
        "No improvement method",
        Layer.BEHIND,
        (r"quality improvement", r"improvement (?:method\w*|programme|culture)", r"continuous(?:ly)? improve\w*"),
        (r"improvement plans?", r"pace of improvement"),
    ),
    Cause(
        "TRN",
        "Training, supervision and appraisal",
        Layer.SEEN,
        (
            r"(?:mandatory|statutory|safeguarding|essential|life support) (?:\w+ ){0,2}training",
            r"training",
            r"apprais(?:al|als|ed)",
            r"(?:clinical|safeguarding) supervision",
            r"competenc(?:y|ies|ies are)",
        ),
        (r"supervision", r"induction", r"suitably qualified", r"competent"),
    ),
    Cause(
        "CLN",
        "Risk assessment, deterioration and guidelines",
        Layer.SEEN,
        (
            r"risk assessments?",
            r"deteriorat\w+",
            r"sepsis",
            r"triage[ds]?",
            r"early warning",
            r"national guid(?:ance|elines?)",
            r"(?:clinical|care) (?:guidelines?|pathways?)",
            r"safer surgery|surgical safety|WHO checklist",
        ),
        (r"within 15 minutes", r"policies", r"escalat\w+", r"assess(?:ed|ments?)", r"falls"),
    ),
    Cause(
        "MED",
        "Medicines, infection control and equipment",
        Layer.SEEN,
        (
            r"medicines?",
            r"medication",
            r"controlled drugs?",
            r"infection (?:prevention|control)",
            r"hand hygiene",
            r"resuscitation equipment",
            r"equipment (?:is|are|checks?|in the)",
        ),
        (r"equipment", r"temperature", r"clean(?:ing|liness)?", r"prescri\w+", r"oxygen"),
    ),
    Cause(
        "EST",
        "Estate",
        Layer.SEEN,
        (
            r"(?:premises|estates?|environment|building|wards?) (?:is|are|was) (?:\w+ ){0,2}"
            r"(?:safe|suitable|fit|maintained|secure)",
            r"ligature",
            r"maintenance of (?:the )?(?:premises|buildings?)",
            r"fire safety",
        ),
        (r"premises", r"environment", r"ventilation", r"facilities"),
    ),
    Cause(
        "FLO",
        "Demand, flow and waits",
        Layer.SEEN,
        (
            r"patient flow|flow of patients",
            r"waiting (?:times?|lists?)",
            r"cancelled (?:operations|appointments|clinics)",
            r"(?:access|bed|length of stay) (?:and flow|occupancy|targets?)",
            r"delayed (?:discharges?|transfers?)",
            r"referral to treatment",
        ),
        (r"discharge[ds]?", r"crowd(?:ed|ing)", r"capacity (?:and|to meet) demand", r"timely", r"without delay"),
    ),
    Cause(
        "RTS",
        "Consent, capacity, safeguarding and dignity",
        Layer.SEEN,
        (
            r"consent",
            r"mental capacity",
            r"deprivation of liberty|DoLS",
            r"safeguarding",
            r"dignity",
            r"privacy",
            r"restrain\w+|restrictive",
        ),
        (r"best interests?", r"same[ -]sex", r"chaperon\w+", r"confidential\w*"),
    ),
)

BY_CODE: Final[Mapping[str, Cause]] = MappingProxyType({cause.code: cause for cause in CAUSES})
FIRST_LAYER: Final = frozenset(cause.code for cause in CAUSES if cause.layer is Layer.BEHIND)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A cause that words suggest, and the phrase that does, as it stands in them."""

    code: str
    phrase: str
    sure: Sure


def _compiled(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    joined = "|".join(phrase.replace(" ", r"\s+") for phrase in phrases)
    return re.compile(rf"\b(?:{joined})\b", re.IGNORECASE) if phrases else None


_PATTERNS: Final = [
    (cause.code, ((Sure.CLEAR, _compiled(cause.clear)), (Sure.LIKELY, _compiled(cause.likely)))) for cause in CAUSES
]


def suggest_causes(words: str) -> list[Suggestion]:
    """The causes `words` suggest, each once with its surest and then its first phrase, in the taxonomy's order."""
    found = []
    for code, patterns in _PATTERNS:
        for sure, pattern in patterns:
            match = pattern.search(words) if pattern else None
            if match is not None:
                found.append(Suggestion(code, match.group(), sure))
                break
    return found
