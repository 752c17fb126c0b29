"""What happens during the twelve months: re-inspections for better and worse, withdrawals, a merger.

Each month a few hospitals and one or two whole trusts are inspected again, so that between one and three
rows in a hundred differ from the month before.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from tracker.demonstration import core_services
from tracker.demonstration.cast import CAST
from tracker.demonstration.estate import Estate
from tracker.demonstration.history import History, weekday
from tracker.demonstration.judgement import Marks, in_words, judgement, part_of
from tracker.demonstration.world import DOMAINS, OVERALL, Publication, Trust, Withdrawal

HOSPITALS_A_MONTH: Final = 9

RERATED_TRUSTS: Final = ((2, 2, 3), (4, 1, 2), (6, 2, 3), (7, 3, 2), (9, 2, 1), (11, 2, 3), (11, 3, 4))
"""General acute trusts whose overall rating moves: month (from 0), mark before, mark after."""

RERATED_ELSEWHERE: Final = ((3, 2, 3), (8, 3, 2))
"""The same for the other types of trust."""

_WITHDRAWN: Final = ((3, True), (6, False), (9, True))
"""Month (from 0) in which a hospital's service is withdrawn, and whether its rows stay."""


def build_changes(rng: Random, history: History, estate: Estate, months: Sequence[date]) -> None:
    """Add to `history` what is published between the first month's file and the last one's."""
    cast = {part.code for part in CAST.trusts} | {CAST.merger.successor_code}
    trusts = [trust for trust in estate.trusts if trust.code in estate.marks and trust.code not in cast]
    by_code = {trust.code: trust for trust in trusts}
    hospitals = [
        site.id
        for site in estate.sites
        if site.trust_code in by_code and core_services.at_locations(by_code[site.trust_code].type)
    ]
    rng.shuffle(hospitals)
    _the_worse_rerating(history)
    _the_merged_trust(history)
    _rerated_trusts(history, estate, trusts, months)
    for month in range(1, len(months)):
        window = months[month - 1] + timedelta(days=2), months[month] - timedelta(days=3)
        for _ in range(HOSPITALS_A_MONTH):
            hospital = hospitals.pop()
            on = weekday(rng, *window)
            _reinspect(history, hospital, on)
            trust = by_code[hospital[:3]]
            if rng.random() < 0.3:
                history.publish_well_led(trust, on, part_of(rng, estate.marks[trust.code]))
    for month, rows_stay in _WITHDRAWN:
        hospital = hospitals.pop()
        on = months[month] - timedelta(days=9)
        name = core_services.ACUTE[5]
        history.withdrawals.append(Withdrawal(hospital, name, on, rows_stay))


def _the_worse_rerating(history: History) -> None:
    worse = CAST.worse
    before = history.standing[worse.location_id, worse.service]
    assert before == (3, 3, 3, 3, 3, 3), "the cast's service is Good throughout in the first month"
    marks: Marks = (2, 3, 3, 3, 2, 2)
    history.publish(worse.location_id, "location", worse.service, worse.published_on, marks)


def _the_merged_trust(history: History) -> None:
    """A new trust has no rating of its own until it is inspected: none is carried over from its parts."""
    merger = CAST.merger
    words = tuple((domain, "No published rating") for domain in DOMAINS)
    history.publications.append(Publication(merger.successor_code, "provider", OVERALL, merger.on, words, dated=False))


def _rerated_trusts(history: History, estate: Estate, trusts: list[Trust], months: Sequence[date]) -> None:
    rng = history.rng
    moved: set[str] = set()
    for acute, moves in ((True, RERATED_TRUSTS), (False, RERATED_ELSEWHERE)):
        for month, before, after in moves:
            candidates = [
                trust
                for trust in trusts
                if (trust.type == "general_acute") is acute
                and estate.marks[trust.code] == before
                and trust.code not in moved
            ]
            trust = rng.choice(candidates)
            moved.add(trust.code)
            on = weekday(rng, months[month - 1] + timedelta(days=2), months[month] - timedelta(days=3))
            history.publish(trust.code, "provider", OVERALL, on, judgement(rng, after))
            for service in core_services.across_the_trust(trust.type)[:3]:
                history.publish(trust.code, "provider", service, on, judgement(rng, part_of(rng, after)))


def _reinspect(history: History, hospital: str, on: date) -> None:
    """Visit two to five services of a hospital: some confirmed as they were, some better, some worse."""
    rng = history.rng
    services = [service for site, service in history.standing if site == hospital and service != OVERALL]
    for service in rng.sample(services, min(len(services), rng.randint(2, 5))):
        marks = history.standing[hospital, service]
        step = rng.choice((0, 0, 0, 1, 1, -1, -1))
        overall = min(4, max(1, marks[-1] + step))
        unchanged = overall == marks[-1]
        history.publish(hospital, "location", service, on, marks if unchanged else judgement(rng, overall))
    whole = history.standing[hospital, OVERALL]
    history.publications.append(Publication(hospital, "location", OVERALL, on, in_words(whole)))
