"""Signs of life."""

from datetime import datetime

from tracker.people.access import Access
from tracker.running.models import Pulse


def feel_pulse(part: Pulse.Part, *, by: Access | None = None, now: datetime) -> None:
    """Write down that a worker is at `part` now; `by` nobody, for it is the service itself."""
    Pulse.objects.bulk_create(
        [Pulse(part=part, at=now)], update_conflicts=True, unique_fields=["part"], update_fields=["at"]
    )
