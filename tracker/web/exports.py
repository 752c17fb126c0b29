"""Every table as a file: `?format=csv` or `?format=xlsx` of the same rows, all pages of them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import IO, Final

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from tracker.reports.csv_writer import write_csv
from tracker.reports.tables import Columns, Subject, Table
from tracker.reports.xlsx_writer import write_xlsx
from tracker.web.addresses import address
from tracker.web.requests import SignedInRequest

_FORMATS: Final[dict[str, tuple[Callable[[Table, IO[bytes]], None], str]]] = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def wanted_format(request: SignedInRequest) -> str:
    """The format the address asks for, empty for a page.  A format there is none of is 404."""
    wanted = request.GET.get("format", "")
    if wanted and wanted not in _FORMATS:
        raise Http404
    return wanted


def list_file(
    request: SignedInRequest,
    columns: Columns[Subject],
    subjects: Iterable[Subject],
    *,
    as_at: date | None,
    chosen: str = "",
) -> HttpResponse | None:
    """The list a page shows as the file the address asks for, or None for the page.

    `subjects` are those of the page, all of them and in its order; they are read only for a file.  `as_at` is the
    day of the facts: of ratings their file's, of the service's own records today."""
    if not wanted_format(request):
        return None
    return download(request, columns.table(subjects, as_at=as_at, made_at=request.moment.now, chosen=chosen))


def download(request: SignedInRequest, table: Table) -> HttpResponse:
    """The table as the file the address asks for, complete before the first byte of it is sent."""
    wanted = wanted_format(request)
    write, content_type = _FORMATS[wanted]
    file = BytesIO()
    write(replace(table, stamp=replace(table.stamp, made_by=str(request.user))), file)
    return HttpResponse(
        file.getvalue(),
        content_type=content_type,
        headers={"Content-Disposition": content_disposition_header(True, table.file_name(wanted)) or "attachment"},
    )


def download_links(request: SignedInRequest, **more: str) -> list[dict[str, str]]:
    """Links to the same table as files, with the filters of the page; `more` names one of several tables."""
    query = {key: value for key, value in request.GET.items() if key not in {"page", "format"}} | more
    return [
        {"text": words, "href": address(request.path, {**query, "format": wanted})}
        for wanted, words in (("csv", "Download CSV"), ("xlsx", "Download Excel"))
    ]
