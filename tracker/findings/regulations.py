"""Regulations as reports cite them, read into (instrument, number, paragraph).

"Regulation 18" means staffing in the 2014 Regulations, consent in the 2010 ones and the notification of incidents
in the Registration Regulations of 2009, so a number alone names nothing.  What is printed beside it decides; where
nothing is, the day of the report does: from 1 April 2015 CQC inspected against the 2014 Regulations.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tracker.findings.report_repair import unligatured, with_ligatures


class Instrument(StrEnum):
    """The statutory instruments that reports cite.  The values are stored."""

    ACTIVITIES_2014 = "RA2014"
    ACTIVITIES_2010 = "RA2010"
    REGISTRATION_2009 = "REG2009"


INSTRUMENT_NAMES: Final[Mapping[Instrument, str]] = MappingProxyType(
    {
        Instrument.ACTIVITIES_2014: "Health and Social Care Act 2008 (Regulated Activities) Regulations 2014",
        Instrument.ACTIVITIES_2010: "Health and Social Care Act 2008 (Regulated Activities) Regulations 2010",
        Instrument.REGISTRATION_2009: "Care Quality Commission (Registration) Regulations 2009",
    }
)

FUNDAMENTAL_STANDARDS: Final = date(2015, 4, 1)
"""From this day the 2014 Regulations replaced those of 2010."""

TITLES: Final[Mapping[Instrument, Mapping[str, str]]] = MappingProxyType(
    {
        Instrument.ACTIVITIES_2014: MappingProxyType(
            {
                "4": "Requirements where the service provider is an individual or partnership",
                "5": "Fit and proper persons: directors",
                "6": "Requirement where the service provider is a body other than a partnership",
                "7": "Requirements relating to registered managers",
                "8": "General",
                "9": "Person-centred care",
                "9A": "Visiting and accompanying in care homes, hospitals and hospices",
                "10": "Dignity and respect",
                "11": "Need for consent",
                "12": "Safe care and treatment",
                "13": "Safeguarding service users from abuse and improper treatment",
                "14": "Meeting nutritional and hydration needs",
                "15": "Premises and equipment",
                "16": "Receiving and acting on complaints",
                "17": "Good governance",
                "18": "Staffing",
                "19": "Fit and proper persons employed",
                "20": "Duty of candour",
                "20A": "Requirement as to display of performance assessments",
            }
        ),
        Instrument.ACTIVITIES_2010: MappingProxyType(
            {
                "9": "Care and welfare of service users",
                "10": "Assessing and monitoring the quality of service provision",
                "11": "Safeguarding service users from abuse",
                "12": "Cleanliness and infection control",
                "13": "Management of medicines",
                "14": "Meeting nutritional needs",
                "15": "Safety and suitability of premises",
                "16": "Safety, availability and suitability of equipment",
                "17": "Respecting and involving service users",
                "18": "Consent to care and treatment",
                "19": "Complaints",
                "20": "Records",
                "21": "Requirements relating to workers",
                "22": "Staffing",
                "23": "Supporting workers",
                "24": "Cooperating with other providers",
            }
        ),
        Instrument.REGISTRATION_2009: MappingProxyType(
            {
                "12": "Statement of purpose",
                "13": "Financial position",
                "14": "Notice of absence",
                "15": "Notice of changes",
                "16": "Notification of death of service user",
                "17": "Notification of death or unauthorised absence of a detained person",
                "18": "Notification of other incidents",
                "19": "Fees",
                "20": "Requirements relating to termination of pregnancies",
            }
        ),
    }
)

# Titles as prose shortens them.
_SHORT_TITLES: Final = {
    "fit and proper persons requirement": "5",
    "fit and proper persons: directors": "5",
    "safeguarding": "13",
    "nutritional and hydration needs": "14",
    "complaints": "16",
    "governance": "17",
    "fit and proper persons": "19",
    "consent": "11",
}

KEY_QUESTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "5": "well_led", "9": "responsive", "10": "caring", "11": "effective", "12": "safe", "13": "safe",
        "14": "effective", "15": "safe", "16": "responsive", "17": "well_led", "18": "safe", "19": "safe",
        "20": "well_led",
    }
)  # fmt: skip
"""The key question under which a breach of a regulation of 2014 is usually reported: a suggestion, no more."""


@dataclass(frozen=True, order=True, slots=True)
class Citation:
    """One regulation a text cites: the key of a breach.  `paragraph` is "(2)(a)", or "" for the whole."""

    instrument: Instrument
    number: str
    paragraph: str = ""

    @property
    def title(self) -> str:
        """The regulation's title, or "" for a number its instrument does not have."""
        return TITLES[self.instrument].get(self.number, "")

    def __str__(self) -> str:
        return f"Regulation {self.number}{self.paragraph}"


_PARAGRAPHS: Final = r"(?:\s*(?:,|and|&)?\s*\(\s*[0-9A-Za-z]{1,4}\s*\))*"
_NUMBER: Final = r"[1-9]\d?A?(?!\d|/)"
_ONE: Final = rf"{_NUMBER}{_PARAGRAPHS}"
_WORD: Final = r"(?<![A-Za-z])[Rr](?:egulations?|EGULATIONS?|egs?\.?)"
_MORE: Final = rf"(?:\s*(?:,|;|and|&)\s*(?:[Rr]egulations?\s*)?(?:{_ONE}))*"
_CITED: Final = re.compile(rf"{_WORD}\s*(?P<list>{_ONE}{_MORE})")
_EACH: Final = re.compile(rf"(?<![\w(])(?P<number>{_NUMBER})(?P<paragraphs>{_PARAGRAPHS})")
_TOKEN: Final = re.compile(r"\(\s*([0-9A-Za-z]{1,4})\s*\)")
_YEAR: Final = re.compile(
    r"(?:Registration\s*\)?\s*Regulations?\s*2009)|(?:Regulations?\s*20(?P<year>10|14))|other\s+incidents",
    re.IGNORECASE,
)
_LOOK_AHEAD: Final = 110
_ROMAN: Final = frozenset({"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"})


def instrument_of(published_on: date | None) -> Instrument:
    """Which Regulations a report of that day is about where it does not say."""
    if published_on is not None and published_on < FUNDAMENTAL_STANDARDS:
        return Instrument.ACTIVITIES_2010
    return Instrument.ACTIVITIES_2014


def read_citations(text: str, *, published_on: date | None = None, bare: bool = False) -> list[Citation]:
    """The regulations `text` cites, in order, each once.

    `bare` reads "18(1)" without the word, as a tracker's own column has it.  A regulation cited whole and by
    paragraph is cited by paragraph: the heading of a notice names the one, its last line the other."""
    found: list[Citation] = []
    stretches = [(0, len(text))] if bare else [match.span("list") for match in _CITED.finditer(text)]
    for start, end in stretches:
        instrument = _printed_instrument(text, end) or instrument_of(published_on)
        for match in _EACH.finditer(text[start:end]):
            for paragraph in _read_paragraphs(match["paragraphs"]):
                found.append(Citation(instrument, match["number"], paragraph))
    narrowed = {(citation.instrument, citation.number) for citation in found if citation.paragraph}
    kept = [one for one in found if one.paragraph or (one.instrument, one.number) not in narrowed]
    return list(dict.fromkeys(kept))


def _printed_instrument(text: str, end: int) -> Instrument | None:
    """The instrument printed right after a citation, before the next one."""
    following = _CITED.search(text, end)
    until = min(end + _LOOK_AHEAD, following.start() if following else len(text))
    match = _YEAR.search(text, end, until)
    if match is None:
        return None
    if match["year"]:
        return Instrument.ACTIVITIES_2010 if match["year"] == "10" else Instrument.ACTIVITIES_2014
    return Instrument.REGISTRATION_2009


def _read_paragraphs(printed: str) -> Iterator[str]:
    """ "(1)(2)(a)(b)" is paragraphs (1), (2)(a) and (2)(b): a letter belongs to the last number before it."""
    number, letter = "", ""
    pending = ""  # a number nothing has been said under yet is cited whole
    for token in _TOKEN.findall(printed):
        if token.isdigit():
            if pending:
                yield pending
            number, letter, pending = f"({token})", "", f"({token})"
        elif letter and token.lower() in _ROMAN and (len(token) > 1 or letter != "(h)"):
            pending = ""
            yield f"{number}{letter}({token.lower()})"
        else:
            if pending:
                if letter:
                    yield pending
                pending = ""
            letter = f"({token.lower()})"
            pending = f"{number}{letter}"
    if pending or not printed.strip():
        yield pending


def read_titles(text: str) -> list[tuple[Citation, int, int]]:
    """The regulations of 2014 that `text` names by title only, with where: "in relation to staffing and …"."""
    found: dict[Citation, tuple[int, int]] = {}
    for match in _TITLE.finditer(text):
        citation = Citation(Instrument.ACTIVITIES_2014, _BY_TITLE[_plain(match.group())])
        found.setdefault(citation, match.span())
    return [(citation, *span) for citation, span in found.items()]


def _plain(title: str) -> str:
    return " ".join(unligatured(title).casefold().replace("-", " ").replace("\u2010", " ").split())


_BY_TITLE: Final = {
    **{_plain(short): number for short, number in _SHORT_TITLES.items()},
    **{_plain(t): n for n, t in TITLES[Instrument.ACTIVITIES_2014].items() if n not in {"4", "6", "7", "8"}},
}


def _pattern(titles: Iterable[str]) -> str:
    return with_ligatures(
        "|".join(re.escape(title).replace(r"\ ", r"[\s\-\u2010]+") for title in sorted(titles, key=len, reverse=True))
    )


_TITLE: Final = re.compile(rf"\b(?:{_pattern(_BY_TITLE)})\b", re.IGNORECASE)
