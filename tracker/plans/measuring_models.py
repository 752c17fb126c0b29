"""Which measures show whether an action works: many to many, confidential like both of them."""

from typing import Self

from django.db import models
from django.db.models import Q

from tracker.accounts.models import User
from tracker.constraints import both_or_neither
from tracker.measures.models import Measure
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.models import Action
from tracker.trusts.models import Trust


class ActionMeasureQuerySet(models.QuerySet["ActionMeasure"]):
    def visible_to(self, access: Access) -> Self:
        """The first wall: links of the trusts whose plans the person may see."""
        return self.filter(trust_id__in=access.trusts(Can.SEE_PLANS))

    def in_force(self) -> Self:
        return self.filter(ended_at=None)


class ActionMeasure(models.Model):
    """A measure of an action, from a moment until a moment.  `started_on` is the day the work began: what the
    measure did before it is the baseline.  The day it was finished is the action's own."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, related_name="measured_by")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="measured_actions")
    started_on = models.DateField()
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ActionMeasureQuerySet.as_manager()

    class Meta:
        db_table = "action_measure"
        ordering = ["started_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "measure"], condition=Q(ended_at=None), name="measure_once_an_action"
            ),
            both_or_neither("measure_link_ended_by", "ended_at", "ended_by"),
        ]
