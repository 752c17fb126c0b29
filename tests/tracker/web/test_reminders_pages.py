"""A person's reminders, how they hear, what is to come, and the outbox."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tests.plan_factories import new_action
from tests.tracker.web.files import read_csv
from tests.tracker.web.page import Page
from tracker.clock import moment
from tracker.people.scope import whole_service
from tracker.reminders.claiming import wishes_of
from tracker.reminders.models import Absence, OutboxMessage, Reminder, ReminderDecision
from tracker.reminders.planning import plan_reminders
from tracker.reminders.schedule import Rhythm, Wish
from tracker.reminders.sending import OUTBOX, send_due_reminders

DUE = datetime(2026, 12, 14, 9, tzinfo=UTC)  # a week before the action is due


def reminded(cast: Cast) -> str:
    action = new_action(cast, due_on=date(2026, 12, 21))
    plan_reminders(now=DUE)
    send_due_reminders(now=DUE, send=OUTBOX)
    return action.reference


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def only_message() -> int:
    with whole_service():
        return OutboxMessage.objects.get().pk


def test_the_owner_sees_what_was_sent_and_why(committed_cast: Cast, as_user: Any) -> None:
    reference = reminded(committed_cast)
    lead = as_user(committed_cast.lead)
    page = text(lead, "/reminders")
    assert f"{reference}: Screen every patient for sepsis" in page
    assert "You own it: a week before it is due" in page
    href = next(e.get("href") for e in Page(page).all("a") if e.text == f"Reminder: {reference}")
    assert "You own it" in text(lead, href)
    assert f"Action {reference} is due on 21 December 2026." in text(lead, href)


def test_each_person_sees_their_own_only(committed_cast: Cast, as_user: Any) -> None:
    reference, number = reminded(committed_cast), only_message()
    for other in (committed_cast.executive, committed_cast.other_lead, committed_cast.national):
        page = text(as_user(other), "/reminders")
        assert reference not in page
        assert "No reminder has been planned" in page
        for path in (f"/reminders/messages/{number}", f"/reminders/messages/{number}/file"):
            assert as_user(other).get(path).status_code == 404


def test_a_message_downloads_as_it_left_with_text_and_html(committed_cast: Cast, as_user: Any) -> None:
    reference = reminded(committed_cast)
    answer = as_user(committed_cast.lead).get(f"/reminders/messages/{only_message()}/file")
    mail = message_from_bytes(answer.content, policy=default)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert mail["Subject"] == f"Reminder: {reference}"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert f"/actions/{reference}" in plain.get_content()
    assert f"/actions/{reference}" in html.get_content()


def test_the_outbox_is_the_administrators_and_names_no_action_by_its_title(committed_cast: Cast, as_user: Any) -> None:
    reference = reminded(committed_cast)
    administrator = as_user(committed_cast.administrator)
    page = text(administrator, "/outbox")
    assert "Outbox: 1 message" in page
    assert reference in page
    assert "sepsis" not in page + text(administrator, f"/reminders/messages/{only_message()}")
    for other in (committed_cast.lead, committed_cast.national):
        assert as_user(other).get("/outbox").status_code == 404


def test_a_person_chooses_how_they_hear(cast: Cast, as_user: Any) -> None:
    lead = as_user(cast.lead)
    assert "one message a working day, from 08:00" in text(lead, "/reminders/settings")
    answer = lead.post("/reminders/settings", {"rhythm": "weekly", "weekday": "3", "hour": "7"}, follow=True)
    assert "You get one message a week, on Thursdays, from 07:00" in answer.content.decode()
    assert wishes_of([cast.lead.pk])[cast.lead.pk] == Wish(Rhythm.WEEKLY, 3, 7)
    assert wishes_of([cast.executive.pk])[cast.executive.pk] == Wish()
    refused = lead.post("/reminders/settings", {"rhythm": "hourly", "weekday": "9", "hour": "3"})
    assert "#id_hour" in [e.get("href") for e in Page(refused.content.decode()).all("a")]


def dates(name: str, day: date) -> dict[str, int]:
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def test_a_deputy_is_named_and_a_link_alone_ends_nothing(cast: Cast, as_user: Any) -> None:
    lead, today = as_user(cast.lead), moment().today
    given = {
        "deputy": cast.executive.pk,
        **dates("first_on", today + timedelta(days=1)),
        **dates("back_on", today + timedelta(days=8)),
    }
    said = lead.post("/reminders/away", given, follow=True).content.decode()
    assert f"{cast.executive} gets your reminders until you are back" in said
    path = f"/reminders/away/{Absence.objects.get().pk}/end"
    assert "Send my reminders to me" in text(lead, path)  # what a scanner of mail would open
    assert Absence.objects.get().ended_at is None
    for other in (cast.executive, cast.other_lead, cast.administrator):
        assert as_user(other).post(path).status_code == 404
    assert "Reminders come to you again" in lead.post(path, follow=True).content.decode()
    assert Absence.objects.get().back_on == Absence.objects.get().first_on


@pytest.mark.parametrize("who", ["other_lead", "national"])
def test_only_somebody_who_works_on_the_same_plan_can_stand_in(cast: Cast, as_user: Any, who: str) -> None:
    today = moment().today
    given = {
        "deputy": getattr(cast, who).pk,
        **dates("first_on", today),
        **dates("back_on", today + timedelta(days=8)),
    }
    as_user(cast.lead).post("/reminders/away", given)
    assert not Absence.objects.exists()


@pytest.fixture
def doubtful(committed_cast: Cast) -> Reminder:
    reminded(committed_cast)
    with whole_service():
        Reminder.objects.update(state="unknown", why="The answer was lost.")
        return Reminder.objects.get()


@pytest.mark.parametrize(("decided", "state"), [("sent", "sent"), ("not_sent", "skipped"), ("again", "planned")])
def test_the_administrator_settles_what_nobody_knows_with_a_reason(
    committed_cast: Cast, doubtful: Reminder, as_user: Any, decided: str, state: str
) -> None:
    administrator, path = as_user(committed_cast.administrator), f"/outbox/reminders/{doubtful.pk}"
    assert "1 reminder needs a person" in text(administrator, "/outbox")
    assert "The answer was lost." in text(administrator, path)
    without = administrator.post(path, {"decided": decided, "why": ""})
    assert "Say how you know" in without.content.decode()
    assert as_user(committed_cast.lead).post(path, {"decided": decided, "why": "She has it"}).status_code == 404
    administrator.post(path, {"decided": decided, "why": "She has it"})
    with whole_service():
        assert Reminder.objects.get().state == state
        assert ReminderDecision.objects.get().why == "She has it"
    assert administrator.post(path, {"decided": decided, "why": "Twice"}).status_code == 404


def test_what_is_to_come_is_shown_to_those_it_concerns(committed_cast: Cast, as_user: Any) -> None:
    cast = committed_cast
    action = new_action(cast, due_on=moment().today + timedelta(days=5), owner=cast.executive)
    mine = text(as_user(cast.executive), "/reminders/coming")
    assert f"{action.reference}: Screen every patient for sepsis" in mine
    assert action.reference not in text(as_user(cast.lead), "/reminders/coming")
    trusts = text(as_user(cast.lead), "/reminders/coming?of=trust")
    assert str(cast.executive) in trusts
    assert action.reference in trusts
    every = text(as_user(cast.administrator), "/reminders/coming?of=all")
    assert str(cast.executive) in every
    assert "sepsis" not in every
    for client, of in ((cast.executive, "trust"), (cast.lead, "all"), (cast.national, "all")):
        assert as_user(client).get(f"/reminders/coming?of={of}").status_code == 404
    assert action.reference not in text(as_user(cast.other_lead), "/reminders/coming?of=trust")
    assert {row["To"] for row in read_csv(as_user(cast.lead), "/reminders/coming?of=trust&format=csv")} == {
        str(cast.executive)
    }
