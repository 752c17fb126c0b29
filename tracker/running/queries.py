"""How the service is: signs of life, queues, the ledger, imports.  Read by the operations page and by monitoring."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q
from redis import Redis
from redis.exceptions import RedisError

from tracker.clock import Moment
from tracker.people.access import Access
from tracker.ratings.import_locks import is_interrupted
from tracker.ratings.models import RatingImport, RatingsSource
from tracker.reminders.claiming import RealClock
from tracker.reminders.models import Reminder
from tracker.reminders.queries import reminders_visible_to
from tracker.running.models import Pulse

QUEUES: Final = ("import", "mail", "default")
LATE_AFTER: Final = timedelta(minutes=5)
"""Every part is asked at least once a minute: five without a sign are no accident."""
_BROKER_SECONDS: Final = 1.0


@dataclass(frozen=True)
class PartState:
    part: Pulse.Part
    at: datetime | None
    age: timedelta | None

    @property
    def late(self) -> bool:
        return self.age is None or self.age > LATE_AFTER


@dataclass(frozen=True)
class ServiceState:
    """`queues` is None where the broker is not reached; `oldest_due` the send day of the oldest reminder that should
    have gone and has not."""

    parts: tuple[PartState, ...]
    queues: dict[str, int] | None
    ledger: dict[str, int]
    oldest_due: datetime | None
    need_a_person: int
    imports: dict[str, int]
    held: tuple[RatingImport, ...]
    stuck: tuple[RatingImport, ...]
    sources: tuple[RatingsSource, ...]


def state_of_service(access: Access, *, moment: Moment) -> ServiceState:
    """Everything at once, within the scope that is open: all of it for whoever looks after the service."""
    age = ExpressionWrapper(RealClock() - F("at"), output_field=DurationField())
    felt = {part: (at, age) for part, at, age in Pulse.objects.annotate(age=age).values_list("part", "at", "age")}
    waiting = Q(state=Reminder.State.PLANNED, send_on__lte=moment.today)
    counted = (
        reminders_visible_to(access)
        .order_by()
        .values_list("state")
        .annotate(Count("pk"), oldest=Min("planned_at", filter=waiting))
    )
    by_state = {state: (count, oldest) for state, count, oldest in counted}
    ledger = {state.value: by_state.get(state.value, (0, None))[0] for state in Reminder.State}
    parts = tuple(PartState(part, *felt.get(part.value, (None, None))) for part in Pulse.Part)
    states = dict(RatingImport.objects.order_by().values_list("state").annotate(Count("pk")))
    unfinished = RatingImport.objects.filter(
        Q(state__in=[RatingImport.State.HELD, RatingImport.State.READING, RatingImport.State.RECEIVED])
    ).select_related("source")
    listed = list(unfinished.order_by("-pk")[:100])
    return ServiceState(
        parts=parts,
        queues=queue_depths(),
        ledger=ledger,
        oldest_due=by_state.get(Reminder.State.PLANNED.value, (0, None))[1],
        need_a_person=ledger[Reminder.State.FAILED] + ledger[Reminder.State.UNKNOWN],
        imports={state.value: states.get(state.value, 0) for state in RatingImport.State},
        held=tuple(one for one in listed if one.state == RatingImport.State.HELD),
        stuck=tuple(one for one in listed if one.state == RatingImport.State.READING and is_interrupted(one)),
        sources=tuple(RatingsSource.objects.order_by("name")),
    )


def queue_depths() -> dict[str, int] | None:
    """How many tasks wait in each queue; None where the broker does not answer within a second."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=_BROKER_SECONDS, socket_connect_timeout=_BROKER_SECONDS
        ) as broker:
            return {queue: int(broker.llen(f"{prefix}{queue}")) for queue in QUEUES}
    except RedisError:
        return None
