"""Following measures up: what was closed opens again when a measure of it signals concern.

Nothing is remembered between runs: an action that was opened again is not closed any more, and one that is closed anew
is opened again only by a signal that began after that.  So a run that is late, killed or doubled repeats nothing.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from tracker.measures.models import Measure
from tracker.measures.spc import Variation
from tracker.people.access import Access
from tracker.people.scope import whole_service
from tracker.plans.closing import reopen_action
from tracker.plans.lifecycle import CLAIMED
from tracker.plans.measuring_models import ActionMeasure
from tracker.plans.models import Action


def closed_in_spite_of_concern() -> QuerySet[ActionMeasure]:
    """Actions said to be done whose measure signals concern, by a signal that began when they were delivered or
    later: one that began before is what the action was made for."""
    return (
        ActionMeasure.objects.in_force()
        .filter(
            action__status__in=CLAIMED,
            measure__variation=Variation.CONCERN,
            measure__concern_since__gte=F("action__delivered_on"),
        )
        .select_related("action", "measure")
        .order_by("pk")
    )


def follow_up_concerns(*, now: datetime) -> int:
    """Open again what was closed and does not hold; how many actions were.

    Call it outside any transaction: each action is opened in one of its own."""
    with whole_service():
        links = list(closed_in_spite_of_concern())
    opened = 0
    for link in links:
        with transaction.atomic(durable=True), whole_service() as service:
            opened += _open_again(link, service, now=now)
    return opened


def _open_again(link: ActionMeasure, service: Access, *, now: datetime) -> bool:
    """Open the action again unless it, or its measure, is another than it was a moment ago."""
    locked = Action.objects.select_for_update(no_key=True).get(pk=link.action_id)
    if not closed_in_spite_of_concern().filter(pk=link.pk).exists():
        return False
    reopen_action(locked, by=service, now=now, why=_words(link.measure))
    return True


def _words(measure: Measure) -> str:
    since = measure.concern_since
    when = "" if since is None else f" since {since:%-d %B %Y}"
    return f"Its measure “{measure.name}” signals concern{when}: what was done does not hold."
