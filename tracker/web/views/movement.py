"""What moved between two days."""

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tracker.insight.choices import choices
from tracker.insight.movement import MOVES, matrix, moved
from tracker.people.roles import Can
from tracker.ratings.as_at import AsAt, as_at
from tracker.reports.tables import Stamp, Table
from tracker.web import movement_words as words
from tracker.web.exports import download, download_links, wanted_format
from tracker.web.ratings_filter import Filtered, MovementFilter, read_filter
from tracker.web.ratings_words import long_day
from tracker.web.requests import SignedInRequest, needs
from tracker.web.sector_words import counted

_SHOWN = ("from", "to", "level", "type", "region", "system", "service", "question")


@needs(Can.SEE_SECTOR)
def movement(request: SignedInRequest) -> HttpResponse:
    """From and to, by default the last two files; each number opens its list below the matrix."""
    latest = as_at()
    data = request.GET.dict()
    if len(latest.dates) > 1:
        last = data.get("to") or latest.dates[0].isoformat()
        before = [day.isoformat() for day in latest.dates if day.isoformat() < last]
        data |= {"to": last, "from": data.get("from") or (before[0] if before else last)}
    filtered = read_filter(data, choices(), path=request.path, shown=_SHOWN, form_class=MovementFilter)
    days = _days(filtered, latest)
    move = request.GET.get("move", "")
    if move and move not in MOVES:
        raise Http404
    context: dict[str, object] = {
        "filter": filtered.form,
        "valid": filtered.is_valid,
        "chips": [chip for chip in filtered.chips() if "as at" not in chip["text"]],
        "clear_href": request.path,
        "breadcrumbs": [{"text": "The sector", "href": reverse("sector")}],
        "found": None,
        "title": "What moved",
        "as_at": None,
    }
    if days is None or not filtered.is_valid:
        return render(request, "tracker/sector/movement.jinja", context, status=200 if filtered.is_valid else 400)
    earlier, later = days
    today, level = request.moment.today, filtered.selection.level
    query = {**filtered.query, "from": str(earlier.listed_on), "to": str(later.listed_on)}
    rows = moved(earlier, later, filtered.selection, today, move=move) if move else []
    found = matrix(earlier, later, filtered.selection, today)
    title = f"What moved between {long_day(earlier.listed_on)} and {long_day(later.listed_on)}"
    if wanted_format(request):
        stamp = Stamp(later.listed_on, request.moment.now, filtered.in_words())
        stem = f"movement-from-{earlier.listed_on}"
        headings, lines = (words.LIST_HEADINGS, words.export_rows(rows)) if move else words.matrix_export(found)
        if move:
            title, stem = f"{title}: {words.move_words(move)}", f"{stem}-{move.replace(':', '-to-').replace('_', '-')}"
        return download(request, Table(title, stem, headings, lines, stamp))
    context |= {
        "found": found,
        "title": title,
        "sums": words.sums(found, query, level),
        "columns": words.MATRIX_COLUMNS,
        "rows": words.matrix_rows(found, query, level),
        "move": f"{counted(len(rows), level)} {words.move_words(move)}" if move else "",
        "moved": words.list_rows(rows, level),
        "downloads": download_links(request),
        "as_at": later.listed_on,
    }
    return render(request, "tracker/sector/movement.jinja", context)


def _days(filtered: Filtered, latest: AsAt) -> tuple[AsAt, AsAt] | None:
    """The two days, None where they could not be read or there are no two files to compare."""
    given = filtered.form.cleaned_data if filtered.is_valid else {}
    first, last = given.get("from"), given.get("to")
    if latest.latest is None or first is None or last is None:
        return None
    return replace(latest, day=first), replace(latest, day=last)
