"""What the importer must not do of its own accord: repeat what a person took back, give a file up, or apply unseen."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.cast import Cast
from tests.tracker.ratings.test_importing import NOW, OVERALL, SURGERY_SAFE, Row, currently, load, receive, write
from tracker.problems import Busy, Refused
from tracker.ratings import watching
from tracker.ratings.as_at import as_at
from tracker.ratings.importer import agree_to_import, apply_import, read_import, run_import, set_aside_import
from tracker.ratings.models import CurrentRating, RatedOrganisation, RatingImport, SettlingRule, WaitingRow
from tracker.ratings.receiving import stored_path
from tracker.ratings.settling import make_provisional_trust, settle_by_rule, settle_row
from tracker.ratings.undoing import undo_import
from tracker.trusts.models import Site, Succession, Trust

State = RatingImport.State
MANY: list[Row] = [(f"XN1{number:02}", "Overall", "Overall", "Good", "01/02/2026") for number in range(2, 12)]
WORSE: Row = ("XN101", "Surgery", "Safe", "Inadequate", "03/05/2026")


def of_folder(path: Path, as_at: date) -> RatingImport:
    record = receive(path, as_at)
    RatingImport.objects.filter(pk=record.pk).update(source=watching.source_of_folder())
    record.refresh_from_db()
    return record


def leave_reading(record: RatingImport) -> None:
    """As a reader leaves it that was killed."""
    RatingImport.objects.filter(pk=record.pk).update(state=State.READING, attempts=1)


def picked_up() -> list[RatingImport]:
    return watching.pick_up_unfinished(now=NOW + timedelta(hours=1))


def test_a_file_of_the_folder_whose_first_reader_was_killed_is_applied(cast: Cast, tmp_path: Path) -> None:
    record = of_folder(write(tmp_path / "file.csv", [OVERALL]), date(2026, 3, 1))
    leave_reading(record)
    assert [found.state for found in picked_up()] == [State.APPLIED]


def test_what_a_person_undid_or_set_aside_is_read_and_not_applied_when_its_reader_was_killed(
    committed_cast: Cast, tmp_path: Path
) -> None:
    undone = of_folder(write(tmp_path / "undone.csv", [OVERALL]), date(2026, 3, 1))
    undo_import(run_import(undone, by=None, now=NOW), by=committed_cast.national, now=NOW, why="The wrong file")
    aside = of_folder(write(tmp_path / "aside.csv", [SURGERY_SAFE]), date(2026, 4, 1))
    set_aside_import(read_import(aside, by=None, now=NOW), by=committed_cast.national, now=NOW, why="Not ours")
    leave_reading(undone)
    leave_reading(aside)
    assert [found.state for found in picked_up()] == [State.READY, State.READY]
    assert not CurrentRating.objects.exists()


def test_settled_rows_are_proposed_and_not_applied_when_their_reader_was_killed(
    committed_cast: Cast, tmp_path: Path
) -> None:
    no_date = ("XN101", "Surgery", "Safe", "Inadequate", "30/02/2026")
    record = of_folder(write(tmp_path / "file.csv", [OVERALL, no_date]), date(2026, 3, 1))
    record = run_import(record, by=None, now=NOW)
    settle_row(record.waiting_rows.get(), kind="date_means", meaning="28/02/2026", by=committed_cast.national, now=NOW)
    leave_reading(record)
    picked_up()
    assert currently() == {("overall", "overall"): "Good"}
    assert record.proposals.count() == 1


def test_a_file_told_to_wait_is_not_given_up(cast: Cast, tmp_path: Path) -> None:
    record = of_folder(write(tmp_path / "file.csv", [OVERALL]), date(2026, 3, 1))
    other = connection.copy()
    try:
        with other.cursor() as elsewhere:
            elsewhere.execute("SELECT pg_advisory_lock(72019002, 0)")  # another import is being applied
            for _ in range(watching.ATTEMPTS + 1):
                with pytest.raises(Busy):
                    run_import(record, by=None, now=NOW)
    finally:
        other.close()
    record.refresh_from_db()
    assert (record.state, record.attempts) == (State.RECEIVED, 0)
    assert [found.state for found in picked_up()] == [State.APPLIED]


def test_an_agreement_holds_for_what_was_agreed_to_and_no_longer(cast: Cast, tmp_path: Path) -> None:
    load(tmp_path, [OVERALL, SURGERY_SAFE], date(2026, 3, 1))
    record = load(tmp_path, [OVERALL], date(2026, 4, 1))
    assert record.state == State.HELD
    record = agree_to_import(record, by=cast.national, now=NOW, why="Surgery closed")
    record = apply_import(record, by=cast.national, now=NOW)
    undo_import(record, by=cast.national, now=NOW, why="It had not closed")
    assert run_import(record, by=None, now=NOW).state == State.HELD
    assert len(currently()) == 2


@pytest.mark.parametrize("reason", ["disputed", "date"])
def test_a_matched_hospital_cannot_be_left_out_for_ever(cast: Cast, tmp_path: Path, reason: str) -> None:
    odd = ("XN101", "Surgery", "Safe", "Inadequate", "30/02/2026" if reason == "date" else "01/02/2026")
    record = load(tmp_path, [SURGERY_SAFE, odd, *MANY], date(2026, 3, 1))
    assert {row.reason for row in record.waiting_rows.all()} == {reason}
    with pytest.raises(Refused, match="This organisation is matched"):
        settle_by_rule(kind="set_aside", given="XN101", meaning="", by=cast.national, now=NOW)
    assert not SettlingRule.objects.exists()
    later = load(tmp_path, [("XN101", "Surgery", "Safe", "Outstanding", "03/05/2026"), *MANY], date(2026, 6, 1))
    assert later.counts["changes"].get("better") == 1


def test_an_organisation_nobody_can_match_is_left_out_of_later_files(cast: Cast, tmp_path: Path) -> None:
    stranger: Row = ("QQ901", "Overall", "Overall", "Good", "01/02/2026")
    load(tmp_path, [stranger], date(2026, 3, 1), provider="QQ9")
    settle_by_rule(kind="set_aside", given="QQ901", meaning="", by=cast.national, now=NOW)
    later = load(tmp_path, [stranger, stranger], date(2026, 4, 1), provider="QQ9")
    assert not later.waiting_rows.filter(state="waiting").exists()


@pytest.mark.parametrize("odd", ["N/A", "XN1/01", "XN1 01", "../x", "XN1%01", "X" * 31])
def test_an_id_that_is_no_address_waits_and_becomes_nothing(cast: Cast, tmp_path: Path, odd: str) -> None:
    record = load(tmp_path, [OVERALL, (odd, "Overall", "Overall", "Good", "01/02/2026")], date(2026, 3, 1))
    assert record.waiting_rows.get().reason == WaitingRow.Reason.ORGANISATION
    assert not RatedOrganisation.objects.filter(cqc_id=odd).exists()
    assert not Site.objects.filter(cqc_id=odd).exists()


@pytest.mark.parametrize("odd", ["N/A", "", "Q Q", "QQ9/1", "LONGERTHANTEN"])
def test_a_provider_whose_code_is_no_address_is_not_taken_in(cast: Cast, odd: str) -> None:
    before = Trust.objects.count()
    with pytest.raises(Refused, match="is not a provider's code"):
        make_provisional_trust(code=odd, name="Nobody", by=cast.national, now=NOW)
    assert Trust.objects.count() == before


@pytest.mark.parametrize(("closes", "counted"), [(date(2026, 3, 31), True), (date(2026, 3, 1), False)])
def test_a_trust_is_counted_until_the_newest_file_is_as_at_its_last_day(
    cast: Cast, tmp_path: Path, closes: date, counted: bool
) -> None:
    for trust, cqc_id in ((cast.northborough, "XN1"), (cast.elsewhere, "XE1")):
        RatedOrganisation.objects.get_or_create(level="provider", cqc_id=cqc_id, defaults={"trust": trust})
    Trust.objects.filter(pk=cast.northborough.pk).update(closed=closes)
    Succession.objects.create(predecessor=cast.northborough, successor=cast.elsewhere, on=closes, reason="merger")
    path = providers_file(tmp_path / "file.csv", ["XN1", "XE1"])
    assert run_import(receive(path, date(2026, 3, 15)), by=None, now=NOW).state == State.APPLIED
    assert {row.counted for row in CurrentRating.objects.filter(organisation__cqc_id="XN1")} == {counted}
    assert {row.counted for row in CurrentRating.objects.filter(organisation__cqc_id="XE1")} == {True}


def providers_file(path: Path, codes: list[str]) -> Path:
    """Each trust's own overall rating, in the layout of the file of providers."""
    head = (
        "Provider ID,Provider Name,Provider Type,Service / Population Group,Domain,Latest Rating,Publication Date,"
        "Report Type,URL"
    )
    lines = [f"{code},{code},NHS Healthcare Organisation,Overall,Overall,Good,01/02/2026,Provider," for code in codes]
    path.write_text("\r\n".join([head, *lines, ""]))
    return path


def test_what_an_import_asserted_stands_while_it_is_read_again(cast: Cast, tmp_path: Path) -> None:
    record = load(tmp_path, [OVERALL], date(2026, 3, 1))
    leave_reading(record)
    assert as_at().dates == (date(2026, 3, 1),)


def test_an_applied_import_whose_file_can_no_longer_be_read_stays_applied(cast: Cast, tmp_path: Path) -> None:
    record = load(tmp_path, [OVERALL], date(2026, 3, 1))
    stored_path(record).write_text("<html><body>Service unavailable</body></html>")
    record = read_import(record, by=cast.national, now=NOW)
    assert record.state == State.APPLIED
    refused = record.events.order_by("-pk")[0]
    assert (refused.kind, "not read" in refused.why) == ("refused", True)
    assert as_at().dates == (date(2026, 3, 1),)
    undo_import(record, by=cast.national, now=NOW, why="The wrong file")
    assert as_at().dates == ()
    assert read_import(record, by=cast.national, now=NOW).state == State.REFUSED


def test_what_an_import_asserted_stands_while_its_second_reading_is_held(cast: Cast, tmp_path: Path) -> None:
    no_date: list[Row] = [(*row[:4], "30/02/2026") for row in MANY]
    load(tmp_path, [OVERALL, *MANY], date(2026, 3, 1))
    record = load(tmp_path, [OVERALL, *no_date], date(2026, 4, 1))
    assert record.state == State.UNCHANGED
    settle_by_rule(kind="date_means", given="30/02/2026", meaning="28/02/2026", by=cast.national, now=NOW)
    record = read_import(record, by=cast.national, now=NOW)
    assert record.state == State.HELD
    assert as_at().latest == date(2026, 4, 1)
    set_aside_import(record, by=cast.national, now=NOW, why="Not so")
    assert as_at().latest == date(2026, 4, 1)
