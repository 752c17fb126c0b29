"""A plan: which actions a trust answers an inspection with, in versions that supersede each other and stay.

Confidential, like the actions it holds.
"""

from typing import Self

from django.db import models
from django.db.models import F, Q

from tracker.accounts.models import User
from tracker.constraints import both_or_neither, one_of
from tracker.findings.models import Inspection
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.lifecycle import PlanState
from tracker.plans.models import Action
from tracker.trusts.models import Trust


class ActionPlanQuerySet(models.QuerySet["ActionPlan"]):
    def visible_to(self, access: Access) -> Self:
        """The first wall; the second is the table's row security."""
        return self.filter(trust_id__in=access.trusts(Can.SEE_PLANS))


class ActionPlan(models.Model):
    """One version of a plan.  Its author drafts it, somebody else approves it; what it held then is kept in words."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="plans")
    reference = models.CharField(max_length=28, unique=True)  # XN1-PL-001, and of later versions XN1-PL-001-2
    number = models.SmallIntegerField(default=1)  # of its versions
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    state = models.CharField(max_length=12, choices=PlanState, default=PlanState.DRAFT)
    actions = models.ManyToManyField(Action, through="PlanAction", related_name="plans")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    submitted_on = models.DateField(null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    form_key = models.UUIDField(null=True, blank=True)  # a form sent twice makes one plan

    objects = ActionPlanQuerySet.as_manager()

    class Meta:
        db_table = "action_plan"
        ordering = ["-made_at", "-pk"]
        constraints = [
            one_of("plan_state_known", "state", [state.value for state in PlanState]),
            both_or_neither("plan_approved_by_somebody", "approved_at", "approved_by"),
            models.CheckConstraint(
                name="plan_not_approved_by_its_author",
                condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")),
            ),
            models.CheckConstraint(
                name="plan_has_the_days_of_its_state",
                condition=Q(state="draft", approved_at=None, submitted_on=None, accepted_on=None)
                | Q(state="approved", approved_at__isnull=False, submitted_on=None, accepted_on=None)
                | Q(state="submitted", approved_at__isnull=False, submitted_on__isnull=False, accepted_on=None)
                | Q(state="accepted", approved_at__isnull=False, submitted_on__isnull=False, accepted_on__isnull=False)
                | Q(state="superseded", approved_at__isnull=False),
            ),
            models.UniqueConstraint(fields=["inspection", "number"], name="one_plan_a_version"),
            models.UniqueConstraint(
                fields=["inspection"], condition=Q(state="draft"), name="one_draft_plan_an_inspection"
            ),
            models.UniqueConstraint(fields=["trust", "form_key"], name="one_plan_a_form"),
        ]
        indexes = [models.Index(fields=["trust", "-made_at"], name="plan_of_trust")]

    def __str__(self) -> str:
        return self.reference


class PlanAction(models.Model):
    """An action that a version of a plan holds.  Append-only: what changes, the next version holds."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="holds")
    action = models.ForeignKey(Action, models.PROTECT, related_name="+")
    position = models.SmallIntegerField()

    class Meta:
        db_table = "plan_action"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "action"], name="action_once_a_plan")]


class PlanRow(models.Model):
    """An action in the words in which it was approved, whatever becomes of it since.  Append-only."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="rows")
    action = models.ForeignKey(Action, models.PROTECT, related_name="+")
    position = models.SmallIntegerField()
    title = models.CharField(max_length=300)
    detail = models.TextField(blank=True)
    findings = models.TextField(blank=True)  # their words, one a line
    regulations = models.CharField(max_length=1000, blank=True)
    place = models.CharField(max_length=600, blank=True)
    owner = models.CharField(max_length=200)
    executive = models.CharField(max_length=200)
    due_on = models.DateField()

    class Meta:
        db_table = "plan_row"
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "action"], name="row_once_a_plan")]


class PlanEvent(models.Model):
    """Every move of a version: who, when, why.  Append-only."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="events")
    state_before = models.CharField(max_length=12, blank=True)
    state_after = models.CharField(max_length=12)
    why = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        db_table = "plan_event"
        ordering = ["-at", "-pk"]
