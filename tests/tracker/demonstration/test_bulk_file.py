"""The files themselves, read back by programs that know nothing of how they were written."""

import csv
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from tracker.demonstration import sheet_ods, sheet_xlsx
from tracker.demonstration.bulk_file import README, SHEETS, Format, file_name, write_as_at, write_month
from tracker.demonstration.england import England
from tracker.ratings.cqc_layouts import LOCATION_HEADINGS, PROVIDER_HEADINGS

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
MONTH = 1

printable = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"))
rows = st.lists(printable | st.dates(min_value=date(2009, 1, 1), max_value=date(2100, 1, 1)), min_size=1, max_size=28)


def expected(world: England) -> list[tuple[object, ...]]:
    return [tuple(cell or None for cell in row) for row in world.rows(MONTH, "Providers")]


def ods_cells(row: object) -> Iterator[object]:
    for cell in row:  # type: ignore[attr-defined]
        day = cell.get(f"{OFFICE}date-value")
        text = "".join(cell.itertext())
        yield date.fromisoformat(day) if day else text or None


def test_csv_is_a_file_for_each_sheet_or_the_one_asked_for(world: England, tmp_path: Path) -> None:
    both = write_month(world, MONTH, tmp_path / "month.csv", "csv")
    assert [path.name for path in both] == ["month_locations.csv", "month_providers.csv"]
    (one,) = write_month(world, MONTH, tmp_path / "only.csv", "csv", sheet="Locations")
    assert one.read_bytes() == both[0].read_bytes()
    with one.open(encoding="utf-8", newline="") as file:
        header, *body = csv.reader(file)
    assert tuple(header) == LOCATION_HEADINGS
    assert len(body) == sum(1 for _ in world.rows(MONTH))


def test_xlsx_holds_the_rows_with_real_dates(world: England, tmp_path: Path) -> None:
    (path,) = write_month(world, MONTH, tmp_path / "month.xlsx", "xlsx", sheet="Providers")
    book = openpyxl.load_workbook(path, read_only=True)
    assert book.sheetnames == ["README", "Providers"]
    header, *body = (
        tuple(cell.date() if isinstance(cell, datetime) else cell for cell in row)
        for row in book["Providers"].iter_rows(values_only=True, max_col=len(PROVIDER_HEADINGS))
    )
    book.close()
    assert header == PROVIDER_HEADINGS
    assert body == expected(world)


def test_ods_holds_the_rows_with_typed_dates(world: England, tmp_path: Path) -> None:
    (path,) = write_month(world, MONTH, tmp_path / "month.ods", "ods", sheet="Providers")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        content = ElementTree.fromstring(archive.read("content.xml"))
    tables = {table.get(f"{TABLE}name"): list(table) for table in content.iter(f"{TABLE}table")}
    assert list(tables) == ["README", "Providers"]
    assert [tuple(ods_cells(row)) for row in tables["Providers"][1:]] == expected(world)


@pytest.mark.parametrize(("file_format", "row_end"), [("xlsx", b"</row>"), ("ods", b"</table:table-row>")])
def test_a_workbook_holds_both_sheets_whole(
    world: England, tmp_path: Path, file_format: Format, row_end: bytes
) -> None:
    (path,) = write_month(world, MONTH, tmp_path / "month", file_format)
    with zipfile.ZipFile(path) as archive:
        written = sum(archive.read(name).count(row_end) for name in archive.namelist())
    listed = sum(1 for sheet in SHEETS for _ in world.rows(MONTH, sheet))
    assert written == listed + len(SHEETS) + len(README)


@pytest.mark.parametrize(("file_format", "part"), [("xlsx", "xl/worksheets/sheet1.xml"), ("ods", "content.xml")])
def test_a_workbook_says_that_it_is_invented(world: England, tmp_path: Path, file_format: Format, part: str) -> None:
    (path,) = write_month(world, 0, tmp_path / "month", file_format, sheet="Providers")
    with zipfile.ZipFile(path) as archive:
        assert b"fictional" in archive.read(part)[:2000]


@given(rows)
def test_any_text_survives_an_ods_row(row: list[str | date]) -> None:
    declared = " ".join(f'xmlns:{space[1:-1].split(":")[-2]}="{space[1:-1]}"' for space in (TEXT, TABLE, OFFICE))
    element = ElementTree.fromstring(f"<sheet {declared}>{sheet_ods.row_xml(tuple(row))}</sheet>")
    assert list(ods_cells(element[0])) == [cell or None for cell in row]


@given(rows)
def test_any_text_survives_an_xlsx_row(row: list[str | date]) -> None:
    element = ElementTree.fromstring(sheet_xlsx.row_xml(7, tuple(row)))
    found = {cell.get("r"): "".join(cell.itertext()) for cell in element}
    columns = [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "AA", "AB"]
    assert found == {
        f"{column}7": cell if isinstance(cell, str) else str((cell - date(1899, 12, 30)).days)
        for column, cell in zip(columns, row, strict=False)
        if cell
    }


def test_an_old_file_is_written_in_its_own_layout(world: England, tmp_path: Path) -> None:
    (path,) = write_as_at(world, date(2015, 12, 1), tmp_path / "old.csv", "csv", sheet="Locations")
    header = path.read_text(encoding="utf-8").splitlines()[0]
    assert "Key Question" in header
    assert "Provider ID" not in header


def test_a_file_is_named_as_cqc_names_it() -> None:
    assert file_name(date(2026, 9, 1), "ods") == "01_September_2026_Latest_ratings.ods"
