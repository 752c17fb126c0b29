"""A person's dates for their calendar program, under a secret address they make, renew and revoke."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tracker.people.access import access_of
from tracker.people.roles import Can
from tracker.people.scope import enter
from tracker.reminders.feeds import calendar_of
from tracker.reminders.operations import end_calendar_feed, renew_calendar_feed
from tracker.reminders.queries import calendar_feed_of, person_of_calendar
from tracker.web.action_words import moment_words
from tracker.web.reminder_words import reminder_pages
from tracker.web.requests import SignedInRequest, needs

NEW = "new_calendar"  # in the session: the secret part of an address just made, until its page has shown it


@needs(Can.SEE_RATINGS)
def calendar_settings(request: SignedInRequest) -> HttpResponse:
    """Whether there is an address, with buttons to make a new one and to revoke it.  A new one is shown once."""
    if request.method == "POST":
        if request.POST.get("do") == "revoke":
            end_calendar_feed(by=request.access, now=request.moment.now)
            messages.success(request, "The address is revoked. Calendars that used it get nothing more.")
        else:
            request.session[NEW] = renew_calendar_feed(by=request.access, now=request.moment.now)
        return redirect("calendar_settings")
    feed, secret = calendar_feed_of(request.access), request.session.pop(NEW, "")
    made = secret and settings.SERVICE_ADDRESS.rstrip("/") + reverse("calendar_feed", args=[secret])
    return render(
        request,
        "tracker/reminders/calendar.jinja",
        {
            "pages_of": reminder_pages(request.access, request.path),
            "made_at": moment_words(feed.made_at) if feed else "",
            "address": made,
        },
    )


@login_not_required
def calendar_feed(request: SignedInRequest, secret: str) -> HttpResponse:
    """The calendar: read by a program, which has no session, in the scope of the person whose address it is."""
    person = person_of_calendar(secret)
    if person is None:
        raise Http404
    access = access_of(person, request.moment.today)
    enter(access)
    return HttpResponse(
        calendar_of(access, request.moment),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="turnaround.ics"'},
    )
