"""Trusts of which a rating fell since a day: the list that Today's count opens."""

from contextlib import suppress
from datetime import date
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tracker.insight.worse import worse_since
from tracker.people.roles import Can
from tracker.ratings.as_at import as_at
from tracker.reports.tables import LICENCE, SOURCE, Columns
from tracker.web.exports import download_links, list_file, wanted_format
from tracker.web.import_words import month_ago
from tracker.web.paging import one_page
from tracker.web.ratings_words import long_day, short_day
from tracker.web.requests import SignedInRequest, needs

WORSE: Final = Columns[dict[str, Any]](
    title="Trusts re-rated worse",
    stem="trusts-re-rated-worse",
    values={
        "Trust code": lambda row: row["trust__code"],
        "Trust": lambda row: row["trust__name"],
        "Ratings that fell": lambda row: row["fell"],
        "Last in the file as at": lambda row: row["last"],
    },
    source=SOURCE,
    licence=LICENCE,
)


@needs(Can.SEE_SECTOR)
def worse(request: SignedInRequest) -> HttpResponse:
    """Since `?since=`, or since the first of last month."""
    since = month_ago(request.moment.today)
    with suppress(ValueError):
        since = date.fromisoformat(request.GET.get("since", ""))
    found = worse_since(since)
    listed_on = as_at().listed_on if wanted_format(request) else None
    if file := list_file(request, WORSE, found, as_at=listed_on, chosen=f"Since {long_day(since)}"):
        return file
    rows, pages = one_page(found, request.GET)
    return render(
        request,
        "tracker/imports/worse.jinja",
        {
            "total": pages.total,
            "since": long_day(since),
            "rows": [
                [
                    {"text": row["trust__name"], "href": reverse("timeline", args=[row["trust__code"]])},
                    row["fell"],
                    short_day(row["last"]),
                ]
                for row in rows
            ],
            "pagination": pages.links(request.path, {"since": since.isoformat()}),
            "downloads": download_links(request, since=since.isoformat()),
        },
    )
