"""Pairing rounds: the whole pool at once, kept with their inputs so that each can be run again to the byte.

Nothing of a round is visible to trusts until it is published, and then to each only what is its own: the
row-security policies say so too.  What speaks of several trusts at once (the inputs, who holds whose places)
stands in `RoundWorkings`, which no trust ever sees.
"""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from peerreview.pairing.lifecycle import State
from tracker.constraints import both_or_neither, one_of
from tracker.models import Trust, User
from tracker.people.access import Access
from tracker.people.roles import Can


class PairingRoundQuerySet(models.QuerySet["PairingRound"]):
    def visible_to(self, access: Access) -> Self:
        """National staff and convenors see every round; a trust the published ones it has a pair in."""
        if access.may(Can.SEE_ROUNDS):
            return self
        own = ProposedPair.objects.visible_to(access).filter(pairing_round=OuterRef("pk"))
        return self.filter(Exists(own), state=State.PUBLISHED)


class PairingRound(models.Model):
    """One exact matching of trusts in need with helpers."""

    State = State

    name = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    as_at = models.DateField()  # the ratings it read
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    inputs_sha256 = models.CharField(max_length=64)  # of `RoundWorkings.inputs`
    plan_sha256 = models.CharField(max_length=64)  # of the plan's canonical bytes
    need_total = models.IntegerField()  # points, over all its trusts
    need_met = models.IntegerField()

    objects = PairingRoundQuerySet.as_manager()

    class Meta:
        db_table = "pairing_round"
        ordering = ["-pk"]
        constraints = [
            one_of("round_state_known", "state", ["proposed", "published", "set_aside"]),
            both_or_neither("round_published_by_somebody", "published_at", "published_by"),
        ]

    def __str__(self) -> str:
        return self.name


class WorkingsQuerySet(models.QuerySet["RoundWorkings"]):
    def visible_to(self, access: Access) -> Self:
        return self if access.may(Can.SEE_ROUNDS) else self.none()


class RoundWorkings(models.Model):
    """Everything the matching read, and what would have to give for trusts left without a helper.

    Seen by those who see rounds before they are published, and by nobody else.
    """

    pairing_round = models.OneToOneField(PairingRound, models.PROTECT, related_name="workings", primary_key=True)
    inputs = models.TextField()  # canonical JSON: text, because its bytes are signed
    limits = models.JSONField()  # trust code -> sentences: who holds the places, which rule to relax

    objects = WorkingsQuerySet.as_manager()

    class Meta:
        db_table = "round_workings"


class RoundEventQuerySet(models.QuerySet["RoundEvent"]):
    def visible_to(self, access: Access) -> Self:
        return self if access.may(Can.SEE_ROUNDS) else self.none()


class RoundEvent(models.Model):
    """What was done with a round, by whom, when and why.  Append-only."""

    pairing_round = models.ForeignKey(PairingRound, models.PROTECT, related_name="events")
    state = models.CharField(max_length=10, choices=State)  # the state it came into
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    why = models.TextField(blank=True)

    objects = RoundEventQuerySet.as_manager()

    class Meta:
        db_table = "round_event"
        ordering = ["pk"]
        constraints = [one_of("round_event_known", "state", ["proposed", "published", "set_aside"])]


class ProposedPairQuerySet(models.QuerySet["ProposedPair"]):
    def visible_to(self, access: Access) -> Self:
        """National staff and convenors see all; a trust sees the published pairs it is in."""
        if access.may(Can.SEE_ROUNDS):
            return self
        mine = access.home_trust_ids
        return self.filter(Q(trust_id__in=mine) | Q(helper_id__in=mine), published=True)


class ProposedPair(models.Model):
    """One trust in need and the helper proposed for it, or nobody, with the reasons as they were shown.

    `explanation` speaks of these two trusts only, because both read it.
    """

    pairing_round = models.ForeignKey(PairingRound, models.CASCADE, related_name="pairs")
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    helper = models.ForeignKey(Trust, models.PROTECT, null=True, blank=True, related_name="+")
    need = models.IntegerField()  # 0 to 1,000
    fit = models.IntegerField(null=True)  # 0 to 1,000; null when there is no helper
    need_met = models.IntegerField(default=0)
    choice = models.IntegerField(null=True)  # this helper is choice k ...
    lawful_helpers = models.IntegerField(default=0)  # ... of n lawful ones
    explanation = models.JSONField()  # see `peerreview.pairing.telling`
    published = models.BooleanField(default=False)

    objects = ProposedPairQuerySet.as_manager()

    class Meta:
        db_table = "proposed_pair"
        ordering = ["-need", "trust__code"]
        constraints = [
            models.UniqueConstraint(fields=["pairing_round", "trust"], name="one_pair_a_trust_a_round"),
            models.CheckConstraint(condition=~Q(helper=models.F("trust")), name="nobody_helps_themselves"),
            both_or_neither("a_helper_has_a_fit", "helper", "fit"),
        ]
