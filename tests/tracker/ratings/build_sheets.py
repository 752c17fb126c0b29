"""Small CQC-shaped files, built by hand so that every detail of a format can be got wrong on purpose."""

import csv
import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from tracker.ratings.cqc_layouts import LOCATION_HEADINGS, PROVIDER_HEADINGS

Table = list[list[str]]

LOCATION = {
    "Location ID": "RX901",
    "Location ODS Code": "",
    "Location Name": "Fairmile General Hospital",
    "Care Home?": "N",
    "Location Type": "NHS Healthcare Organisation",
    "Location Primary Inspection Category": "Acute hospital - NHS non-specialist",
    "Location Post Code": "ZZ1 1AA",
    "Location Local Authority": "Fairshire",
    "Location NHS Region": "South West",
    "Service / Population Group": "Surgery",
    "Domain": "Safe",
    "Latest Rating": "Requires improvement",
    "Publication Date": "03/05/2026",
    "Report Type": "CoreService",
    "Inherited Rating (Y/N)": "",
    "URL": "https://www.cqc.org.uk/location/RX901",
    "Provider ID": "RX9",
    "Provider Name": "Fairmile NHS Trust",
    "Brand ID": "-",
    "Brand Name": "-",
}
PROVIDER = {
    "Provider ID": "RX9",
    "Provider ODS Code": "RX9",
    "Provider Name": "Fairmile NHS Trust",
    "Provider Type": "NHS Healthcare Organisation",
    "Service / Population Group": "Overall",
    "Domain": "Overall",
    "Latest Rating": "Good",
    "Publication Date": "22/Oct/2025 - 00:00",
    "Report Type": "Provider",
    "URL": "https://www.cqc.org.uk/provider/RX9",
    "Brand ID": "-",
    "Brand Name": "-",
}


def table(headings: tuple[str, ...], *records: dict[str, str]) -> Table:
    """The headings, then each record's values under them ("Key Question" takes the domain's)."""
    return [
        list(headings),
        *(
            [record.get(heading, record.get("Domain", "") if heading == "Key Question" else "") for heading in headings]
            for record in records
        ),
    ]


def locations(*changes: dict[str, str]) -> Table:
    return table(LOCATION_HEADINGS, *(LOCATION | change for change in changes or ({},)))


def providers(*changes: dict[str, str]) -> Table:
    return table(PROVIDER_HEADINGS, *(PROVIDER | change for change in changes or ({},)))


def write_csv(path: Path, rows: Table, *, encoding: str = "utf-8", newline: str = "\r\n") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=newline).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_zip(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


ODS_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
)


def ods_cell(value: str) -> str:
    if not value:
        return "<table:table-cell/>"
    paragraphs = "".join(
        # ODF folds white space: runs of it, and any at an edge, are elements.
        "<text:p>" + escape(line).replace(" ", "<text:s/>").replace("\t", "<text:tab/>") + "</text:p>"
        for line in value.split("\n")
    )
    return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'


def ods_table(name: str, rows: Table) -> str:
    body = "".join(f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows)
    return f"<table:table table:name={quoteattr(name)}>{body}</table:table>"


def ods_content(tables: str, *, before: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {ODS_NAMESPACES}>'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )


def write_ods(path: Path, sheets: dict[str, Table]) -> Path:
    tables = "".join(ods_table(name, rows) for name, rows in sheets.items())
    return write_zip(
        path,
        {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ods_content(tables)},
    )


SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def column_letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def xlsx_sheet(rows: Table, strings: list[str] | None) -> str:
    """A worksheet, with the text inline or, given `strings`, added to the shared ones."""

    def cell(line: int, column: int, value: str) -> str:
        reference = f"{column_letters(column)}{line}"
        if strings is None:
            return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        strings.append(value)
        return f'<c r="{reference}" t="s"><v>{len(strings) - 1}</v></c>'

    body = "".join(
        f'<row r="{line}">' + "".join(cell(line, column, value) for column, value in enumerate(row) if value) + "</row>"
        for line, row in enumerate(rows, start=1)
    )
    return f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{body}</sheetData></worksheet>'


def xlsx_parts(names: list[str], worksheets: list[str], strings: list[str] | None = None) -> dict[str, str | bytes]:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Target="worksheets/sheet{number}.xml"/>' for number in range(1, len(names) + 1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": (
            f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{RELATION}"><sheets>{sheets}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
    }
    for number, worksheet in enumerate(worksheets, start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = worksheet
    if strings is not None:
        items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{SPREADSHEET}">{items}</sst>'
    return parts


def write_xlsx(path: Path, sheets: dict[str, Table], *, shared: bool = True) -> Path:
    strings: list[str] | None = [] if shared else None
    worksheets = [xlsx_sheet(rows, strings) for rows in sheets.values()]
    return write_zip(path, xlsx_parts(list(sheets), worksheets, strings))
