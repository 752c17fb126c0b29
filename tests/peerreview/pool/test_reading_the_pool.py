"""Who needs help and who may give it, as the imported ratings and the register have it."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from peerreview.pool.candidates import Candidate, Facts, Pool, Rated, Risen
from peerreview.pool.queries import AS_A_WHOLE, read_pool
from tests.peerreview.england import RECENT, TODAY, England, fact, large_england
from tracker.ratings.models import RatingRecord, RatingRetraction
from tracker.trusts.models import Site, SiteSuccession, Succession, System, SystemMembership, Trust

Small = tuple[England, dict[str, Trust]]


def read() -> Pool:
    pool = read_pool(TODAY)
    assert pool is not None
    return pool


def candidate(code: str) -> Candidate:
    return next(each for each in read().candidates if each.facts.code == code)


def test_without_an_import_there_is_no_pool(db: None) -> None:
    assert read_pool(TODAY) is None


def test_trusts_are_parted_by_their_own_overall_rating_and_turnaround(england: Small) -> None:
    pool = read()
    assert [each.facts.code for each in pool.needing] == ["ZNA", "ZNB"]
    assert {each.facts.code: each.why_it_may_help for each in pool.helping} == {
        "ZHA": "Outstanding overall",
        "ZHB": "Good overall, with a turnaround of its own",
    }
    assert pool.as_at == date(2026, 11, 2)


def test_closed_and_provisional_trusts_are_not_in_the_pool(england: Small) -> None:
    Trust.objects.filter(code="ZNA").update(closed=TODAY)
    Trust.objects.filter(code="ZHA").update(standing="provisional")
    assert [each.facts.code for each in read().candidates] == ["ZHB", "ZHC", "ZNB"]


def test_services_and_the_trusts_own_well_led_make_the_need_and_nothing_is_counted_twice(england: Small) -> None:
    others, trusts = england
    others.rate(trusts["ZNA"], "Overall", "safe", (RECENT, 1))  # sums up the services
    others.rate(trusts["ZNA"], "Surgery", "overall", (RECENT, 1))
    others.save()
    rated = candidate("ZNA").rated
    assert [(cell.service, cell.domain, cell.rating) for cell in rated] == [
        ("Surgery", "Caring", 2),
        ("Surgery", "Safe", 1),
        (AS_A_WHOLE, "Well-led", 2),
    ]


def test_where_no_service_is_listed_the_trusts_own_key_questions_speak(england: Small) -> None:
    others, _trusts = england
    new = Trust.objects.create(code="ZZZ", name="New", type="ambulance")
    others.rate(new, "Overall", "safe", (RECENT, 2))
    others.save()
    found = candidate("ZZZ")
    assert [(cell.service, cell.domain) for cell in found.rated] == [(AS_A_WHOLE, "Safe")]
    assert found.needs_help  # no overall rating, and weak in what is rated


@pytest.mark.parametrize("flag", [{"counted": False}, {"superseded": True}])
def test_ratings_counted_elsewhere_or_of_replaced_services_are_left_out(england: Small, flag: dict[str, Any]) -> None:
    others, trusts = england
    others.rate(trusts["ZNA"], "Maternity", "safe", (RECENT, 1), **flag)
    others.save()
    assert "Maternity" not in {cell.service for cell in candidate("ZNA").rated}


@pytest.mark.parametrize("flag", [{"disputed": True}, {"state": "inspected_not_rated", "rating": None}])
def test_what_is_disputed_or_not_rated_is_unknown(england: Small, flag: dict[str, Any]) -> None:
    others, trusts = england
    others.rate(trusts["ZNA"], "Maternity", "safe", (RECENT, 1), **flag)
    others.save()
    assert [cell.rating for cell in candidate("ZNA").rated if cell.service == "Maternity"] == [0]


def test_inherited_and_acquired_ratings_are_marked(england: Small) -> None:
    others, trusts = england
    theirs = Site.objects.create(cqc_id="ZNB01", name="Old Hospital", trust=trusts["ZNB"])
    now = Site.objects.create(cqc_id="ZHA01", name="Old Hospital", trust=trusts["ZHA"])
    SiteSuccession.objects.create(predecessor=theirs, successor=now, on=date(2024, 4, 1), source="invented")
    others.rate(trusts["ZHA"], "Maternity", "safe", (date(2024, 3, 1), 4), site=now)
    others.rate(trusts["ZHA"], "Maternity", "caring", (date(2024, 5, 1), 4), site=now)
    others.rate(trusts["ZHA"], "Maternity", "effective", (date(2024, 5, 1), 4), inherited="Y", site=now)
    others.save()
    marks = {cell.domain: cell[4:] for cell in candidate("ZHA").rated if cell.service == "Maternity"}
    assert marks == {"Safe": (False, True), "Caring": (False, False), "Effective": (True, False)}


def test_a_hospital_that_re_registers_under_its_own_trust_is_not_acquired(england: Small) -> None:
    others, trusts = england
    old = Site.objects.create(cqc_id="ZHA01", name="Haven Hospital", trust=trusts["ZHA"])
    new = Site.objects.create(cqc_id="ZHA02", name="Haven Hospital", trust=trusts["ZHA"])
    SiteSuccession.objects.create(predecessor=old, successor=new, on=date(2025, 4, 1), source="invented")
    others.rate(trusts["ZHA"], "Maternity", "safe", (date(2024, 3, 1), 4), site=new)
    others.save()
    (cell,) = [cell for cell in candidate("ZHA").rated if cell.service == "Maternity"]
    assert not cell.acquired


def test_a_rating_older_than_the_trust_is_inherited_and_no_turnaround_of_its_own(england: Small) -> None:
    Trust.objects.filter(code="ZHB").update(opened=date(2021, 1, 1))
    found = candidate("ZHB")
    assert found.rises == ()
    assert not found.may_help


def test_a_rise_taken_back_with_its_import_is_none(england: Small) -> None:
    others, _trusts = england
    risen = RatingRecord.objects.get(organisation__cqc_id="ZHB", rating=3, service__name="Surgery")
    RatingRetraction.objects.create(record_id=risen.pk, event=others.event)
    assert candidate("ZHB").rises == ()


def test_the_latest_word_on_one_day_counts(england: Small) -> None:
    """A correction of the same publication is not a rise."""
    others, trusts = england
    others.rate(trusts["ZHC"], "Maternity", "safe", (RECENT, 2), (RECENT, 3))
    others.save()
    assert candidate("ZHC").rises == ()


def test_a_turnaround_that_fell_back_makes_no_helper() -> None:
    rise = Risen("Surgery", "Safe", 1, 3, "2020-06-01")
    fallen = Rated("Surgery", "Safe", 2, "2025-03-09", False, False)
    facts = Facts(code="ZHB", name="Highfield", overall=3)
    assert Candidate(facts=facts, rises=(rise,)).may_help
    assert not Candidate(facts=facts, rated=(fallen,), rises=(rise,)).may_help


def test_facts_are_those_in_force_today_and_strange_words_are_unknown(england: Small) -> None:
    trusts = england[1]
    fact(trusts["ZHA"], "segment", "4", valid_from=date(2020, 1, 1), until=date(2025, 1, 1))
    fact(trusts["ZHA"], "segment", "1", valid_from=date(2025, 1, 1))
    fact(trusts["ZHA"], "programme", "Recovery Support Programme", until=TODAY)
    fact(trusts["ZHA"], "size", "Large")
    fact(trusts["ZHA"], "teaching", "yes")
    fact(trusts["ZHA"], "rural", "partly")
    facts = candidate("ZHA").facts
    assert (facts.segment, facts.programme, facts.size, facts.size_band) == (1, "", None, "large")
    assert (facts.teaching, facts.rural) == (True, None)


def test_the_system_is_the_one_of_today(england: Small) -> None:
    old = System.objects.create(code="QOLD", name="Old", kind="STP")
    new = System.objects.create(code="QNEW", name="New", kind="ICS")
    trust = england[1]["ZHA"]
    changed = date(2022, 7, 1)
    SystemMembership.objects.create(trust=trust, system=old, valid_from=date(2016, 4, 1), valid_to=changed)
    SystemMembership.objects.create(trust=trust, system=new, valid_from=changed)
    assert candidate("ZHA").facts.system == "New"


def test_lineage_follows_mergers_past_and_names_those_to_come(england: Small) -> None:
    trusts = england[1]
    first = Trust.objects.create(code="ZA1", name="First", closed=date(2021, 4, 1))
    Succession.objects.create(predecessor=first, successor=trusts["ZNA"], on=date(2021, 4, 1))
    Succession.objects.create(predecessor=first, successor=trusts["ZHA"], on=date(2021, 4, 1))
    coming = Trust.objects.create(code="ZNEW", name="Netherby and Highfield")
    for code in ("ZNA", "ZHB"):
        Succession.objects.create(predecessor=trusts[code], successor=coming, on=date(2027, 4, 1))
    pool = read()
    assert pool.lineage == {"ZA1": "ZA1", "ZHA": "ZA1", "ZNA": "ZA1"}
    merging = {frozenset(pair): fact for pair, fact in pool.mergers.items()}
    assert merging[frozenset({"ZNA", "ZHB"})] == (
        "Highfield NHS Foundation Trust and Netherby Hospitals NHS Trust become Netherby and Highfield on 1 April 2027."
    )
    assert frozenset({"ZNA", "ZNEW"}) in merging
    assert frozenset({"ZNB", "ZNEW"}) not in merging


def test_the_pool_is_read_in_a_handful_of_statements_whatever_its_size(db: None) -> None:
    large_england(20, 6, services=["Surgery", "Maternity"])
    with CaptureQueriesContext(connection) as queries:
        pool = read()
    assert len(pool.needing) == 20
    assert len(pool.helping) == 6
    assert len(queries) <= 8
