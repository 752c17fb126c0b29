"""What Celery calls: the watched folder above all, and one walk through a real worker."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from tests.cast import Cast
from tests.databases import ROOT, environment_for
from tests.factories import rated_domain, rated_service, rating_change
from tests.plan_factories import finish, new_action, stored
from tests.ratings_files import ratings_file
from tracker import tasks
from tracker.people.scope import whole_service
from tracker.ratings.models import CurrentRating, ImportEvent, RatingImport, RatingsSource
from tracker.ratings.receiving import receive_import, source_by_hand
from tracker.reminders.models import Reminder

State = RatingImport.State


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """The watched folder, not there yet."""
    settings.WATCHED_FOLDER = tmp_path / "incoming"
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "incoming"


def put(folder: Path, name: str, content: bytes, *, age: float = 60) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def source() -> RatingsSource:
    return RatingsSource.objects.get(kind="folder")


def test_a_missing_folder_is_made_and_an_empty_one_is_no_problem(cast: Cast, folder: Path) -> None:
    tasks.check_sources()
    assert folder.is_dir()
    found = source()
    assert found.last_checked is not None
    assert found.next_check is not None
    assert found.next_check > found.last_checked
    assert (found.last_found, found.last_problem) == (None, "")


def test_a_complete_file_is_read_and_applied_as_at_the_day_in_its_name(cast: Cast, folder: Path) -> None:
    put(folder, "1_May_2026_ratings.csv", ratings_file())
    tasks.check_sources()
    record = RatingImport.objects.get()
    assert (record.state, record.as_at, record.source) == (State.APPLIED, date(2026, 5, 1), source())
    assert CurrentRating.objects.count() == 18
    assert source().last_found is not None


def test_several_files_are_taken_in_order_of_their_days(cast: Cast, folder: Path) -> None:
    put(folder, "a_1_June_2026.csv", ratings_file(surgery_safe=("Inadequate", "03/05/2026")))
    put(folder, "b_1_May_2026.csv", ratings_file())
    tasks.check_sources()
    assert [r.as_at.month for r in RatingImport.objects.order_by("pk")] == [5, 6]
    assert CurrentRating.objects.get(service__key="surgery", domain__key="safe").before_rating == 3


@pytest.mark.parametrize(
    ("name", "age"),
    [("1_May_2026.csv.part", 60), ("1_May_2026.csv.tmp", 60), (".1_May_2026.csv", 60), ("1_May_2026.csv", 0.0)],
)
def test_a_file_still_being_written_is_left_alone(cast: Cast, folder: Path, name: str, age: float) -> None:
    put(folder, name, ratings_file(), age=age)
    tasks.check_sources()
    assert not RatingImport.objects.exists()
    assert source().last_problem == ""


def test_a_bad_file_is_recorded_once(cast: Cast, folder: Path) -> None:
    put(folder, "1_May_2026.csv", b"Not, a ratings\r\nfile, at all\r\n")
    for _ in range(3):
        tasks.check_sources()
    record = RatingImport.objects.get()
    assert record.state == State.REFUSED
    assert [event.kind for event in record.events.all()] == [ImportEvent.Kind.RECEIVED, ImportEvent.Kind.REFUSED]


def test_a_file_whose_name_has_no_day_is_told_of_until_it_is_gone(cast: Cast, folder: Path) -> None:
    path = put(folder, "ratings.csv", ratings_file())
    tasks.check_sources()
    tasks.check_sources()
    assert "ratings.csv: The name has no date." in source().last_problem
    path.rename(folder / "1_May_2026.csv")
    tasks.check_sources()
    assert source().last_problem == ""
    assert RatingImport.objects.get().state == State.APPLIED


def test_a_file_that_looks_wrong_is_held(cast: Cast, folder: Path) -> None:
    put(folder, "1_May_2026.csv", ratings_file())
    gone = {f"maternity_{domain}": None for domain in ("safe", "effective", "caring")}
    put(folder, "1_June_2026.csv", ratings_file(**gone))
    tasks.check_sources()
    assert [r.state for r in RatingImport.objects.order_by("as_at")] == [State.APPLIED, State.HELD]
    assert CurrentRating.objects.count() == 18


def test_the_folder_does_not_follow_links(cast: Cast, folder: Path, tmp_path: Path) -> None:
    real = put(tmp_path / "elsewhere", "1_May_2026.csv", ratings_file())
    folder.mkdir()
    (folder / "1_May_2026.csv").symlink_to(real)
    tasks.check_sources()
    assert not RatingImport.objects.exists()


def received(tmp_path: Path, state: str) -> RatingImport:
    path = put(tmp_path / "sent", "1_May_2026.csv", ratings_file())
    source = source_by_hand()
    record, _ = receive_import(
        path, name=path.name, as_at=date(2026, 5, 1), keep="nhs", source=source, by=None, now=tasks.moment().now
    )
    RatingImport.objects.filter(pk=record.pk).update(state=state)
    return record


@pytest.mark.parametrize("state", [State.RECEIVED, State.READING])
def test_what_was_never_read_or_interrupted_is_read_by_itself_and_waits_for_a_person(
    cast: Cast, folder: Path, tmp_path: Path, state: str
) -> None:
    record = received(tmp_path, state)
    tasks.check_sources()
    record.refresh_from_db()
    assert record.state == State.READY


def test_a_file_that_kills_its_reader_every_time_is_left_to_a_person(cast: Cast, folder: Path, tmp_path: Path) -> None:
    record = received(tmp_path, State.READING)
    RatingImport.objects.filter(pk=record.pk).update(attempts=3)
    tasks.check_sources()
    record.refresh_from_db()
    assert record.state == State.READING


def test_a_task_run_twice_or_late_does_nothing_more(cast: Cast, folder: Path, tmp_path: Path) -> None:
    record = received(tmp_path, State.RECEIVED)
    tasks.read_import(record.pk)
    newest = record.events.order_by("-pk").values_list("pk", flat=True)[0]
    for _ in range(2):
        tasks.apply_import(record.pk, person_id=cast.national.pk, event_id=newest)
    kinds = [event.kind for event in record.events.all()]
    assert kinds.count(ImportEvent.Kind.APPLIED) == 1
    assert "Something else happened" in tasks.why_not_applied(record.pk, newest)


@pytest.fixture
def worker(committed_cast: Cast, committed: str, tmp_path: Path) -> Iterator[None]:
    """A real worker on the test's database and the real broker."""
    prefix = f"turnaround-test:{uuid4().hex[:8]}:"
    environment = {**environment_for(committed), "REDIS_KEY_PREFIX": prefix}
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", "import,mail,default", "-c", "1"]
    app, options = tasks.read_import.app, dict(settings.CELERY_BROKER_TRANSPORT_OPTIONS)
    before = app.conf.broker_transport_options
    app.pool.force_close_all()
    app.amqp._producer_pool = None
    app.conf.broker_transport_options = {**options, "global_keyprefix": prefix}
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)
            app.pool.force_close_all()
            app.amqp._producer_pool = None
            app.conf.broker_transport_options = before


def until(true: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "the worker never did it"
        time.sleep(0.2)


@pytest.mark.slow
def test_a_real_worker_reads_applies_reopens_and_reminds(
    committed_cast: Cast, worker: None, tmp_path: Path, settings: Any
) -> None:
    path = put(tmp_path / "sent", "1_May_2026.csv", ratings_file())
    record, _ = receive_import(
        path, name=path.name, as_at=date(2026, 5, 1), keep="nhs", source=source_by_hand(), by=None,
        now=tasks.moment().now,
    )  # fmt: skip
    assert tasks.poke(tasks.read_import, record.pk, committed_cast.national.pk)
    until(lambda: RatingImport.objects.get(pk=record.pk).state == State.READY)
    newest = record.events.order_by("-pk").values_list("pk", flat=True)[0]
    assert tasks.poke(tasks.apply_import, record.pk, person_id=committed_cast.national.pk, event_id=newest)
    until(lambda: RatingImport.objects.get(pk=record.pk).state == State.APPLIED)

    action = finish(new_action(committed_cast), committed_cast)
    rating_change(
        committed_cast.northborough, rated_service("surgery"), rated_domain("safe"), site=committed_cast.general
    )
    assert tasks.poke(tasks.follow_up_changes)
    until(lambda: stored(action).status == "reopened")
    with whole_service():
        type(action).objects.filter(pk=action.pk).update(due_on=tasks.moment().today)
    assert tasks.poke(tasks.plan_reminders)

    def ledger() -> list[str]:
        with whole_service():
            return list(Reminder.objects.values_list("state", flat=True))

    until(lambda: ledger() != [])
    assert tasks.poke(tasks.send_reminders)
    until(lambda: ledger() == ["sent"])


def test_uploads_nobody_confirmed_are_deleted_after_a_day_and_imported_files_kept(db: None) -> None:
    """`sweep_files`, run twice."""
    folder = Path(settings.MEDIA_ROOT) / "ratings"
    folder.mkdir(parents=True, exist_ok=True)
    old, young = folder / "old.received", folder / "young.received"
    for path in (old, young):
        path.write_bytes(b"never confirmed")
    os.utime(old, (time.time() - 30 * 3600,) * 2)
    tasks.sweep_files()
    tasks.sweep_files()
    assert not old.exists()
    assert young.exists()
    young.unlink()
