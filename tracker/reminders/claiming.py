"""Claiming: one message for one person, of all that may go to them now, under a lease.

Whatever may have changed since planning is asked again here, in the claiming transaction.  What no longer holds is
settled with its reason; the rest becomes a message that this sender alone may deliver.  Leases and waits go by the
database's real clock, never the demonstration's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import DateTimeField, F, Func, Max, Min, Q, QuerySet, Value

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.people.access import Access, access_of
from tracker.people.models import Membership
from tracker.people.roles import Can, Role
from tracker.people.scope import whole_service
from tracker.reminders.letters import Letter, Line, letter_of
from tracker.reminders.models import OutboxMessage, Reminder, ReminderWish
from tracker.reminders.planning import promises
from tracker.reminders.schedule import Rhythm, Wish, may_go
from tracker.sources import DuePromises, Standing, Told

LEASE: Final = timedelta(minutes=5)  # longer than the mail server's own time limits together
AT_ONCE: Final = 500  # reminders in one message; nobody reads more, and the next message has the rest
_LOCK: Final = 0x7265_6D69  # "remi": advisory locks of (this, person)
State = Reminder.State


class RealClock(Func):
    """The database's clock, which runs on within a transaction and knows nothing of the demonstration's."""

    function = "clock_timestamp"
    output_field = DateTimeField()


@dataclass(frozen=True)
class Claim:
    """A message this sender alone may deliver, until its lease runs out."""

    message_id: int
    letter: Letter


@dataclass(frozen=True)
class Claimed:
    """What claiming found: a message to deliver, perhaps, and how many reminders were settled without one."""

    claim: Claim | None
    settled: Counter[str]


def people_to_tell(*, now: datetime) -> list[int]:
    """Whoever has a reminder that may go to them now, the longest waiting first."""
    with whole_service():
        waiting = (
            _waiting(Moment(now).today).values("person").annotate(first=Min("send_on")).order_by("first", "person")
        )
        first = {row["person"]: row["first"] for row in waiting}
        wishes, last = wishes_of(first), last_messages(first)
    upto = {person: may_go(wishes[person], now, last_message=last.get(person)) for person in first}
    return [person for person, day in upto.items() if day is not None and first[person] <= day]


def claim_message(person_id: int, *, now: datetime) -> Claimed:
    """Claim what may go to one person now as one message, unless another sender is at it.

    A reminder that cannot be put together counts the attempt and waits, so that it cannot stop the others."""
    with whole_service():
        if not _at_it_alone(person_id):
            return Claimed(None, Counter())
        wish = wishes_of([person_id])[person_id]
        day = may_go(wish, now, last_message=last_messages([person_id]).get(person_id))
        if day is None:
            return Claimed(None, Counter())
        mine = (
            _waiting(Moment(now).today).filter(person=person_id, send_on__lte=day).select_for_update(skip_locked=True)
        )
        limit = 1 if wish.rhythm is Rhythm.EACH else AT_ONCE
        reminders = list(mine.order_by("send_on", "pk")[:limit])
        return _put_together(User.objects.get(pk=person_id), reminders, now=now)


def _put_together(person: User, reminders: Sequence[Reminder], *, now: datetime) -> Claimed:
    today = Moment(now).today
    settled: Counter[str] = Counter()
    looked = _look_again(reminders)
    reasons = _reasons(person, reminders, looked, today)
    for reminder in reminders:
        if why := reasons.get(reminder.pk):
            settled[settle([reminder.pk], State.SKIPPED, why, now=now)] += 1
    kept = [reminder for reminder in reminders if reminder.pk not in reasons]
    if not kept:
        return Claimed(None, settled)
    kinds = {kind.kind: kind for kind in promises()}
    lines = [
        Line.of(reminder, looked[reminder.kind][reminder.object_id], kinds[reminder.kind], today) for reminder in kept
    ]
    letter = letter_of(person, lines, today, reference=uuid4())
    message = OutboxMessage.objects.create(
        person=person,
        to=letter.to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        at=now,
        reference=letter.reference,
        attempt=max(reminder.attempts for reminder in kept) + 1,
        lease_until=RealClock() + Value(LEASE),
    )
    Reminder.objects.filter(pk__in=[reminder.pk for reminder in kept]).update(
        state=State.SENDING, message=message, attempts=F("attempts") + 1, not_before=None
    )
    return Claimed(Claim(message.pk, letter), settled)


def settle(reminder_ids: Sequence[int], state: Reminder.State, why: str, *, now: datetime) -> str:
    """Write down what became of some reminders."""
    Reminder.objects.filter(pk__in=reminder_ids).update(state=state, why=why, not_before=None, settled_at=now)
    return state.value


def _waiting(today: date) -> QuerySet[Reminder]:
    return Reminder.objects.filter(state=State.PLANNED, send_on__lte=today).filter(
        Q(not_before=None) | Q(not_before__lte=RealClock())
    )


def _at_it_alone(person_id: int) -> bool:
    """Whether no other sender is claiming for the person; until this transaction ends none will."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, person_id])
        return bool(cursor.fetchone()[0])


def wishes_of(people: Iterable[int]) -> dict[int, Wish]:
    """How and when each of `people` wants to hear."""
    newest = ReminderWish.objects.filter(person__in=list(people)).order_by("person", "-pk").distinct("person")
    found = {one.person_id: Wish(Rhythm(one.rhythm), one.weekday, one.hour) for one in newest}
    return {person: found.get(person, Wish()) for person in people}


def last_messages(people: Iterable[int]) -> dict[int, datetime]:
    """When the last message went, or may have gone, to each of `people`."""
    gone = OutboxMessage.objects.filter(person__in=list(people)).exclude(state=OutboxMessage.State.NOT_SENT)
    return dict(gone.order_by().values_list("person").annotate(last=Max("at")))


def _look_again(reminders: Iterable[Reminder]) -> dict[str, Mapping[int, Standing]]:
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for reminder in reminders:
        ids[reminder.kind].add(reminder.object_id)
    return {kind.kind: kind.look_again(ids[kind.kind]) for kind in promises() if kind.kind in ids}


def _reasons(
    person: User, reminders: Sequence[Reminder], looked: Mapping[str, Mapping[int, Standing]], today: date
) -> dict[int, str]:
    """Why some of the reminders should not be sent after all, in a sentence each."""
    access, newest = access_of(person, today), _newest(person, reminders)
    kinds = {kind.kind: kind for kind in promises()}
    held = _roles_held(reminders, today)
    reasons = {}
    for one in reminders:
        standing = looked.get(one.kind, {}).get(one.object_id)
        why = _why_not(one, person, kinds.get(one.kind), standing, access, held)
        if not why and newest[one.kind, one.object_id] > one.pk:
            why = "A later reminder of the same thing takes its place."
        if why:
            reasons[one.pk] = why
    return reasons


def _why_not(
    reminder: Reminder,
    person: User,
    kind: DuePromises | None,
    standing: Standing | None,
    access: Access,
    held: set[tuple[int, str, int]],
) -> str:
    if kind is None:
        return "The service no longer reminds of this."
    if standing is None:
        return kind.kept
    if standing.due_on != reminder.due_on:
        return "The due date has moved."
    told, meant = Told(reminder.told), reminder.stands_in_for_id or reminder.person_id
    if told is Told.OWNER and standing.owner_id != meant:
        return "Somebody else owns it now."
    if told is Told.EXECUTIVE and standing.executive_id != meant:
        return "Somebody else is the accountable executive now."
    if told in {Told.IMPROVEMENT_LEAD, Told.REGION} and (meant, told.value, reminder.trust_id) not in held:
        return "The person no longer holds the role."
    if not person.is_active:
        return "The person's account is disabled."
    entitled = access.may(Can.SEE_PLANS, reminder.trust_id) if standing.people is None else person.pk in standing.people
    return "" if entitled else "The person no longer holds a role at the trust."


def _newest(person: User, reminders: Iterable[Reminder]) -> dict[tuple[str, int], int]:
    """The newest reminder, not given up, that the person has or had of each thing."""
    rows = (
        Reminder.objects.filter(
            person=person,
            object_id__in={one.object_id for one in reminders},
            state__in=[State.PLANNED, State.SENDING, State.SENT],
        )
        .order_by()
        .values_list("kind", "object_id")
        .annotate(newest=Max("pk"))
    )
    return {(kind, object_id): newest for kind, object_id, newest in rows}


def _roles_held(reminders: Iterable[Reminder], today: date) -> set[tuple[int, str, int]]:
    """Who still holds the role by which they are told, at which of the trusts: (person, role, trust)."""
    by_role = [one for one in reminders if Told(one.told) in {Told.IMPROVEMENT_LEAD, Told.REGION}]
    if not by_role:
        return set()
    meant = {one.stands_in_for_id or one.person_id for one in by_role}
    trusts = {one.trust_id for one in by_role}
    holding = Membership.objects.in_force(today).filter(person__in=meant, person__is_active=True)
    leads = holding.filter(role=Role.IMPROVEMENT_LEAD, trust__in=trusts).values_list("person", "role", "trust")
    regional = holding.filter(role=Role.REGIONAL_STAFF, region__trust__in=trusts)
    return {*leads, *regional.values_list("person", "role", "region__trust")}


def release_lapsed(*, now: datetime, leaves: bool) -> Counter[str]:
    """Settle messages whose sender stopped: `unknown` where one may have left, else its reminders are due again."""
    done: Counter[str] = Counter()
    with transaction.atomic(), whole_service():
        lapsed = OutboxMessage.objects.filter(state=OutboxMessage.State.SENDING, lease_until__lt=RealClock())
        for message in lapsed.select_for_update(skip_locked=True).order_by("pk"):
            reminders = list(message.reminders.filter(state=State.SENDING).values_list("pk", flat=True))
            if leaves:
                why = "The sender stopped while the mail server may have taken the message."
                end_message(message.pk, OutboxMessage.State.UNKNOWN, why, now=now)
                done[settle(reminders, State.UNKNOWN, why, now=now)] += len(reminders)
            else:
                why = "The sender stopped before the message was kept."
                end_message(message.pk, OutboxMessage.State.NOT_SENT, why, now=now)
                done["put off"] += Reminder.objects.filter(pk__in=reminders).update(
                    state=State.PLANNED, message=None, why=why
                )
    return done


def end_message(message_id: int, state: OutboxMessage.State, why: str, *, now: datetime) -> None:
    """Write down what became of a message."""
    OutboxMessage.objects.filter(pk=message_id).update(state=state, why=why, lease_until=None, settled_at=now)
