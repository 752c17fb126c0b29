"""Files as long as the real one: their length, what changes between two of them, and the memory they take."""

import csv
import subprocess
import sys
import zipfile
from itertools import islice
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from tracker.demonstration import rest_of_england
from tracker.demonstration.full_size import location_rows, rerated, write_full_size
from tracker.ratings.cqc_layouts import LOCATION_HEADINGS

ROWS = 20_000
SOME_ROWS = list(rest_of_england.location_rows(seed=1, organisations=80))[:400]
KEY = [LOCATION_HEADINGS.index(name) for name in ("Location ID", "Service / Population Group", "Domain")]
RATED = [LOCATION_HEADINGS.index(name) for name in ("Latest Rating", "Publication Date")]


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_it_has_exactly_as_many_rows_as_asked_for(tmp_path: Path) -> None:
    locations, providers = write_full_size(tmp_path / "full.csv", "csv", rows=ROWS)
    assert len(read(locations)) == ROWS
    assert len(read(providers)) > 10_000


def test_a_workbook_of_it_has_as_many_rows(tmp_path: Path) -> None:
    (path,) = write_full_size(tmp_path / "full.ods", "ods", rows=ROWS)
    with zipfile.ZipFile(path) as archive:
        locations = archive.read("content.xml").split(b"<table:table table:name=")[2]
    assert locations.count(b"</table:table-row>") == ROWS + 1


def test_most_of_it_is_not_the_nhs() -> None:
    kinds = [row[4] for row in islice(location_rows(), 100_000)]
    assert kinds.count("NHS Healthcare Organisation") < 20_000


def test_a_changed_file_differs_by_the_share_asked_for_and_in_nothing_else(tmp_path: Path) -> None:
    (before, _) = write_full_size(tmp_path / "before.csv", "csv", rows=ROWS)
    (after, _) = write_full_size(tmp_path / "after.csv", "csv", rows=ROWS, changed=0.01)
    pairs = list(zip(read(before), read(after), strict=True))
    different = [(old, new) for old, new in pairs if old != new]
    assert len(different) == ROWS / 100
    for old, new in different:
        assert all(old[column] != new[column] for column in RATED)
        assert [old[column] for column in KEY] == [new[column] for column in KEY]


@given(st.floats(min_value=0, max_value=1), st.integers(min_value=0, max_value=400))
def test_the_share_holds_for_any_share_and_length(share: float, length: int) -> None:
    rows = SOME_ROWS[:length]
    changed = sum(old != new for old, new in zip(rows, rerated(rows, share), strict=True))
    assert abs(changed - length * share) <= 1


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_that_is_none_is_refused(tmp_path: Path, share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        write_full_size(tmp_path / "full.csv", "csv", rows=10, changed=share)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from tracker.demonstration.full_size import write_full_size\n"
        "write_full_size(Path(sys.argv[1]), 'ods', rows=int(sys.argv[2]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    peaks = [
        int(
            subprocess.run(
                [sys.executable, "-c", script, str(tmp_path / "full.ods"), str(rows)],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for rows in (20_000, 80_000)
    ]
    assert peaks[1] < peaks[0] * 1.25


def test_the_command_that_makes_the_demonstration_writes_one_too(tmp_path: Path) -> None:
    call_command("prepare_demonstration", "--full-size", str(tmp_path / "england.csv"), "--rows", "300")
    assert len(read(tmp_path / "england_locations.csv")) == 300
    with pytest.raises(CommandError, match=r"\.ods, \.xlsx or \.csv"):
        call_command("prepare_demonstration", "--full-size", str(tmp_path / "england.pdf"))
