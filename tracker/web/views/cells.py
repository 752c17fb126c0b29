"""The history of one cell: every value, when it was published, and which files said so."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tracker.people.roles import Can
from tracker.ratings.queries import CellHistory, cell_history
from tracker.reports.tables import Stamp, Table
from tracker.web.cell_words import HISTORY_HEADINGS, entry_row, history_rows, missing_words
from tracker.web.exports import download, download_links, wanted_format
from tracker.web.requests import SignedInRequest, needs


@needs(Can.SEE_RATINGS)
def cell(request: SignedInRequest, level: str, cqc_id: str, service: str, domain: str) -> HttpResponse:
    """One cell's history, newest first.  What was taken back is shown to those who settle imports, and to
    nobody else: it was never true."""
    found = cell_history(level, cqc_id, service, domain)
    if found is None or not found.entries:
        raise Http404
    sees_retracted = request.access.may(Can.SETTLE_ROWS)
    entries = [entry for entry in found.entries if sees_retracted or entry.retracted_at is None]
    if not entries:
        raise Http404
    title = f"{found.service.name}, {found.domain.name}: {found.organisation.name}"
    if wanted_format(request):
        stem = f"history-{cqc_id}-{service}-{domain}".lower().replace("_", "-").replace("/", "-").replace(" ", "-")
        newest = max(entry.last_as_at or entry.file_as_at for entry in entries)
        rows = [entry_row(entry) for entry in entries]
        return download(request, Table(title, stem, HISTORY_HEADINGS, rows, Stamp(newest, request.moment.now)))
    return render(
        request,
        "tracker/ratings/cell.jinja",
        {
            "title": title,
            "history": found,
            "breadcrumbs": _way_up(found),
            "rows": history_rows(entries),
            "disputed": any(entry.disputed for entry in entries),
            "missing": missing_words(entries),
            "current": next((entry for entry in entries if entry.is_current), None),
            "downloads": download_links(request),
        },
    )


def _way_up(found: CellHistory) -> list[dict[str, str]]:
    way = [{"text": "Trusts", "href": reverse("trusts")}]
    if found.trust is not None:
        way.append({"text": found.trust.name, "href": reverse("trust", args=[found.trust.code])})
    if found.site is not None:
        way.append({"text": found.site.name, "href": reverse("site", args=[found.site.cqc_id])})
    return way
