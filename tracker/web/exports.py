"""Every table as a file: `?format=csv` or `?format=xlsx` of the same rows, all pages of them."""

from collections.abc import Callable
from io import BytesIO
from typing import IO, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from tracker.reports.csv_writer import write_csv
from tracker.reports.tables import Table
from tracker.reports.xlsx_writer import write_xlsx
from tracker.web.addresses import address

_FORMATS: Final[dict[str, tuple[Callable[[Table, IO[bytes]], None], str]]] = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def wanted_format(request: HttpRequest) -> str:
    """The format the address asks for, empty for a page.  A format there is none of is 404."""
    wanted = request.GET.get("format", "")
    if wanted and wanted not in _FORMATS:
        raise Http404
    return wanted


def download(table: Table, wanted: str) -> HttpResponse:
    """The table as a file, complete before the first byte of it is sent."""
    write, content_type = _FORMATS[wanted]
    file = BytesIO()
    write(table, file)
    return HttpResponse(
        file.getvalue(),
        content_type=content_type,
        headers={"Content-Disposition": content_disposition_header(True, table.file_name(wanted)) or "attachment"},
    )


def download_links(request: HttpRequest) -> list[dict[str, str]]:
    """Links to the same table as files, with the filters of the page."""
    query = {key: value for key, value in request.GET.items() if key not in {"page", "format"}}
    return [
        {"text": words, "href": address(request.path, {**query, "format": wanted})}
        for wanted, words in (("csv", "Download CSV"), ("xlsx", "Download Excel"))
    ]
