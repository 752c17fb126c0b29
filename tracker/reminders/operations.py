"""Planning, claiming and sending reminders.  The database holds the promise; a task only pokes.

Planning is one statement that may run at any time and as often as it likes.  Sending claims one reminder in
one transaction, in which it asks again whether the reminder is still due, delivers it, and records what became
of it in another.  Leases and waits go by the database's real clock, never the demonstration's.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import DateTimeField, Func, Min, Q, Value

from tracker.clock import Moment
from tracker.people.scope import whole_service
from tracker.plans.lifecycle import OPEN
from tracker.plans.models import Action
from tracker.reminders.models import OutboxMessage, Reminder
from tracker.reminders.queries import why_no_longer_due
from tracker.reminders.schedule import bands, closed_days
from tracker.reminders.sending import Letter, NotSent, Route, letter_about

LEASE = timedelta(minutes=5)  # longer than the mail server's own time limits together
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
ATTEMPTS = len(WAITS) + 1
State = Reminder.State

_PLAN = """
INSERT INTO reminder (trust_id, kind, object_id, person_id, stage, due_on, send_on, planned_at, state, why, attempts)
SELECT promise.*, %(now)s, 'planned', '', 0
FROM (
    SELECT action.trust_id, 'action' AS kind, action.id AS object_id, action.owner_id AS person_id, band.stage,
           action.due_on, COALESCE(closed.opens_on, action.due_on + band.days) AS send_on
    FROM action
    JOIN person ON person.id = action.owner_id AND person.is_active
    JOIN unnest(%(stages)s::text[], %(days)s::int[], %(from)s::date[], %(to)s::date[])
         AS band (stage, days, due_from, due_to) ON action.due_on BETWEEN band.due_from AND band.due_to
    LEFT JOIN unnest(%(closed)s::date[], %(opens)s::date[])
         AS closed (day, opens_on) ON closed.day = action.due_on + band.days
    WHERE action.status = ANY (%(open)s)
) AS promise
WHERE NOT EXISTS (
    SELECT FROM reminder
    WHERE (kind, object_id, person_id, stage, due_on, send_on) = (
        promise.kind, promise.object_id, promise.person_id, promise.stage, promise.due_on, promise.send_on
    )
)
ON CONFLICT DO NOTHING
"""


class RealClock(Func):
    """The database's clock, which runs on within a transaction and knows nothing of the demonstration's."""

    function = "clock_timestamp"
    output_field = DateTimeField()


def plan_reminders(*, now: datetime) -> int:
    """Write a reminder for every open action whose next one has come due; how many were written.

    The last stage whose day has come, and no earlier one.  What is in the ledger is not written again."""
    today = Moment(now).today
    with whole_service():
        earliest: date | None = Action.objects.open().aggregate(day=Min("due_on"))["day"]
        stages = list(bands(today))
        closed = closed_days(min(earliest or today, today) + timedelta(days=stages[0].days), today)
        with connection.cursor() as cursor:
            cursor.execute(
                _PLAN,
                {
                    "now": now,
                    "stages": [band.stage for band in stages],
                    "days": [band.days for band in stages],
                    "from": [band.due_from for band in stages],
                    "to": [band.due_to for band in stages],
                    "closed": [day for day, _ in closed],
                    "opens": [opens for _, opens in closed],
                    "open": [status.value for status in OPEN],
                },
            )
            written: int = cursor.rowcount
            return written


@dataclass(frozen=True)
class Claim:
    """A reminder this sender alone may send, until its lease runs out; the attempt's number tells claims apart."""

    reminder_id: int
    attempt: int
    letter: Letter


@dataclass(frozen=True)
class Claimed:
    """What claiming found: letters to send, and reminders settled without one."""

    claims: list[Claim]
    settled: Counter[str]


def claim_reminders(*, now: datetime, limit: int) -> Claimed:
    """Claim up to `limit` reminders due by now that nobody else is claiming, and settle those no longer due.

    A reminder that cannot be put together counts the attempt and waits, so that it cannot stop the others."""
    today, claims, settled = Moment(now).today, [], Counter[str]()
    with whole_service():
        waiting = (
            Reminder.objects.filter(state=State.PLANNED, send_on__lte=today)
            .filter(Q(not_before=None) | Q(not_before__lte=RealClock()))
            .select_related("person")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("send_on", "pk")[:limit]
        )
        for reminder in waiting:
            reminder.attempts += 1
            try:
                with transaction.atomic():
                    action = Action.objects.filter(pk=reminder.object_id, trust=reminder.trust_id).first()
                    why = why_no_longer_due(reminder, action, today)
                    letter = None if why or action is None else letter_about(reminder, action.reference, today)
            except Exception as problem:
                settled[_fail(reminder, f"It could not be put together: {problem!r}", now=now)] += 1
                continue
            if letter is None:
                settled[_settle(reminder, State.SKIPPED, why, now=now)] += 1
            else:
                Reminder.objects.filter(pk=reminder.pk).update(
                    state=State.SENDING, attempts=reminder.attempts, lease_until=RealClock() + Value(LEASE)
                )
                claims.append(Claim(reminder.pk, reminder.attempts, letter))
    return Claimed(claims, settled)


def send_due_reminders(*, now: datetime, send: Route, limit: int = 500) -> dict[str, int]:
    """Send what is due, one at a time, at most `limit`; how many ended in which state.

    Call it outside any transaction: a claim must be committed before its message may leave."""
    done = release_lapsed(now=now, send=send)
    while done.total() < limit:
        with transaction.atomic(durable=True):
            claimed = claim_reminders(now=now, limit=1)
        if not claimed.claims and not claimed.settled:
            break
        done += claimed.settled
        for claim in claimed.claims:
            done[_deliver(claim, send, now=now)] += 1
    return dict(done)


def release_lapsed(*, now: datetime, send: Route) -> Counter[str]:
    """Settle reminders whose sender stopped: `unknown` where the message may have left, else due again."""
    done = Counter[str]()
    with whole_service():
        lapsed = Reminder.objects.filter(state=State.SENDING, lease_until__lt=RealClock())
        for reminder in lapsed.select_for_update(skip_locked=True).order_by("pk"):
            if send.leaves:
                why = "The sender stopped while the mail server may have taken the message."
                done[_settle(reminder, State.UNKNOWN, why, now=now)] += 1
            else:
                done[_fail(reminder, "The sender stopped before the message was kept.", now=now, wait=False)] += 1
    return done


def _deliver(claim: Claim, send: Route, *, now: datetime) -> str:
    """Deliver a claimed letter and record what became of it."""
    state, problem = State.SENT, ""
    try:
        send.deliver(claim.letter)
    except NotSent as refused:
        state, problem = State.FAILED, str(refused)
    except Exception as lost:
        state, problem = State.UNKNOWN, f"The answer of the mail server was lost: {lost!r}"
    with transaction.atomic(durable=True), whole_service():
        # While it was delivered its lease may have run out: then it is `unknown`, and now it is known.
        ours = Reminder.objects.select_for_update().filter(
            pk=claim.reminder_id, attempts=claim.attempt, state__in=[State.SENDING, State.UNKNOWN]
        )
        reminder = ours.first()
        if reminder is None:
            return "taken over"
        if state == State.FAILED:
            return _fail(reminder, problem, now=now)
        if state == State.SENT:
            OutboxMessage.objects.create(
                reminder=reminder,
                trust_id=reminder.trust_id,
                person_id=reminder.person_id,
                to=claim.letter.to,
                subject=claim.letter.subject,
                text=claim.letter.text,
                at=now,
            )
        return _settle(reminder, state, problem, now=now)


def _settle(reminder: Reminder, state: Reminder.State, why: str, *, now: datetime) -> str:
    Reminder.objects.filter(pk=reminder.pk).update(
        state=state, why=why, attempts=reminder.attempts, lease_until=None, not_before=None, settled_at=now
    )
    return state.value


def _fail(reminder: Reminder, why: str, *, now: datetime, wait: bool = True) -> str:
    """Plan the reminder again after a wait; after the last attempt set it aside for a person."""
    if reminder.attempts >= ATTEMPTS:
        return _settle(reminder, State.FAILED, why, now=now)
    Reminder.objects.filter(pk=reminder.pk).update(
        state=State.PLANNED,
        why=why,
        attempts=reminder.attempts,
        lease_until=None,
        not_before=RealClock() + Value(WAITS[reminder.attempts - 1]) if wait else None,
    )
    return "put off"
