"""What a trust measures, value by value: confidential to the trust, its region and national staff.

Every table here has an immutable `trust_id`, the tenant, and carries row security from its first migration.  Terms
of reference can share a measure (`shared_scopes`); its values, recalculations and history are shared with it.
"""

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from tracker.accounts.models import User
from tracker.constraints import both_or_neither, one_of
from tracker.measures.periods import Frequency
from tracker.measures.spc import Assurance, Direction, Rule, Variation
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.ratings.models import RatedService
from tracker.trusts.models import Site, Trust

DIGITS, PLACES = 18, 6


def _choices(values: type[Direction] | type[Frequency] | type[Variation] | type[Assurance] | type[Rule]) -> list[str]:
    return [value.value for value in values]


class MeasureQuerySet(models.QuerySet["Measure"]):
    def visible_to(self, access: Access) -> Self:
        """The first wall: measures of the trusts whose plans the person may see.

        The second is the table's row security, which would hold without this filter."""
        return self.filter(trust_id__in=access.trusts(Can.SEE_PLANS))

    def signalling_concern(self) -> Self:
        return self.filter(variation=Variation.CONCERN)

    def without_values_since(self, period: date) -> Self:
        """Those whose latest value is of an earlier period, or that have none."""
        return self.filter(Q(latest_on__lt=period) | Q(latest_on=None))


class Measure(models.Model):
    """Something a trust measures period by period.

    What the values say is kept here beside them, written by the same transaction, so that a list of measures
    reads no values: `variation` to `concern_since`."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="measures")
    name = models.CharField(max_length=200)
    definition = models.TextField(blank=True)
    unit = models.CharField(max_length=40, blank=True)  # "%", "falls per 1,000 bed days"
    numerator = models.CharField(max_length=300, blank=True)
    denominator = models.CharField(max_length=300, blank=True)
    direction = models.CharField(max_length=8)
    target = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True)
    frequency = models.CharField(max_length=8, default=Frequency.MONTH.value)
    service = models.ForeignKey(RatedService, models.PROTECT, null=True, blank=True, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(User, models.PROTECT, related_name="owned_measures")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    version = models.IntegerField(default=1)  # a form saved from an older one is told so, and keeps its words
    values_version = models.IntegerField(default=1)  # moves with the values and the limits
    form_key = models.UUIDField(null=True, blank=True)  # a form sent twice makes one measure
    shared_scopes = ArrayField(models.UUIDField(), default=list, blank=True)

    variation = models.CharField(max_length=12, default=Variation.TOO_FEW.value)
    assurance = models.CharField(max_length=12, default=Assurance.NO_TARGET.value)
    signal = models.CharField(max_length=12, blank=True)  # the rule the latest value is a signal by
    signal_upwards = models.BooleanField(default=False)
    points = models.IntegerField(default=0)
    latest_on = models.DateField(null=True, blank=True)
    latest_value = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True)
    concern_since = models.DateField(null=True, blank=True)  # the first period of the concern that lasts

    objects = MeasureQuerySet.as_manager()

    class Meta:
        db_table = "measure"
        ordering = ["name", "pk"]
        constraints = [
            one_of("measure_direction_known", "direction", _choices(Direction)),
            one_of("measure_frequency_known", "frequency", _choices(Frequency)),
            one_of("measure_variation_known", "variation", _choices(Variation)),
            one_of("measure_assurance_known", "assurance", _choices(Assurance)),
            one_of("measure_signal_known", "signal", ["", *_choices(Rule)]),
            models.CheckConstraint(condition=~Q(name=""), name="measure_has_a_name"),
            models.CheckConstraint(
                condition=Q(target=None) | ~Q(direction=Direction.NEITHER.value), name="measure_target_has_a_direction"
            ),
            models.CheckConstraint(
                condition=Q(variation=Variation.CONCERN.value, concern_since__isnull=False)
                | (~Q(variation=Variation.CONCERN.value) & Q(concern_since=None)),
                name="measure_concern_has_its_day",
            ),
            both_or_neither("measure_latest_together", "latest_on", "latest_value"),
            models.UniqueConstraint(fields=["trust", "form_key"], name="one_measure_a_form"),
        ]
        indexes = [
            models.Index(fields=["trust", "name"], name="measure_of_trust"),
            GinIndex(fields=["shared_scopes"], name="measure_shared_scopes"),
        ]

    def __str__(self) -> str:
        return self.name


class MeasureValueQuerySet(models.QuerySet["MeasureValue"]):
    def standing(self) -> Self:
        """Those nothing has superseded and that are not taken back: one a period."""
        return self.filter(superseded_by=None, value__isnull=False)


class MeasureValue(models.Model):
    """The value of one period, who said so and when.  Append-only: a correction is another row that supersedes it,
    with its reason; one without a value takes it back."""

    class Source(models.TextChoices):
        TYPED = "typed", "Typed"
        PASTED = "pasted", "Pasted"
        API = "api", "Sent by another system"

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="values")
    period = models.DateField()  # its first day
    value = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    why = models.TextField(blank=True)
    source = models.CharField(max_length=8, choices=Source)
    batch = models.UUIDField()  # what was recorded together
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = MeasureValueQuerySet.as_manager()

    class Meta:
        db_table = "measure_value"
        ordering = ["period", "pk"]
        constraints = [
            one_of("value_source_known", "source", ["typed", "pasted", "api"]),
            models.UniqueConstraint(
                fields=["measure", "period"], condition=Q(supersedes=None), name="one_first_value_a_period"
            ),
            models.CheckConstraint(
                condition=Q(supersedes=None, value__isnull=False) | (Q(supersedes__isnull=False) & ~Q(why="")),
                name="a_correction_has_its_reason",
            ),
        ]


class Rebase(models.Model):
    """Limits calculated anew from a day on, with the reason.  Append-only: a row that `withdraws` an earlier one
    takes it back.  The limits before the day stay as they were."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="rebases")
    on = models.DateField()
    why = models.TextField()
    withdraws = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="withdrawn_by")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        db_table = "measure_rebase"
        ordering = ["on", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(why=""), name="rebase_has_its_reason")]


class MeasureEvent(models.Model):
    """What was done to a measure itself: made, changed, with before and after in words.  Append-only."""

    class Kind(models.TextChoices):
        MADE = "made", "Measure added"
        CHANGED = "changed", "Measure changed"

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=8, choices=Kind)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        db_table = "measure_event"
        ordering = ["-at", "-pk"]
        constraints = [one_of("measure_event_kind_known", "kind", ["made", "changed"])]
