"""What people need around actions every day: comments, mentions, watching, saved lists, changes of many at once."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from tracker.accounts.models import User
from tracker.constraints import both_or_neither
from tracker.plans.closing_models import Extension
from tracker.plans.models import Action
from tracker.trusts.models import Trust


class Comment(models.Model):
    """What somebody says about an action, or about a wish for a later date.  Append-only."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, related_name="comments")
    extension = models.ForeignKey(Extension, models.PROTECT, null=True, blank=True, related_name="arguments")
    words = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    form_key = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "action_comment"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="comment_has_words"),
            models.UniqueConstraint(fields=["action", "form_key"], name="one_comment_a_form"),
        ]


class Mention(models.Model):
    """A comment names somebody who may see the action; `seen_at` when they opened it after."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    comment = models.ForeignKey(Comment, models.PROTECT, related_name="mentions")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "mention"
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="mentioned_once_a_comment")]
        indexes = [models.Index(fields=["person"], name="mention_unseen", condition=Q(seen_at=None))]


class Watching(models.Model):
    """Somebody wants to know what happens to an action.  `seen_at` is when they last looked at it."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, related_name="watchers")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "watching"
        constraints = [models.UniqueConstraint(fields=["action", "person"], name="watched_once_a_person")]
        indexes = [models.Index(fields=["person"], name="watching_of_person")]


class SavedView(models.Model):
    """A list with a name: the query of its address.  Private, or shared with everybody of a trust."""

    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    trust = models.ForeignKey(Trust, models.PROTECT, null=True, blank=True, related_name="+")  # where it is shared
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    is_default = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "saved_view"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="one_view_a_name"),
            models.UniqueConstraint(fields=["person"], condition=Q(is_default=True), name="one_default_view"),
        ]
        indexes = [models.Index(fields=["trust"], name="view_of_trust")]


class BulkChange(models.Model):
    """One change of many actions, which can be taken back once, as far as nobody has changed them since."""

    public_id = models.UUIDField(unique=True, default=uuid4)
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    why = models.TextField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "bulk_change"
        constraints = [both_or_neither("bulk_change_undone_by_somebody", "undone_at", "undone_by")]


class BulkChangeRow(models.Model):
    """What a change of many did to one action: each part before and after, and the version it left.  Append-only."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    bulk = models.ForeignKey(BulkChange, models.PROTECT, related_name="rows")
    action = models.ForeignKey(Action, models.PROTECT, related_name="+")
    before = models.JSONField()  # {"owner": 12, "status": "on_track"}
    after = models.JSONField()
    version = models.IntegerField()
    extension = models.ForeignKey(Extension, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "bulk_change_row"
        constraints = [models.UniqueConstraint(fields=["bulk", "action"], name="action_once_a_bulk_change")]
