"""What the importer must not do of its own accord: repeat what a person took back, give a file up, or apply unseen."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.cast import Cast
from tests.tracker.ratings.test_importing import NOW, OVERALL, SURGERY_SAFE, Row, currently, load, receive, write
from tracker.problems import Busy
from tracker.ratings import watching
from tracker.ratings.importer import agree_to_import, apply_import, read_import, run_import, set_aside_import
from tracker.ratings.models import CurrentRating, RatingImport
from tracker.ratings.settling import settle_row
from tracker.ratings.undoing import undo_import

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
