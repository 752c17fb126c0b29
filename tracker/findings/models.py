"""What an inspection published: public facts, open to everybody who is signed in.

Drafts, the coding of causes and unpublished reports are confidential and have tables of their own
(house decision 7); what stands here has been published by CQC and confirmed by a person.
"""

from typing import Self

from django.db import models
from django.db.models import Case, Q, When

from tracker.accounts.models import User
from tracker.constraints import one_of
from tracker.findings.regulations import Instrument
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


MOST_SERIOUS_FIRST = Case(
    When(kind="CO", then=0), When(kind="WN", then=1), When(kind="NO", then=2), When(kind="SD", then=4), default=3
)
"""The ladder from condition to should-do; must-dos and breaches stand on one rung."""


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
        BREACH = "BR", "Breach of regulation"  # named by an assessment, which lists no must-dos
        REQUIREMENT = "NO", "Requirement notice"
        WARNING = "WN", "Section 29A warning notice"
        CONDITION = "CO", "Section 31 condition"

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="findings")
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="findings")
    kind = models.CharField(max_length=2, choices=Kind)
    words = models.TextField()
    service = models.ForeignKey(RatedService, models.PROTECT, null=True, blank=True, related_name="+")
    key_question = models.ForeignKey(RatedDomain, models.PROTECT, null=True, blank=True, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    regulation = models.CharField(max_length=200, blank=True)  # as printed, e.g. Regulation 12(2)(g)
    rung = models.GeneratedField(
        expression=MOST_SERIOUS_FIRST, output_field=models.SmallIntegerField(), db_persist=True
    )
    improve_by = models.DateField(null=True, blank=True)  # the day a warning notice sets for this failing
    recurrence_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="recurrences")
    recurrence_why = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = FindingQuerySet.as_manager()

    class Meta:
        db_table = "finding"
        ordering = ["rung", "pk"]
        constraints = [
            one_of("finding_kind_known", "kind", ["MD", "SD", "BR", "NO", "WN", "CO"]),
            models.CheckConstraint(condition=~Q(words=""), name="finding_has_words"),
            models.CheckConstraint(
                name="recurrence_says_why",
                condition=Q(recurrence_of=None, recurrence_why="")
                | (Q(recurrence_of__isnull=False) & ~Q(recurrence_why="")),
            ),
        ]
        indexes = [models.Index(fields=["trust", "kind"], name="finding_of_trust")]

    def __str__(self) -> str:
        return self.words[:80]


class FindingRegulation(models.Model):
    """One regulation a finding cites, keyed by (instrument, number, paragraph): the key of a breach."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="regulations")
    instrument = models.CharField(max_length=7)
    number = models.CharField(max_length=4)
    paragraph = models.CharField(max_length=20, blank=True)  # "(2)(a)", "" for the whole

    class Meta:
        db_table = "finding_regulation"
        ordering = ["pk"]
        constraints = [
            one_of("finding_regulation_instrument", "instrument", [one.value for one in Instrument]),
            models.UniqueConstraint(
                fields=["finding", "instrument", "number", "paragraph"], name="regulation_once_a_finding"
            ),
        ]
        indexes = [models.Index(fields=["instrument", "number"], name="finding_by_regulation")]

    def __str__(self) -> str:
        return f"Regulation {self.number}{self.paragraph}"
