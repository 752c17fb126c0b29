"""A trust through time."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from tracker.people.roles import Can
from tracker.ratings.as_at import as_at
from tracker.ratings.lineage import site_joins_of, trust_successions
from tracker.ratings.steps import published_of_trust
from tracker.ratings.timeline import timeline as read_timeline
from tracker.reports.tables import Stamp, Table
from tracker.trusts.models import Trust
from tracker.web.addresses import Pages
from tracker.web.exports import download, download_links, wanted_format
from tracker.web.requests import SignedInRequest, needs
from tracker.web.step_words import Steps, steps_through_time
from tracker.web.timeline_words import (
    TIMELINE_HEADINGS,
    between,
    event_shown,
    join_events,
    succession_events,
    timeline_rows,
)
from tracker.web.trust_pages import succession_sentences, trust_frame

_EVERYTHING = 1_000_000
_EVENTS = 10
"""Events on one page: each tells of up to sixty ratings."""


@needs(Can.SEE_RATINGS)
def timeline(request: SignedInRequest, code: str) -> HttpResponse:
    """Every publication on the trust and its hospitals, newest first, mergers and successions among them."""
    subject = get_object_or_404(Trust.objects.select_related("region", "system"), code=code.upper())
    when = as_at()
    if wanted_format(request):
        every = read_timeline(subject, start=0, most=_EVERYTHING)
        stamp = Stamp(when.listed_on, request.moment.now)
        stem = f"timeline-of-{subject.code.lower()}"
        table = Table(f"{subject.name} through time", stem, TIMELINE_HEADINGS, timeline_rows(every.events), stamp)
        return download(request, table)
    number = Pages.asked(request.GET.get("page", ""))
    found = read_timeline(subject, start=(number - 1) * _EVENTS, most=_EVENTS)
    if number > 1 and not found.events:
        raise Http404
    pages = Pages(number, found.total, _EVENTS)
    successions = succession_sentences(subject, trust_successions(subject))
    events = between(
        [event_shown(event) for event in found.events],
        [*succession_events(successions), *join_events(site_joins_of(subject))],
        first_page=number == 1,
        last_page=number == pages.last,
    )
    return render(
        request,
        "tracker/ratings/timeline.jinja",
        {
            **trust_frame(request, subject, "timeline", {}),
            "successions": [],
            "events": events,
            "pagination": pages.links(request.path, {}),
            "as_at": when.listed_on,
            "downloads": download_links(request),
            "steps": _steps(subject, when.listed_on or request.moment.today) if number == 1 else [],
        },
    )


def _steps(subject: Trust, until: date) -> list[Steps]:
    return steps_through_time(published_of_trust(subject, until=until), until)
