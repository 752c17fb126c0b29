"""One hospital with its lineage, and all hospitals of a trust, closed ones too."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from tracker.insight.rated_list import hospitals_of
from tracker.people.roles import Can
from tracker.ratings.as_at import as_at
from tracker.ratings.lineage import site_joins, trust_successions
from tracker.ratings.queries import cells_of_sites
from tracker.ratings.steps import published_of_site
from tracker.reports.tables import Stamp, Table
from tracker.trusts.models import Site, Trust
from tracker.web.addresses import address
from tracker.web.exports import download, download_links, wanted_format
from tracker.web.lineage_words import hospital_rows, join_sentences, standing_words
from tracker.web.ratings_grids import GRID_HEADINGS, by_organisation, grid, grid_rows
from tracker.web.requests import SignedInRequest, needs
from tracker.web.step_words import steps_through_time
from tracker.web.trust_pages import read_day, succession_sentences, trust_frame


@needs(Can.SEE_RATINGS)
def site(request: SignedInRequest, cqc_id: str) -> HttpResponse:
    """A hospital's grid, and the earlier and later registrations of it, each join explained.

    Earlier registrations keep the ratings CQC left with them; they are shown apart and counted nowhere.
    """
    subject = get_object_or_404(Site.objects.select_related("trust"), cqc_id=cqc_id)
    asked = read_day(request.GET)
    when = as_at(asked.day)
    aged_on = when.day or request.moment.today
    joins = site_joins(subject)
    names = {subject.cqc_id: subject.name}
    names |= {join.predecessor_cqc_id: join.predecessor_name for join in joins}
    names |= {join.successor_cqc_id: join.successor_name for join in joins}
    keys = {subject.pk} | {join.predecessor_id for join in joins} | {join.successor_id for join in joins}
    cells = cells_of_sites(when, sorted(keys))
    if wanted_format(request):
        stem = f"ratings-of-{subject.cqc_id.lower()}"
        rows = grid_rows(cells, names, aged_on)
        stamp = Stamp(when.listed_on, request.moment.now)
        return download(request, Table(f"Ratings of {subject.name}", stem, GRID_HEADINGS, rows, stamp))
    until = when.listed_on or request.moment.today
    found = by_organisation(cells)
    own = found.pop(("location", subject.cqc_id), [])
    return render(
        request,
        "tracker/ratings/site.jinja",
        {
            "site": subject,
            "asked": asked,
            "as_at": when.listed_on,
            "breadcrumbs": [
                {"text": "Trusts", "href": reverse("trusts")},
                {
                    "text": subject.trust.name,
                    "href": address(reverse("trust", args=[subject.trust.code]), asked.query),
                },
            ],
            "standing": standing_words(subject, joins, request.moment.today),
            "counted": all(cell.counted for cell in own),
            "own": grid(own, aged_on, changes_only=asked.changes_only),
            "any_cells": bool(own),
            "steps": steps_through_time(published_of_site(subject, until=until), until),
            "joins": join_sentences(subject, joins),
            "others": [
                {"name": names[cqc_id], "cqc_id": cqc_id, "grid": grid(of_one, aged_on)}
                for (_, cqc_id), of_one in found.items()
            ],
            "downloads": download_links(request),
        },
        status=200 if asked.form.is_valid() else 400,
    )


@needs(Can.SEE_RATINGS)
def hospitals(request: SignedInRequest, code: str) -> HttpResponse:
    """Every hospital of the trust and its overall rating, what became of the closed ones included."""
    subject = get_object_or_404(Trust.objects.select_related("region", "system"), code=code.upper())
    asked = read_day(request.GET)
    when = as_at(asked.day)
    rows = hospital_rows(hospitals_of(when, subject), when.day or request.moment.today)
    if wanted_format(request):
        table = Table(
            title=f"Hospitals of {subject.name}",
            stem=f"hospitals-of-{subject.code.lower()}",
            headings=("CQC location", "Hospital", "Overall rating", "Published", "Standing"),
            rows=[row.exported for row in rows],
            stamp=Stamp(when.listed_on, request.moment.now),
        )
        return download(request, table)
    return render(
        request,
        "tracker/ratings/hospitals.jinja",
        {
            **trust_frame(request, subject, "hospitals", asked.query),
            "rows": [row.shown for row in rows],
            "as_at": when.listed_on,
            "successions": succession_sentences(subject, trust_successions(subject)),
            "downloads": download_links(request),
        },
        status=200 if asked.form.is_valid() else 400,
    )
