"""What an import says of organisations: proposed, accepted or left, taken back, and what is left is history."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from tests.cast import Cast
from tests.stubs.cqc_api import Stub
from tests.tracker.ratings.test_api_import import NOW as READ_AT
from tests.tracker.ratings.test_api_import import among_many, read, source, stub
from tests.tracker.ratings.test_importing import NOW, Row, currently, load, receive, write
from tests.tracker.ratings.test_reading_changes_nothing import MANY, WORSE, to_another_trust, trusts
from tracker.problems import Refused
from tracker.ratings.importer import apply_import, read_import, run_import, set_aside_import
from tracker.ratings.models import (
    CurrentRating,
    OrganisationStatement,
    RatedOrganisation,
    RatingImport,
    RatingsSource,
)
from tracker.ratings.proposing import Accept
from tracker.ratings.settling import settle_by_rule
from tracker.ratings.undoing import undo_import
from tracker.ratings.verifying import check_ratings
from tracker.trusts.models import Site, SiteSuccession

__all__ = ["source", "stub"]  # fixtures

State = RatingImport.State
MARCH, JUNE, JULY = date(2026, 3, 1), date(2026, 6, 1), date(2026, 7, 1)
Undo = Callable[[RatingImport], RatingImport]


@pytest.fixture
def undo(cast: Cast) -> Undo:
    return lambda record: undo_import(record, by=cast.national, now=NOW, why="A test")


def name() -> str:
    return RatedOrganisation.objects.get(cqc_id="XN101").name


def moving(tmp_path: Path, as_at: date, rows: list[Row] = MANY) -> RatingImport:
    """A file, received, in which the first hospital has another provider and another name."""
    path = to_another_trust(tmp_path / f"moving-{as_at}.csv", rows)
    path.write_text(path.read_text() + "\r\n" * as_at.month)  # other bytes that say the same
    return receive(path, as_at)


def test_an_undo_takes_a_move_and_a_name_back(cast: Cast, tmp_path: Path, undo: Undo) -> None:
    load(tmp_path, MANY, MARCH)
    record = run_import(moving(tmp_path, JUNE), by=None, now=NOW)
    assert record.state == State.APPLIED
    assert (trusts(), name()) == ({"XA1"}, "Renamed")
    undone = undo(record)
    assert undone.state == State.UNDONE
    assert (trusts(), name()) == ({"XN1"}, "Northborough General")
    assert check_ratings() == []
    assert run_import(record, by=None, now=NOW).state == State.APPLIED
    assert trusts() == {"XA1"}


def test_what_a_later_file_says_too_stays_and_goes_with_it(cast: Cast, tmp_path: Path, undo: Undo) -> None:
    load(tmp_path, MANY, MARCH)
    june = run_import(moving(tmp_path, JUNE), by=None, now=NOW)
    july = run_import(moving(tmp_path, JULY), by=None, now=NOW)
    assert july.state == State.UNCHANGED
    undo(june)
    assert (trusts(), name()) == ({"XA1"}, "Renamed")
    undo(july)
    assert (trusts(), name()) == ({"XN1"}, "Northborough General")


def test_a_later_file_without_the_hospital_says_nothing_of_it(cast: Cast, tmp_path: Path, undo: Undo) -> None:
    many = [(f"XN1{number:02}", *MANY[0][1:]) for number in range(1, 80)]
    load(tmp_path, many, MARCH)
    june = run_import(moving(tmp_path, JUNE, many), by=None, now=NOW)
    july = load(tmp_path, many[1:], JULY)
    assert july.state == State.APPLIED
    undo(june)
    assert RatedOrganisation.objects.get(cqc_id="XN101").trust == cast.northborough


def test_a_file_that_comes_late_tells_what_was_before(cast: Cast, tmp_path: Path, undo: Undo) -> None:
    Site.objects.filter(cqc_id="XN101").delete()  # the register does not know it yet
    june = run_import(moving(tmp_path, JUNE), by=None, now=NOW)
    assert trusts() == {"XA1"}
    march = load(tmp_path, MANY, MARCH)
    assert march.state == State.APPLIED  # only history: nobody is asked
    assert (trusts(), name()) == ({"XA1"}, "Renamed")
    undo(june)
    assert (trusts(), name()) == ({"XN1"}, "Northborough General")
    assert run_import(june, by=None, now=NOW).state == State.APPLIED
    undo(march)
    assert trusts() == {"XA1"}


def test_a_move_alone_is_proposed_counted_and_applied(cast: Cast, tmp_path: Path, undo: Undo) -> None:
    load(tmp_path, MANY, MARCH)
    record = read_import(moving(tmp_path, JUNE), by=None, now=NOW)
    assert record.state == State.READY
    assert record.counts["organisations"] == {"described": 1, "moved": 1}
    assert trusts() == {"XN1"}
    assert apply_import(record, by=None, now=NOW).state == State.APPLIED
    assert (trusts(), name()) == ({"XA1"}, "Renamed")
    undo(record)
    assert (trusts(), name()) == ({"XN1"}, "Northborough General")


def test_what_is_not_accepted_of_organisations_stays_proposed(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, MANY, MARCH)
    record = read_import(moving(tmp_path, JUNE, [WORSE, *MANY[1:]]), by=None, now=NOW)
    record = apply_import(record, by=None, now=NOW, accept=Accept(kinds=["worse"]))
    assert record.state == State.PART_APPLIED
    assert currently() == {("overall", "overall"): "Inadequate"}
    assert (trusts(), name()) == ({"XN1"}, "Northborough General")
    record = read_import(record, by=None, now=NOW)
    assert record.state == State.PART_APPLIED
    record = apply_import(record, by=None, now=NOW, accept=Accept(kinds=["described"]))
    assert (record.state, trusts(), name()) == (State.PART_APPLIED, {"XN1"}, "Renamed")
    record = apply_import(record, by=None, now=NOW)
    assert (record.state, trusts()) == (State.APPLIED, {"XA1"})


@pytest.mark.parametrize("code", ["XN1", "XA1"])
def test_a_move_is_accepted_with_the_trust_it_is_from_or_to(cast: Cast, tmp_path: Path, code: str) -> None:
    load(tmp_path, MANY, MARCH)
    record = read_import(moving(tmp_path, JUNE), by=None, now=NOW)
    with pytest.raises(Refused):
        apply_import(record, by=None, now=NOW, accept=Accept(trusts=[cast.elsewhere.pk]))
    trust = {"XN1": cast.northborough, "XA1": cast.ashford}[code]
    apply_import(record, by=None, now=NOW, accept=Accept(kinds=["moved"], trusts=[trust.pk]))
    assert trusts() == {"XA1"}


def test_single_ones_are_named_and_no_others_are_taken(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, MANY, MARCH)
    record = read_import(moving(tmp_path, JUNE, [WORSE, *MANY[1:]]), by=None, now=NOW)
    moved = record.proposed_organisations.get(kind="moved")
    record = apply_import(record, by=None, now=NOW, accept=Accept(restated=[moved.pk]))
    assert (trusts(), name(), currently()["overall", "overall"]) == ({"XA1"}, "Northborough General", "Good")
    organisation = RatedOrganisation.objects.get(cqc_id="XN101")
    record = apply_import(record, by=None, now=NOW, accept=Accept(organisations=[organisation.pk]))
    assert (record.state, name()) == (State.APPLIED, "Renamed")


def test_a_move_overtaken_by_another_import_is_refused(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, MANY, MARCH)
    july = read_import(moving(tmp_path, JULY), by=None, now=NOW)
    run_import(moving(tmp_path, JUNE), by=None, now=NOW)
    with pytest.raises(Refused, match="Read the file again"):
        apply_import(july, by=None, now=NOW)


def test_history_is_kept_and_only_grows(cast: Cast, tmp_path: Path, undo: Undo) -> None:
    load(tmp_path, MANY, MARCH)
    undo(run_import(moving(tmp_path, JUNE), by=None, now=NOW))
    moved = OrganisationStatement.objects.get(kind="moved")
    assert moved.before["trust_id"] == cast.northborough.pk
    assert moved.said["trust_id"] == cast.ashford.pk
    assert moved.retraction.event.kind == "undone"
    with pytest.raises(DatabaseError), transaction.atomic():
        OrganisationStatement.objects.update(said={})


def test_a_hospital_whose_trust_was_settled_since_is_left_where_it_is(cast: Cast, tmp_path: Path, undo: Undo) -> None:
    load(tmp_path, MANY, MARCH)
    record = run_import(moving(tmp_path, JUNE), by=None, now=NOW)
    Site.objects.filter(cqc_id="XN101").update(trust=cast.elsewhere)
    undo(record)
    assert Site.objects.get(cqc_id="XN101").trust == cast.elsewhere


# --- who carried on as whom ---


def carry_on(stub: Stub) -> None:
    """Says of the first hospital that it carried on as the second."""
    stub.locations["XN102"]["relationships"] = [
        {"relatedLocationId": "XN101", "type": "HSCA Predecessor", "reason": "Merger"}
    ]


def hour(number: int) -> datetime:
    return READ_AT + timedelta(hours=number)


def joined() -> bool:
    return SiteSuccession.objects.filter(predecessor__cqc_id="XN101", successor__cqc_id="XN102").exists()


def counted() -> set[bool]:
    return set(CurrentRating.objects.filter(organisation__cqc_id="XN101").values_list("counted", flat=True))


def test_an_undo_takes_a_join_back_unless_another_import_says_it_too(
    stub: Stub, source: RatingsSource, undo: Undo
) -> None:
    among_many(stub)
    first = read(stub, source)
    assert first.state == State.APPLIED
    carry_on(stub)
    second = read(stub, source, now=hour(1))
    assert (second.state, joined(), counted()) == (State.APPLIED, True, {False})
    third = read(stub, source, now=hour(2))
    assert third.state == State.UNCHANGED
    undo(second)
    assert joined()
    undo(third)
    assert (joined(), counted()) == (False, {True})
    assert check_ratings() == []


def test_a_join_that_was_known_before_stays(stub: Stub, source: RatingsSource, undo: Undo, cast: Cast) -> None:
    among_many(stub)
    read(stub, source)
    SiteSuccession.objects.create(
        predecessor=Site.objects.get(cqc_id="XN101"), successor=Site.objects.get(cqc_id="XN102"), source="The register"
    )
    carry_on(stub)
    undo(read(stub, source, now=hour(1)))
    assert joined()


def test_a_hospital_deregistered_by_an_import_is_registered_again(
    stub: Stub, source: RatingsSource, undo: Undo
) -> None:
    among_many(stub)
    read(stub, source)
    stub.locations["XN101"]["registrationStatus"] = "Deregistered"
    second = read(stub, source, now=hour(1))
    status = RatedOrganisation.objects.filter(cqc_id="XN101").values_list("registration_status", flat=True)
    assert (second.state, list(status)) == (State.APPLIED, ["Deregistered"])
    undo(second)
    assert list(status.all()) == ["Registered"]


# --- a new reading of an import in force, set aside ---


def test_a_new_reading_that_is_held_and_set_aside_leaves_the_import_applied(
    cast: Cast, tmp_path: Path, undo: Undo
) -> None:
    record = load(tmp_path, [MANY[0], *((*row[:4], "30/02/2026") for row in MANY[1:])], MARCH)
    run_import(receive(write(tmp_path / "all.csv", MANY), date(2026, 2, 1)), by=None, now=NOW)
    settle_by_rule(kind="date_means", given="30/02/2026", meaning="28/02/2026", by=cast.national, now=NOW)
    record = read_import(record, by=cast.national, now=NOW)
    assert record.state == State.HELD
    record = set_aside_import(record, by=cast.national, now=NOW, why="Not so")
    assert record.state == State.APPLIED
    assert currently()
    assert undo(record).state == State.UNDONE


def test_the_reading_of_an_unchanged_import_is_set_aside_and_it_can_be_undone(
    cast: Cast, tmp_path: Path, undo: Undo
) -> None:
    no_date: list[Row] = [(*row[:4], "30/02/2026") for row in MANY[1:]]
    load(tmp_path, MANY, MARCH)
    record = load(tmp_path, [MANY[0], *no_date], date(2026, 4, 1))
    assert record.state == State.UNCHANGED
    settle_by_rule(kind="date_means", given="30/02/2026", meaning="28/02/2026", by=cast.national, now=NOW)
    record = read_import(record, by=cast.national, now=NOW)
    assert record.state == State.HELD
    with pytest.raises(Refused):
        apply_import(record, by=cast.national, now=NOW)
    record = set_aside_import(record, by=cast.national, now=NOW, why="Not so")
    assert record.state == State.UNCHANGED
    assert not record.proposals.exists()
    assert undo(record).state == State.UNDONE


def test_a_file_never_applied_is_set_aside_as_ever(cast: Cast, tmp_path: Path) -> None:
    record = read_import(receive(write(tmp_path / "a.csv", MANY), MARCH), by=None, now=NOW)
    assert set_aside_import(record, by=None, now=NOW, why="").state == State.SET_ASIDE
