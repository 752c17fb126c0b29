"""What the demonstration England's files become: one month in every format, a merger, a return, and 2015's layout."""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.demonstration.bulk_file import SHEETS, Format, Sheet, write_sheets
from tracker.demonstration.cast import CAST
from tracker.demonstration.england import England, SheetName, england
from tracker.management.demonstration import prepare_register
from tracker.problems import Refused
from tracker.ratings.importer import agree_to_import, apply_import, run_import
from tracker.ratings.models import CurrentRating, RatingChange, RatingImport, RatingRecord, WaitingRow
from tracker.ratings.receiving import receive_import, source_by_hand
from tracker.ratings.undoing import undo_import
from tracker.ratings.verifying import check_ratings

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
MERGER = CAST.merger
FEW = (MERGER.successor_code[:2], CAST.reregistration.trust.code[:2])
"""The ids of the merging trusts, the one whose hospital re-registers and their neighbours begin so."""
State = RatingImport.State

Load = Callable[..., RatingImport]


@pytest.fixture
def world(db: None, tmp_path: Path) -> England:
    """The invented England, its register loaded."""
    made = england()
    prepare_register(made, tmp_path / "register", Moment(NOW))
    return made


@pytest.fixture
def load_day(world: England, tmp_path: Path) -> Load:
    """`load_day(day)` imports that day's file, cut down to a few trusts.  Among so few a merger is held: a second
    person agrees."""
    second = User.objects.create_user("second@example.test", "a long passphrase", name="Second", joined_at=NOW)

    def load(
        day: date,
        file_format: Format = "xlsx",
        *,
        sheets: Collection[SheetName] = SHEETS,
        without: Collection[str] = (),
    ) -> RatingImport:
        tables = [
            Sheet(
                name,
                world.headings(day, name),
                [row for row in world.rows_as_at(day, name) if str(row[0]).startswith(FEW) and row[0] not in without],
            )
            for name in sheets
        ]
        path = tmp_path / f"{day}.{file_format}"
        write_sheets(path, file_format, tables, date_form=0, split=False)
        record, _ = receive_import(
            path, name=path.name, as_at=day, keep="nhs", source=source_by_hand(), by=None, now=NOW
        )
        run_import(record, by=None, now=NOW)
        record.refresh_from_db()
        if record.state == State.HELD:
            agree_to_import(record, by=second, now=NOW, why="The merger is known")
            apply_import(record, by=None, now=NOW)
        record.refresh_from_db()
        return record

    return load


def contents_of(record: RatingImport) -> set[tuple[object, ...]]:
    """The records one import added to history, in the words a reader sees."""
    return set(
        RatingRecord.objects.filter(rating_import=record).values_list(
            "organisation__cqc_id", "service__key", "domain__key", "variant", "state", "rating", "word",
            "published_on", "report_type", "inherited", "framework", "url", "listed",
        )
    )  # fmt: skip


def kinds(record: RatingImport) -> dict[str, set[str]]:
    """The organisations of an import's changes, by kind of change."""
    found: dict[str, set[str]] = {}
    for change in RatingChange.objects.filter(event__rating_import=record).select_related("organisation"):
        found.setdefault(change.kind, set()).add(change.organisation.cqc_id)
    return found


def test_one_month_is_the_same_records_in_every_format(world: England, load_day: Load) -> None:
    found = []
    formats: tuple[Format, ...] = ("csv", "xlsx", "ods")
    for file_format in formats:
        record = load_day(world.months[0], file_format, sheets=["Locations"])
        assert record.state == State.APPLIED
        found.append((contents_of(record), record.counts["waiting"], record.counts["duplicates"]))
        undo_import(record, by=None, now=NOW, why="To read the next format")
        assert not CurrentRating.objects.exists()
    assert len(found[0][0]) > 200
    assert found[0] == found[1] == found[2]


def test_after_a_merger_and_a_re_registration_every_hospital_counts_once(world: England, load_day: Load) -> None:
    for month in (MERGER.month - 2, MERGER.month - 1):
        load_day(world.months[month])
    before = counted()
    record = load_day(world.months[MERGER.month])
    assert kinds(record)["merged"] == {MERGER.first.code, MERGER.second.code}
    assert {"withdrawn", "deregistered"}.isdisjoint(kinds(record))
    assert before >= {"XN101", "XN102", "XN201", "XP101", "XP110"}
    assert counted() == before - {"XN101", "XN102", "XN201"} | {"XN901", "XN902", "XN903"}
    assert "XP102" not in before
    assert check_ratings() == []


def counted() -> set[str]:
    """The hospitals in the sector's figures."""
    rows = CurrentRating.objects.filter(level="location", counted=True, superseded=False)
    return set(rows.values_list("organisation__cqc_id", flat=True))


def test_what_a_file_leaves_out_and_the_next_lists_again_has_returned(world: England, load_day: Load) -> None:
    june, july, august = world.months[6:9]
    load_day(june)
    gone = load_day(july, without={"XP101"})
    assert kinds(gone)["withdrawn"] == {"XP101"}
    assert not CurrentRating.objects.filter(organisation__cqc_id="XP101").exists()
    back = load_day(august)
    assert kinds(back)["returned"] == {"XP101"}
    assert CurrentRating.objects.filter(organisation__cqc_id="XP101").exists()
    assert check_ratings() == []


def test_the_layout_that_names_no_provider_is_matched_by_the_register(world: England, load_day: Load) -> None:
    record = load_day(world.archive[0], sheets=["Locations"])
    assert record.as_at == date(2015, 12, 1)
    assert not WaitingRow.objects.filter(rating_import=record, reason=WaitingRow.Reason.NO_PROVIDER).exists()
    rated = CurrentRating.objects.filter(organisation__cqc_id="XN101")
    assert rated.exists()
    assert set(rated.values_list("trust__code", flat=True)) == {"XN1"}
    assert check_ratings() == []


def test_the_as_at_date_is_held_against_the_day_in_england(db: None, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("whatever it says")
    after_midnight = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight on 2 July in England
    for day, taken in ((date(2026, 7, 3), False), (date(2026, 7, 2), True)):
        try:
            receive_import(
                path, name="f.csv", as_at=day, keep="nhs", source=source_by_hand(), by=None, now=after_midnight
            )
        except Refused:
            assert not taken
        else:
            assert taken
