"""What is previewed is what is sent, the clock travelling through the fortnight."""

from datetime import date, datetime, time, timedelta

import pytest

from tests.cast import Cast
from tests.plan_factories import NOW, TODAY, access, new_action
from tracker.clock import ENGLAND
from tracker.people.scope import scope_of, whole_service
from tracker.reminders.models import OutboxMessage, Reminder
from tracker.reminders.operations import name_deputy, wish_for_reminders
from tracker.reminders.planning import plan_reminders
from tracker.reminders.previewing import Whose, coming_messages
from tracker.reminders.schedule import Rhythm, Wish
from tracker.reminders.sending import OUTBOX, send_due_reminders

START = datetime(2026, 12, 11, 10, 30, tzinfo=ENGLAND)  # a Friday, before Christmas, after the day's messages
HOURS = (5, 9, 16)
DUE_DAYS = (-70, -20, -9, -8, -1, 0, 1, 2, 6, 7, 8, 14, 17, 21)
Told = set[tuple[date, str, int, str, int]]


def walk(start: datetime) -> None:
    """A beat and a sender at three hours of each of the next fourteen days."""
    for n in range(15):
        for hour in HOURS:
            now = datetime.combine(start.date() + timedelta(days=n), time(hour), tzinfo=ENGLAND)
            if now > start:
                plan_reminders(now=now)
                send_due_reminders(now=now, send=OUTBOX)


def sent_since(start: datetime) -> Told:
    with whole_service():
        return {
            (one.message.at.astimezone(ENGLAND).date(), one.person.email, one.object_id, one.stage, one.days)
            for one in Reminder.objects.filter(state="sent", message__at__gt=start).select_related("message", "person")
            if one.message is not None
        }


def previewed(cast: Cast, start: datetime) -> Told:
    with scope_of(access(cast.administrator)) as by:
        coming = coming_messages(by, Whose.ALL, now=start)
    return {
        (message.at.astimezone(ENGLAND).date(), message.person.email, one.object_id, one.stage, one.days)
        for message in coming
        for one in message.reminders
    }


@pytest.mark.parametrize("rhythm", list(Rhythm))
@pytest.mark.parametrize("already", [False, True], ids=["nothing sent before", "sent that morning"])
def test_what_was_previewed_is_what_is_sent(cast: Cast, rhythm: Rhythm, already: bool) -> None:
    for days in DUE_DAYS:
        due_on = START.date() + timedelta(days=days)
        made_at = min(NOW, NOW + (due_on - TODAY))  # no action is made overdue
        new_action(cast, findings=[], due_on=due_on, now=made_at)
    with scope_of(access(cast.lead)) as by:
        wish_for_reminders(Wish(rhythm, weekday=2), by=by, now=NOW)
    with scope_of(access(cast.executive)) as by:
        away = date(2026, 12, 15)
        name_deputy(cast.lead, first_on=away, back_on=away + timedelta(days=3), by=by, now=NOW)
    with scope_of(access(cast.lead)) as by:  # back before the fortnight is over, and not told again of what went
        away = date(2026, 12, 21)
        name_deputy(cast.executive, first_on=away, back_on=away + timedelta(days=2), by=by, now=NOW)
    if already:
        morning = START - timedelta(hours=2)
        plan_reminders(now=morning)
        send_due_reminders(now=morning, send=OUTBOX)
    foreseen = previewed(cast, START)
    with whole_service():
        before = Reminder.objects.count(), OutboxMessage.objects.count()
    assert previewed(cast, START) == foreseen
    with whole_service():
        assert (Reminder.objects.count(), OutboxMessage.objects.count()) == before, "looking writes nothing"
    walk(START)
    sent = sent_since(START)
    assert len(sent) > 10
    assert foreseen == sent
