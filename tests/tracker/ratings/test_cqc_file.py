"""CQC's file reads the same in every format and vintage, and a changed sheet is refused, not misread."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tracker.ratings.build_sheets import (
    LOCATION,
    PROVIDER,
    Table,
    locations,
    ods_content,
    ods_table,
    providers,
    table,
    write_csv,
    write_ods,
    write_xlsx,
    write_zip,
    xlsx_parts,
    xlsx_sheet,
)
from tracker.ratings.cqc_file import Reading, read_rows
from tracker.ratings.cqc_layouts import (
    LOCATION_HEADINGS,
    LOCATION_HEADINGS_25,
    LOCATION_HEADINGS_2015_NO_PROVIDER,
    LOCATIONS,
    PROVIDER_HEADINGS,
    PROVIDER_HEADINGS_18,
    PROVIDERS,
    layout_of,
)
from tracker.ratings.rows import RatingRow
from tracker.ratings.unreadable import UnreadableFile

VINTAGES = (
    LOCATION_HEADINGS,
    LOCATION_HEADINGS_25,
    LOCATION_HEADINGS_2015_NO_PROVIDER,
    PROVIDER_HEADINGS,
    PROVIDER_HEADINGS_18,
)
WRITERS: dict[str, Callable[[Path, Table], Path]] = {
    "csv": write_csv,
    "ods": lambda path, rows: write_ods(path, {"Ratings": rows}),
    "xlsx": lambda path, rows: write_xlsx(path, {"Ratings": rows}),
    "xlsx inline": lambda path, rows: write_xlsx(path, {"Ratings": rows}, shared=False),
}


def read(path: Path) -> list[RatingRow]:
    return list(read_rows(path))


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableFile) as refused:
        read(path)
    return str(refused.value)


def expected(headings: tuple[str, ...], line: int, values: list[str]) -> dict[str, str | int]:
    """What a row should read as, worked out from the headings alone."""
    layout = layout_of(headings)
    row: dict[str, str | int] = dict.fromkeys(RatingRow._fields, "")
    row |= {"line": line, "level": layout.level, "listing": "current"}
    for heading, value in zip(headings, values, strict=True):
        name = layout.field_of(heading)
        if name is not None:
            row[name] = value.strip()
    if layout.level == "provider":
        row |= {"provider_id": row["organisation_id"], "provider_name": row["organisation_name"]}
    return row


def test_headings_are_as_many_as_cqc_printed() -> None:
    assert [len(headings) for headings in VINTAGES] == [28, 25, 23, 21, 18]
    assert "Key Question" in LOCATION_HEADINGS_25
    assert "Domain" not in LOCATION_HEADINGS_25


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\u2028\u2029\ufeff"),
    max_size=12,
)


@pytest.mark.parametrize("format_", WRITERS)
@given(data=st.data(), headings=st.sampled_from(VINTAGES))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_in_any_vintage_and_format_reads_back(
    format_: str, tmp_path: Path, data: st.DataObject, headings: tuple[str, ...]
) -> None:
    # The first column identifies the row, so that none is wholly blank.
    row = st.tuples(st.text("ABC0123456789-", min_size=1), *[CELL] * (len(headings) - 1)).map(list)
    body = data.draw(st.lists(row, min_size=1, max_size=4))
    rows = read(WRITERS[format_](tmp_path / "anything", [list(headings), *body]))
    assert [row._asdict() | {"part": ""} for row in rows] == [
        expected(headings, line, values) for line, values in enumerate(body, start=2)
    ]


def test_both_sheets_found_by_content_whatever_their_names_and_order(tmp_path: Path) -> None:
    readme = [["About this file"], ["Ratings by Domain and Service", "2026"]]
    banner = [["Care Quality Commission"], [], ["Two ratings may be published on the same date"]]
    sheets = {"README": readme, "P": [*banner, *providers()], "L": [*banner, *locations()], "Empty": []}
    for name, write in (("a.ods", write_ods), ("a.xlsx", write_xlsx)):
        reading = Reading()
        rows = list(read_rows(write(tmp_path / name, sheets), reading))
        assert [(row.part, row.line, row.level, row.organisation_id) for row in rows] == [
            ("P", 5, "provider", "RX9"),
            ("L", 5, "location", "RX901"),
        ]
        assert reading.format == name.partition(".")[2]
        assert [(s.name, s.level, s.header_line, s.rows) for s in reading.sheets] == [
            ("README", "", None, 0),
            ("P", "provider", 4, 1),
            ("L", "location", 4, 1),
            ("Empty", "", None, 0),
        ]


def test_the_extension_is_not_believed(tmp_path: Path) -> None:
    assert read(write_csv(tmp_path / "ratings.ods", locations()))
    assert read(write_ods(tmp_path / "ratings.csv", {"Locations": locations()}))


def test_columns_in_another_order_renamed_and_added(tmp_path: Path) -> None:
    rows = [list(reversed([*row, extra])) for row, extra in zip(locations(), ("New thing", "x"), strict=True)]
    rows[0] = [{"Domain": " key  question", "Latest Rating": "LATEST RATING"}.get(h, h) for h in rows[0]]
    reading = Reading()
    (row,) = read_rows(write_csv(tmp_path / "a.csv", rows), reading)
    assert (row.organisation_id, row.domain, row.rating) == ("RX901", "Safe", "Requires improvement")
    assert reading.sheets[0].unknown_columns == ["New thing"]
    assert reading.sheets[0].missing_columns == []


def test_what_an_old_vintage_lacks_is_blank_and_reported(tmp_path: Path) -> None:
    reading = Reading()
    path = write_csv(tmp_path / "a.csv", table(LOCATION_HEADINGS_2015_NO_PROVIDER, LOCATION))
    (row,) = read_rows(path, reading)
    assert (row.provider_id, row.nhs_region, row.inherited, row.domain) == ("", "", "", "Safe")
    assert set(reading.sheets[0].missing_columns) == {
        "Location ODS Code",
        "Location NHS Region",
        "Inherited Rating (Y/N)",
        "Provider ID",
        "Provider Name",
    }


@pytest.mark.parametrize("heading", ["Domain", "Latest Rating", "Publication Date", "Location ID"])
def test_a_needed_column_renamed_refuses_the_file(tmp_path: Path, heading: str) -> None:
    rows = locations()
    rows[0] = ["Something else" if name == heading else name for name in rows[0]]
    # Providers are in order, and still nothing is read: half a file is not a file.
    message = refusal(write_ods(tmp_path / "a.ods", {"Locations": rows, "Providers": providers()}))
    assert heading.removeprefix("Location ") in message


def test_a_renamed_location_id_never_turns_sites_into_trusts(tmp_path: Path) -> None:
    rows = locations()
    rows[0][0] = "Loc identifier"
    assert "“Location ID”" in refusal(write_csv(tmp_path / "a.csv", rows))


def test_a_heading_twice_refuses_the_file(tmp_path: Path) -> None:
    rows = locations()
    rows[0][rows[0].index("Report Type")] = "Latest rating"
    message = refusal(write_csv(tmp_path / "a.csv", rows))
    assert "“Latest Rating” stands 2 times" in message
    assert "line 1" in message


def test_two_sheets_of_one_kind_refuse_the_file(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "a.ods", {"Locations": locations(), "Locations (2)": locations()})
    assert "second sheet" in refusal(path)


def test_cqcs_sheet_without_its_headings_refuses_the_file(tmp_path: Path) -> None:
    path = write_ods(tmp_path / "a.ods", {"Locations": [["a", "b"]], "Providers": providers()})
    assert "no headings" in refusal(path)


def test_another_file_is_refused_saying_what_was_looked_for_and_found(tmp_path: Path) -> None:
    message = refusal(write_csv(tmp_path / "a.csv", [["ward", "beds"], ["Ash", "12"]]))
    assert "Location ID" in message
    assert "ward, beds" in message


def test_blank_rows_are_counted_and_cells_stripped(tmp_path: Path) -> None:
    rows = locations({"Latest Rating": "  Good\u00a0"}, {})
    rows.insert(2, [" "] * len(LOCATION_HEADINGS))
    reading = Reading()
    read_ = list(read_rows(write_csv(tmp_path / "a.csv", rows), reading))
    assert [(row.line, row.rating) for row in read_] == [(2, "Good"), (4, "Requires improvement")]
    assert (reading.sheets[0].rows, reading.sheets[0].blank_rows) == (2, 1)


def test_a_blank_inherited_is_not_no(tmp_path: Path) -> None:
    rows = read(write_csv(tmp_path / "a.csv", locations(*({"Inherited Rating (Y/N)": w} for w in ("Y", "N", "")))))
    assert [row.inherited for row in rows] == ["Y", "N", ""]


def test_repeated_cells_and_rows_of_ods_are_written_out(tmp_path: Path) -> None:
    headings = "".join(f"<table:table-cell><text:p>{h}</text:p></table:table-cell>" for h in PROVIDER_HEADINGS)
    content = (
        f'<table:table table:name="Providers"><table:table-row>{headings}</table:table-row>'
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        '<table:table-row table:number-rows-repeated="2">'
        '<table:table-cell table:number-columns-repeated="3"><text:p>RX9</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="11"/>'
        "<table:table-cell><office:annotation><text:p>a comment</text:p></office:annotation>"
        "<text:p>Requires<text:s/>improve<text:span>ment</text:span></text:p></table:table-cell>"
        '<table:table-cell office:value-type="date" office:date-value="2026-05-03"><text:p>03/05/26</text:p>'
        '</table:table-cell><table:table-cell table:number-columns-repeated="16368"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048500">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
    )
    rows = read(write_zip(tmp_path / "a.ods", {"content.xml": ods_content(content)}))
    assert [(row.line, row.ods_code, row.organisation_name, row.rating, row.publication_date) for row in rows] == [
        (line, "RX9", "RX9", "Requires improvement", "2026-05-03") for line in (5, 6)
    ]


def test_pretty_printed_ods_reads_the_same(tmp_path: Path) -> None:
    content = ods_content(ods_table("Providers", providers())).replace("><", ">\n      <")
    content = content.replace("<text:p>\n      <text:s/>", "<text:p><text:s/>")
    (row,) = read(write_zip(tmp_path / "a.ods", {"content.xml": content}))
    assert row.organisation_id == "RX9"


def xlsx_with_a_number(path: Path, number: str, *, number_format: str = "14", date1904: bool = False) -> Path:
    """One provider row whose publication date is a number under a style."""
    text = [h for h in PROVIDER_HEADINGS if h != "Publication Date"]
    cells = "".join(f'<x:c t="inlineStr"><x:is><x:t>{h}</x:t></x:is></x:c>' for h in [*text, "Publication Date"])
    values = "".join(f'<x:c t="str"><x:v>{PROVIDER.get(h, "n/a")}</x:v></x:c>' for h in text)
    worksheet = (
        '<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData>'
        f"<x:row>{cells}</x:row><x:row>{values}<x:c s='1'><x:v>{number}</x:v></x:c></x:row>"
        "</x:sheetData></x:worksheet>"
    )
    parts = xlsx_parts(["Providers"], [worksheet])
    if date1904:
        parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace(
            "<sheets>", '<workbookPr date1904="1"/><sheets>'
        )
    parts["xl/styles.xml"] = (
        '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="[$-809]dd\\ mmmm\\ yyyy;@"/>'
        '<numFmt numFmtId="171" formatCode="&quot;day &quot;0.00"/></numFmts>'
        f'<cellXfs><xf numFmtId="0"/><xf numFmtId="{number_format}"/></cellXfs></styleSheet>'
    )
    return write_zip(path, parts)


@pytest.mark.parametrize(
    ("number", "number_format", "date1904", "shown"),
    [
        ("46145", "14", False, "2026-05-03"),
        ("46145.5", "170", False, "2026-05-03"),
        ("44683", "14", True, "2026-05-03"),
        ("46145", "0", False, "46145"),
        ("46145", "171", False, "46145"),
        ("1E300", "14", False, "1E300"),
    ],
)
def test_real_excel_dates(tmp_path: Path, number: str, number_format: str, date1904: bool, shown: str) -> None:
    path = xlsx_with_a_number(tmp_path / "a.xlsx", number, number_format=number_format, date1904=date1904)
    (row,) = read(path)
    assert row.publication_date == shown


def test_shared_strings_of_several_runs_without_their_pronunciation(tmp_path: Path) -> None:
    strings: list[str] = []
    worksheet = xlsx_sheet(providers({"Provider Name": "RUNS"}), strings)
    parts = xlsx_parts(["Providers"], [worksheet], strings)
    parts["xl/sharedStrings.xml"] = str(parts["xl/sharedStrings.xml"]).replace(
        '<t xml:space="preserve">RUNS</t>',
        "<r><rPr><b/></rPr><t>Fair</t></r>\n <r><t>mile_x000D_</t></r><rPh><t>no</t></rPh>",
    )
    (row,) = read(write_zip(tmp_path / "a.xlsx", parts))
    assert row.organisation_name == "Fairmile"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_newlines_of_csv(tmp_path: Path, encoding: str, newline: str) -> None:
    rows = locations({"Location Name": "St Mary’s, “Æthel” – café"})
    (row,) = read(write_csv(tmp_path / "a.csv", rows, encoding=encoding, newline=newline))
    assert row.organisation_name == "St Mary’s, “Æthel” – café"


def test_newlines_mixed_in_one_file_and_inside_a_cell(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", locations({"Location Name": "One\nTwo"}, {}, {}))
    first, second, third, *rest = path.read_bytes().split(b"\r\n")
    path.write_bytes(first + b"\r" + second + b"\n" + third + b"\r\n" + b"\r\n".join(rest))
    assert [(row.line, row.organisation_name[:3]) for row in read(path)] == [
        (2, "One"),
        (4, "Fai"),
        (5, "Fai"),
    ]


def test_nul_characters_are_left_out_and_counted(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", locations({"Latest Rating": "Go\0od"}))
    reading = Reading()
    (row,) = read_rows(path, reading)
    assert (row.rating, reading.nuls) == ("Good", 1)


def test_bytes_of_no_encoding_are_refused_with_their_line(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", locations({}, {}))
    path.write_bytes(path.read_bytes() + b"\x81,")
    message = refusal(path)
    assert "line 4" in message
    assert "0x81" in message


@pytest.mark.parametrize("loose", ['"Fairmile', '"Fair"mile'])
def test_a_loose_quotation_mark_is_refused_with_its_line(tmp_path: Path, loose: str) -> None:
    path = write_csv(tmp_path / "a.csv", locations({}, {"Location Name": "LOOSE"}, *[{}] * 3000))
    path.write_bytes(path.read_bytes().replace(b"LOOSE", loose.encode()))
    assert "line 3: A quotation mark" in refusal(path)


@pytest.mark.parametrize("change", [lambda line: line.rpartition(",")[0], lambda line: line + ",more"])
def test_a_csv_row_with_other_columns_is_refused_with_its_line(tmp_path: Path, change: Callable[[str], str]) -> None:
    path = write_csv(tmp_path / "a.csv", locations({}, {}, {}), newline="\n")
    lines = path.read_text().split("\n")
    lines[2] = change(lines[2])
    path.write_text("\n".join(lines))
    message = refusal(path)
    assert "line 3" in message
    assert "28 columns" in message


def test_layouts_know_every_heading_of_every_vintage() -> None:
    for headings in VINTAGES:
        layout = layout_of(headings)
        assert layout is (LOCATIONS if headings[0] == "Location ID" else PROVIDERS)
        assert all(map(layout.knows, headings))
        assert layout.required <= set(map(layout.field_of, headings))


CELL_TEXTS = st.sampled_from(
    ["", " ", "Safe", "Good", '"', 'St "Mary"', "a,b", "two\nlines", "two\r\nlines", "’é", "-", " padded "]
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from([("RX901", "The Hospital"), ("RX902", 'The "Annexe", West'), ("RX902", "")]),
        st.fixed_dictionaries(
            {},
            optional={
                "Service / Population Group": CELL_TEXTS,
                "Domain": CELL_TEXTS,
                "Publication Date": CELL_TEXTS,
                "Inherited Rating (Y/N)": CELL_TEXTS,
                "URL": CELL_TEXTS,
            },
        ),
        st.integers(0, 3),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, quote_all=st.booleans(), end=st.sampled_from(["\n", "\r\n"]), moved=st.booleans())
def test_a_row_like_the_one_before_is_read_as_if_it_stood_alone(
    tmp_path: Path, rows: list[tuple], quote_all: bool, end: str, moved: bool
) -> None:
    """However rows repeat each other, each is what Python's own reader of csv makes of it."""
    table_ = locations(
        *({"Location ID": who, "Location Name": name} | said for (who, name), said, times in rows for _ in range(times))
    )
    if moved:  # the columns of what is said no longer stand side by side
        table_ = [[*row[18:], *row[:18]] for row in table_]
    path = tmp_path / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL, lineterminator=end)
        writer.writerows(table_)
    headings = table_[0]
    with path.open(newline="", encoding="utf-8") as file:
        alone = []
        reader = csv.reader(file, strict=True)
        line = 1
        for values in reader:
            alone.append((line, dict(zip(headings, values, strict=True))))
            line = reader.line_num + 1
    fields = {
        "Location ID": "organisation_id", "Location Name": "organisation_name", "Service / Population Group": "service",
        "Domain": "domain", "Latest Rating": "rating", "Publication Date": "publication_date",
        "Inherited Rating (Y/N)": "inherited", "URL": "url", "Provider ID": "provider_id",
    }  # fmt: skip
    expected = [(line, *(values[heading].strip() for heading in fields)) for line, values in alone[1:]]
    assert [(row.line, *(getattr(row, name) for name in fields.values())) for row in read_rows(path)] == expected
