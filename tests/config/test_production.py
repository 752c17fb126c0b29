"""Production settings: clean by Django's own checks, and refused where they would not be safe."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "WORLD": "real",
    "SECRET_KEY": "a-long-random-string-that-only-this-test-knows-0123456789-abcdefghij",
    "ALLOWED_HOSTS": "turnaround.example.nhs.uk",
    "CSRF_TRUSTED_ORIGINS": "https://turnaround.example.nhs.uk",
    "DATABASE_URL": "postgres://turnaround_app:x@127.0.0.1:1/turnaround",
    "MIGRATION_DATABASE_URL": "postgres://turnaround_owner:x@127.0.0.1:1/turnaround",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EVIDENCE_SCANNER": "tcp://127.0.0.1:3310",
}


def check(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "TURNAROUND_DATA_DIR": str(tmp_path), **COMPLETE, **changes}
    (tmp_path / "static").mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("MIGRATION_DATABASE_URL", "two database roles"),
        ("DATABASE_URL", "DATABASE_URL is not set. It is the address of the PostgreSQL database"),
        ("REDIS_URL", "REDIS_URL is not set"),
        ("EVIDENCE_SCANNER", "checked by a ClamAV daemon"),
        ("SECRET_KEY", "SECRET_KEY is not set"),
    ],
)
def test_a_missing_setting_explains_itself(tmp_path: Path, missing: str, says: str) -> None:
    done = check(tmp_path, **{missing: ""})
    assert done.returncode != 0
    assert says in " ".join(done.stderr.split())


def test_the_world_is_one_of_two(tmp_path: Path) -> None:
    assert 'must be "demo" or "real"' in check(tmp_path, WORLD="both").stderr
