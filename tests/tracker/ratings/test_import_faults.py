"""What is left when the importer is killed, when two run at once, and what the command says.  Real processes."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from tests.cast import Cast
from tests.databases import ROOT, as_owner, environment_for
from tests.tracker.ratings.test_importing import NOW, OVERALL, SURGERY_SAFE, Row, receive, write
from tracker.problems import Busy
from tracker.ratings.import_locks import hold_applying_lock, is_interrupted
from tracker.ratings.importer import run_import
from tracker.ratings.models import CurrentRating, RatingImport, RatingRecord
from tracker.ratings.verifying import check_ratings


def command(database: str, path: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "django", "import_ratings", str(path), *options],
        cwd=ROOT, env=environment_for(database), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def many_rows(number: int) -> list[Row]:
    return [(f"XN{line // 40:03}", f"Service {line % 40}", "Safe", "Good", "01/02/2026") for line in range(number)]


def readers_of(path: Path) -> int:
    """Reader processes still alive on the stored file's folder."""
    listing = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return sum("parse_child" in line and str(path) in line for line in listing.splitlines())


def test_the_command_says_what_changed_and_then_that_nothing_does(
    committed: str, committed_cast: Cast, tmp_path: Path
) -> None:
    path = write(tmp_path / "01_March_2026_Latest_ratings.csv", [OVERALL, SURGERY_SAFE])
    process = command(committed, path)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Its name suggests 2026-03-01" in said
    for expected in ("2 first", "Nothing changes"):
        process = command(committed, path, "--as-at", "2026-03-01")
        out, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
        assert expected in out
    assert CurrentRating.objects.count() == 2


def test_while_one_import_is_applied_another_is_told(committed: str, committed_cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "file.csv", [OVERALL])
    connection.set_autocommit(False)
    try:
        hold_applying_lock()
        process = command(committed, path, "--as-at", "2026-03-01")
        _, said = process.communicate(timeout=60)
    finally:
        connection.rollback()
        connection.set_autocommit(True)
    assert process.returncode == 3
    assert "is being applied" in said
    record = RatingImport.objects.get()
    assert record.state == RatingImport.State.RECEIVED
    assert run_import(record, by=None, now=NOW).state == RatingImport.State.APPLIED


def test_how_far_a_reading_is_shows_while_it_holds_the_import(
    committed: str, committed_cast: Cast, tmp_path: Path
) -> None:
    record = run_import(receive(write(tmp_path / "file.csv", [OVERALL]), date(2026, 3, 1)), by=None, now=NOW)
    assert record.progress.phase == "Ended"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_instant_nothing_is_half_done_and_it_starts_again_at_once(
    committed: str, committed_cast: Cast, tmp_path: Path, seed: int
) -> None:
    path = write(tmp_path / "file.csv", many_rows(12_000))
    process = command(committed, path, "--as-at", "2026-03-01")
    wait_until(lambda: RatingImport.objects.exists())  # starting up takes a while and may not use up the instants
    time.sleep(random.Random(seed).uniform(0.0, 2.5))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    written = RatingRecord.objects.count()
    assert (written, CurrentRating.objects.count()) in {(0, 0), (12_000, 12_000)}
    record = receive(path, date(2026, 3, 1))
    if record.state == RatingImport.State.READING:
        wait_until(lambda: is_interrupted(record))
    run_import(record, by=None, now=NOW)
    assert CurrentRating.objects.count() == 12_000
    assert check_ratings() == []


@pytest.mark.slow
def test_the_reader_dies_with_its_importer(committed: str, committed_cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "file.csv", many_rows(150_000))
    process = command(committed, path, "--as-at", "2026-03-01")
    media = Path(environment_for(committed)["TURNAROUND_TEST_DIR"]) / "media"
    wait_until(lambda: readers_of(media) == 1)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    wait_until(lambda: readers_of(media) == 0)


@pytest.mark.slow
def test_a_killed_database_backend_leaves_nothing(committed: str, committed_cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "file.csv", many_rows(40_000))
    process = command(committed, path, "--as-at", "2026-03-01")
    wait_until(lambda: RatingImport.objects.filter(state=RatingImport.State.READING).exists())
    time.sleep(0.7)
    with as_owner() as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
            [committed, connection.connection.info.backend_pid],
        )
    process.communicate(timeout=60)
    record = RatingImport.objects.get()
    if process.returncode:
        assert not RatingRecord.objects.exists()
        wait_until(lambda: is_interrupted(record))
    assert run_import(record, by=None, now=NOW).state == RatingImport.State.APPLIED
    assert check_ratings() == []


def test_reading_one_file_twice_at_once_is_refused(committed: str, committed_cast: Cast, tmp_path: Path) -> None:
    path = write(tmp_path / "file.csv", many_rows(30_000))
    process = command(committed, path, "--as-at", "2026-03-01")
    wait_until(lambda: RatingImport.objects.filter(state=RatingImport.State.READING).exists())
    record = RatingImport.objects.get()
    wait_until(lambda: not is_interrupted(record) or process.poll() is not None)
    if process.poll() is None:
        with pytest.raises(Busy):
            run_import(record, by=None, now=NOW)
    assert process.wait(timeout=60) == 0
    assert CurrentRating.objects.count() == 30_000


def wait_until(true: object, seconds: float = 45) -> None:
    """Ask again and again until it is true; fails after `seconds`."""
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
