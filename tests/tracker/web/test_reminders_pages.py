"""A person's reminders and the outbox."""

from datetime import UTC, date, datetime
from typing import Any

from tests.cast import Cast
from tests.plan_factories import new_action
from tracker.reminders.operations import plan_reminders, send_due_reminders
from tracker.reminders.sending import OUTBOX

DUE = datetime(2026, 12, 14, 9, tzinfo=UTC)  # a week before the action is due


def reminded(cast: Cast) -> str:
    action = new_action(cast, due_on=date(2026, 12, 21))
    plan_reminders(now=DUE)
    send_due_reminders(now=DUE, send=OUTBOX)
    return action.reference


def test_the_owner_sees_what_was_sent_and_why(committed_cast: Cast, as_user: Any) -> None:
    reference = reminded(committed_cast)
    page = as_user(committed_cast.lead).get("/reminders").content.decode()
    assert f"{reference}: Screen every patient for sepsis" in page
    assert f"Reminder: {reference}" in page
    assert "You are reminded of actions you own" in page


def test_each_person_sees_their_own_only(committed_cast: Cast, as_user: Any) -> None:
    reference = reminded(committed_cast)
    for other in (committed_cast.executive, committed_cast.other_lead, committed_cast.national):
        page = as_user(other).get("/reminders").content.decode()
        assert reference not in page
        assert "No reminder has been planned" in page


def test_the_outbox_is_the_administrators_and_names_no_action_by_its_title(committed_cast: Cast, as_user: Any) -> None:
    reference = reminded(committed_cast)
    page = as_user(committed_cast.administrator).get("/outbox").content.decode()
    assert "Outbox: 1 message" in page
    assert reference in page
    assert "sepsis" not in page
    for other in (committed_cast.lead, committed_cast.national):
        assert as_user(other).get("/outbox").status_code == 404
