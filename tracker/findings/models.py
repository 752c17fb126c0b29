"""What an inspection published: public facts, open to everybody who is signed in.

Drafts, the coding of causes and unpublished reports are confidential and have tables of their own
(house decision 7); what stands here has been published by CQC and confirmed by a person.
"""

from typing import Self

from django.db import models
from django.db.models import Q

from tracker.accounts.models import User
from tracker.constraints import one_of
from tracker.ratings.models import RatedDomain, RatedService
from tracker.trusts.models import Site, Trust


class Inspection(models.Model):
    """A published inspection of a trust: the ratings published that day are its ratings."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="inspections")
    published_on = models.DateField()
    title = models.CharField(max_length=200)
    report_url = models.URLField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        db_table = "inspection"
        ordering = ["-published_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "published_on", "title"], name="inspection_once"),
            models.CheckConstraint(
                condition=Q(report_url="") | Q(report_url__startswith="https://www.cqc.org.uk/"),
                name="inspection_report_at_cqc",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FindingQuerySet(models.QuerySet["Finding"]):
    def of_trust(self, trust: Trust) -> Self:
        return self.filter(trust=trust)

    def without_action(self) -> Self:
        return self.filter(actions__isnull=True)


class Finding(models.Model):
    """One thing the report says the trust must or should do, in the report's words."""

    class Kind(models.TextChoices):
        MUST = "MD", "Must do"
        SHOULD = "SD", "Should do"

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings")
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="findings")
    kind = models.CharField(max_length=2, choices=Kind)
    words = models.TextField()
    service = models.ForeignKey(RatedService, models.PROTECT, null=True, blank=True, related_name="+")
    key_question = models.ForeignKey(RatedDomain, models.PROTECT, null=True, blank=True, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    regulation = models.CharField(max_length=200, blank=True)  # as printed, e.g. Regulation 12(2)(g)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = FindingQuerySet.as_manager()

    class Meta:
        db_table = "finding"
        ordering = ["kind", "pk"]
        constraints = [
            one_of("finding_kind_known", "kind", ["MD", "SD"]),
            models.CheckConstraint(condition=~Q(words=""), name="finding_has_words"),
        ]

    def __str__(self) -> str:
        return self.words[:80]
