"""Making `.venv`: what counts as complete, and what is said when it cannot be made."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.bootstrap.environment import Environment, explain_install_failure, holds_every_pin, pins
from config.bootstrap.places import CHECKOUT
from config.bootstrap.problems import SetupProblem

NO_INDEX = "http://127.0.0.1:9/simple"  # nothing listens on the discard port


def checkout_with(directory: Path, requirements: str) -> Environment:
    (directory / "requirements.txt").write_text(requirements)
    return Environment(directory, "requirements.txt")


def record(environment: Environment, requirements_digest: str, directory: Path | None = None) -> None:
    environment.python.parent.mkdir(parents=True)
    environment.python.touch()
    facts = {"directory": str(directory or environment.directory), "requirements.txt": requirements_digest}
    environment.marker.write_text(json.dumps(facts))


EMPTY_DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of nothing


def test_complete_while_the_requirements_are_unchanged(tmp_path: Path) -> None:
    environment = checkout_with(tmp_path, "")
    assert not environment.is_complete()
    record(environment, EMPTY_DIGEST)
    assert environment.is_complete()
    (tmp_path / "requirements.txt").write_text("django==5.2.19\n")
    assert not environment.is_complete()


def test_a_moved_checkout_is_installed_again(tmp_path: Path) -> None:
    environment = checkout_with(tmp_path, "")
    record(environment, EMPTY_DIGEST, directory=Path("/elsewhere/.venv"))
    assert not environment.is_complete()


def test_a_marker_cut_short_by_a_full_disk_counts_for_nothing(tmp_path: Path) -> None:
    environment = checkout_with(tmp_path, "")
    record(environment, EMPTY_DIGEST)
    environment.marker.write_text('{"directory": "')
    assert not environment.is_complete()


def test_pins_are_read_from_a_hashed_list(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text(
        "celery[redis]==5.7.1 \\\n    --hash=sha256:00\nfoo==1 ; sys_platform == 'win32' \\\n    --hash=sha256:11\n"
        "django==5.2.19 \\\n    --hash=sha256:22\n"
    )
    assert pins(path) == {"celery": "5.7.1", "django": "5.2.19"}


def test_another_version_of_one_package_is_not_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    installed = pins(CHECKOUT / "requirements.txt")["django"]
    path.write_text(f"django=={installed}\n")
    assert holds_every_pin(path)
    path.write_text(f"django=={installed}\ncelery==0.0.1\n")
    assert not holds_every_pin(path)
    path.write_text(f"django=={installed}\nno-such-package==1\n")
    assert not holds_every_pin(path)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("OSError: [Errno 28] No space left on device", "disk filled up"),
        ("NewConnectionError('<pip> : Temporary failure in name resolution')", "does not reach"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not the one"),
        ("error: something else", "something else"),
    ],
)
def test_a_failed_install_is_explained(said: str, expected: str) -> None:
    assert expected in explain_install_failure(said)


@pytest.mark.slow
def test_without_a_network_it_says_so_and_the_next_start_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", NO_INDEX)
    environment = checkout_with(tmp_path, f"no-such-package==1 --hash=sha256:{'0' * 64}\n")
    for _ in range(2):
        with pytest.raises(SetupProblem, match="does not reach the Python package index"):
            environment.make_complete()
        assert not environment.is_complete()


@pytest.mark.slow
def test_an_environment_made_by_other_means_is_kept_and_marked(tmp_path: Path) -> None:
    environment = checkout_with(tmp_path, "")
    subprocess.run([sys.executable, "-m", "venv", environment.directory], check=True)
    theirs = environment.directory / "theirs"
    theirs.touch()
    assert environment.make_complete()
    assert theirs.exists()
    assert environment.is_complete()
    assert not environment.make_complete()


@pytest.mark.slow
def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path: Path) -> None:
    environment = checkout_with(tmp_path, "")
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to("/nonexistent/python3.11")
    assert environment.make_complete()
    assert subprocess.run([environment.python, "-m", "pip", "--version"], check=False).returncode == 0


def test_the_launcher_needs_the_standard_library_alone() -> None:
    """`-S` leaves site-packages out, as on a machine where nothing is installed."""
    program = "import sys; sys.path.insert(0, sys.argv[1]); import config.bootstrap.commands"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, str(CHECKOUT)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
