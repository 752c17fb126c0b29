"""The register is read whole or not at all, and the one that ships holds together."""

import contextlib
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.trusts import register
from tracker.trusts.reference_csv import UnreadableReference
from tracker.trusts.register import read_register, read_trust_facts

FILES = {
    "regions.csv": "code,name,valid_from,valid_to\nY90,Lakeland,2019-04-01,\n",
    "systems.csv": (
        "code,name,kind,region_code,valid_from,valid_to\n"
        "QZ1,North Lakeland,STP,Y90,2021-04-01,2022-07-01\n"
        "QZ1,North Lakeland,ICS,Y90,2022-07-01,\n"
    ),
    "trusts.csv": (
        "code,name,type,region_code,system_code,latitude,longitude,opened,closed\n"
        "RZ1,Tarnside NHS Trust,general_acute,Y90,QZ1,54.5,-3.0,2001-04-01,\n"
        "RZ2,Fellfoot NHS Trust,,,,,,,2010-04-01\n"
    ),
    "trust_names.csv": "code,name,valid_to\nRZ1,Tarnside Infirmary,\n",
    "successions.csv": "predecessor,successor,date,reason\nRZ2,RZ1,2010-04-01,merger\n",
    "system_memberships.csv": (
        "trust_code,system_code,valid_from,valid_to\nRZ1,QZ1,2021-04-01,2022-07-01\nRZ1,QZ1,2022-07-01,\n"
    ),
    "trust_facts.csv": (
        "code,kind,value,valid_from,valid_to,source\n"
        "RZ1,segment,3,2023-01-01,2024-01-01,Oversight list\n"
        "RZ1,segment,2,2024-01-01,,Oversight list\n"
    ),
    "sources.csv": "file,source,licence,dated,note\ntrusts.csv,Invented,None,2026-01,\n",
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def problems_of(directory: Path) -> list[str]:
    with pytest.raises(UnreadableReference) as caught:
        read_register(directory)
    return [str(problem) for problem in caught.value.problems]


def change(directory: Path, file: str, old: str, new: str) -> None:
    path = directory / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, "the test must change exactly one place"
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_sound_register_is_read_with_its_dates_and_gaps(directory: Path) -> None:
    read = read_register(directory)
    tarnside, fellfoot = read.trusts
    assert (tarnside.code, tarnside.latitude, tarnside.opened, tarnside.closed) == (
        "RZ1",
        54.5,
        date(2001, 4, 1),
        None,
    )
    assert (fellfoot.type, fellfoot.region_code, fellfoot.latitude) == ("", "", None)
    assert [system.kind for system in read.systems] == ["STP", "ICS"]
    assert [fact.value for fact in read.facts] == ["3", "2"]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "trusts.csv",
            "general_acute",
            "acute",
            "trusts.csv, row 2, type: is 'acute', not one of ambulance, community, general_acute, "
            "mental_health, specialist_acute",
        ),
        (
            "trusts.csv",
            "2001-04-01",
            "01/04/2001",
            "trusts.csv, row 2, opened: is not a date written 2026-08-31: '01/04/2001'",
        ),
        (
            "trusts.csv",
            "2001-04-01",
            "2001-02-30",
            "trusts.csv, row 2, opened: is not a date written 2026-08-31: '2001-02-30'",
        ),
        (
            "trusts.csv",
            "54.5,-3.0",
            "-3.0,54.5",
            "trusts.csv, row 2, latitude: is not a number of degrees from 49.8 to 55.9: '-3.0'",
        ),
        (
            "trusts.csv",
            "54.5,-3.0",
            "54.5,",
            "trusts.csv, row 2, longitude: latitude and longitude are given together or not at all",
        ),
        ("trusts.csv", "Tarnside NHS Trust", "", "trusts.csv, row 2, name: is empty"),
        (
            "trusts.csv",
            "Tarnside NHS Trust",
            "Tarn\u0000side",
            "trusts.csv, row 2, name: holds a control character",
        ),
        (
            "trusts.csv",
            "RZ1,Tarnside",
            "RZ2,Tarnside",
            "trusts.csv, row 3, code: RZ2 stands already in row 2",
        ),
        ("trusts.csv", "Y90,QZ1", "Y91,QZ1", "trusts.csv, row 2, region_code: Y91 is not in the register"),
        ("trusts.csv", "Y90,QZ1", "Y90,QZ9", "trusts.csv, row 2, system_code: QZ9 is not in the register"),
        ("trusts.csv", "2010-04-01\n", "2010-04-01,x\n", "trusts.csv, row 3: has 10 fields, not 9"),
        ("trust_names.csv", "RZ1", "RZ7", "trust_names.csv, row 2, code: RZ7 is not in the register"),
        (
            "successions.csv",
            "RZ2,RZ1",
            "RZ2,RZ8",
            "successions.csv, row 2, successor: RZ8 is not in the register",
        ),
        (
            "successions.csv",
            "RZ2,RZ1",
            "RZ2,RZ2",
            "successions.csv, row 2, successor: a trust cannot succeed itself",
        ),
        (
            "successions.csv",
            "2010-04-01",
            "2010-04-02",
            "successions.csv, row 2, date: 2010-04-02 is not within the life of RZ2, "
            "which opened on a day not known and closed 2010-04-01",
        ),
        (
            "successions.csv",
            "2010-04-01",
            "1999-04-01",
            "successions.csv, row 2, date: 1999-04-01 is not within the life of RZ1, "
            "which opened 2001-04-01 and is open",
        ),
        (
            "system_memberships.csv",
            "2021-04-01,2022-07-01",
            "2021-04-01,2022-07-02",
            "system_memberships.csv, row 3, valid_from: 2022-07-01 falls within the period of row 2",
        ),
        (
            "system_memberships.csv",
            "2021-04-01",
            "2020-04-01",
            "system_memberships.csv, row 2, valid_from: QZ1 did not exist in one form throughout this period",
        ),
        (
            "trust_facts.csv",
            "2024-01-01,,",
            "2023-12-31,,",
            "trust_facts.csv, row 3, valid_from: 2023-12-31 falls within the period of row 2",
        ),
        (
            "systems.csv",
            "kind,region_code",
            "kind,region",
            "systems.csv, row 1: the heading is 'code,name,kind,region,valid_from,valid_to', not "
            "'code,name,kind,region_code,valid_from,valid_to'",
        ),
    ],
)
def test_one_bad_row_refuses_the_register_and_says_where(
    directory: Path, file: str, old: str, new: str, expected: str
) -> None:
    change(directory, file, old, new)
    assert expected in problems_of(directory)


def test_every_problem_is_named_at_once(directory: Path) -> None:
    change(directory, "trusts.csv", "general_acute", "acute")
    change(directory, "trust_names.csv", "RZ1", "rz1")
    change(directory, "regions.csv", "Lakeland", "")
    files = {line.split(",")[0] for line in problems_of(directory)}
    assert {"trusts.csv", "trust_names.csv", "regions.csv"} <= files


def test_a_file_that_is_missing_empty_or_not_text_is_named(directory: Path) -> None:
    (directory / "regions.csv").unlink()
    (directory / "systems.csv").write_bytes(b"")
    (directory / "trusts.csv").write_bytes(b"\xff\xfe\x00c\x00o")
    (directory / "trust_names.csv").write_text('code,name,valid_to\nRZ1,"Tarn', encoding="utf-8")
    found = problems_of(directory)
    assert "regions.csv: is missing" in found
    assert "systems.csv: is empty" in found
    assert "trusts.csv: is not UTF-8 text" in found
    assert "trust_names.csv: cannot be read as CSV: unexpected end of data" in found


def test_a_hopeless_file_gives_a_short_list(directory: Path) -> None:
    rows = "".join(f"RZ1,nonsense {number},\n" for number in range(500))
    (directory / "successions.csv").write_text(f"predecessor,successor,date,reason\n{rows}", encoding="utf-8")
    with pytest.raises(UnreadableReference) as caught:
        read_register(directory)
    assert len(caught.value.problems) == 50
    assert str(caught.value).endswith("and 450 more")


def test_a_fact_of_an_unknown_trust_or_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    path.write_text(
        "code,kind,value,valid_from,valid_to,source\n"
        "RZ9,segment,3,2023-01-01,,List\n"
        "RZ1,beds,400,2023-01-01,,List\n"
        "RZ1,size,large,,,List\n",
        encoding="utf-8",
    )
    with pytest.raises(UnreadableReference) as caught:
        read_trust_facts(path, codes={"RZ1"})
    assert [(problem.row, problem.field) for problem in caught.value.problems] == [
        (3, "kind"),
        (4, "valid_from"),
        (2, "code"),
    ]


def test_facts_saved_by_a_spreadsheet_are_read(tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    text = "code,kind,value,valid_from,valid_to,source\r\nRZ1, teaching ,yes,2023-01-01,,List\r\n\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    (fact,) = read_trust_facts(path, codes={"RZ1"})
    assert (fact.kind, fact.value, fact.valid_to) == ("teaching", "yes", None)


@given(st.binary(max_size=400))
def test_any_bytes_are_facts_or_a_problem(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("facts") / "facts.csv"
    path.write_bytes(b"code,kind,value,valid_from,valid_to,source\n" + content)
    with contextlib.suppress(UnreadableReference):
        assert all(fact.code == "RZ1" for fact in read_trust_facts(path, codes={"RZ1"}))
    shutil.rmtree(path.parent)


class TestTheRegisterThatShips:
    """`read_register` itself checks every reference; these hold the facts people would miss first."""

    shipped = read_register()
    trusts = {trust.code: trust for trust in shipped.trusts}

    def test_it_holds_the_open_trusts_of_england_each_placed(self) -> None:
        still_open = [trust for trust in self.shipped.trusts if trust.closed is None]
        assert len(still_open) == 202
        nowhere = {trust.code for trust in still_open if not trust.region_code or not trust.type}
        assert nowhere == {"K0N6A"}, "the national online trust is none of the five types"

    def test_it_divides_england_into_seven_regions_and_thirty_six_systems_since_april_2026(self) -> None:
        def systems_on(day: date) -> int:
            return sum(
                system.valid_from is not None
                and system.valid_from <= day
                and (system.valid_to is None or day < system.valid_to)
                for system in self.shipped.systems
            )

        assert len(self.shipped.regions) == 7
        assert [systems_on(date(*day)) for day in ((2022, 6, 30), (2022, 7, 1), (2026, 4, 1))] == [42, 42, 36]

    def test_an_old_code_leads_to_those_who_carry_on(self) -> None:
        onward: dict[str, set[str]] = {}
        for row in self.shipped.successions:
            onward.setdefault(row.predecessor, set()).add(row.successor)

        def present(code: str) -> set[str]:
            return set().union(*map(present, onward[code])) if code in onward else {code}

        assert present("RBZ") == {"RH8"}
        assert present("RBA") == present("RA4") == {"RH5"}
        assert present("RW6") == {"R0A", "RM3"}
        assert present("RRP") == present("TAF") == {"G6V2S"}
        ended = {code for start in onward for code in present(start) if self.trusts[code].closed}
        assert ended <= {code for code in self.trusts if self.trusts[code].closed and code not in onward}

    def test_a_trust_with_successors_is_closed_on_the_day_the_last_took_over(self) -> None:
        last: dict[str, date] = {}
        for row in self.shipped.successions:
            last[row.predecessor] = max(row.date, last.get(row.predecessor, row.date))
        assert all((self.trusts[code].closed or date.max) >= day for code, day in last.items())

    def test_a_trusts_system_is_the_last_it_belonged_to(self) -> None:
        last = {row.trust_code: row for row in self.shipped.memberships}
        for trust in self.shipped.trusts:
            row = last.get(trust.code)
            expected = row.system_code if row and row.valid_to == trust.closed else ""
            assert trust.system_code == expected, trust.code

    def test_no_name_leads_to_two_open_trusts(self) -> None:
        bearers: dict[str, set[str]] = {}
        for code, name in [
            *((trust.code, trust.name) for trust in self.shipped.trusts),
            *((row.code, row.name) for row in self.shipped.trust_names),
        ]:
            if self.trusts[code].closed is None:
                bearers.setdefault(name.casefold(), set()).add(code)
        assert [name for name, codes in bearers.items() if len(codes) > 1] == []

    def test_names_are_in_proper_case(self) -> None:
        assert [trust.name for trust in self.shipped.trusts if trust.name == trust.name.upper()] == []
        endings = ("NHS Trust", "NHS Foundation Trust")
        open_names = [trust.name for trust in self.shipped.trusts if trust.closed is None]
        assert [name for name in open_names if not name.endswith(endings)] == []

    def test_every_file_says_where_it_came_from(self) -> None:
        files = {path.name for path in register.DATA.glob("*.csv")} - {"sources.csv"}
        assert {row.file for row in self.shipped.sources} == files
        assert {row.licence for row in self.shipped.sources} == {"Open Government Licence v3.0"}
