"""What rating changes led to: one row per (change, consumer, action), so that following up twice does no harm."""

from django.db import models

from tracker.plans.models import Action
from tracker.trusts.models import Trust


class Consequence(models.Model):
    """An action that a rating change, or its withdrawal, reopened or questioned.  Append-only."""

    class Kind(models.TextChoices):
        REOPENED = "reopened", "Reopened the action"
        WARNED = "warned", "Noted on an open action"
        WITHDRAWN = "withdrawn", "Noted that an earlier change was withdrawn"

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    rating_change_id = models.BigIntegerField()
    consumer = models.CharField(max_length=50)
    action = models.ForeignKey(Action, models.PROTECT, related_name="consequences")
    kind = models.CharField(max_length=12, choices=Kind)
    words = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "consequence"
        constraints = [
            models.UniqueConstraint(fields=["rating_change_id", "consumer", "action"], name="one_consequence_a_change")
        ]
