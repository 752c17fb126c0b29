"""A calendar as other programs read it (RFC 5545): all-day events with a reference, a day and a link."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from tracker.clock import Moment
from tracker.people.access import Access
from tracker.sources import CalendarEvent, implementations

LOOK_AGAIN: Final = timedelta(hours=6)


def calendar_of(access: Access, moment: Moment) -> bytes:
    """The dates of both applications for the person of `access`, as a file."""
    found = [event for source in implementations("CALENDAR") for event in source(access, moment)]
    return written(found, moment.now)


def written(events: Iterable[CalendarEvent], now: datetime) -> bytes:
    service = settings.SERVICE_ADDRESS.rstrip("/")
    calendar = Calendar()
    calendar.add("prodid", "-//Turnaround//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", "Turnaround")
    calendar.add("x-wr-calname", "Turnaround")
    calendar.add("x-wr-timezone", "Europe/London")
    calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", LOOK_AGAIN)
    for one in events:
        event = Event()
        event.add("uid", f"{one.uid}@{urlsplit(service).hostname}")
        event.add("sequence", one.sequence)
        event.add("dtstamp", now)
        event.add("dtstart", one.on)
        event.add("dtend", (one.until or one.on) + timedelta(days=1))  # an all-day event ends where the next day begins
        event.add("summary", one.summary)
        event.add("url", service + one.href)
        event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
        event.add("transp", "TRANSPARENT")  # a due date takes up no time
        calendar.add_component(event)
    return bytes(calendar.to_ical())
