"""The ledger of reminders: the database holds the promise, Celery only pokes.

A reminder is planned as a row with a unique key before anything is sent.  A sender claims all of one person's that
may go now as one message, under a lease, checks each again, and records what became of it.  What a person wishes,
and who stands in for them, are rows that are never overwritten.
"""

from django.db import models
from django.db.models import F, Q

from tracker.accounts.models import User
from tracker.constraints import both_or_neither, dates_in_order, never_two_at_once, one_of
from tracker.reminders.schedule import Rhythm
from tracker.sources import Told
from tracker.trusts.models import Trust


class OutboxMessage(models.Model):
    """One message to one person, as it left or, in the demonstration, as it would have left.

    sending -> sent | not sent | unknown.  `unknown` is said when a sender stopped after the mail server may have
    taken the message: a person decides, nobody guesses.  Its words never change."""

    class State(models.TextChoices):
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        NOT_SENT = "not_sent", "Not sent"
        UNKNOWN = "unknown", "Not known whether it was sent"

    person = models.ForeignKey(User, models.PROTECT, related_name="messages")
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.SENDING)
    why = models.TextField(blank=True)  # of one that was not sent or is unknown
    reference = models.UUIDField(unique=True)  # under which a provider is asked what became of it
    attempt = models.SmallIntegerField(default=1)
    lease_until = models.DateTimeField(null=True, blank=True)  # by the database's real clock
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "outbox_message"
        ordering = ["-at", "-pk"]
        constraints = [
            one_of("message_state_known", "state", ["sending", "sent", "not_sent", "unknown"]),
            models.CheckConstraint(
                name="sending_has_a_lease",
                condition=Q(state="sending", lease_until__isnull=False, settled_at=None)
                | (~Q(state="sending") & Q(lease_until=None, settled_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="message_of_person"),
            models.Index(fields=["lease_until"], name="message_being_sent", condition=Q(state="sending")),
        ]


class Reminder(models.Model):
    """One promise to tell one person one thing once.

    planned -> sending -> sent | failed | unknown | skipped.

    Written by one statement that reads the trust and the person from their own tables, 200,000 at a time; therefore
    no foreign key looks each of them up again (house rule 8's exception)."""

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

    ROLES = {
        Told.OWNER: "Owner",
        Told.EXECUTIVE: "Accountable executive",
        Told.IMPROVEMENT_LEAD: "Improvement lead",
        Told.REGION: "Regional staff",
    }

    object_id = models.BigIntegerField()
    planned_at = models.DateTimeField()
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="reminders", db_constraint=False)
    stands_in_for = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, db_constraint=False, db_index=False
    )
    message = models.ForeignKey(OutboxMessage, models.PROTECT, null=True, blank=True, related_name="reminders")
    due_on = models.DateField()  # the promise's date: part of the key, so a moved date is a new promise
    send_on = models.DateField()
    days = models.SmallIntegerField()  # after the due date, before the move to a working day
    attempts = models.SmallIntegerField(default=0)
    kind = models.CharField(max_length=20)  # which promises it is one of: "action"
    told = models.CharField(max_length=20)  # as what the person is told
    stage = models.CharField(max_length=10, choices=Stage)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    why = models.TextField(blank=True)  # of a skipped, failed or unknown one
    not_before = models.DateTimeField(null=True, blank=True)  # by the real clock: the wait after a failure
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "reminder"
        constraints = [
            models.UniqueConstraint(
                fields=["object_id", "send_on", "person", "kind", "stage", "due_on"], name="reminder_once"
            ),
            one_of(
                "reminder_state_known",
                "state",
                ["planned", "sending", "sent", "failed", "unknown", "skipped"],
            ),
            one_of("reminder_told_known", "told", [told.value for told in Told]),
            models.CheckConstraint(
                name="sending_has_a_message", condition=~Q(state="sending") | Q(message__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["send_on", "person"], name="reminder_to_send", condition=Q(state="planned")),
            models.Index(fields=["trust", "-id"], name="reminder_of_trust"),
            models.Index(fields=["state"], name="reminder_to_settle", condition=Q(state__in=["failed", "unknown"])),
        ]


class ReminderDecision(models.Model):
    """What a person decided of a reminder that failed or of which nobody knew.  Append-only."""

    class Decided(models.TextChoices):
        SENT = "sent", "It was sent"
        NOT_SENT = "not_sent", "It was not sent, and is not needed any more"
        AGAIN = "again", "Send it again"

    reminder = models.ForeignKey(Reminder, models.PROTECT, related_name="decisions")
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    decided = models.CharField(max_length=10, choices=Decided)
    why = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        db_table = "reminder_decision"
        ordering = ["-at", "-pk"]
        constraints = [
            one_of("decided_known", "decided", ["sent", "not_sent", "again"]),
            models.CheckConstraint(condition=~Q(why=""), name="decision_says_why"),
        ]


class ReminderWish(models.Model):
    """How and when a person wants to hear.  Append-only: the newest counts; without one, a daily message at eight."""

    person = models.ForeignKey(User, models.PROTECT, related_name="wishes", db_index=False)
    rhythm = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Rhythm])
    weekday = models.SmallIntegerField(default=0)
    hour = models.SmallIntegerField(default=8)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        db_table = "reminder_wish"
        constraints = [
            one_of("rhythm_known", "rhythm", [one.value for one in Rhythm]),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="weekday_known"),
            models.CheckConstraint(condition=Q(hour__range=(6, 19)), name="hour_by_day"),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="newest_wish")]


class Absence(models.Model):
    """Days on which a person is away and another stands in for them.  Ended early by a nearer day of return (that of
    the first day, where it never began), and never deleted."""

    person = models.ForeignKey(User, models.PROTECT, related_name="absences")
    deputy = models.ForeignKey(User, models.PROTECT, related_name="+")
    first_on = models.DateField()
    back_on = models.DateField()  # the first day on which they are there again
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "absence"
        ordering = ["-first_on", "-pk"]
        constraints = [
            dates_in_order("absence_dates", "first_on", "back_on"),
            both_or_neither("absence_ended_by_somebody", "ended_at", "ended_by"),
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="nobody_deputises_for_themselves"),
            never_two_at_once("one_deputy_a_day", ["person"], "first_on", "back_on"),
        ]


class CalendarFeed(models.Model):
    """A secret address under which a person's calendar program reads their dates.  Kept as a digest, so that whoever
    reads this table reads no calendar; ended for good when it is renewed or revoked."""

    person = models.ForeignKey(User, models.PROTECT, related_name="calendar_feeds")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the address's secret part
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "calendar_feed"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(ended_at=None), name="one_calendar_feed_a_person")
        ]
