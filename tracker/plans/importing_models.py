"""A trust's own tracker on its way in: what was pasted, what each column is, what a person put right, what was made.

Confidential, like the actions it becomes."""

from typing import Self
from uuid import uuid4

from django.db import models

from tracker.accounts.models import User
from tracker.constraints import one_of
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.lifecycle import TrackerState
from tracker.plans.models import Action
from tracker.trusts.models import Trust


class TrackerImportQuerySet(models.QuerySet["TrackerImport"]):
    def visible_to(self, access: Access) -> Self:
        """Whoever may make the trust's actions: what is not yet made is theirs alone."""
        return self.filter(trust_id__in=access.trusts(Can.MAKE_ACTIONS))


class TrackerImport(models.Model):
    """A tracker as it was given.  Its cells never change; what a person puts right is kept beside them."""

    public_id = models.UUIDField(unique=True, default=uuid4)
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    headings = models.JSONField()  # ["Ref", "Action"]
    cells = models.JSONField()  # [["MD01", "Wash hands"]]
    columns = models.JSONField()  # ["reference", ""]: what each column is, "" for one that is left out
    put_right = models.JSONField(default=dict)  # {"3": {"owner": "#12"}}: by row, from 0
    state = models.CharField(max_length=10, choices=TrackerState, default=TrackerState.CHECKING)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    form_key = models.UUIDField(null=True, blank=True)
    imported_at = models.DateTimeField(null=True, blank=True)

    objects = TrackerImportQuerySet.as_manager()

    class Meta:
        db_table = "tracker_import"
        ordering = ["-made_at", "-pk"]
        constraints = [
            one_of("tracker_import_state_known", "state", [state.value for state in TrackerState]),
            models.CheckConstraint(
                name="tracker_import_has_its_moment",
                condition=models.Q(state="checking", imported_at=None)
                | (~models.Q(state="checking") & models.Q(imported_at__isnull=False)),
            ),
            models.UniqueConstraint(fields=["trust", "form_key"], name="one_tracker_import_a_form"),
        ]
        indexes = [models.Index(fields=["trust", "-made_at"], name="tracker_import_of_trust")]


class TrackerHeading(models.Model):
    """What a heading of the trust's trackers means, as somebody there last said."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    heading = models.CharField(max_length=100)
    column = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "tracker_heading"
        constraints = [models.UniqueConstraint(fields=["trust", "heading"], name="one_meaning_a_heading")]


class ImportedAction(models.Model):
    """An action that an import made, and the version it left.  Append-only."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    tracker_import = models.ForeignKey(TrackerImport, models.PROTECT, related_name="made")
    action = models.OneToOneField(Action, models.PROTECT, related_name="imported")
    row = models.SmallIntegerField()
    version = models.IntegerField()

    class Meta:
        db_table = "imported_action"
        ordering = ["row"]


class TrackerImportEvent(models.Model):
    """Every move of an import: who and when.  Append-only."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    tracker_import = models.ForeignKey(TrackerImport, models.PROTECT, related_name="events")
    state_before = models.CharField(max_length=10, blank=True)
    state_after = models.CharField(max_length=10)
    why = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        db_table = "tracker_import_event"
        ordering = ["-at", "-pk"]
