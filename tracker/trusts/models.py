"""The register: regions, systems, trusts, their sites, and how each came from another.

Facts about trusts are dated, because the same trust belongs to another system, has another oversight
segment or another name at another time.  Loaded by `tracker.trusts.importer` from reference files whose
source and licence are kept beside them (`ReferenceSource`).
"""

from datetime import date

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from tracker.constraints import dates_in_order, never_two_at_once


def kept() -> tuple[pghistory.RowEvent, ...]:
    """The trackers that keep every version of a reference row; a tracker belongs to one model."""
    return (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())


class ReferenceSource(models.Model):
    """Where a reference file came from, shown wherever its facts are."""

    file = models.CharField(max_length=200, unique=True)
    source = models.TextField()
    licence = models.TextField()
    dated = models.CharField(max_length=40)
    note = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    class Meta:
        db_table = "reference_source"


@pghistory.track(*kept())
class Region(models.Model):
    """One of NHS England's regions."""

    code = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=100)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "region"
        ordering = ["name"]
        constraints = [dates_in_order("region_dates_in_order", "valid_from", "valid_to")]

    def __str__(self) -> str:
        return self.name


@pghistory.track(*kept())
class System(models.Model):
    """A sustainability and transformation partnership (2016 to 2022) or an integrated care system (since)."""

    class Kind(models.TextChoices):
        STP = "STP", "Sustainability and transformation partnership"
        ICS = "ICS", "Integrated care system"

    code = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=3, choices=Kind)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "care_system"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["code", "kind"], name="system_code_once_a_kind"),
            dates_in_order("system_dates_in_order", "valid_from", "valid_to"),
        ]

    def __str__(self) -> str:
        return self.name


class TrustQuerySet(models.QuerySet["Trust"]):
    def counted(self) -> "TrustQuerySet":
        """Trusts that stand in national figures: in the register, not provisional."""
        return self.filter(standing=Trust.Standing.REGISTERED)

    def open_on(self, day: date) -> "TrustQuerySet":
        return self.filter(Q(opened__isnull=True) | Q(opened__lte=day), Q(closed__isnull=True) | Q(closed__gt=day))

    def matching(self, text: str) -> "TrustQuerySet":
        """Trusts whose code, present name or a former name holds `text`."""
        term = text.strip()
        return self.filter(Q(code__iexact=term) | Q(name__icontains=term) | Q(names__name__icontains=term)).distinct()


@pghistory.track(*kept())
class Trust(models.Model):
    """An NHS trust or foundation trust, open or closed."""

    class Type(models.TextChoices):
        GENERAL_ACUTE = "general_acute", "General acute"
        SPECIALIST_ACUTE = "specialist_acute", "Specialist acute"
        MENTAL_HEALTH = "mental_health", "Mental health"
        COMMUNITY = "community", "Community"
        AMBULANCE = "ambulance", "Ambulance"

    class Standing(models.TextChoices):
        REGISTERED = "registered", "In the register"
        PROVISIONAL = "provisional", "Not in the register, waiting to be settled"

    code = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=20, choices=Type, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True)
    system = models.ForeignKey(System, models.PROTECT, null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    opened = models.DateField(null=True, blank=True)
    closed = models.DateField(null=True, blank=True)
    standing = models.CharField(max_length=12, choices=Standing, default=Standing.REGISTERED)

    objects = TrustQuerySet.as_manager()

    class Meta:
        db_table = "trust"
        ordering = ["name", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(code=Upper("code")), name="trust_code_upper_case"),
            dates_in_order("trust_dates_in_order", "opened", "closed"),
        ]
        indexes = [GinIndex(fields=["name"], name="trust_name_trigrams", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.name


@pghistory.track(*kept())
class TrustName(models.Model):
    """A former, short or alternative name, by which people still look for a trust."""

    trust = models.ForeignKey(Trust, models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "trust_name"
        constraints = [models.UniqueConstraint(fields=["trust", "name"], name="trust_name_once")]
        indexes = [GinIndex(fields=["name"], name="former_name_trigrams", opclasses=["gin_trgm_ops"])]


@pghistory.track(*kept())
class SystemMembership(models.Model):
    """A trust belongs to a system for a time."""

    trust = models.ForeignKey(Trust, models.CASCADE, related_name="system_memberships")
    system = models.ForeignKey(System, models.PROTECT)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "system_membership"
        constraints = [
            never_two_at_once("one_system_at_a_time", ["trust"], "valid_from", "valid_to"),
            dates_in_order("system_membership_dates", "valid_from", "valid_to"),
        ]


@pghistory.track(*kept())
class Succession(models.Model):
    """On a day one trust carried on as another.  Many to many: a trust may be divided, several may merge."""

    predecessor = models.ForeignKey(Trust, models.CASCADE, related_name="carried_on_as")
    successor = models.ForeignKey(Trust, models.CASCADE, related_name="came_from")
    on = models.DateField()
    reason = models.TextField(blank=True)

    class Meta:
        db_table = "trust_succession"
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor", "on"], name="trust_succession_once"),
            models.CheckConstraint(condition=~Q(predecessor=models.F("successor")), name="trust_succession_to_another"),
        ]


@pghistory.track(*kept())
class TrustFact(models.Model):
    """A dated fact about a trust: oversight segment, programme, size, teaching, rural, record system."""

    class Kind(models.TextChoices):
        SEGMENT = "segment", "Oversight segment"
        PROGRAMME = "programme", "National programme"
        SIZE = "size", "Size"
        TEACHING = "teaching", "Teaching"
        RURAL = "rural", "Rural"
        RECORD_SYSTEM = "record_system", "Record system"

    trust = models.ForeignKey(Trust, models.CASCADE, related_name="facts")
    kind = models.CharField(max_length=20, choices=Kind)
    value = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.TextField()

    class Meta:
        db_table = "trust_fact"
        constraints = [
            never_two_at_once("one_fact_of_a_kind_at_a_time", ["trust", "kind"], "valid_from", "valid_to"),
            dates_in_order("trust_fact_dates", "valid_from", "valid_to"),
        ]


class Site(models.Model):
    """A hospital or other place of a trust, as CQC registers it.  A site that re-registers becomes another
    site with another id; `SiteSuccession` says that both are the same hospital."""

    cqc_id = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=300)
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="sites")
    postcode = models.CharField(max_length=10, blank=True)
    closed = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "site"
        ordering = ["name", "cqc_id"]
        indexes = [GinIndex(fields=["name"], name="site_name_trigrams", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.name


class SiteSuccession(models.Model):
    """One registered location carried on as another: the join shown on a hospital's page."""

    predecessor = models.ForeignKey(Site, models.CASCADE, related_name="carried_on_as")
    successor = models.ForeignKey(Site, models.CASCADE, related_name="came_from")
    on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        db_table = "site_succession"
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="site_succession_once"),
            models.CheckConstraint(condition=~Q(predecessor=models.F("successor")), name="site_succession_to_another"),
        ]
