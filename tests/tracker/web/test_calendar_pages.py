"""The calendar feed: made, renewed and revoked by its person, read by a program without a session."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from tests.cast import Cast
from tests.plan_factories import finish, new_action
from tests.tracker.web.page import Page
from tracker.clock import moment

PATH = "/reminders/calendar"


def make(client: Client) -> str:
    """Press the button; the path of the address shown."""
    page = Page(client.post(PATH, {"do": "renew"}, follow=True).content.decode())
    (address,) = [e.text for e in page.all("code")]
    assert address.startswith("http")
    return "/calendar/" + address.rsplit("/calendar/", 1)[1]


def read(path: str) -> dict[str, Any]:
    """The events of a feed by their number, as a calendar program would have them."""
    answer = Client().get(path)
    assert answer.status_code == 200, path
    assert answer["Content-Type"].startswith("text/calendar")
    assert "sepsis" not in answer.content.decode()
    calendar = Calendar.from_ical(answer.content)
    return {str(event["uid"]).split("@")[0]: event for event in calendar.walk("VEVENT")}


def status(path: str) -> int:
    return Client().get(path).status_code


def test_a_calendar_has_each_open_action_the_person_owns_or_answers_for(cast: Cast, as_user: Any) -> None:
    action = new_action(cast)
    for person in (cast.lead, cast.executive):
        (event,) = read(make(as_user(person))).values()
        assert event.decoded("dtstart") == date(2026, 12, 21)
        assert event.decoded("dtend") == date(2026, 12, 22)
        assert str(event["summary"]) == f"{action.reference} is due"
        assert str(event["url"]).endswith(f"/actions/{action.reference}")
        assert (str(event["status"]), event["sequence"]) == ("CONFIRMED", action.version)
    assert read(make(as_user(cast.other_lead))) == {}


def test_a_closed_action_is_cancelled_under_the_same_name_for_thirty_days(cast: Cast, as_user: Any) -> None:
    action = new_action(cast, now=moment().now, due_on=moment().today + timedelta(days=9))
    path = make(as_user(cast.lead))
    (open_one,) = read(path).items()
    finish(action, cast, now=moment().now)
    (closed,) = read(path).items()
    assert closed[0] == open_one[0]
    assert str(closed[1]["status"]) == "CANCELLED"
    assert closed[1]["sequence"] > open_one[1]["sequence"]


def test_an_address_is_shown_once_and_the_old_one_stops_with_the_new(cast: Cast, as_user: Any) -> None:
    lead = as_user(cast.lead)
    first = make(lead)
    assert first.rsplit("/", 1)[1].removesuffix(".ics") not in lead.get(PATH).content.decode()
    second = make(lead)
    assert (status(first), status(second)) == (404, 200)
    lead.post(PATH, {"do": "revoke"})
    assert status(second) == 404


@pytest.mark.parametrize("happens", ["disabled", "left"])
def test_a_person_who_is_gone_has_no_calendar(cast: Cast, as_user: Any, happens: str) -> None:
    new_action(cast)
    path = make(as_user(cast.lead))
    if happens == "disabled":
        type(cast.lead).objects.filter(pk=cast.lead.pk).update(is_active=False)
        assert status(path) == 404
    else:
        cast.lead.memberships.update(valid_to=moment().today)
        assert read(path) == {}


def test_a_guessed_address_is_nobodys(cast: Cast) -> None:
    for guess in ("x", "a" * 43, "%00", "a" * 5000):
        assert status(f"/calendar/{guess}.ics") in {400, 404}
    assert Client().post(f"/calendar/{'a' * 43}.ics").status_code in {403, 404}
