"""Saying which measures show whether an action works, and reading what they say about it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from tracker.clock import Moment
from tracker.measures.models import Measure
from tracker.measures.queries import Charted, charted
from tracker.measures.spc import Direction
from tracker.measures.verdict import Judgement, judge
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.measuring_models import ActionMeasure
from tracker.plans.models import Action
from tracker.problems import NotAllowed, Refused


@transaction.atomic
def link_measure(measure: Measure, *, by: Access, now: datetime, action: Action, started_on: date) -> ActionMeasure:
    """Say that `measure` shows whether `action` works, whose work began on `started_on`.

    Raises `NotAllowed`, or `Refused` for another trust's action, a day to come, or a link that stands already."""
    if by.person_id is None or not by.may(Can.KEEP_MEASURES, measure.trust_id):
        raise NotAllowed("Only the trust's improvement lead may say what measures an action.")
    locked = Measure.objects.visible_to(by).select_for_update(no_key=True).filter(pk=measure.pk).first()
    if locked is None:
        raise NotAllowed("You may not see this trust's measures.")
    if action.trust_id != measure.trust_id:
        raise Refused("Choose an action of the same trust.", field="action")
    if started_on > Moment(now).today:
        raise Refused("The work's first day must be today or in the past.", field="started_on")
    if ActionMeasure.objects.visible_to(by).in_force().filter(action=action, measure=measure).exists():
        raise Refused(f"{action.reference} is linked to this measure already.", field="action")
    return ActionMeasure.objects.create(
        trust_id=measure.trust_id, action=action, measure=measure, started_on=started_on, linked_at=now,
        linked_by_id=by.person_id,
    )  # fmt: skip


@transaction.atomic
def unlink_measure(link: ActionMeasure, *, by: Access, now: datetime) -> ActionMeasure:
    """Say that the measure is no longer one of the action's.  The link stays on record.  Raises `NotAllowed`, or
    `Refused` when it has ended already."""
    if by.person_id is None or not by.may(Can.KEEP_MEASURES, link.trust_id):
        raise NotAllowed("Only the trust's improvement lead may say what measures an action.")
    fresh = ActionMeasure.objects.visible_to(by).select_for_update(no_key=True).filter(pk=link.pk).first()
    if fresh is None:
        raise NotAllowed("You may not see this trust's measures.")
    if fresh.ended_at is not None:
        raise Refused("This link has been removed already.")
    fresh.ended_at, fresh.ended_by_id = now, by.person_id
    fresh.save(update_fields=["ended_at", "ended_by"])
    return fresh


def links_of(measure: Measure, access: Access) -> QuerySet[ActionMeasure]:
    """The measure's actions, those begun first coming first."""
    visible = ActionMeasure.objects.visible_to(access).in_force().filter(measure=measure)
    return visible.select_related("action").order_by("started_on", "pk")


def measures_of(action: Action, access: Access) -> QuerySet[Measure]:
    """The measures that show whether the action works."""
    links = ActionMeasure.objects.visible_to(access).in_force().filter(action=action)
    return Measure.objects.visible_to(access).filter(pk__in=links.values("measure")).order_by("name", "pk")


@dataclass(frozen=True)
class Worked:
    """What a measure says about one of its actions."""

    link: ActionMeasure
    judgement: Judgement


def did_it_work(shown: Charted, links: list[ActionMeasure]) -> list[Worked]:
    """The verdict on each of the measure's actions, by the fixed rules of `tracker.measures.verdict`."""
    return [
        Worked(
            link,
            judge(
                shown.series,
                started_on=link.started_on,
                finished_on=link.action.delivered_on,
                direction=Direction(shown.measure.direction),
                rebases=[rebase.on for rebase in shown.rebases],
            ),
        )
        for link in links
    ]


def did_action_work(action: Action, access: Access) -> list[tuple[Measure, Judgement]]:
    """What each of the action's measures says about it, two queries a measure."""
    links = ActionMeasure.objects.visible_to(access).in_force().filter(action=action)
    found = []
    for link in links.select_related("measure", "action").order_by("measure__name", "pk"):
        found += [(link.measure, worked.judgement) for worked in did_it_work(charted(link.measure), [link])]
    return found
