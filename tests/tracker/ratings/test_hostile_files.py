"""A hostile or broken file is refused quickly, with a reason, or read safely."""

import random
import struct
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tracker.ratings.build_sheets import (
    Table,
    locations,
    ods_content,
    ods_table,
    providers,
    write_csv,
    write_ods,
    write_xlsx,
    write_zip,
    xlsx_parts,
    xlsx_sheet,
)
from tracker.ratings import archive
from tracker.ratings.cqc_file import read_rows
from tracker.ratings.unreadable import UnreadableFile

SECONDS_TO_REFUSE = 2.0


@pytest.fixture(autouse=True)
def _quickly() -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS_TO_REFUSE


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableFile) as refused:
        list(read_rows(path))
    return str(refused.value)


def ods(path: Path, tables: str, *, before: str = "") -> Path:
    return write_zip(path, {"content.xml": ods_content(tables, before=before)})


def worksheet(path: Path, sheet_data: str, *, before: str = "") -> Path:
    return write_zip(
        path,
        xlsx_parts(["Locations"], [f"{before}<worksheet><sheetData>{sheet_data}</sheetData></worksheet>"]),
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\0" * 5000, "empty"),
        (b"  \r\n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "web page"),
        (b'{"locations": []}', "JSON"),
        (b'[{"locationId": 1}]', "JSON"),
        (b"PK\x05\x06" + bytes(18), "empty archive"),
        (b"PK\x03\x04 and nothing else", "cut short"),
        (b"hello", "no ratings"),
        (bytes(range(256)) * 40, "encoding"),
    ],
)
def test_files_of_other_kinds(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "ratings.ods"
    path.write_bytes(content)
    assert reason in refusal(path)


def test_a_dimension_that_claims_the_whole_sheet_is_not_believed(tmp_path: Path) -> None:
    sheet = xlsx_sheet(locations(), None).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><cols/><sheetData>')
    assert len(list(read_rows(write_zip(tmp_path / "a.xlsx", xlsx_parts(["Locations"], [sheet]))))) == 1


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ('<row r="1"><c r="XFD1" t="str"><v>x</v></c></row>', "beyond column"),
        ('<row r="4294967296"><c r="A1"><v>1</v></c></row>', "counted"),
        ('<row r="1048577"/>', "follows row"),
        ('<row r="5"/><row r="5"/>', "follows row"),
        ('<row r="-1"/>', "counted"),
        ('<row r="٣"/>', "counted"),
        ('<row><c r="$$"><v>1</v></c></row>', "no cell"),
        ('<row><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "one place"),
        ('<row><c t="s"><v>7</v></c></row>', "refers to text"),
        ('<row><c t="s"><v>-1</v></c></row>', "refers to text"),
        ('<row><c t="s"><v>x</v></c></row>', "refers to text"),
        ("<c>" * 100, "nested"),
        ('<row><c t="str"><v>' + "a" * 200_000 + "</v></c></row>", "far more text"),
        ("<row><c><v>1</c></row>", "Damaged"),
    ],
)
def test_worksheets_that_lie(tmp_path: Path, cells: str, reason: str) -> None:
    assert reason in refusal(worksheet(tmp_path / "a.xlsx", cells))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (
            '<table:table-row><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p>'
            "</table:table-cell></table:table-row>",
            "beyond column",
        ),
        (
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell><text:p>x</text:p>'
            "</table:table-cell></table:table-row>",
            "repeated 1,048,576 times",
        ),
        ('<table:table-row table:number-rows-repeated="0"/>', "counted"),
        ('<table:table-row table:number-rows-repeated="99999999999999999999"/>', "counted"),
        ("<table:table-row><table:table-row/></table:table-row>", "inside another"),
        ("<table:table-row><table:table-cell>" + "<text:p>" * 100, "nested"),
        (
            "<table:table-row><table:table-cell><text:p>" + "a" * 200_000 + "</text:p></table:table-cell>"
            "</table:table-row>",
            "far more text",
        ),
        (
            "<table:table-row><table:table-cell>" + "<text:p>a</text:p>" * 200 + "</table:table-cell>"
            "</table:table-row>",
            "far more text",
        ),
        ("<table:table-row>" + "a" * 1_000_000, "far more text"),
        ("<table:table-row></table:table-cell>", "Damaged"),
    ],
)
def test_ods_content_that_lies(tmp_path: Path, rows: str, reason: str) -> None:
    assert reason in refusal(ods(tmp_path / "a.ods", f'<table:table table:name="L">{rows}</table:table>'))


def test_many_repeated_rows_end_at_the_limit_of_cells(tmp_path: Path) -> None:
    row = (
        '<table:table-row table:number-rows-repeated="1000">'
        '<table:table-cell table:number-columns-repeated="256"><text:p>x</text:p></table:table-cell>'
        "</table:table-row>"
    )
    path = ods(tmp_path / "a.ods", f'<table:table table:name="L">{row * 200}</table:table>')
    assert "far more cells" in refusal(path)


BOMB = '<!DOCTYPE bomb [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("before", [BOMB, "<!DOCTYPE x>", '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'])
def test_document_types_and_entities_are_refused(tmp_path: Path, before: str) -> None:
    assert "document type" in refusal(ods(tmp_path / "a.ods", ods_table("L", locations()), before=before))
    assert "document type" in refusal(worksheet(tmp_path / "b.xlsx", "<row/>", before=before))
    utf_16 = f'<?xml version="1.0" encoding="UTF-16"?>{before}<x/>'.encode("utf-16")
    assert "document type" in refusal(write_zip(tmp_path / "c.ods", {"content.xml": utf_16}))
    small = xlsx_parts(["Locations"], ["<worksheet/>"])
    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedStrings.xml"):
        lying = small | {part: before + str(small.get(part, "<x/>"))}
        assert refusal(write_zip(tmp_path / "d.xlsx", lying)).startswith(f"“{part}”")


def test_a_sheet_that_would_unpack_to_gigabytes_is_refused_unopened(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", "")
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<L", 1_700_000_000)
    path.write_bytes(content)
    assert "1.7 GB declared" in refusal(path)


def test_a_part_larger_than_it_declares_is_refused(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", ods_table("Locations", locations()))
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<L", 1_000)
    path.write_bytes(content)
    assert "damaged or cut short" in refusal(path)


def test_a_small_part_that_is_not_small_is_refused(tmp_path: Path) -> None:
    parts = xlsx_parts(["Locations"], ["<worksheet/>"])
    parts["xl/workbook.xml"] = " " * (archive.MAX_SMALL_PART_BYTES + 1)
    assert "far too large" in refusal(write_zip(tmp_path / "a.xlsx", parts))


def test_an_archive_of_very_many_parts_is_refused_before_they_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    record = b"PK\x01\x02" + bytes(42)  # an entry without a name, a million times
    body = b"PK\x03\x04" + bytes(26)
    directory = record * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    assert "far more parts" in refusal(path)


def test_the_large_file_record_cannot_hide_very_many_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    body = b"PK\x03\x04" + bytes(26)
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, 46 * 10**6, len(body))
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 46, 0, 0)
    path.write_bytes(body + large + locator + end)
    assert "1,000,000" in refusal(path)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../../etc/passwd", "outside"),
        ("/etc/passwd", "outside"),
        ("..\\evil", "outside"),
        ("C:evil", "outside"),
        ("inner.zip", "archive inside"),
        ("embeddings/Book.xlsx", "archive inside"),
    ],
)
def test_names_that_point_elsewhere(tmp_path: Path, name: str, reason: str) -> None:
    parts: dict[str, str | bytes] = {
        "content.xml": ods_content(ods_table("Locations", locations())),
        name: "x",
    }
    assert reason in refusal(write_zip(tmp_path / "a.ods", parts))


def test_links_passwords_twins_and_strange_packing(tmp_path: Path) -> None:
    content = ods_content(ods_table("Locations", locations()))
    link = zipfile.ZipInfo("content.xml")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.ods", "w") as file:
        file.writestr(link, "/etc/passwd")
    assert "link" in refusal(tmp_path / "link.ods")

    with zipfile.ZipFile(tmp_path / "packed.ods", "w", zipfile.ZIP_LZMA) as file:
        file.writestr("content.xml", content)
    assert "no spreadsheet is" in refusal(tmp_path / "packed.ods")

    with zipfile.ZipFile(tmp_path / "twins.ods", "w") as file:
        file.writestr("content.xml", content)
        file.writestr("kontent.xml", content)
    twins = (tmp_path / "twins.ods").read_bytes().replace(b"kontent.xml", b"content.xml")
    (tmp_path / "twins.ods").write_bytes(twins)
    assert "twice" in refusal(tmp_path / "twins.ods")

    locked = bytearray(ods(tmp_path / "locked.ods", ods_table("Locations", locations())).read_bytes())
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.ods").write_bytes(locked)
    assert "password" in refusal(tmp_path / "locked.ods")


def test_an_archive_without_a_sheet_in_it(tmp_path: Path) -> None:
    assert "word/document.xml" in refusal(write_zip(tmp_path / "a.xlsx", {"word/document.xml": "<x/>"}))
    parts = xlsx_parts(["Locations"], ["<worksheet/>"])
    del parts["xl/worksheets/sheet1.xml"]
    assert "sheet's own part is missing" in refusal(write_zip(tmp_path / "b.xlsx", parts))


def whole_files(folder: Path) -> dict[str, bytes]:
    rows: Table = locations(*({"Location Name": f"Site {number}"} for number in range(30)))
    sheets = {"Locations": rows, "Providers": providers()}
    return {
        "ods": write_ods(folder / "whole", sheets).read_bytes(),
        "xlsx": write_xlsx(folder / "whole", sheets).read_bytes(),
        "csv": write_csv(folder / "whole", rows).read_bytes(),
    }


@pytest.mark.parametrize("format_", ["ods", "xlsx"])
def test_an_archive_cut_anywhere_is_refused(tmp_path: Path, format_: str) -> None:
    whole = whole_files(tmp_path)[format_]
    for length in range(5, len(whole) - 1, max(1, len(whole) // 60)):
        path = tmp_path / "cut"
        path.write_bytes(whole[:length])
        assert refusal(path)


def test_a_csv_cut_inside_a_row_is_refused_with_its_line(tmp_path: Path) -> None:
    whole = whole_files(tmp_path)["csv"]
    last = whole.rstrip().rindex(b"\r\n") + 2
    for length in range(last + 1, whole.rindex(b","), 7):
        path = tmp_path / "cut"
        path.write_bytes(whole[:length])
        assert "line 31" in refusal(path)


@pytest.mark.parametrize("format_", ["ods", "xlsx", "csv"])
def test_flipped_bits_are_refused_or_read(tmp_path: Path, format_: str) -> None:
    whole = whole_files(tmp_path)[format_]
    chance = random.Random(20260503)  # the same damage every time
    path = tmp_path / "flipped"
    refused = 0
    for _ in range(100):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        try:
            assert len(list(read_rows(path))) <= 40
        except UnreadableFile:
            refused += 1
    if format_ != "csv":
        assert refused > 50  # an archive's checksums notice


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a," * 600_000)
    assert "longer than" in refusal(path)


def test_a_file_of_nothing_but_quotes_and_commas(tmp_path: Path) -> None:
    for content in (b'"' * 999_999, b'""' * 400_000, b",\n" * 300_000):
        path = tmp_path / "a.csv"
        path.write_bytes(content)
        assert refusal(path)


def test_text_outside_any_cell_is_not_gathered_up(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.ods", "w", zipfile.ZIP_DEFLATED) as file:
        start, _, _ = ods_content("<table:table>@").partition("@")
        with file.open("content.xml", "w") as content:
            content.write(start.encode())
            for _ in range(50):
                content.write(b"a" * 1_000_000)
    assert "far more text" in refusal(tmp_path / "a.ods")
