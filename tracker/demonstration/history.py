"""Everything published about the invented trusts from 2014 until the first monthly file.

The marks of the first month are given; the inspections before them are made up backwards, so that each
trust has a past that leads there.  A hospital's services are not all inspected at every visit, so one grid
mixes dates, as real ones do.
"""

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Final

from tracker.demonstration import core_services
from tracker.demonstration.cast import CAST
from tracker.demonstration.estate import NEWLY_OPENED, Estate
from tracker.demonstration.judgement import Marks, hospital_of, in_words, judgement, part_of, path_to
from tracker.demonstration.world import (
    DOMAINS,
    KEY_QUESTIONS,
    OVERALL,
    USE_OF_RESOURCES,
    WORDS,
    Level,
    Publication,
    Site,
    Trust,
    Withdrawal,
)

_GOOD: Final[Marks] = (3, 3, 3, 3, 3, 3)
_NOT_RATED_EFFECTIVE: Final = ("Inspected but not rated", "Insufficient evidence to rate")


def weekday(rng: Random, first: date, last: date) -> date:
    """A day from `first` to `last`, inclusive, moved back to Friday from a weekend."""
    day = first + timedelta(days=rng.randint(0, (last - first).days))
    return max(first, day - timedelta(days=max(0, day.weekday() - 4)))


class History:
    """Publications as they are made up, and the marks each organisation's services stand at.

    `standing` is keyed by (organisation id, service under its present name).
    """

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.publications: list[Publication] = []
        self.withdrawals: list[Withdrawal] = []
        self.standing: dict[tuple[str, str], Marks] = {}

    def publish(self, organisation_id: str, level: Level, service: str, on: date, marks: Marks) -> None:
        """Record a report's judgement of one service, under the service's name of the day."""
        self.standing[organisation_id, service] = marks
        words = in_words(marks)
        if service == "Outpatients" and self.rng.random() < 0.6:
            # CQC does not usually rate how effective outpatient services are.
            effective = (KEY_QUESTIONS[1], self.rng.choice(_NOT_RATED_EFFECTIVE))
            words = tuple(effective if domain == effective[0] else (domain, word) for domain, word in words)
        printed = core_services.printed_name(service, on)
        self.publications.append(Publication(organisation_id, level, printed, on, words))

    def publish_well_led(self, trust: Trust, on: date, mark: int) -> None:
        """The trust-level well-led rating that newly assessed NHS trusts get, alone, since 2024."""
        words = (("Well-led", WORDS[mark]),)
        self.publications.append(Publication(trust.code, "provider", OVERALL, on, words))


def build_history(rng: Random, estate: Estate, until: date) -> History:
    """What was published before `until`, leaving every trust at its mark in `estate`."""
    history = History(rng)
    careers = {part.code: list(part.career) for part in CAST.trusts}
    sites: dict[str, list[Site]] = {}
    for site in estate.sites:
        sites.setdefault(site.trust_code, []).append(site)
    heirs = {succession.successor for succession in estate.site_successions}
    for trust in estate.trusts:
        hospitals = [site for site in sites.get(trust.code, ()) if site.id not in heirs]
        if trust.code in estate.marks:
            career = careers.get(trust.code) or _career(rng, estate.marks[trust.code])
            _trust_history(history, trust, career, until)
            for number, site in enumerate(hospitals):
                _hospital_history(history, trust, site, career, until, first=number == 0)
        elif trust.code in estate.unrated:
            _unrated(history, trust, hospitals, estate.unrated[trust.code])
    return history


def _career(rng: Random, mark: int) -> list[tuple[date, int]]:
    """Two or three inspections of a trust, ending at its mark."""
    dates = [weekday(rng, date(2014, 2, 3), date(2016, 6, 30))]
    if rng.random() < 0.85:
        dates.append(weekday(rng, date(2017, 2, 1), date(2019, 12, 20)))
    if rng.random() < 0.5:
        dates.append(weekday(rng, date(2021, 6, 1), date(2023, 11, 30)))
    return list(zip(dates, path_to(rng, mark, len(dates)), strict=True))


def _trust_history(history: History, trust: Trust, career: list[tuple[date, int]], until: date) -> None:
    rng = history.rng
    services = core_services.across_the_trust(trust.type)
    for number, (on, mark) in enumerate(career):
        history.publish(trust.code, "provider", OVERALL, on, judgement(rng, mark))
        if trust.type == "general_acute" and 2018 <= on.year <= 2022 and rng.random() < 0.6:
            word = WORDS[part_of(rng, mark)]
            history.publications.append(Publication(trust.code, "provider", OVERALL, on, ((USE_OF_RESOURCES, word),)))
        inspected = services if number == 0 else rng.sample(services, len(services) // 2)
        for service in inspected:
            history.publish(trust.code, "provider", service, on, judgement(rng, part_of(rng, mark)))
    if trust.code not in {part.code for part in CAST.trusts} and rng.random() < 0.35:
        on = weekday(rng, date(2024, 2, 1), until - timedelta(days=20))
        history.publish_well_led(trust, on, part_of(rng, career[-1][1]))


def _hospital_history(
    history: History, trust: Trust, site: Site, career: list[tuple[date, int]], until: date, *, first: bool
) -> None:
    rng = history.rng
    services = core_services.at_locations(trust.type)
    if not services:
        _headquarters(history, site)
        return
    visits = [on for on, _ in career]
    marks = [mark for _, mark in career]
    if not first:
        marks = path_to(rng, hospital_of(rng, marks[-1]), len(visits))
    if site.trust_code == CAST.struggling.code:
        visits.append(CAST.struggling_inspected_on)
        marks.append(marks[-1])
    elif rng.random() < 0.6:
        visits.append(weekday(rng, max(visits[-1], date(2022, 1, 4)), until - timedelta(days=20)))
        marks.append(marks[-1])
    for on, mark in zip(visits, marks, strict=True):
        history.publish(site.id, "location", OVERALL, on, judgement(rng, mark))
    keeps_old_names = rng.random() < 0.12
    for service in services:
        _service_history(history, site, service, visits, marks[-1], keeps_old_names=keeps_old_names)
    if trust.type == "general_acute" and visits[-1] >= core_services.RENAMED_ON and rng.random() < 0.3:
        marks_of_imaging = judgement(rng, part_of(rng, marks[-1]))
        history.publish(site.id, "location", "Diagnostic imaging", visits[-1], marks_of_imaging)


def _service_history(
    history: History,
    site: Site,
    service: str,
    visits: list[date],
    hospital: int,
    *,
    keeps_old_names: bool,
) -> None:
    """One service: seen at the first visit and at some of the later ones."""
    rng = history.rng
    worse = CAST.worse
    cast = (site.id, service) == (worse.location_id, worse.service)
    turned_round = site.trust_code == CAST.successful.code
    seen = [visits[0], *(on for on in visits[1:] if rng.random() < 0.5 or cast or turned_round)]
    if turned_round:
        path = [rng.choice((1, 2, 2)), *path_to(rng, rng.choice((3, 3, 3, 4)), len(seen) - 1)]
    else:
        path = path_to(rng, 3 if cast else part_of(rng, hospital), len(seen))
    for on, mark in zip(seen, path, strict=True):
        history.publish(site.id, "location", service, on, _GOOD if cast else judgement(rng, mark))
    if service in core_services.FORMERLY and not keeps_old_names:
        for before, after in pairwise(seen):
            if before < core_services.RENAMED_ON <= after:
                history.withdrawals.append(Withdrawal(site.id, core_services.FORMERLY[service], after, rows_stay=False))


def _headquarters(history: History, site: Site) -> None:
    """A location of a trust that is rated as a whole: listed, never rated itself."""
    words = tuple((domain, "No published rating") for domain in DOMAINS)
    history.publications.append(Publication(site.id, "location", OVERALL, site.opened, words, dated=False))


def _unrated(history: History, trust: Trust, hospitals: list[Site], word: str) -> None:
    """A trust without a rating; CQC has been, and published no mark, only where the word says so."""
    dated = word in _NOT_RATED_EFFECTIVE
    on = NEWLY_OPENED + timedelta(days=120) if dated else NEWLY_OPENED
    words = tuple((domain, word) for domain in DOMAINS)
    history.publications.append(Publication(trust.code, "provider", OVERALL, on, words, dated))
    for site in hospitals:
        history.publications.append(Publication(site.id, "location", OVERALL, on, words, dated))
