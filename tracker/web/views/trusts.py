"""The list of trusts and hospitals, which every number of the sector opens, and one trust's ratings."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from tracker.insight.choices import choices
from tracker.insight.rated_list import SORTS, RatedPage, RatedSubject, rated_list
from tracker.insight.selection import Level
from tracker.people.roles import Can
from tracker.ratings.as_at import AsAt, as_at
from tracker.ratings.lineage import trust_successions
from tracker.ratings.queries import cells_of_trust
from tracker.reports.tables import Stamp, Table
from tracker.trusts.models import Site, Trust
from tracker.web.addresses import PAGE, Pages
from tracker.web.exports import download, download_links, wanted_format
from tracker.web.ratings_filter import Filtered, read_filter
from tracker.web.ratings_grids import GRID_HEADINGS, by_organisation, grid, grid_rows
from tracker.web.ratings_lists import list_columns, list_rows, list_title
from tracker.web.ratings_words import OUTCOME_WORDS, TYPE_WORDS, framework_words, rating_words, years_old
from tracker.web.requests import SignedInRequest, needs
from tracker.web.trust_pages import Hospital, read_day, succession_sentences, trust_frame

_SHOWN = (
    "q", "level", "region", "system", "type", "service", "question", "rating", "age", "standing", "as_at",
)  # fmt: skip


@needs(Can.SEE_RATINGS)
def trusts(request: SignedInRequest) -> HttpResponse:
    """Trusts, or with `level=site` hospitals, by filters in the query string, 50 a page."""
    sort = request.GET.get("sort", "")
    sort = sort if sort.removeprefix("-") in SORTS else ""
    filtered = read_filter(
        request.GET, choices(), path=request.path, shown=_SHOWN, extra={"sort": sort} if sort else None
    )
    when = as_at(filtered.day)
    today = request.moment.today
    if wanted_format(request) and filtered.is_valid:
        every = rated_list(when, filtered.selection, today, sort=sort or "name")
        return download(request, _table(request, filtered, when, every.rows))
    asked = Pages.asked(request.GET.get("page", ""))
    found = RatedPage(0, [])
    if filtered.is_valid:
        start = (asked - 1) * PAGE
        found = rated_list(when, filtered.selection, today, sort=sort or "name", start=start, most=PAGE)
        if asked > 1 and not found.rows:
            raise Http404
    pages = Pages(asked, found.total)
    level = filtered.selection.level
    return render(
        request,
        "tracker/ratings/trusts.jinja",
        {
            "filter": filtered.form,
            "valid": filtered.is_valid,
            "title": list_title(found.total, filtered),
            "chips": filtered.chips(),
            "clear_href": request.path,
            "columns": list_columns(level, filtered, sort or "name"),
            "rows": list_rows(found.rows, level, when, today),
            "as_at": when.listed_on,
            "pagination": pages.links(request.path, filtered.query),
            "downloads": download_links(request),
            "sort": sort,
            "level": level.value,
            "nothing_imported": when.latest is None,
        },
        status=200 if filtered.is_valid else 400,
    )


def _table(request: SignedInRequest, filtered: Filtered, when: AsAt, rows: list[RatedSubject]) -> Table:
    chosen = filtered.selection
    site = chosen.level is Level.SITE
    aged_on = when.day or request.moment.today
    headings = ("CQC location", "Hospital", "Trust code", "Trust") if site else ("Trust code", "Trust")
    return Table(
        title=list_title(len(rows), filtered),
        stem="hospitals" if site else "trusts",
        headings=(
            *headings, "Type", "Region", "System", "Service", "Key question", "Rating", "Published",
            "Age in years", "Framework",
        ),
        rows=[
            (
                *((row.code, row.name) if site else ()),
                row.trust_code,
                row.trust_name,
                TYPE_WORDS.get(row.type, ""),
                row.region,
                row.system,
                chosen.service,
                chosen.question,
                OUTCOME_WORDS["disputed"]
                if row.outcome == "disputed"
                else rating_words(row.state, row.rating, row.word),
                row.published_on,
                years_old(row.published_on, aged_on) if row.published_on else None,
                framework_words(row.framework) if row.state else "",
            )
            for row in rows
        ],
        stamp=Stamp(when.listed_on, request.moment.now, filtered.in_words()),
    )  # fmt: skip


@needs(Can.SEE_RATINGS)
def trust(request: SignedInRequest, code: str) -> HttpResponse:
    """A trust's own ratings, then one grid for each of its open hospitals."""
    asked = read_day(request.GET)
    subject = get_object_or_404(Trust.objects.select_related("region", "system"), code=code.upper())
    when = as_at(asked.day)
    aged_on = when.day or request.moment.today
    shown_on = when.listed_on or request.moment.today
    cells = cells_of_trust(when, subject)
    sites = list(Site.objects.filter(trust=subject))
    found = by_organisation(cells)
    if wanted_format(request):
        names = {subject.code: subject.name, **{site.cqc_id: site.name for site in sites}}
        stem = f"ratings-of-{subject.code.lower()}"
        stamp = Stamp(when.listed_on, request.moment.now)
        rows = grid_rows(cells, names, aged_on)
        return download(request, Table(f"Ratings of {subject.name}", stem, GRID_HEADINGS, rows, stamp))
    carried_on = {cell.cqc_id for cell in cells if cell.level == "location" and not cell.counted}
    hospitals = [
        Hospital(site, grid(found.get(("location", site.cqc_id), []), aged_on, changes_only=asked.changes_only))
        for site in sites
        if (site.closed is None or site.closed >= shown_on) and site.cqc_id not in carried_on
    ]
    return render(
        request,
        "tracker/ratings/trust.jinja",
        {
            **trust_frame(request, subject, "trust", asked.query),
            "asked": asked,
            "as_at": when.listed_on,
            "latest": when.latest,
            "own": grid(
                [cell for key, cells in found.items() if key[0] == "provider" for cell in cells],
                aged_on,
                changes_only=asked.changes_only,
            ),
            "hospitals": [hospital for hospital in hospitals if hospital.grid],
            "without": [hospital.site for hospital in hospitals if not hospital.grid],
            "successions": succession_sentences(subject, trust_successions(subject)),
            "carried_on": [site for site in sites if site.cqc_id in carried_on],
            "downloads": download_links(request),
            "any_cells": bool(cells),
        },
        status=200 if asked.form.is_valid() else 400,
    )
