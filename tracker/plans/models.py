"""Actions and the progress recorded on them: confidential to the trust, its region and national staff.

Every table here has an immutable `trust_id`, the tenant, and carries row security from its first migration.
"""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from tracker.accounts.models import User
from tracker.constraints import both_or_neither, one_of
from tracker.findings.models import Finding
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.lifecycle import CLAIMED, OPEN, Status
from tracker.ratings.models import RatedDomain, RatedService
from tracker.trusts.models import Site, Trust

STATUSES = [status.value for status in Status]
_CLAIMED = [status.value for status in CLAIMED]


class ReferenceCounter(models.Model):
    """The last number given to a trust's references of one kind; locked while the next is taken."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=2)
    last = models.IntegerField(default=0)

    class Meta:
        db_table = "reference_counter"
        constraints = [models.UniqueConstraint(fields=["trust", "kind"], name="one_counter_a_kind")]


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, access: Access) -> Self:
        """The first wall: actions of the trusts whose plans the person may see.

        The second is the table's row security, which would hold without this filter."""
        return self.filter(trust_id__in=access.trusts(Can.SEE_PLANS))

    def open(self) -> Self:
        return self.filter(status__in=OPEN)

    def overdue(self, today: date) -> Self:
        return self.open().filter(due_on__lt=today)

    def due_by(self, day: date) -> Self:
        return self.open().filter(due_on__lte=day)

    def saying(self, words: str) -> Self:
        """Those with all of `words` in what they say, or in a reference.

        The trust is chosen first, by the wall: within one a look at each row is quick."""
        found = self
        for word in words.split()[:8]:
            said = Q(title__icontains=word) | Q(detail__icontains=word) | Q(reference__icontains=word)
            found = found.filter(said | Q(own_reference__icontains=word))
        return found

    def owned_by(self, person_id: int | None) -> Self:
        return self.filter(owner_id=person_id)


class Action(models.Model):
    """What a trust does about one or more findings: one owner, one accountable executive, one due date.

    The reference (`RH8-MD-014`) and the original due date never change; the due date only by a granted extension.
    Whoever verified it is never its owner."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="actions")
    reference = models.CharField(max_length=24, unique=True)
    title = models.CharField(max_length=300)
    detail = models.TextField(blank=True)
    findings = models.ManyToManyField(Finding, through="ActionFinding", related_name="actions")
    service = models.ForeignKey(RatedService, models.PROTECT, null=True, blank=True, related_name="+")
    key_question = models.ForeignKey(RatedDomain, models.PROTECT, null=True, blank=True, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(User, models.PROTECT, related_name="owned_actions")
    executive = models.ForeignKey(User, models.PROTECT, related_name="sponsored_actions")
    original_due_on = models.DateField()
    due_on = models.DateField()
    status = models.CharField(max_length=12, choices=Status, default=Status.NOT_STARTED)
    interim_control = models.TextField(blank=True)  # what keeps patients safe until it is done
    risk = models.TextField(blank=True)  # what may happen if it is late, or does not work
    own_reference = models.CharField(max_length=60, blank=True)  # the trust's own
    times_moved = models.SmallIntegerField(default=0)  # how often its due date was moved
    done_on = models.DateField(null=True, blank=True)  # when its owner said that it is done
    delivered_on = models.DateField(null=True, blank=True)  # the day that, they say, it was
    verified_on = models.DateField(null=True, blank=True)
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    sustained_on = models.DateField(null=True, blank=True)
    # the action whose finding this one checks at a sister site
    check_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="checks")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    version = models.IntegerField(default=1)  # a form saved from an older one is told so, and keeps its words
    form_key = models.UUIDField(null=True, blank=True)  # a form sent twice makes one action

    objects = ActionQuerySet.as_manager()

    class Meta:
        db_table = "action"
        ordering = ["due_on", "reference"]
        constraints = [
            one_of("action_status_known", "status", STATUSES),
            models.CheckConstraint(
                name="done_action_has_its_days",
                condition=Q(status__in=_CLAIMED, done_on__isnull=False, delivered_on__isnull=False)
                | (~Q(status__in=_CLAIMED) & Q(done_on=None, delivered_on=None)),
            ),
            both_or_neither("verified_on_a_day_by_a_person", "verified_on", "verified_by"),
            models.CheckConstraint(
                name="verified_action_has_its_verifier",
                condition=Q(status__in=["verified", "sustained"], verified_by__isnull=False)
                | (~Q(status__in=["verified", "sustained"]) & Q(verified_by=None)),
            ),
            models.CheckConstraint(
                name="action_not_verified_by_its_owner", condition=Q(verified_by=None) | ~Q(verified_by=F("owner"))
            ),
            models.CheckConstraint(
                name="sustained_action_has_its_day",
                condition=Q(status="sustained", sustained_on__isnull=False)
                | (~Q(status="sustained") & Q(sustained_on=None)),
            ),
            models.UniqueConstraint(fields=["trust", "form_key"], name="one_action_a_form"),
        ]
        indexes = [
            models.Index(fields=["trust", "due_on"], name="action_of_trust"),
            models.Index(fields=["due_on", "reference"], name="action_in_order"),  # the list of many trusts
            models.Index(fields=["owner", "due_on"], name="action_of_owner"),
            models.Index(fields=["due_on"], name="action_open_due", condition=Q(status__in=[s.value for s in OPEN])),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class ActionFinding(models.Model):
    """Which findings an action answers: many to many."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, related_name="+")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="+")

    class Meta:
        db_table = "action_finding"
        constraints = [models.UniqueConstraint(fields=["action", "finding"], name="finding_once_an_action")]


class ProgressUpdate(models.Model):
    """What was said about an action, by whom, and on whose behalf.  Append-only."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, related_name="updates")
    words = models.TextField()
    status_before = models.CharField(max_length=12, choices=Status)
    status_after = models.CharField(max_length=12, choices=Status)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    form_key = models.UUIDField(null=True, blank=True)  # a form sent twice is one update

    class Meta:
        db_table = "progress_update"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="update_has_words"),
            models.UniqueConstraint(fields=["action", "form_key"], name="one_update_a_form"),
        ]


class ActionEvent(models.Model):
    """Every move of an action, and every change of what is kept of it: who or what, when, why, and what was there
    before.  Append-only."""

    class Kind(models.TextChoices):
        MADE = "made", "Made"
        UPDATED = "updated", "Progress recorded"
        MOVED = "moved", "Status changed"
        REASSIGNED = "reassigned", "Reassigned"
        REOPENED = "reopened", "Reopened"
        NOTED = "noted", "Noted"  # the service says something about the action and moves nothing
        EDITED = "edited", "Edited"
        EVIDENCE = "evidence", "Evidence added"
        VERIFIED = "verified", "Verified"
        SUSTAINED = "sustained", "Sustained"
        SET_ASIDE = "set_aside", "Set aside"
        EXTENSION_ASKED = "extension_asked", "Later date asked"
        EXTENDED = "extended", "Later date granted"
        EXTENSION_REFUSED = "extension_refused", "Later date refused"
        EXTENSION_WITHDRAWN = "extension_withdrawn", "Later date no longer asked"

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind)
    status_before = models.CharField(max_length=12, blank=True)
    status_after = models.CharField(max_length=12)
    why = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")  # null: the service
    on_behalf_of = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    progress = models.OneToOneField(ProgressUpdate, models.PROTECT, null=True, blank=True, related_name="event")
    rating_change_id = models.BigIntegerField(null=True, blank=True)  # the change that caused it
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="+")  # which caused it
    changes = models.JSONField(default=dict)  # what changed: {"owner": ["before", "after"]}
    version = models.IntegerField(default=0)  # the action's, after it

    class Meta:
        db_table = "action_event"
        ordering = ["-at", "-pk"]
