"""When each part of the service was last at work, by the database's real clock."""

from django.db import models

from tracker.constraints import one_of


class Pulse(models.Model):
    """One part's last sign of life: written when a worker begins what beat asked of it, so that a fresh one says that
    beat, broker and the worker of its queue are all alive."""

    class Part(models.TextChoices):
        PLANNING = "planning", "Planning reminders"
        SENDING = "sending", "Sending mail"
        SOURCES = "sources", "Looking for ratings files"
        CHANGES = "changes", "Following up rating changes"

    part = models.CharField(primary_key=True, max_length=10, choices=Part)
    at = models.DateTimeField()

    class Meta:
        db_table = "pulse"
        constraints = [one_of("pulse_part_known", "part", ["planning", "sending", "sources", "changes"])]
