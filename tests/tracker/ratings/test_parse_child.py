"""The child process: its lines are ready for COPY, its last word a report or a refusal; it has limits."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.tracker.ratings.build_sheets import (
    locations,
    ods_content,
    providers,
    write_csv,
    write_ods,
    write_xlsx,
)
from tracker.ratings.coded_rows import LISTS
from tracker.ratings.rows import RatingRow, whole

ROOT = Path(__file__).parents[3]


def run(path: Path, *options: str) -> tuple[int, str, list[dict[str, Any]]]:
    """Exit code, standard output and the messages on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "tracker.ratings.parse_child", str(path), *options],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode(), [json.loads(line) for line in done.stderr.splitlines()]


def lists(output: str) -> dict[str, list[list[str]]]:
    """What COPY reads of each list: the fields of its lines."""
    found: dict[str, list[list[str]]] = {name: [] for name in LISTS}
    rest = output.encode()
    while rest:
        head, _, rest = rest.partition(b"\n")
        name, _, size = head.decode().partition(" ")
        piece, rest = rest[: int(size)].decode(), rest[int(size) :]
        found[name] += [[as_copy_reads(cell) for cell in line.split("\t")] for line in piece[:-1].split("\n")]
    return found


def as_copy_reads(cell: str) -> str:
    """PostgreSQL's text format: a backslash begins an escape."""
    meaning = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(r"\\(.)", lambda escape: meaning[escape[1]], cell)


def rows(output: str) -> list[RatingRow]:
    found = lists(output)
    texts = {name: {no: tuple(fields) for no, *fields in found[name]} for name in LISTS if name != "staged"}
    return [
        whole(
            (
                int(line),
                texts["staged_about"][about],
                texts["staged_said"][said],
                texts["staged_published"][published][:-1],
            )
        )
        for line, about, said, published in found["staged"]
    ]


def test_rows_and_report_of_a_whole_file(tmp_path: Path) -> None:
    name = 'St Mary’s, "The Annexe"\nand \\. NULL'
    path = write_ods(tmp_path / "a.ods", {"Locations": locations({"Location Name": name}), "Providers": providers()})
    code, output, messages = run(path)
    assert code == 0
    first, second = rows(output)
    assert (first.level, first.organisation_name, first.inherited) == ("location", name, "")
    assert (second.level, second.provider_id, second.listing) == ("provider", "RX9", "current")
    report = messages[-1]["report"]
    assert (report["format"], report["rows"], report["kept"], report["dropped"]) == ("ods", 2, 2, {})


def test_copy_reads_empty_text_and_never_null(tmp_path: Path) -> None:
    _, output, _ = run(write_csv(tmp_path / "a.csv", locations({"Inherited Rating (Y/N)": "", "Location Name": "\\N"})))
    found = lists(output)
    assert {name: {len(line) for line in lines} for name, lines in found.items()} == {
        name: {len(columns)} for name, columns in LISTS.items()
    }
    assert found["staged_published"][0][LISTS["staged_published"].index("inherited")] == ""
    assert "\t\\\\N\t" in output  # a backslash doubled: the text, not the sign of NULL
    assert rows(output)[0].organisation_name == "\\N"


ODD = ["tab\tin it", "line\nin it", "return\rin it", "back\\slash", "\\.", "\x1e\x1f", 'quo"te', "a,b", "’é\U0001f3e5"]


@pytest.mark.parametrize("kind", ["csv", "ods"])
def test_no_character_of_a_cell_is_taken_for_the_end_of_one(tmp_path: Path, kind: str) -> None:
    given = [{"Location Name": f"St {odd} Hospital", "Service / Population Group": f"Ward {odd} A"} for odd in ODD]
    if kind == "csv":
        path = write_csv(tmp_path / "a.csv", locations(*given))
    else:  # XML has no such characters
        given = [row for row in given if not set("\x1e\x1f\r\t\n") & set(row["Location Name"])]
        path = write_ods(tmp_path / "a.ods", {"Locations": locations(*given)})
    code, output, _ = run(path)
    assert code == 0
    assert [(row.organisation_name, row.service) for row in rows(output)] == [tuple(row.values()) for row in given]


def test_what_rows_have_in_common_is_written_once(tmp_path: Path) -> None:
    domains = ["Safe", "Effective", "Caring"]
    given = [{"Location ID": location, "Domain": domain} for location in ("RX901", "RX902") for domain in domains]
    _, output, _ = run(write_csv(tmp_path / "a.csv", locations(*given)))
    assert {name: len(lines) for name, lines in lists(output).items()} == {
        "staged": 6, "staged_about": 2, "staged_said": 3, "staged_published": 1,
    }  # fmt: skip
    assert [(row.organisation_id, row.domain) for row in rows(output)] == [tuple(row.values()) for row in given]


def test_only_the_nhs_is_kept_and_the_rest_is_counted(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        locations(
            {"Location ID": "NHS1", "Provider ID": "X"},
            {"Location ID": "KNOWN", "Location Type": "", "Provider ID": "X"},
            {"Location ID": "OF-KNOWN", "Location Type": "Primary Medical Services", "Provider ID": "RX9"},
            {"Location ID": "HOME", "Location Type": "Social Care Org", "Provider ID": "1-1"},
            {"Location ID": "HOME2", "Location Type": "Social Care Org", "Provider ID": "1-1"},
            {"Location ID": "UNTYPED", "Location Type": "", "Provider ID": "1-2"},
        ),
    )
    (tmp_path / "known").write_text("RX9\n\n KNOWN \n")
    code, output, messages = run(path, "--keep", "nhs", "--known-ids", str(tmp_path / "known"))
    assert code == 0
    assert [row.organisation_id for row in rows(output)] == ["NHS1", "KNOWN", "OF-KNOWN"]
    report = messages[-1]["report"]
    assert (report["rows"], report["kept"], report["dropped"]) == (6, 3, {"Social Care Org": 2, "": 1})


def test_progress_is_told_on_the_way(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", providers(*[{}] * 45_000))
    code, _, messages = run(path, "--keep", "nhs")
    assert code == 0
    assert [message["progress"]["rows"] for message in messages[:-1]] == [20_000, 40_000]


def test_a_refusal_says_why_and_is_not_success(tmp_path: Path) -> None:
    code, output, messages = run(write_csv(tmp_path / "a.csv", [["ward", "beds"]]))
    assert (code, output) == (3, "")
    refused = messages[-1]["refused"]
    assert "ward, beds" in refused["found"]
    assert "Location ID" in refused["looked_for"]
    code, _, messages = run(tmp_path / "no such file")
    assert code == 3
    assert "cannot be opened" in messages[-1]["refused"]["message"]


def test_a_fault_half_way_down_is_a_refusal_after_rows(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", locations({}, {}))
    path.write_bytes(path.read_bytes() + b"RX902,,cut")
    code, output, messages = run(path)
    assert code == 3
    assert len(rows(output)) == 2
    assert messages[-1]["refused"]["line"] == 4


def test_memory_and_time_are_limited(tmp_path: Path) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx",
        {"Locations": locations(*({"Location Name": str(n) * 20_000} for n in range(100, 600)))},
    )
    code, _, messages = run(path, "--memory-mb", "40")
    assert code == 3
    assert "40 MB" in messages[-1]["refused"]["message"]

    with zipfile.ZipFile(tmp_path / "b.ods", "w", zipfile.ZIP_DEFLATED) as file:
        start, _, end = ods_content('<table:table table:name="L">@</table:table>').partition("@")
        with file.open("content.xml", "w") as content:
            content.write(start.encode())
            for _ in range(100):
                content.write(b"<table:table-row/>" * 30_000)
            content.write(end.encode())
    code, _, messages = run(tmp_path / "b.ods", "--cpu-seconds", "1")
    assert code == 3
    assert "processor time" in messages[-1]["refused"]["message"]


def test_the_child_imports_no_django() -> None:
    program = "import sys, tracker.ratings.parse_child; print(*{m.partition('.')[0] for m in sys.modules})"
    listing = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "django" not in listing.stdout.split()
