"""The embedded pair, as real processes: who may do what, sharing, crashes, and nothing left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.bootstrap import processes
from config.bootstrap.account import server_account
from config.bootstrap.keeper import open_lock, try_lock
from config.bootstrap.places import CHECKOUT, server_place
from config.bootstrap.servers import Lease

pytestmark = pytest.mark.own_servers

HOLD = """
import sys, time
from pathlib import Path
from config.bootstrap.servers import Lease
with Lease(Path(sys.argv[1]), durable=False) as lease:
    print("ready", flush=True)
    time.sleep(120)
"""


@pytest.fixture(scope="module")
def control() -> Iterator[Path]:
    """A control directory the servers' own account can reach, unlike pytest's own temporary ones."""
    directory = Path(tempfile.mkdtemp(prefix="turnaround-test-servers-"))
    directory.chmod(0o711)
    try:
        yield directory / "servers"
    finally:
        shutil.rmtree(directory)


@pytest.fixture
def lease(control: Path) -> Iterator[Lease]:
    with Lease(control, durable=False) as lease:
        yield lease


def processes_of(control: Path) -> list[int]:
    """Every process with this pair's directory in its command line."""
    numbers = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [pid for pid in numbers if pid != os.getpid() and processes.is_alive(pid, str(control))]


def keeper_of(control: Path) -> int:
    return int(json.loads((control / "servers.json").read_text())["pid"])


def one(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_the_service_connects_as_a_role_bound_by_row_security(lease: Lease) -> None:
    with psycopg.connect(lease.environment("demo")["DATABASE_URL"]) as app:
        assert one(app, "SELECT current_user || ' ' || current_database()") == "turnaround_app turnaround"
        powers = app.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
        assert powers == (False, False, False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (id int)")


def test_the_owner_owns_the_database_and_its_extensions_are_there(lease: Lease) -> None:
    for world in ("demo", "real"):
        with psycopg.connect(lease.environment(world)["MIGRATION_DATABASE_URL"]) as owner:
            owner.execute("CREATE TABLE theirs (id int)")
            assert one(owner, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
            extensions = {row[0] for row in owner.execute("SELECT extname FROM pg_extension")}
            assert {"pg_trgm", "btree_gist", "unaccent"} <= extensions
            assert one(owner, "SELECT pg_encoding_to_char(encoding) FROM pg_database LIMIT 1") == "UTF8"
            owner.rollback()


def test_nobody_connects_without_the_password_or_over_the_network(lease: Lease) -> None:
    url = lease.environment("demo")["DATABASE_URL"]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url, password="wrong")
    with psycopg.connect(url) as app:
        assert one(app, "SHOW listen_addresses") == ""


def test_secrets_and_sockets_are_closed_to_others(lease: Lease, control: Path) -> None:
    place = server_place(control, server_account())
    assert (control / "passwords.json").stat().st_mode & 0o777 == 0o600
    for directory in (place.home, place.cluster, place.valkey, place.sockets.resolve(), place.logs):
        assert directory.stat().st_mode & 0o777 == 0o700, directory


def test_the_broker_never_throws_work_away(lease: Lease) -> None:
    client = redis.Redis.from_url(lease.environment("demo")["REDIS_URL"])
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    client.close()


def test_the_next_user_waits_for_nothing_and_the_last_turns_out_the_lights(control: Path) -> None:
    with Lease(control, durable=False):
        keeper = keeper_of(control)
        with Lease(control, durable=False):
            assert keeper_of(control) == keeper
        assert processes.is_alive(keeper, str(control))
    assert processes_of(control) == []


def test_a_server_that_is_killed_comes_back(lease: Lease, control: Path) -> None:
    url = lease.environment("demo")["DATABASE_URL"]
    place = server_place(control, server_account())
    postmaster = int((place.cluster / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)

    def answers() -> bool:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            return False
        return not processes.is_alive(postmaster, str(place.cluster))

    assert processes.wait_until(answers, 20, 0.2)
    assert "PostgreSQL ended by itself" in lease.notices().read_text()


def test_kill_9_of_the_only_user_leaves_no_process(control: Path) -> None:
    user = subprocess.Popen([sys.executable, "-c", HOLD, str(control)], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    assert user.stdout is not None
    assert user.stdout.readline() == "ready\n"
    assert len(processes_of(control)) >= 3
    user.kill()
    user.wait()
    user.stdout.close()
    assert processes.wait_until(lambda: processes_of(control) == [], 10)


def test_kill_9_of_the_keeper_is_mended_and_leaves_nothing(control: Path) -> None:
    with Lease(control, durable=False) as lease:
        url = lease.environment("demo")["DATABASE_URL"]
        os.kill(keeper_of(control), signal.SIGKILL)
        with open_lock(control / "keeper") as life:
            assert processes.wait_until(lambda: try_lock(life), 5)
        assert lease.renew()
        assert lease.environment("demo")["DATABASE_URL"] == url
        psycopg.connect(url).close()
        assert not lease.renew()
    assert processes_of(control) == []


def test_lost_passwords_are_replaced(control: Path) -> None:
    with Lease(control, durable=False) as lease:
        before = lease.environment("demo")
    (control / "passwords.json").write_text("{")
    with Lease(control, durable=False) as lease:
        after = lease.environment("demo")
        assert after["DATABASE_URL"] != before["DATABASE_URL"]
        psycopg.connect(after["DATABASE_URL"]).close()
        psycopg.connect(after["MIGRATION_DATABASE_URL"]).close()


def test_a_stale_lock_file_naming_a_living_stranger_stops_nobody(control: Path) -> None:
    with Lease(control, durable=False):
        pass
    place = server_place(control, server_account())
    lock = place.cluster / "postmaster.pid"
    account = server_account()
    # The number must be one PostgreSQL would take for its own: a process of the same account.
    stranger = subprocess.Popen(["sleep", "60"], **account.popen_arguments())
    try:
        lock.write_text(f"{stranger.pid}\n{place.cluster}\n0\n5432\n\n\n0 0\nready\n")
        account.give(lock)
        with Lease(control, durable=False) as lease:
            psycopg.connect(lease.environment("demo")["DATABASE_URL"]).close()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.slow
def test_a_deep_directory_with_capitals_works_and_what_was_written_survives() -> None:
    root = Path(tempfile.mkdtemp(prefix="turnaround-test-deep-"))
    root.chmod(0o711)
    control = root / "A Rather Deep Directory" / ("x" * 80) / "servers"
    try:
        with Lease(control) as lease:
            urls = lease.environment("real")
            with psycopg.connect(urls["MIGRATION_DATABASE_URL"]) as owner:
                owner.execute("CREATE TABLE kept AS SELECT 'word' AS word")
            with redis.Redis.from_url(urls["REDIS_URL"]) as client:
                client.rpush("queue", "promise")
                sockets = client.connection_pool.connection_kwargs["path"]
            assert len(sockets) < 100
        assert not Path(sockets).parent.exists()
        with Lease(control) as lease:
            urls = lease.environment("real")
            with psycopg.connect(urls["MIGRATION_DATABASE_URL"]) as owner:
                assert one(owner, "SELECT word FROM kept") == "word"
            with redis.Redis.from_url(urls["REDIS_URL"]) as client:
                assert client.lrange("queue", 0, -1) == [b"promise"]
    finally:
        shutil.rmtree(root)
