"""Trusts of which a rating fell since a day: the list that Today's count opens."""

from contextlib import suppress
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tracker.insight.worse import worse_since
from tracker.people.roles import Can
from tracker.web.import_words import month_ago
from tracker.web.paging import one_page
from tracker.web.ratings_words import long_day, short_day
from tracker.web.requests import SignedInRequest, needs


@needs(Can.SEE_SECTOR)
def worse(request: SignedInRequest) -> HttpResponse:
    """Since `?since=`, or since the first of last month."""
    since = month_ago(request.moment.today)
    with suppress(ValueError):
        since = date.fromisoformat(request.GET.get("since", ""))
    rows, pages = one_page(worse_since(since), request.GET)
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
        },
    )
