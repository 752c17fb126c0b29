"""ODS's trust file, in its old and its new width."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.trusts.ods_file import in_proper_case, read_ods_trusts
from tracker.trusts.reference_csv import UnreadableReference


def line(code: str, name: str, *, opened: str = "20010401", closed: str = "", width: int = 27) -> str:
    cells = [
        code,
        name,
        "Y90",
        "QZ1",
        "TARN HOUSE",
        "LAKE ROAD",
        "",
        "TARNSIDE",
        "",
        "ZZ1 1ZZ",
        opened,
        closed,
    ]
    return ",".join(f'"{cell}"' for cell in cells + [""] * (width - len(cells))) + "\r\n"


def read(tmp_path: Path, text: str):  # type: ignore[no-untyped-def]
    path = tmp_path / "etr.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return read_ods_trusts(path)


@pytest.mark.parametrize("width", [24, 27])
def test_both_widths_are_read(tmp_path: Path, width: int) -> None:
    (trust,) = read(tmp_path, line("RZ1", "TARNSIDE NHS TRUST", width=width))
    assert (trust.code, trust.name, trust.region_code, trust.system_code) == (
        "RZ1",
        "TARNSIDE NHS TRUST",
        "Y90",
        "QZ1",
    )
    assert trust.address == ("TARN HOUSE", "LAKE ROAD", "TARNSIDE")
    assert (trust.postcode, trust.opened, trust.closed) == ("ZZ1 1ZZ", date(2001, 4, 1), None)


def test_a_closed_trust_is_closed_from_the_day_after_odss_last_day(tmp_path: Path) -> None:
    (trust,) = read(tmp_path, line("RZ2", "FELLFOOT NHS TRUST", closed="20210331"))
    assert trust.closed == date(2021, 4, 1)


def test_a_welsh_trust_is_told_apart(tmp_path: Path) -> None:
    text = line("RZ1", "TARNSIDE NHS TRUST") + line("RZ3", "CWM NHS TRUST").replace("Y90", "W00")
    assert [trust.in_england for trust in read(tmp_path, text)] == [True, False]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (line("RZ1", "A", width=20), "etr.csv, row 1: has 20 fields; ODS's trust file has 24 or 27"),
        ("<html><body>Moved</body></html>", "etr.csv, row 1: has 1 fields; ODS's trust file has 24 or 27"),
        (
            line("RZ1", "A", opened="2001-04-01"),
            "etr.csv, row 1, opened: is not a date written 20260831: '2001-04-01'",
        ),
        (
            line("RZ1", "A", opened="20010230"),
            "etr.csv, row 1, opened: is not a date written 20260831: '20010230'",
        ),
        (line("RZ1", "A") + line("RZ1", "B"), "etr.csv, row 2, code: RZ1 stands already in row 1"),
        (
            line("RZ1", "A", closed="19990101"),
            "etr.csv, row 1, closed: 1999-01-02 is not after opened, 2001-04-01",
        ),
        (
            line("rz1", "A"),
            "etr.csv, row 1, code: is not an ODS code of three to five capitals and digits: 'rz1'",
        ),
        ("", "etr.csv: is empty"),
    ],
)
def test_a_file_that_is_not_odss_is_refused_with_the_reason(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UnreadableReference) as caught:
        read(tmp_path, text)
    assert str(caught.value) == problem


def test_one_bad_line_gives_no_trusts_at_all(tmp_path: Path) -> None:
    with pytest.raises(UnreadableReference):
        read(tmp_path, line("RZ1", "A") + line("RZ2", "") + line("RZ3", "C"))


@pytest.mark.parametrize(
    ("printed", "proper"),
    [
        ("TARNSIDE AND FELLFOOT NHS FOUNDATION TRUST", "Tarnside and Fellfoot NHS Foundation Trust"),
        ("THE KING'S TARN, SEA AND LAKE NHS TRUST", "The King's Tarn, Sea and Lake NHS Trust"),
        ("HOSPITALS OF TARN-ON-LAKE NHS TRUST", "Hospitals of Tarn-On-Lake NHS Trust"),
        ("2GETHER NHS TRUST", "2Gether NHS Trust"),
        ("McTarn NHS Trust", "McTarn NHS Trust"),
    ],
)
def test_capitals_become_proper_case(printed: str, proper: str) -> None:
    assert in_proper_case(printed) == proper


@given(st.text(alphabet="ABCXYZ'-& ,", min_size=1).map(str.strip).filter(bool))
def test_proper_case_changes_nothing_but_case_and_settles(name: str) -> None:
    proper = in_proper_case(name)
    assert proper.upper() == name
    assert in_proper_case(proper).upper() == name
