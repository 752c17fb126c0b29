"""Exports: what is opened again is what was written, and nothing in it runs."""

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from tracker.reports.csv_writer import printed, write_csv
from tracker.reports.tables import Row, Stamp, Table
from tracker.reports.xlsx_writer import write_xlsx

STAMP = Stamp(date(2026, 10, 1), datetime(2026, 11, 1, 9, tzinfo=UTC), "General acute", made_by="Asha Patel")


def table(*rows: Row) -> Table:
    return Table("Trusts", "trusts", ("Trust", "Rating", "Published", "Age"), rows, STAMP)


def csv_rows(made: Table) -> list[dict[str, str]]:
    file = BytesIO()
    write_csv(made, file)
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(file.getvalue().decode("utf-8-sig"), newline="")))


def test_a_csv_opens_again_row_for_row_with_its_stamp() -> None:
    name = 'St Ælla\'s, "Old" Hospital\nNorth Wing'
    (row,) = csv_rows(table((name, "Good", date(2026, 5, 3), 0)))
    assert row == {
        "Trust": name,
        "Rating": "Good",
        "Published": "2026-05-03",
        "Age": "0",
        "As at": "2026-10-01",
        "Source": "Care Quality Commission",
        "Licence": "Open Government Licence v3.0",
        "Made": "2026-11-01 09:00",
        "Made by": "Asha Patel",
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_text_that_a_spreadsheet_would_run_is_text(start: str) -> None:
    (row,) = csv_rows(table((f"{start}cmd|' /C calc'!A0", "", None, -1)))
    assert row["Trust"].startswith("'")
    assert row["Age"] == "-1"  # a number stays one


@given(st.text())
def test_no_text_begins_a_formula(text: str) -> None:
    assert printed(text).lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert printed(text) in {text, f"'{text}"}


def test_an_empty_table_still_says_its_columns() -> None:
    file = BytesIO()
    write_csv(table(), file)
    assert file.getvalue().decode("utf-8-sig").startswith("Trust,Rating,Published,Age,As at")


def test_a_workbook_opens_again_with_text_dates_and_numbers_and_no_formula() -> None:
    file = BytesIO()
    write_xlsx(table(("=1+1", "Good", date(2026, 5, 3), 3), ("https://example.test", None, None, None)), file)
    book = load_workbook(file)
    assert book.sheetnames == ["Table", "About"]
    sheet = book["Table"]
    assert [cell.value for cell in sheet[1]] == ["Trust", "Rating", "Published", "Age"]
    assert sheet["A2"].value == "=1+1"
    assert sheet["A2"].data_type == "s"
    assert sheet["A3"].hyperlink is None
    assert sheet["C2"].value == datetime(2026, 5, 3)  # noqa: DTZ001 - a workbook's dates have no zone
    assert sheet["D2"].value == 3
    assert sheet["B3"].value is None
    assert not sheet.merged_cells.ranges
    about = {row[0].value: row[1].value for row in book["About"].rows}
    assert about["As at"] == "2026-10-01"
    assert about["Chosen"] == "General acute"
    assert about["Licence"] == "Open Government Licence v3.0"
    assert about["Made by"] == "Asha Patel"


def test_the_file_is_named_for_what_it_holds_and_its_day() -> None:
    assert table().file_name("csv") == "trusts-as-at-2026-10-01.csv"
    nothing = Table("Trusts", "trusts", ("Trust",), [], Stamp(None, STAMP.made_at))
    assert nothing.file_name("xlsx") == "trusts-as-at-nothing-imported.xlsx"
