"""What waits for an answer, or to be looked at again, is reminded of: whom, when, and no longer than it waits."""

from datetime import date, datetime, timedelta

from tests.cast import Cast
from tests.plan_factories import NOW, TODAY, access, finish, new_action
from tests.tracker.plans.test_closing import verified
from tests.tracker.plans.test_extending import ask, decide
from tracker.people.scope import scope_of, whole_service
from tracker.plans.models import Action
from tracker.reminders.models import OutboxMessage, Reminder
from tracker.reminders.operations import wish_for_reminders
from tracker.reminders.planning import plan_reminders
from tracker.reminders.schedule import Rhythm, Wish
from tracker.reminders.sending import OUTBOX, send_due_reminders


def run(day: date) -> list[tuple[str, str, str]]:
    """Plan and send at ten on `day`; what was sent then: the kind, to whom, and the words of the message."""
    now: datetime = NOW + (day - TODAY) + timedelta(hours=1)
    plan_reminders(now=now)
    send_due_reminders(now=now, send=OUTBOX)
    with whole_service():
        sent = Reminder.objects.filter(message__at=now).select_related("person", "message").order_by("pk")
        return [(one.kind, one.person.name, one.message.text) for one in sent if one.message is not None]


def each_on_its_own(cast: Cast) -> None:
    for person in (cast.lead, cast.executive):
        with scope_of(access(person)) as by:
            wish_for_reminders(Wish(Rhythm.EACH), by=by, now=NOW)


def test_a_later_date_waits_for_the_executive_and_then_for_the_lead_until_it_is_decided(cast: Cast) -> None:
    each_on_its_own(cast)
    asked = ask(new_action(cast), cast.lead)
    ((kind, person, words),) = run(TODAY)
    assert (kind, person) == ("extension", cast.executive.name)
    assert "A later date for XN1-MD-001 has waited since 23 November 2026." in words
    assert "/actions/XN1-MD-001/due-date/decide" in words
    assert "No scanner" not in words
    assert [person for _, person, _ in run(TODAY + timedelta(days=2))] == [cast.executive.name]
    eighth = {(kind, person) for kind, person, _ in run(TODAY + timedelta(days=8))}
    assert eighth == {("extension", cast.executive.name), ("extension", cast.lead.name)}
    decide(asked, cast.executive)
    assert [kind for kind, _, _ in run(TODAY + timedelta(days=16))] == []


def test_what_was_asked_by_the_executive_is_not_the_executives_to_answer(cast: Cast) -> None:
    action = new_action(cast, owner=cast.executive)
    ask(action, cast.executive)
    assert run(TODAY) == []
    assert [person for _, person, _ in run(TODAY + timedelta(days=8))] == [cast.lead.name]


def test_a_done_action_is_somebody_elses_to_verify(cast: Cast) -> None:
    finish(new_action(cast), cast)
    ((kind, person, words),) = run(TODAY)
    assert (kind, person) == ("verification", cast.executive.name)
    assert "Evidence of XN1-MD-001 has waited since 23 November 2026." in words
    assert "its owner says that it is done" in words


def test_a_verified_action_is_looked_at_again_three_months_later(cast: Cast) -> None:
    action = verified(cast)
    due = date(2027, 2, 23)
    assert run(due - timedelta(days=8)) == []
    ((kind, person, words),) = run(due - timedelta(days=7))
    assert (kind, person) == ("sustained", cast.lead.name)
    assert f"Check that it holds: {action.reference} is due on 23 February 2027." in words
    with whole_service():
        Action.objects.filter(pk=action.pk).update(status="sustained", sustained_on=due)
    assert run(due) == []


def test_the_months_an_improvement_must_hold_end_alike_in_the_database_and_on_the_page(cast: Cast) -> None:
    """30 November and three months is 28 February, in both."""
    action = verified(cast)
    with whole_service():
        Action.objects.filter(pk=action.pk).update(verified_on=date(2026, 11, 30))
    sent = run(date(2027, 2, 22))
    assert [kind for kind, _, _ in sent] == ["sustained"]
    with whole_service():
        assert not OutboxMessage.objects.filter(text="").exists()
        assert Reminder.objects.get().due_on == date(2027, 2, 28)
