"""Which person holds which role where, and who is assigned to what."""

from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q

from tracker.accounts.models import User
from tracker.constraints import dates_in_order, one_of
from tracker.people.roles import PLACES, Place, Role
from tracker.trusts.models import Region, System, Trust


def _roles_at(place: Place) -> list[str]:
    return [role.value for role, where in PLACES.items() if where is place]


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, today: date) -> Self:
        return self.filter(Q(valid_from__lte=today) & (Q(valid_to__isnull=True) | Q(valid_to__gt=today)))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Membership(models.Model):
    """A person holds a role at a trust, a system, a region or the nation, from a day and perhaps until a day."""

    person = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=40, choices=Role)
    trust = models.ForeignKey(Trust, models.PROTECT, null=True, blank=True)
    system = models.ForeignKey(System, models.PROTECT, null=True, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        db_table = "membership"
        constraints = [
            dates_in_order("membership_dates", "valid_from", "valid_to"),
            one_of("membership_role_known", "role", [role.value for role in Role]),
            models.CheckConstraint(
                name="membership_at_the_right_place",
                condition=(
                    Q(role__in=_roles_at(Place.TRUST), trust__isnull=False, system=None, region=None)
                    | Q(role__in=_roles_at(Place.SYSTEM), trust=None, system__isnull=False, region=None)
                    | Q(role__in=_roles_at(Place.REGION), trust=None, system=None, region__isnull=False)
                    | Q(role__in=_roles_at(Place.NATION), trust=None, system=None, region=None)
                ),
            ),
        ]

    def __str__(self) -> str:
        place = self.trust or self.system or self.region or "England"
        return f"{self.person}: {Role(self.role).label}, {place}"


class Assignment(models.Model):
    """A duty on one object, from a moment until a moment: the history behind columns such as an action's owner."""

    class Duty(models.TextChoices):
        OWNER = "owner", "Owner"
        EXECUTIVE = "executive", "Accountable executive"
        VERIFIER = "verifier", "Verifier"
        PANELLIST = "panellist", "Panellist"

    trust = models.ForeignKey(Trust, models.PROTECT)  # the tenant: never changes
    person = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    duty = models.CharField(max_length=12, choices=Duty)
    object_kind = models.CharField(max_length=20)  # "action", "review"
    object_id = models.BigIntegerField()
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "assignment"
        constraints = [
            one_of("assignment_duty_known", "duty", ["owner", "executive", "verifier", "panellist"]),
            models.UniqueConstraint(
                name="one_owner_at_a_time",
                fields=["object_kind", "object_id", "duty"],
                condition=Q(duty__in=["owner", "executive"], ended_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["person", "duty", "object_kind"], name="assignment_of_person")]
