"""The ledger of reminders: the database holds the promise, Celery only pokes.

A reminder is planned as a row with a unique key before anything is sent; a sender claims it with a lease,
checks again that it is still due, and records what became of it.
"""

from django.db import models
from django.db.models import Q

from tracker.accounts.models import User
from tracker.constraints import one_of
from tracker.trusts.models import Trust


class Reminder(models.Model):
    """One promise to tell one person one thing once.

    planned -> sending -> sent | failed | unknown | skipped.  `unknown` is said when a sender stopped after
    the mail server may have taken the message: a person decides, nobody guesses."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Not known whether it was sent"
        SKIPPED = "skipped", "Not sent"

    class Stage(models.TextChoices):
        BEFORE = "before", "Coming up"
        DUE = "due", "Due today"
        AFTER = "after", "Overdue"

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # which loader re-checks it: "action"
    object_id = models.BigIntegerField()
    person = models.ForeignKey(User, models.PROTECT, related_name="reminders")
    stage = models.CharField(max_length=10, choices=Stage)
    due_on = models.DateField()  # the promise's date: part of the key, so a moved date is a new promise
    send_on = models.DateField()
    planned_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    why = models.TextField(blank=True)  # of a skipped, failed or unknown one
    attempts = models.SmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)  # by the database's real clock
    not_before = models.DateTimeField(null=True, blank=True)  # by the same clock: the wait after a failure
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "reminder"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id", "person", "stage", "due_on", "send_on"], name="reminder_once"
            ),
            one_of(
                "reminder_state_known",
                "state",
                ["planned", "sending", "sent", "failed", "unknown", "skipped"],
            ),
            models.CheckConstraint(
                name="sending_has_a_lease",
                condition=~Q(state="sending") | Q(lease_until__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["send_on"], name="reminder_to_send", condition=Q(state="planned"))]


class OutboxMessage(models.Model):
    """A message as it left, or, in the demonstration, as it would have left.  Append-only."""

    reminder = models.OneToOneField(Reminder, models.PROTECT, related_name="message", null=True)
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    person = models.ForeignKey(User, models.PROTECT, related_name="messages")
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "outbox_message"
        ordering = ["-at", "-pk"]
