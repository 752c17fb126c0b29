"""What was closed and does not hold opens again: its measure signals concern, or its finding came back.

Nothing is remembered between runs: an action that was opened again is not closed any more, and one that is closed anew
is opened again only by what began after that.  So a run that is late, killed or doubled repeats nothing.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from tracker.findings.models import Finding
from tracker.measures.models import Measure
from tracker.measures.spc import Variation
from tracker.people.access import Access
from tracker.people.scope import whole_service
from tracker.plans.closing import reopen_action
from tracker.plans.lifecycle import CLAIMED
from tracker.plans.measuring_models import ActionMeasure
from tracker.plans.models import Action, ActionFinding


def closed_in_spite_of_concern() -> QuerySet[ActionMeasure]:
    """Closed actions whose measure signals concern, by a signal that began when they were delivered or later: one
    that began before is what the action was made for."""
    return (
        ActionMeasure.objects.in_force()
        .filter(
            action__status__in=CLAIMED,
            measure__variation=Variation.CONCERN,
            measure__concern_since__gte=F("action__delivered_on"),
        )
        .select_related("measure")
        .order_by("pk")
    )


def closed_and_found_again() -> QuerySet[ActionFinding]:
    """Closed actions with a finding of theirs that an inspection published after their delivery found again."""
    return (
        ActionFinding.objects.filter(
            action__status__in=CLAIMED,
            finding__recurrences__inspection__published_on__gt=F("action__delivered_on"),
        )
        .distinct()
        .order_by("pk")
    )


def follow_up_relapses(*, now: datetime) -> int:
    """Open again what was closed and does not hold; how many actions were.

    Call it outside any transaction: each action is opened in one of its own."""
    with whole_service():
        concerns = list(closed_in_spite_of_concern().values_list("pk", "action_id"))
        returns = list(closed_and_found_again().values_list("pk", "action_id"))
    opened = sum(_alone(_open_for_concern, link, action, now=now) for link, action in concerns)
    return opened + sum(_alone(_open_for_return, link, action, now=now) for link, action in returns)


def _alone(open_again: Callable[..., bool], link_id: int, action_id: int, *, now: datetime) -> bool:
    """In a transaction of its own with the action locked: somebody may be working on it now."""
    with transaction.atomic(durable=True), whole_service() as service:
        action = Action.objects.select_for_update(no_key=True).get(pk=action_id)
        return open_again(link_id, action, service, now=now)


def _open_for_concern(link_id: int, action: Action, service: Access, *, now: datetime) -> bool:
    link = closed_in_spite_of_concern().filter(pk=link_id).first()
    if link is None:  # it was opened, or the measure's values changed, a moment ago
        return False
    reopen_action(action, by=service, now=now, why=_concern_in_words(link.measure))
    return True


def _open_for_return(link_id: int, action: Action, service: Access, *, now: datetime) -> bool:
    link = closed_and_found_again().filter(pk=link_id).first()
    if link is None or action.delivered_on is None:
        return False
    again = (
        Finding.objects.filter(recurrence_of=link.finding_id, inspection__published_on__gt=action.delivered_on)
        .select_related("inspection")
        .earliest("inspection__published_on", "pk")
    )
    words = (
        f"Found again by “{again.inspection.title}”, published {again.inspection.published_on:%-d %B %Y}: "
        f"{again.recurrence_why}"
    )
    reopen_action(action, by=service, now=now, why=words, finding=again)
    return True


def _concern_in_words(measure: Measure) -> str:
    since = measure.concern_since
    when = "" if since is None else f" since {since:%-d %B %Y}"
    return f"Its measure “{measure.name}” signals concern{when}: what was done does not hold."
