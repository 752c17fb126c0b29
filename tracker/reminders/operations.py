"""What people decide of reminders: how they want to hear, who stands in for them, what became of a doubtful one."""

from datetime import date, datetime
from secrets import token_urlsafe

from django.db import IntegrityError, transaction

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.people.access import Access
from tracker.problems import NotAllowed, Refused
from tracker.reminders.models import Absence, CalendarFeed, Reminder, ReminderDecision, ReminderWish
from tracker.reminders.queries import deputies_for, digest_of, settleable_by
from tracker.reminders.schedule import HOURS, Wish

State = Reminder.State


def wish_for_reminders(wish: Wish, *, by: Access, now: datetime) -> ReminderWish:
    """Keep how and when the person of `by` wants to hear.  Raises `Refused` for an hour of the night."""
    if wish.hour not in HOURS:
        raise Refused(f"Choose an hour from {HOURS[0]}:00 to {HOURS[-1]}:00.", field="hour")
    if wish.weekday not in range(7):
        raise Refused("Choose a day of the week.", field="weekday")
    return ReminderWish.objects.create(
        person_id=_person(by),
        rhythm=wish.rhythm,
        weekday=wish.weekday,
        hour=wish.hour,
        at=now,
        by_id=_person(by),
    )


def name_deputy(deputy: User, *, first_on: date, back_on: date, by: Access, now: datetime) -> Absence:
    """Say that the person of `by` is away and who stands in for them.

    Raises `Refused` for days that are over or out of order, for days that have a deputy already, and for a deputy who
    does not see the plans the person works on, or is away then."""
    person = _person(by)
    today = Moment(now).today
    if back_on <= first_on:
        raise Refused("The day you are back must be after the first day away.", field="back_on")
    if back_on <= today:
        raise Refused("These days are over.", field="back_on")
    if not deputies_for(by, today).filter(pk=deputy.pk).exists():
        raise Refused("Choose somebody who works on the same trust's plan.", field="deputy")
    away = Absence.objects.filter(person=deputy, first_on__lt=back_on, back_on__gt=first_on)
    if away.exists():
        raise Refused(f"{deputy} is away then too. Choose somebody else.", field="deputy")
    try:
        with transaction.atomic():
            return Absence.objects.create(
                person_id=person, deputy=deputy, first_on=first_on, back_on=back_on, said_at=now, said_by_id=person
            )
    except IntegrityError as problem:
        if "one_deputy_a_day" not in str(problem):
            raise
        raise Refused("Some of these days have a deputy already. End that first.", field="first_on") from problem


def end_absence(absence: Absence, *, by: Access, now: datetime) -> Absence:
    """Be back from today, or, where it has not begun, not go away at all."""
    if absence.person_id != _person(by):
        raise NotAllowed("Only the person who is away can end this.")
    today = Moment(now).today
    if absence.back_on <= today:
        raise Refused("These days are over.")
    absence.back_on = max(absence.first_on, today)
    absence.ended_at, absence.ended_by_id = now, _person(by)
    absence.save(update_fields=["back_on", "ended_at", "ended_by"])
    return absence


def decide_reminder(
    reminder: Reminder, decided: ReminderDecision.Decided, *, why: str, by: Access, now: datetime
) -> Reminder:
    """Settle a reminder that failed or of which nobody knows whether it was sent, or send it again.

    Raises `Refused` without a reason, and when somebody else has settled it meanwhile."""
    if not why.strip():
        raise Refused("Say how you know, or why it should be sent again.", field="why")
    locked = settleable_by(by).select_for_update(of=("self",)).filter(pk=reminder.pk).first()
    if locked is None:
        raise Refused("This reminder is settled already.")
    ReminderDecision.objects.create(
        reminder=locked, trust_id=locked.trust_id, decided=decided, why=why.strip(), at=now, by_id=_person(by)
    )
    if decided == ReminderDecision.Decided.AGAIN:
        locked.state, locked.message, locked.attempts, locked.not_before = State.PLANNED, None, 0, None
        locked.settled_at, locked.why = None, ""
    else:
        locked.state = State.SENT if decided == ReminderDecision.Decided.SENT else State.SKIPPED
        locked.settled_at, locked.why = now, why.strip()
    locked.save(update_fields=["state", "message", "attempts", "not_before", "settled_at", "why"])
    return locked


@transaction.atomic
def renew_calendar_feed(*, by: Access, now: datetime) -> str:
    """Make the person of `by` a calendar address and end the one they had; its secret part, told this once."""
    end_calendar_feed(by=by, now=now)
    secret = token_urlsafe(32)
    CalendarFeed.objects.create(person_id=_person(by), digest=digest_of(secret), made_at=now)
    return secret


def end_calendar_feed(*, by: Access, now: datetime) -> bool:
    """Revoke the calendar address of the person of `by`; whether there was one."""
    standing = CalendarFeed.objects.filter(person_id=_person(by), ended_at=None)
    return bool(standing.update(ended_at=now))


def _person(by: Access) -> int:
    if by.person_id is None:
        raise NotAllowed("Sign in first.")
    return by.person_id
