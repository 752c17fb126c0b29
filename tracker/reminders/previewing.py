"""The next fortnight: what will be sent to whom, as things stand now.

Planning's own statement, asked for each day to come, joined to what the ledger holds already; each reminder then goes
with the first message that may go to its person.  What happens meanwhile (an action done, an owner changed) is not
foreseen: every reminder is checked again when it is claimed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from tracker.accounts.models import User
from tracker.clock import ENGLAND, Moment
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.people.scope import enter, whole_service
from tracker.reminders.claiming import last_messages, wishes_of
from tracker.reminders.models import Reminder
from tracker.reminders.planning import foresee_reminders
from tracker.reminders.schedule import Rhythm, Wish, latest_slot, may_go

DAYS: Final = 14
_DAY: Final = timedelta(days=1)


class Whose(StrEnum):
    """Whose messages a preview shows."""

    OWN = "own"
    TRUST = "trust"
    ALL = "all"


@dataclass(frozen=True)
class Coming:
    """A message to come: to whom, at which moment, and what it will remind of."""

    person: User
    at: datetime
    reminders: tuple[Reminder, ...]


def may_preview(access: Access) -> list[Whose]:
    """Everybody their own; whoever keeps a trust's plan, what goes to anybody about it; whoever looks after the
    service, all."""
    offered = [Whose.OWN]
    if access.trusts(Can.UPDATE_ACTIONS):
        offered.append(Whose.TRUST)
    if access.may(Can.SEE_OPERATIONS):
        offered.append(Whose.ALL)
    return offered


def coming_messages(access: Access, whose: Whose, *, now: datetime) -> list[Coming]:
    """The messages of the next fourteen days, in the order in which they will go."""
    if whose not in may_preview(access):
        return []
    days = [Moment(now).today + n * _DAY for n in range(DAYS + 1)]
    if whose is Whose.ALL:
        with whole_service():
            found = _due(days)
        enter(access)
    else:
        found = [one for one in _due(days) if _is(one, access, whose)]
    people = User.objects.in_bulk({one.person_id for one in found})
    wishes, last = wishes_of(people), last_messages(people)
    of_person: defaultdict[int, list[Reminder]] = defaultdict(list)
    for one in found:
        of_person[one.person_id].append(one)
    coming = [
        Coming(people[person], at, reminders)
        for person, theirs in of_person.items()
        for at, reminders in _messages(theirs, wishes[person], last.get(person), now)
    ]
    return sorted(coming, key=lambda message: (message.at, message.person.name, message.person.pk))


def _due(days: list[date]) -> list[Reminder]:
    """What stands in the ledger to be sent, and what planning will add to it."""
    waiting = Reminder.objects.filter(state=Reminder.State.PLANNED).order_by("send_on", "pk")
    return [*waiting, *foresee_reminders(days)]


def _is(reminder: Reminder, access: Access, whose: Whose) -> bool:
    if whose is Whose.OWN:
        return reminder.person_id == access.person_id
    return reminder.trust_id in access.trusts(Can.UPDATE_ACTIONS)


def _messages(
    reminders: Iterable[Reminder], wish: Wish, last: datetime | None, now: datetime
) -> Iterator[tuple[datetime, tuple[Reminder, ...]]]:
    """Each message with its reminders: a reminder goes with the first that may go on or after its day, and of the
    same thing only the newest."""
    waiting = sorted(reminders, key=lambda one: (one.send_on, one.days))
    for at, upto in _slots(wish, last, now):
        goes = [one for one in waiting if one.send_on <= upto and one.planned_at <= at]
        newest = {(one.kind, one.object_id): one for one in goes}
        gone = {id(one) for one in goes}  # those that are foreseen have no key yet
        waiting = [one for one in waiting if id(one) not in gone]
        if wish.rhythm is Rhythm.EACH:
            yield from ((at, (one,)) for one in newest.values())
        elif newest:
            yield at, tuple(newest.values())


def _slots(wish: Wish, last: datetime | None, now: datetime) -> Iterator[tuple[datetime, date]]:
    """The moments at which messages may go from `now` on, each with the last day whose reminders it takes."""
    upto = may_go(wish, now, last_message=last)
    if upto is not None:
        yield now, upto
    today = Moment(now).today
    for day in (today + n * _DAY for n in range(DAYS + 1)):
        slot = datetime.combine(day, time(wish.hour), tzinfo=ENGLAND)
        if slot > now and latest_slot(wish, slot) == slot:
            yield slot, day
