"""Planning and sending: each promise once, whatever happened in between."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from tests.cast import Cast
from tests.plan_factories import NOW, TODAY, access, finish, new_action
from tests.tracker.plans.test_extending import ask, decide
from tracker.people.roles import Role
from tracker.people.scope import enter, scope_of, whole_service
from tracker.plans.models import Action
from tracker.plans.operations import reassign_action
from tracker.problems import Refused
from tracker.reminders.claiming import LEASE, claim_message, people_to_tell
from tracker.reminders.letters import Letter
from tracker.reminders.models import OutboxMessage, Reminder, ReminderDecision
from tracker.reminders.operations import decide_reminder, name_deputy, wish_for_reminders
from tracker.reminders.planning import plan_reminders
from tracker.reminders.queries import (
    ledger_by_state,
    messages_visible_to,
    needing_a_person,
    reminders_visible_to,
)
from tracker.reminders.schedule import Rhythm, Wish
from tracker.reminders.sending import ATTEMPTS, OUTBOX, NotSent, Route, send_due_reminders

DAY = timedelta(days=1)


def on(day: date) -> datetime:
    return NOW + (day - TODAY)


def ledger() -> list[Reminder]:
    with whole_service():
        return list(Reminder.objects.select_related("person").order_by("pk"))


def messages() -> list[OutboxMessage]:
    with whole_service():
        return list(OutboxMessage.objects.select_related("person").order_by("pk"))


def change(reminder: Reminder, **fields: Any) -> None:
    with whole_service():
        Reminder.objects.filter(pk=reminder.pk).update(**fields)


def run(day: date, send: Route = OUTBOX) -> dict[str, int]:
    plan_reminders(now=on(day))
    return send_due_reminders(now=on(day), send=send)


def raising(problem: Exception) -> Route:
    def deliver(letter: Letter) -> None:
        raise problem

    return Route(deliver, leaves=True)


@pytest.fixture
def action(cast: Cast) -> Action:
    """Due on Monday 21 December 2026; its first reminder falls a week before."""
    return new_action(cast)


def test_reminders_come_a_week_before_on_the_day_and_ever_more_seldom(action: Action) -> None:
    days = [date(2026, 12, 1) + n * DAY for n in range(60)]
    sent = [(day, told, stage) for day in days for _ in [run(day)] for told, stage in sent_on(day)]
    assert sent == [
        (date(2026, 12, 14), "owner", "before"),
        (date(2026, 12, 21), "owner", "due"),
        (date(2026, 12, 22), "owner", "after"),
        (date(2026, 12, 23), "owner", "after"),
        (date(2026, 12, 29), "executive", "after"),  # four days after is Christmas Day, eight is the 29th itself: the
        (date(2026, 12, 29), "owner", "after"),  # owner hears once, and now the executive too
        (date(2027, 1, 6), "executive", "after"),
        (date(2027, 1, 6), "improvement_lead", "after"),
        (date(2027, 1, 22), "executive", "after"),
        (date(2027, 1, 22), "improvement_lead", "after"),
    ]
    assert {state for state, count in whole_ledger().items() if count} == {"sent"}


def sent_on(day: date) -> list[tuple[str, str]]:
    return sorted((one.told, one.stage) for one in ledger() if one.settled_at == on(day))


def whole_ledger() -> dict[str, int]:
    with whole_service() as service:
        return ledger_by_state(service)


def test_planning_again_writes_nothing(action: Action) -> None:
    day = on(date(2026, 12, 14))
    assert plan_reminders(now=day) == 1
    assert plan_reminders(now=day) == 0
    assert plan_reminders(now=day + timedelta(hours=5)) == 0
    (one,) = ledger()
    assert (one.stage, one.due_on, one.send_on, one.state) == ("before", action.due_on, date(2026, 12, 14), "planned")


def test_nothing_is_planned_too_soon_for_done_actions_or_disabled_owners(cast: Cast, action: Action) -> None:
    assert plan_reminders(now=on(date(2026, 12, 13))) == 0
    people = type(cast.lead).objects.filter(pk=cast.lead.pk)
    people.update(is_active=False)
    assert plan_reminders(now=on(date(2026, 12, 14))) == 0
    people.update(is_active=True)
    finish(action, cast)
    assert plan_reminders(now=on(date(2026, 12, 14))) == 2
    assert {one.kind for one in ledger()} == {"verification"}  # now somebody else is asked


def test_the_database_refuses_the_same_promise_twice(action: Action) -> None:
    plan_reminders(now=on(date(2026, 12, 14)))
    (one,) = ledger()
    one.pk = None
    with pytest.raises(IntegrityError, match="reminder_once"), whole_service():
        one.save()


def test_three_days_without_a_beat_are_made_good_by_one_late_reminder(action: Action) -> None:
    run(date(2026, 12, 14))
    assert run(date(2026, 12, 24)) == {"sent": 1}  # the due day and the two after it were missed
    assert [one.stage for one in ledger()] == ["before", "after"]
    assert run(date(2026, 12, 24)) == {}


def test_three_days_without_a_sender_are_made_good_by_one_late_reminder(action: Action) -> None:
    for day in (14, 21, 22):
        plan_reminders(now=on(date(2026, 12, day)))
    assert run(date(2026, 12, 22)) == {"skipped": 2, "sent": 1}
    assert [(one.stage, one.state) for one in ledger()] == [
        ("before", "skipped"),
        ("due", "skipped"),
        ("after", "sent"),
    ]


def test_a_letter_names_the_reference_and_nothing_of_what_the_action_is(cast: Cast, action: Action) -> None:
    run(action.due_on)
    (message,) = messages()
    assert (message.to, message.person) == (cast.lead.email, cast.lead)
    assert message.subject == "Reminder: XN1-MD-001"
    assert "/actions/XN1-MD-001\n" in message.text
    assert "Action XN1-MD-001 is due today.\n  Why you: you own it.\n" in message.text
    assert "/reminders/settings" in message.text
    for secret in ("sepsis", "Screen", "urgery", "Northborough", str(cast.executive)):
        assert secret not in message.text + message.subject + message.html
    assert "<img" not in message.html  # nothing that tells the sender it was read


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        ("finished", "done"),
        ("date moved", "date has moved"),
        ("reassigned", "Somebody else owns"),
        ("disabled", "disabled"),
        ("left the trust", "no longer holds a role"),
    ],
)  # fmt: skip
def test_what_changed_between_planning_and_sending_stops_the_reminder(
    cast: Cast, action: Action, happens: str, why: str
) -> None:
    day = date(2026, 12, 14)
    plan_reminders(now=on(day))
    by_what_happens(happens, cast, action)
    assert send_due_reminders(now=on(day), send=OUTBOX) == {"skipped": 1}
    (one,) = ledger()
    assert why in one.why
    assert messages() == []


def by_what_happens(happens: str, cast: Cast, action: Action) -> None:
    if happens == "finished":
        finish(action, cast)
    elif happens == "date moved":
        decide(ask(action, cast.lead), cast.executive)
    elif happens == "reassigned":
        with scope_of(access(cast.lead)) as by:
            reassign_action(action, by=by, now=NOW, why="Leave", version=1, owner=cast.executive)
    elif happens == "disabled":
        type(cast.lead).objects.filter(pk=cast.lead.pk).update(is_active=False)
    else:
        cast.lead.memberships.update(valid_to=date(2026, 12, 14))


def test_a_new_owner_is_reminded_in_their_own_right(cast: Cast, action: Action) -> None:
    run(date(2026, 12, 14))
    by_what_happens("reassigned", cast, action)
    assert run(date(2026, 12, 15)) == {"sent": 1}
    assert [message.person for message in messages()] == [cast.lead, cast.executive]


def test_a_reminder_that_cannot_leave_waits_and_after_five_attempts_a_person_sees_it(
    cast: Cast, action: Action
) -> None:
    day, refused = date(2026, 12, 14), raising(NotSent("550 no such person"))
    assert run(day, refused) == {"put off": 1}
    assert run(day, refused) == {}  # it waits by the real clock
    for _ in range(ATTEMPTS - 1):
        change(ledger()[0], not_before=None)
        last = run(day, refused)
    assert last == {"failed": 1}
    assert run(day, refused) == {}
    with scope_of(access(cast.administrator)) as by:
        assert [(one.state, one.why) for one in needing_a_person(by)] == [("failed", "550 no such person")]
    assert [message.state for message in messages()] == ["not_sent"] * ATTEMPTS


def test_when_the_answer_is_lost_nobody_guesses(action: Action) -> None:
    day = date(2026, 12, 14)
    assert run(day, raising(TimeoutError("no answer"))) == {"unknown": 1}
    assert run(day, raising(TimeoutError("no answer"))) == {}
    assert "no answer" in ledger()[0].why


@pytest.mark.parametrize(("leaves", "outcome"), [(True, {"unknown": 1}), (False, {"put off": 1, "sent": 1})])
def test_a_sender_that_stopped_is_settled_when_its_lease_has_run_out(
    action: Action, leaves: bool, outcome: dict[str, int]
) -> None:
    day = date(2026, 12, 14)
    plan_reminders(now=on(day))
    (person,) = people_to_tell(now=on(day))
    assert claim_message(person, now=on(day)).claim is not None
    send = Route(OUTBOX.deliver, leaves=leaves)
    assert send_due_reminders(now=on(day) + 10 * LEASE, send=send) == {}  # the lease goes by the real clock
    with whole_service():
        (one,) = messages()
        assert one.lease_until is not None
        OutboxMessage.objects.update(lease_until=one.lease_until - 2 * LEASE)
    assert send_due_reminders(now=on(day), send=send) == outcome


def test_other_trusts_see_neither_ledger_nor_messages_by_either_wall(cast: Cast, action: Action) -> None:
    run(date(2026, 12, 14))
    for who, count in ((cast.lead, 1), (cast.national, 1), (cast.administrator, 1), (cast.other_lead, 0)):
        with whole_service():
            assert reminders_visible_to(access(who)).count() == count
        with scope_of(access(who)):
            assert Reminder.objects.count() == count
    for who, count in ((cast.lead, 1), (cast.executive, 0), (cast.administrator, 1), (cast.other_lead, 0)):
        with whole_service() as all_seeing:
            assert messages_visible_to(access(who)).count() == count
            enter(access(who))
            assert messages_visible_to(all_seeing).count() == count


@pytest.fixture
def two_due(committed_cast: Cast) -> Cast:
    new_action(committed_cast)
    new_action(committed_cast, findings=[])
    plan_reminders(now=on(date(2026, 12, 14)))
    return committed_cast


def elsewhere(work: Callable[[], object]) -> threading.Thread:
    """`work` on a connection of its own."""

    def go() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=go)
    thread.start()
    return thread


def test_two_senders_never_claim_for_the_same_person(two_due: Cast) -> None:
    day, found = on(date(2026, 12, 14)), []
    (person,) = people_to_tell(now=day)
    taken, let_go = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            found.append(claim_message(person, now=day).claim)
            taken.set()
            let_go.wait(20)

    thread = elsewhere(first)
    taken.wait(20)
    found.append(claim_message(person, now=day).claim)
    let_go.set()
    thread.join()
    assert [claim is not None for claim in found] == [True, False]
    assert claim_message(person, now=day).claim is None  # nor afterwards: both reminders went into the first
    assert len(messages()) == 1


def test_many_senders_at_once_send_each_reminder_once(two_due: Cast) -> None:
    gate = threading.Barrier(4)

    def send() -> None:
        gate.wait()
        send_due_reminders(now=on(date(2026, 12, 14)), send=OUTBOX)

    for thread in [elsewhere(send) for _ in range(4)]:
        thread.join()
    assert len(messages()) == 1
    assert whole_ledger()["sent"] == 2


def test_planning_at_once_writes_each_promise_once(committed_cast: Cast) -> None:
    new_action(committed_cast)
    gate, written = threading.Barrier(4), []

    def plan() -> None:
        gate.wait()
        written.append(plan_reminders(now=on(date(2026, 12, 14))))

    for thread in [elsewhere(plan) for _ in range(4)]:
        thread.join()
    assert sum(written) == len(ledger()) == 1


def wish(cast: Cast, rhythm: Rhythm, **when: int) -> None:
    with scope_of(access(cast.lead)) as by:
        wish_for_reminders(Wish(rhythm, **when), by=by, now=NOW)


def test_a_person_gets_one_message_a_day_with_a_line_for_each_thing(cast: Cast, action: Action) -> None:
    new_action(cast, findings=[])
    assert run(date(2026, 12, 14)) == {"sent": 2}
    new_action(cast, findings=[], due_on=date(2026, 12, 15))
    assert run(date(2026, 12, 14)) == {}  # it waits for tomorrow's
    assert run(date(2026, 12, 15)) == {"skipped": 1, "sent": 1}
    first, second = messages()[::-1] if messages()[0].at > messages()[1].at else messages()
    assert first.subject == "Reminders: 2 coming up"
    assert first.text.count("Why you:") == 2
    assert second.subject.startswith("Reminder: ")


def test_a_person_may_wish_for_each_on_its_own_or_once_a_week(cast: Cast, action: Action) -> None:
    new_action(cast, findings=[])
    wish(cast, Rhythm.WEEKLY, weekday=2)
    assert run(date(2026, 12, 14)) == {}  # a Monday
    wish(cast, Rhythm.EACH)
    assert run(date(2026, 12, 15)) == {"sent": 2}
    assert len(messages()) == 2
    wish(cast, Rhythm.WEEKLY, weekday=2)
    assert run(date(2026, 12, 22)) == {}
    assert run(date(2026, 12, 23)) == {"skipped": 2, "sent": 2}
    assert messages()[-1].subject == "Reminders: 2 overdue"


def test_who_stands_in_hears_in_place_of_who_is_away(cast: Cast, action: Action) -> None:
    with scope_of(access(cast.lead)) as by:
        name_deputy(cast.executive, first_on=date(2026, 12, 10), back_on=date(2026, 12, 17), by=by, now=NOW)
    assert run(date(2026, 12, 14)) == {"sent": 1}
    (message,) = messages()
    assert message.person == cast.executive
    assert "you stand in for somebody who is away" in message.text
    assert run(date(2026, 12, 21)) == {"sent": 1}
    assert [one.person for one in messages()] == [cast.executive, cast.lead]


@pytest.mark.parametrize("who", ["other_lead", "administrator"])
def test_nobody_stands_in_who_does_not_see_the_plan(cast: Cast, who: str) -> None:
    with scope_of(access(cast.lead)) as by, pytest.raises(Refused, match="same trust's plan"):
        name_deputy(getattr(cast, who), first_on=TODAY, back_on=TODAY + DAY, by=by, now=NOW)


def test_what_is_very_late_reaches_the_region(cast: Cast, action: Action) -> None:
    run(action.due_on + 64 * DAY)
    told = {(message.person, "look after the trust's region" in message.text) for message in messages()}
    assert (cast.person(Role.REGIONAL_STAFF), True) in told
    assert all(cast.person(Role.REGIONAL_STAFF, "YS") != person for person, _ in told)


@pytest.mark.parametrize(("decided", "state"), [("sent", "sent"), ("not_sent", "skipped"), ("again", "planned")])
def test_a_person_decides_what_became_of_a_doubtful_one_once(
    cast: Cast, action: Action, decided: str, state: str
) -> None:
    run(date(2026, 12, 14), raising(TimeoutError("no answer")))
    (one,) = ledger()
    with scope_of(access(cast.lead)) as by, pytest.raises(Refused, match="settled already"):
        decide_reminder(one, ReminderDecision.Decided(decided), why="I asked her", by=by, now=NOW)
    with scope_of(access(cast.administrator)) as by:
        decide_reminder(one, ReminderDecision.Decided(decided), why="I asked her", by=by, now=NOW)
        with pytest.raises(Refused, match="settled already"):
            decide_reminder(one, ReminderDecision.Decided(decided), why="I asked her", by=by, now=NOW)
    assert [reminder.state for reminder in ledger()] == [state]
