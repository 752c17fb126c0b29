"""What happens to the launcher, its database and an import when a disk really fills."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.bootstrap import processes
from config.bootstrap.places import CHECKOUT
from config.bootstrap.servers import Lease
from tests.ratings_files import ratings_file
from tests.small_disks import fill, small_disk

pytestmark = [pytest.mark.slow, pytest.mark.own_servers, pytest.mark.small_disk]


class Place:
    """A data directory of its own, whose servers stand on a small disk."""

    def __init__(self, data: Path, disk: Path, world: str = "demo") -> None:
        self.data = data
        self.disk = disk
        self.world = world

    def manage(self, *words: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """One command as a person gives it, its two streams together."""
        ours = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "WORLD")
        environ = {name: value for name, value in os.environ.items() if name not in ours}
        return subprocess.run(
            [sys.executable, str(CHECKOUT / "manage.py"), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**environ, "TURNAROUND_DATA_DIR": str(self.data), "WORLD": self.world},
            timeout=seconds,
            check=False,
        )

    def processes(self) -> list[int]:
        numbers = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
        return [pid for pid in numbers if pid != os.getpid() and processes.is_alive(pid, str(self.data))]


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with small_disk(420) as disk:
        data = disk.parent / "data"
        data.mkdir(mode=0o711)
        (data / "servers").symlink_to(disk)
        place = Place(data, disk, "real")  # whose register says who is an NHS trust
        yield place
        assert processes.wait_until(lambda: not place.processes(), 20), place.processes()
        subprocess.run(["rm", "-rf", str(data)], check=True)


def test_a_start_on_a_full_disk_says_so_and_leaves_no_process(tmp_path: Path) -> None:
    with small_disk(64) as disk:
        place = Place(disk, disk)
        for leaving in (20 * 1024 * 1024, 0):
            ballast = fill(disk, leaving=leaving)
            for command in (["demo"], ["migrate"]):
                done = place.manage(*command)
                assert done.returncode == 1, done.stdout
                assert "Traceback" not in done.stdout
                assert "disk is" in done.stdout
                assert "full" in done.stdout
                assert place.processes() == []
            ballast.unlink()


def test_an_import_that_fills_the_databases_disk_says_so_and_can_be_given_again(place: Place) -> None:
    file = place.data / "1_May_2026.csv"
    file.write_bytes(ratings_file(provider="RH8", location="RH801"))
    words = ("import_ratings", str(file), "--as-at", "2026-05-01")
    with Lease(place.disk) as lease:
        for command in ("migrate", "load_register"):
            assert place.manage(command).returncode == 0
        url = lease.environment("real")["DATABASE_URL"]
        ballast = fill(place.disk)
        refused = place.manage(*words)
        assert refused.returncode == 1, refused.stdout
        assert "The disk is full. Free some space" in refused.stdout
        assert "Traceback" not in refused.stdout
        ballast.unlink()
        assert processes.wait_until(lambda: answers(url), 90, 0.5), lease.notices().read_text()
        assert counted(url) == (0, 0)
        done = place.manage(*words)
        assert done.returncode == 0, done.stdout
        assert counted(url) == (18, 18), done.stdout


def test_a_database_that_stopped_for_want_of_space_comes_back_by_itself_when_there_is_some(place: Place) -> None:
    with Lease(place.disk) as lease:
        urls = lease.environment("demo")
        with psycopg.connect(urls["MIGRATION_DATABASE_URL"], autocommit=True) as owner:
            owner.execute("CREATE TABLE kept AS SELECT 'word' AS word")
            owner.execute("CREATE TABLE grows (words text)")
            ballast = fill(place.disk, leaving=24 * 1024 * 1024)
            with pytest.raises(psycopg.Error):
                grow(owner)
        ballast.unlink()
        assert processes.wait_until(lambda: answers(urls["DATABASE_URL"]), 120, 0.5), lease.notices().read_text()
        with psycopg.connect(urls["MIGRATION_DATABASE_URL"]) as owner:
            assert owner.execute("SELECT word FROM kept").fetchone() == ("word",)
            found = owner.execute("SELECT count(*) % 2000 FROM grows").fetchone()
            assert found == (0,), "a statement was half-written"


def grow(owner: psycopg.Connection) -> None:
    """Write two thousand rows at a time, for ever."""
    while True:
        owner.execute("INSERT INTO grows SELECT repeat(md5(n::text), 40) FROM generate_series(1, 2000) n")


def answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def counted(url: str) -> tuple[int, int]:
    """How many ratings there are, and how many rows of their history."""
    with psycopg.connect(url) as app:
        found = app.execute("SELECT (SELECT count(*) FROM current_rating), (SELECT count(*) FROM rating_record)")
        row = found.fetchone()
        assert row is not None
        return row
