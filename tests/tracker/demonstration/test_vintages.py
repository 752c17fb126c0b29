"""What a month's file holds against its reader, and what changes from one month to the next."""

import re
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from tests.tracker.demonstration.conftest import ReadMonth
from tracker.demonstration.cast import CAST
from tracker.demonstration.england import England
from tracker.ratings.cqc_layouts import (
    LOCATION_HEADINGS,
    LOCATION_HEADINGS_25,
    LOCATION_HEADINGS_2015_NO_PROVIDER,
    PROVIDER_HEADINGS,
    PROVIDER_HEADINGS_18,
)

NHS = "NHS Healthcare Organisation"
SERVICE = "Service / Population Group"


def cells(rows: list[dict[str, str]], location_id: str, service: str, domain: str) -> list[dict[str, str]]:
    return [row for row in rows if (row["Location ID"], row[SERVICE], row["Domain"]) == (location_id, service, domain)]


def words(rows: list[dict[str, str]], location_id: str, service: str, domain: str) -> list[str]:
    return [row["Latest Rating"] for row in cells(rows, location_id, service, domain)]


def test_rows_come_in_the_order_of_the_headings(world: England) -> None:
    assert world.headings(world.months[0], "Locations") == LOCATION_HEADINGS
    assert world.headings(world.months[0], "Providers") == PROVIDER_HEADINGS
    assert {len(row) for row in world.rows(0, "Locations")} == {28}
    assert {len(row) for row in world.rows(0, "Providers")} == {21}


def test_between_one_and_three_rows_in_a_hundred_change_in_a_month(world: England) -> None:
    months = [Counter(world.rows(month)) for month in range(12)]
    for before, after in pairwise(months):
        assert 0.01 <= (after - before).total() / after.total() <= 0.03
        assert (before - after).total() / before.total() < 0.02


def test_the_cast_service_is_re_rated_worse_when_it_is_said_to_be(read_month: ReadMonth) -> None:
    worse = CAST.worse
    about = (worse.location_id, worse.service, worse.domain)
    assert words(read_month(worse.month - 1, "Locations"), *about) == [worse.before]
    for month in (worse.month, 11):
        assert words(read_month(month, "Locations"), *about) == [worse.after]
    row = cells(read_month(worse.month, "Locations"), *about)[0]
    assert row["Location Name"] == worse.hospital
    assert row["Provider ID"] == CAST.struggling.code


def test_services_are_re_rated_better_worse_and_confirmed_anew(world: England) -> None:
    order = {"Inadequate": 1, "Requires improvement": 2, "Good": 3, "Outstanding": 4}
    moves: Counter[str] = Counter()
    listed = [world.grids(as_at) for as_at in world.months]
    for before, after in pairwise(listed):
        for organisation_id, grid in after.items():
            for key, standing in grid.items():
                earlier = before.get(organisation_id, {}).get(key)
                if earlier and earlier.on != standing.on and {earlier.word, standing.word} <= set(order):
                    step = order[standing.word] - order[earlier.word]
                    moves["better" if step > 0 else "worse" if step < 0 else "confirmed"] += 1
    assert min(moves["better"], moves["worse"], moves["confirmed"]) > 100


def test_a_merger_leaves_the_old_rows_beside_the_successors_inherited_ones(
    world: England, read_month: ReadMonth
) -> None:
    merger = CAST.merger
    before = read_month(merger.month - 1, "Locations")
    after = read_month(merger.month, "Locations")
    moved = [s for s in world.site_successions if s.successor.startswith(merger.successor_code)]
    assert {s.predecessor[:3] for s in moved} == {merger.first.code, merger.second.code}
    for succession in moved:
        about = ("Surgery", "Safe")
        assert words(before, succession.successor, *about) == []
        (old,) = cells(after, succession.predecessor, *about)
        (new,) = cells(after, succession.successor, *about)
        assert new["Latest Rating"] == old["Latest Rating"]
        assert old["Inherited Rating (Y/N)"] != "Y"
        assert new["Inherited Rating (Y/N)"] == "Y"
        assert new["Provider ID"] == merger.successor_code
    listed = {row["Provider ID"] for row in read_month(merger.month, "Providers")}
    assert merger.successor_code in listed
    assert not listed & {merger.first.code, merger.second.code}


def test_a_hospital_registered_anew_inherits_under_the_same_trust(read_month: ReadMonth) -> None:
    anew = CAST.reregistration
    assert words(read_month(anew.month - 1, "Locations"), anew.new_id, "Surgery", "Overall") == []
    rows = read_month(anew.month, "Locations")
    (old,) = cells(rows, anew.old_id, "Surgery", "Overall")
    (new,) = cells(rows, anew.new_id, "Surgery", "Overall")
    assert new["Inherited Rating (Y/N)"] == "Y"
    assert (new["Latest Rating"], new["Location Name"]) == (old["Latest Rating"], old["Location Name"])
    assert new["Provider ID"] == old["Provider ID"] == anew.trust.code


def test_ratings_are_withdrawn_with_and_without_their_rows(world: England, read_month: ReadMonth) -> None:
    during = [w for w in world.withdrawals if w.on > world.months[0]]
    assert {withdrawal.rows_stay for withdrawal in during} == {True, False}
    for withdrawal in during:
        month = next(number for number, as_at in enumerate(world.months) if as_at > withdrawal.on)
        about = (withdrawal.organisation_id, withdrawal.service, "Safe")
        (before,) = set(words(read_month(month - 1, "Locations"), *about))
        assert before not in {"", "No published rating"}
        after = words(read_month(month, "Locations"), *about)
        assert after == (["No published rating"] if withdrawal.rows_stay else [])


@pytest.mark.parametrize("month", [0, 5, 11])
def test_each_file_has_the_oddities_real_ones_have(read_month: ReadMonth, month: int) -> None:
    locations, providers = read_month(month, "Locations"), read_month(month, "Providers")
    nhs = [row for row in locations if row["Location Type"] == NHS]
    assert any(count > 1 for count in Counter(tuple(row.values()) for row in nhs).values())
    conflict = CAST.conflict
    pair = cells(nhs, conflict.location_id, conflict.service, conflict.domain)
    assert len({row["Latest Rating"] for row in pair}) == 2
    assert len({row["Publication Date"][:10] for row in pair}) == 1
    printed = {row["Latest Rating"] for row in nhs}
    assert {"Requires improvement", "Requires Improvement", "Not yet inspected"} <= printed
    assert {"Inspected but not rated", "Insufficient evidence to rate", "No published rating"} <= printed
    assert "Not Rated" in {row["Latest Rating"] for row in providers}
    assert "Use of resources" in {row["Domain"] for row in providers}
    assert {"", "-"} <= {row["Brand ID"] for row in nhs}
    assert {"", "N"} <= {row["Inherited Rating (Y/N)"] for row in nhs}
    assert "31/02/2019" in {row["Publication Date"] for row in nhs}
    known = {row["Provider ID"] for row in providers}
    assert {row["Provider ID"] for row in nhs} - known - {
        CAST.merger.first.code,
        CAST.merger.second.code,
    } == {"XZ9"}
    others = Counter(row["Location Type"] for row in locations if row["Location Type"] != NHS)
    assert {"Social Care Org", "Primary Medical Services", "Primary Dental Care"} <= set(others)
    assert 100 < others.total() < 1000


def test_dates_are_printed_in_every_form_seen(read_month: ReadMonth) -> None:
    forms = {
        re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "9", row["Publication Date"])) for row in read_month(0, "Locations")
    }
    assert forms == {"", "9999-99-99", "99/99/9999", "99/99/9999 - 99:99", "99/aaa/9999 - 99:99"}


def test_old_names_of_services_stand_beside_new_ones_at_a_few_hospitals(world: England) -> None:
    listed = world.grids(world.months[0])
    both = [
        site.id
        for site in world.sites
        if {"Maternity", "Maternity and gynaecology"} <= {service for service, _ in listed.get(site.id, {})}
    ]
    assert 3 <= len(both) <= 40


def test_one_grid_mixes_the_dates_of_several_inspections(world: England) -> None:
    listed = world.grids(world.months[0])
    dates = [
        len({standing.on for standing in listed[site.id].values() if standing.on})
        for site in world.sites
        if site.id in listed
    ]
    assert sum(count > 1 for count in dates) > len(dates) / 2


def test_nothing_is_published_after_the_file_that_lists_it(world: England) -> None:
    for as_at in (*world.archive, *world.months):
        for grid in world.grids(as_at).values():
            assert all(standing.on is None or standing.on < as_at for standing in grid.values())


def test_older_files_are_in_the_layout_of_their_day(world: England) -> None:
    assert world.headings(date(2015, 12, 1), "Locations") == LOCATION_HEADINGS_2015_NO_PROVIDER
    assert world.headings(date(2018, 10, 1), "Locations") == LOCATION_HEADINGS_25
    assert world.headings(date(2018, 10, 1), "Providers") == PROVIDER_HEADINGS_18
    for as_at in world.archive:
        headings = world.headings(as_at, "Locations")
        row = dict(zip(headings, next(world.rows_as_at(as_at, "Locations")), strict=True))
        assert row["Location Type"] == NHS
        assert row.get("Domain", row.get("Key Question")) == "Safe"


def test_the_successful_trust_mended_itself(world: England) -> None:
    career = [
        (publication.on, dict(publication.words)["Overall"])
        for publication in world.publications
        if publication.organisation_id == CAST.successful.code
        and publication.service == "Overall"
        and "Overall" in dict(publication.words)
    ]
    assert [word for _, word in career] == ["Inadequate", "Requires improvement", "Good"]
    assert sorted(career) == career
