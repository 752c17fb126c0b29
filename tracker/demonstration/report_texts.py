"""Invented inspection reports in the five shapes the field has seen, and what each must yield when read.

    report = write_report("B", Random(7), trust="Brindlemere Hospitals NHS Trust", site="…", on=date(2019, 9, 19))
    report.text        # as a person would paste it
    report.expected    # what stands in it, known because it was put there

The shapes: A, a location's quality report (2014-17) with notices in tables at its back; B, a trust's inspection
report (2017-21); C, a report on one core service (2022-23); D, an assessment's web page (from 2024), breaches named
in prose; E, a trust's own tracker pasted from a board paper.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final, Literal

from tracker.demonstration.report_words import (
    ACTIVITIES,
    ACTIVITY,
    MUSTS,
    REGULATION_TITLES,
    SHOULDS,
    TRUST_WIDE,
    Asked,
)

Shape = Literal["A", "B", "C", "D", "E"]
SHAPES: Final[tuple[Shape, ...]] = ("A", "B", "C", "D", "E")
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Expected:
    """One item a reading must find: its kind (MD, SD, BR, NO), its words on one line, the service as printed, the
    regulations with their paragraphs ("12(2)(a)")."""

    kind: str
    words: str
    service: str = ""
    regulations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """An invented report."""

    shape: Shape
    text: str
    expected: tuple[Expected, ...]


def write_report(
    shape: Shape, dice: Random, *, trust: str, site: str, on: date, services: Iterable[str] = ()
) -> Report:
    """A report of that shape.  `services` are those it is about; without any, two or three are drawn."""
    chosen = list(services) or dice.sample([name for name in MUSTS if name != TRUST_WIDE], dice.randint(2, 3))
    writer = _Writer(dice, trust, site, on, chosen)
    shapes: dict[Shape, Callable[[], None]] = {
        "A": writer.location_report, "B": writer.trust_report, "C": writer.service_report, "D": writer.assessment,
        "E": writer.tracker,
    }  # fmt: skip
    shapes[shape]()
    return Report(shape, "\n".join(writer.lines) + "\n", tuple(writer.expected))


def cited(asked: Asked) -> tuple[str, ...]:
    return tuple(f"{asked.regulation}{paragraph}" for paragraph in asked.paragraphs)


def _shortened(paragraphs: tuple[str, ...]) -> str:
    """ "(2)(a)" and "(2)(b)" are printed "(2)(a)(b)"."""
    printed, number = "", ""
    for paragraph in paragraphs:
        own, _, letters = paragraph[1:].partition(")")
        printed += letters if own == number and number else paragraph
        number = own
    return printed


class _Writer:
    """Writes one report and keeps what it puts into it."""

    def __init__(self, dice: Random, trust: str, site: str, on: date, services: list[str]) -> None:
        self.dice, self.trust, self.site, self.on, self.services = dice, trust, site, on, services
        self.lines: list[str] = []
        self.expected: list[Expected] = []

    def say(self, *lines: str) -> None:
        self.lines += lines

    def wrapped(self, text: str, width: int) -> None:
        line = ""
        for word in text.split():
            if line and len(line) + 1 + len(word) > width:
                self.say(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        self.say(line)

    def musts(self, service: str, most: int) -> list[Asked]:
        there = MUSTS[service]
        return self.dice.sample(there, min(len(there), self.dice.randint(1, most)))

    def shoulds(self, service: str, most: int) -> list[str]:
        there = SHOULDS[service]
        return self.dice.sample(there, min(len(there), self.dice.randint(1, most)))

    def expect(self, kind: str, words: str, service: str, regulations: tuple[str, ...] = ()) -> None:
        self.expected.append(Expected(kind, words, "" if service == TRUST_WIDE else service, regulations))

    def location_report(self) -> None:
        """Shape A: imperative bullets without regulations; the notices' heading comes after their tables."""
        asked = [(service, one) for service in self.services for one in self.musts(service, 2)]
        self.say("Outstanding practice and areas for improvement", "Areas for improvement")
        self.say("Action the hospital MUST take to improve")
        for service, one in asked:
            words = f"Ensure {one.what} in {service.split(' (')[0].lower()}."
            self.wrapped(f"\u2022 {words}", 62)
            self.expect("MD", words, "")
        self.say("Action the hospital SHOULD take to improve")
        for service in self.services:
            for should in self.shoulds(service, 1):
                words = f"{should[0].upper()}{should[1:]}."
                self.wrapped(f"\u2022 {words}", 62)
                self.expect("SD", words, "")
        footer = f"{self.site} Quality Report {self.on:%d/%m/%Y}"
        self.say("Summary of findings", f"7 {footer}")
        for service, one in asked:
            if one.regulation == "5":
                continue
            how = f"It was not sure {one.what} in {service.split(' (')[0].lower()}."
            title = f"Regulation {one.regulation} HSCA (RA) Regulations 2014 {REGULATION_TITLES[one.regulation]}"
            last = f"Regulation {one.regulation} {_spaced(one.paragraphs)}".strip()
            self.say("Regulated activity", ACTIVITIES.get(service, ACTIVITY))
            self.wrapped(title, 60)
            self.say("How the regulation was not being met:")
            self.wrapped(how, 60)
            self.say(last)
            self.expect("NO", f"{title} {how} {last}", "", cited(one))
        self.say("Regulation", "Regulation", "This section is primarily information for the provider")
        self.say("Requirement notices", "41", footer)

    def trust_report(self) -> None:
        """Shape B: sentences with inline regulations under trust-wide, site and service headings, and a count."""
        asked = [(service, self.musts(service, 3)) for service in (TRUST_WIDE, *self.services)]
        total = sum(len(musts) for _, musts in asked)
        self.say("Areas for improvement")
        self.wrapped(_PREAMBLE_2019, 110)
        self.say("Action the trust MUST take to improve:")
        number = _NUMBERS[total] if total < len(_NUMBERS) else str(total)
        self.wrapped(
            f"We told the trust that it must take action to bring services into line with {number} legal requirements. "
            "This action related to trust-wide leadership and other services.", 110,
        )  # fmt: skip
        for place, (service, musts) in enumerate(asked):
            if place == 1:
                self.say(self.site)
            self.say(service)
            for count, one in enumerate(musts, 1):
                shown = "" if one.paragraphs == ("",) else _shortened(one.paragraphs)
                words = f"The trust must ensure {one.what}. (Regulation {one.regulation}{shown})"
                bullet = "" if service == TRUST_WIDE else f"{count}. " if place % 2 == 0 else "\u2022 "
                self.wrapped(f"{bullet}{words}", 105)
                self.expect("MD", words, service, cited(one))
        self.say("Action the trust SHOULD take to improve:")
        for place, service in enumerate((TRUST_WIDE, *self.services)):
            if place == 1:
                self.say(self.site)
            self.say(service)
            for should in self.shoulds(service, 2):
                words = f"The trust should {should}."
                self.wrapped(f"\u2022 {words}", 105)
                self.expect("SD", words, service)
        self.say(f"12 {self.trust} Inspection report {self.on:%d/%m/%Y}")

    def service_report(self) -> None:
        """Shape C: one core service; the regulation follows the full stop, or stands on a line of its own."""
        service = self.services[0]
        self.say("Areas for improvement")
        self.wrapped(_PREAMBLE_2023, 118)
        self.say("Action the trust MUST take to improve:", service)
        for one in self.musts(service, 4):
            sentence = f"The trust must ensure {one.what}."
            regulation = f"Regulation {one.regulation}{_shortened(one.paragraphs)}"
            self.wrapped(f"\u2022 {sentence}", 100)
            self.say(regulation)
            self.expect("MD", f"{sentence} {regulation}", service, cited(one))
        self.say("Action the trust SHOULD take to improve:", service)
        for should in self.shoulds(service, 2):
            words = f"The service should {should}."
            self.say(f"\u2022 {words}")
            self.expect("SD", words, service)
        self.say(f"3 {self.site} Inspection report")

    def assessment(self) -> None:
        """Shape D: a web page; breaches are named by their titles, in a sentence."""
        service = self.services[0]
        numbers = self.dice.sample(["10", "11", "12", "17", "18"], self.dice.randint(2, 4))
        titles = [REGULATION_TITLES[number].lower() for number in numbers]
        listed = f"{', '.join(titles[:-1])} and {titles[-1]}"
        self.say(service, f"Requires improvement   Updated {self.on:%-d %B %Y}")
        self.say(f"We found {len(numbers)} breaches of the legal regulations in relation to {listed}.")
        self.say("We have asked the provider for an action plan in response to the concerns found at this assessment.")
        self.say(
            "Safe   Requires improvement", "Learning culture", "Score: 2", "Safe and effective staffing", "Score: 3"
        )
        self.say(f"The service was in breach of the legal regulation relating to {titles[0]}.")
        for number, title in zip(numbers, titles, strict=True):
            self.expect("BR", title, service, (number,))

    def tracker(self) -> None:
        """Shape E: rows parted by tabs."""
        self.say("\t".join(_COLUMNS))
        for service in self.services:
            for one in self.musts(service, 3):
                reference = f"MD{len(self.expected) + 1:02}"
                printed = f"{one.regulation}{_shortened(one.paragraphs)}"
                words = f"Ensure {one.what}"
                self.say("\t".join((reference, "Must", service, printed, words, *_REST)))
                self.expect("MD", words, service, cited(one))
            for should in self.shoulds(service, 1):
                words = f"{should[0].upper()}{should[1:]}"
                self.say("\t".join((f"SD{len(self.expected) + 1:02}", "Should", service, "", words, *_REST)))
                self.expect("SD", words, service)


def _spaced(paragraphs: tuple[str, ...]) -> str:
    """As notices print them: "(1), (2) (a), (b) and (e)" read as (1), (2)(a), (2)(b), (2)(e)."""
    parts, number = list[str](), ""
    for paragraph in paragraphs:
        own, _, letters = paragraph[1:].partition(")")
        parts.append(letters if own == number else f"({own}) {letters}".strip())
        number = own
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else ""


_PREAMBLE_2019: Final = (
    "Action the trust MUST take is needed to keep to its legal obligations. Action a trust SHOULD take is to put right "
    "a minor breach that did not call for regulatory action, or to improve services."
)
_PREAMBLE_2023: Final = (
    "Action the trust MUST take is needed to keep to its legal obligations. Action a trust SHOULD take is because it "
    "was not doing something a regulation asks for, though it would be out of proportion to find a breach."
)
_COLUMNS: Final = (
    "Ref", "MD/SD", "Core service", "Regulation", "CQC requirement", "Action", "Exec lead", "Action owner",
    "Original due", "Revised due", "BRAG", "Evidence", "Assurance / forum",
)  # fmt: skip
_REST: Final = (
    "Improvement programme", "Chief Nurse", "Matron", "31/03/2026", "", "Amber", "Audit", "Quality Committee",
)  # fmt: skip
