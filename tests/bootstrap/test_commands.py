"""Which command lines get servers, and what `demo` says before it starts anything."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.bootstrap import demo, testing
from config.bootstrap.commands import needs_servers
from config.bootstrap.places import require_space
from config.bootstrap.problems import SetupProblem
from config.bootstrap.servers import service_environment, world_of


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], False),
        (["help"], False),
        (["migrate", "--help"], False),
        (["check"], False),
        (["check", "--database", "default"], True),
        (["makemigrations", "--check"], True),
        (["migrate"], True),
        (["import_ratings", "file.csv"], True),
    ],
)
def test_servers_are_started_for_commands_that_may_use_them(words: list[str], expected: bool) -> None:
    assert needs_servers(["manage.py", *words], {}) is expected


def test_a_database_named_in_the_environment_is_the_one_used() -> None:
    assert not needs_servers(["manage.py", "migrate"], {"DATABASE_URL": "postgresql://elsewhere/db"})
    ours = service_environment({"REDIS_URL": "redis://theirs"}, {"REDIS_URL": "unix:///ours"})
    assert ours["REDIS_URL"] == "redis://theirs"


def test_an_unknown_world_is_refused() -> None:
    with pytest.raises(SetupProblem, match="'demo'"):
        world_of({"WORLD": "Real"})


def test_demo_refuses_the_real_world() -> None:
    with pytest.raises(SetupProblem, match="demonstration world only"):
        demo.run({"WORLD": "real"})


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_port_in_use_is_refused_with_another_to_try(taken_port: int, tmp_path: Path) -> None:
    environ = {"PORT": str(taken_port), "TURNAROUND_DATA_DIR": str(tmp_path)}
    with pytest.raises(SetupProblem, match=rf"Port {taken_port} is in use.*\n.*PORT=\d+ python3 manage.py demo"):
        demo.check_before_installing(environ)


@pytest.mark.parametrize("text", ["eighty", "0", "65536", "-1", "8000 ", "٨٠٠٠"])
def test_a_port_that_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(SetupProblem, match="from 1 to 65535"):
        demo.port_number({"PORT": text})


def test_a_second_demo_is_told_where_the_first_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = {"TURNAROUND_DATA_DIR": str(tmp_path), "PORT": "8123"}
    with demo.only_one(tmp_path, demo.address(8123)):
        with pytest.raises(SystemExit) as same_port:
            demo.check_before_installing(here)
        with pytest.raises(SystemExit) as other_port:
            demo.check_before_installing({**here, "PORT": "8124"})
    assert "already running at http://127.0.0.1:8123/" in capsys.readouterr().err
    assert (same_port.value.code, other_port.value.code) == (0, 1)


def test_the_lock_of_a_demo_that_ended_stops_nobody(tmp_path: Path) -> None:
    with demo.only_one(tmp_path, demo.address(8123)):
        pass
    with demo.only_one(tmp_path, demo.address(8124)):
        assert (tmp_path / "demo.lock").read_text() == "http://127.0.0.1:8124/"


def test_too_little_space_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(SetupProblem, match="MB free"):
        require_space(tmp_path / "not" / "there" / "yet", 10**9, "the demonstration")


@pytest.mark.parametrize(
    ("line", "embedded", "standard_ports"),
    [
        ("", "not slow", None),
        ("--all", "slow or not slow", "(slow or not slow) and not own_servers"),
        ("--all --after-quick", "slow", "(slow or not slow) and not own_servers"),
        ("--all --only embedded", "slow or not slow", None),
        ("--only standard-ports", None, "(not slow) and not own_servers"),
        ("--all --only standard-ports", None, "(slow or not slow) and not own_servers"),
    ],
)
def test_a_test_run_is_of_the_tests_and_pairs_asked_for(
    line: str, embedded: str | None, standard_ports: str | None
) -> None:
    read = testing.wanted([*line.split(), "tests/house", "-x"], {})
    assert (read.embedded, read.standard_ports) == (embedded, standard_ports)
    assert (read.pytest, read.seconds) == (["tests/house", "-x"], None)


def test_a_test_run_ends_after_the_minutes_asked_for() -> None:
    assert testing.wanted([], {"TURNAROUND_TEST_MINUTES": "28"}).seconds == 28 * 60
    assert testing.wanted(["--minutes", "3"], {"TURNAROUND_TEST_MINUTES": "28"}).seconds == 180
    for text in ("half", "0", "-1", "1.5"):
        with pytest.raises(SetupProblem, match="whole number"):
            testing.wanted([f"--minutes={text}"], {})


def test_what_has_just_passed_is_left_out_only_when_all_is_asked_for() -> None:
    with pytest.raises(SetupProblem, match="together with --all"):
        testing.wanted(["--after-quick"], {})
