"""The numbers of a trust's references, each given once and never again."""

from tracker.plans.models import ReferenceCounter
from tracker.trusts.models import Trust


def next_number(trust: Trust, kind: str) -> int:
    """The trust's next number of a kind of reference, taken for good."""
    counter = locked_counter(trust, kind)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def locked_counter(trust: Trust, kind: str) -> ReferenceCounter:
    """The counter of one kind, locked until the transaction ends."""
    ReferenceCounter.objects.bulk_create([ReferenceCounter(trust=trust, kind=kind)], ignore_conflicts=True)
    return ReferenceCounter.objects.select_for_update().get(trust=trust, kind=kind)
