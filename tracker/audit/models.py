"""One row for every operation, one for every seal on it, and the queue between the two."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from tracker.audit.chain import FIRST

REFUSED = "refused"
ADDRESS = "address"  # what a refusal is about: a thing that may not even be there


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def between(self, start: datetime | None, end: datetime | None) -> Self:
        """Written from the moment `start` until before `end`; either may be open."""
        rows = self if start is None else self.filter(written_at__gte=start)
        return rows if end is None else rows.filter(written_at__lt=end)


class AuditEntry(models.Model):
    """Who did what to which thing, and when.  Append-only.

    It names people and things by number and has no foreign keys: it outlives what it speaks of."""

    written_at = models.DateTimeField()  # the database's real clock: the demonstration's may be set
    person_id = models.BigIntegerField(null=True)  # null: the service itself
    operation = models.CharField(max_length=40)  # what was done: "reopened", "published", "refused"
    kind = models.CharField(max_length=40)  # to what: "action", "import"; a refusal is about an "address"
    object_id = models.BigIntegerField(null=True)
    trust_id = models.BigIntegerField(null=True)  # whose confidential thing it is
    request_id = models.CharField(max_length=64, blank=True)  # the same in the log of the web server and the worker
    source = models.CharField(max_length=63, blank=True)  # the row of history it stands beside, by table ...
    source_id = models.BigIntegerField(null=True)  # ... and number
    words = models.TextField(blank=True)  # of a refusal: what was asked for and how it was answered

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        db_table = "audit_entry"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="audit_source_with_its_row",
                condition=Q(source="", source_id=None) | (~Q(source="") & Q(source_id__isnull=False)),
            ),
            models.CheckConstraint(name="audit_operation_named", condition=~Q(operation="") & ~Q(kind="")),
        ]
        indexes = [
            models.Index(fields=["kind", "object_id"], name="audit_of_object"),
            models.Index(fields=["person_id", "-id"], name="audit_of_person"),
            models.Index(fields=["written_at"], name="audit_by_day"),
        ]


class AuditSeal(models.Model):
    """The seal on one entry: its place in the chain and the hash that binds it to the one before.  Append-only."""

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    seal = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "audit_seal"
        constraints = [
            models.CheckConstraint(name="audit_positions_from_one", condition=Q(position__gte=1)),
            models.CheckConstraint(name="audit_seal_is_a_hash", condition=Q(seal__regex=r"^[0-9a-f]{64}$")),
        ]

    @classmethod
    def last(cls) -> tuple[int, str]:
        """The place and the hash of the newest seal; before the first there is place 0."""
        newest = cls.objects.order_by("-position").values_list("position", "seal").first()
        return newest or (0, FIRST)


class AuditWaiting(models.Model):
    """Entries that wait for their seal, put here by the database as they are written.

    A row is seen when its transaction has committed, so that the sealer follows the order of commits and nobody who
    writes has to queue for the end of the chain."""

    entry_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "audit_waiting"
