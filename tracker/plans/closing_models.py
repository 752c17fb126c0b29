"""What an action is closed on: evidence, somebody else's verification, and the asking for a later date."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from tracker.accounts.models import User
from tracker.constraints import both_or_neither, dates_in_order, one_of
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.plans.lifecycle import Asked, Scan
from tracker.plans.models import Action, ProgressUpdate
from tracker.trusts.models import Trust


class EvidenceKind(models.TextChoices):
    AUDIT = "audit", "Audit or check"
    DATA = "data", "Figures"
    DOCUMENT = "document", "Policy or other document"
    MINUTES = "minutes", "Minutes"
    TRAINING = "training", "Training record"
    PHOTOGRAPH = "photograph", "Photograph"
    VOICES = "voices", "What patients, carers or staff say"
    OTHER = "other", "Something else"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, access: Access) -> Self:
        return self.filter(trust_id__in=access.trusts(Can.SEE_PLANS))

    def current(self) -> Self:
        """The newest version of each piece."""
        return self.filter(replaced_by=None)

    def standing(self) -> Self:
        """What may be relied on once it is checked: neither infected nor beyond checking."""
        return self.exclude(scan__in=[Scan.INFECTED, Scan.ERROR])

    def readable(self) -> Self:
        return self.filter(scan__in=[Scan.CLEAN, Scan.LINK])


class Evidence(models.Model):
    """A file or an address that shows what was done, as it was given: superseded by another, never changed."""

    public_id = models.UUIDField(unique=True, default=uuid4)
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, related_name="evidence")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    number = models.SmallIntegerField(default=1)  # of its versions
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=12, choices=EvidenceKind)
    dated_on = models.DateField()
    covers_from = models.DateField(null=True, blank=True)
    covers_to = models.DateField(null=True, blank=True)
    link = models.URLField(max_length=1000, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    stored_name = models.CharField(max_length=60, blank=True)  # made by us: no name of a stranger's is ever a path
    media_type = models.CharField(max_length=100, blank=True)
    size = models.IntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    form_key = models.UUIDField(null=True, blank=True)
    scan = models.CharField(max_length=10, choices=Scan)
    scan_words = models.CharField(max_length=300, blank=True)  # by which scanner, or what it found
    scanned_at = models.DateTimeField(null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        db_table = "evidence"
        ordering = ["-dated_on", "-pk"]
        constraints = [
            one_of("evidence_kind_known", "kind", [kind.value for kind in EvidenceKind]),
            one_of("evidence_scan_known", "scan", [scan.value for scan in Scan]),
            models.CheckConstraint(
                name="evidence_is_a_file_or_a_link",
                condition=Q(link="", size__gt=0) & ~Q(stored_name="") & ~Q(sha256="") & ~Q(scan="link")
                | (~Q(link="") & Q(stored_name="", scan="link")),
            ),
            both_or_neither("evidence_period", "covers_from", "covers_to"),
            dates_in_order("evidence_period_in_order", "covers_from", "covers_to"),
            models.UniqueConstraint(fields=["action", "form_key"], name="one_evidence_a_form"),
        ]
        indexes = [
            models.Index(fields=["added_at"], name="evidence_to_scan", condition=Q(scan__in=["pending", "error"]))
        ]


class Verification(models.Model):
    """Somebody other than the owner looked, and what they saw.  Append-only; one a claim that it is done."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, related_name="verifications")
    claim = models.OneToOneField(ProgressUpdate, models.PROTECT, related_name="verification")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+")  # what was looked at
    words = models.TextField()
    where = models.CharField(max_length=200)
    witness = models.CharField(max_length=200, blank=True)  # a patient or carer who looked, as they wish to be named
    witness_role = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        db_table = "verification"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(words="") & ~Q(where=""), name="verification_says_what_and_where"),
            models.CheckConstraint(
                condition=Q(witness="", witness_role="") | ~Q(witness="") & ~Q(witness_role=""),
                name="witness_has_a_role",
            ),
        ]


class Extension(models.Model):
    """A later due date, asked for with its reason and its effect; granted or refused by somebody else.

    Nothing of what was asked changes; only how it stands."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, related_name="extensions")
    due_before = models.DateField()
    due_wanted = models.DateField()
    reason = models.TextField()
    impact = models.TextField()
    interim_control = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_for = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=Asked, default=Asked.ASKED)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.TextField(blank=True)

    class Meta:
        db_table = "extension"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            one_of("extension_state_known", "state", [state.value for state in Asked]),
            models.CheckConstraint(condition=Q(due_wanted__gt=F("due_before")), name="extension_is_later"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(impact=""), name="extension_says_why"),
            models.CheckConstraint(
                name="extension_decided_by_somebody",
                condition=Q(state="asked", decided_at=None, decided_by=None)
                | (~Q(state="asked") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="extension_not_decided_by_its_asker",
                condition=Q(state__in=["asked", "withdrawn"])
                | ~Q(decided_by=F("asked_by")) & (Q(asked_for=None) | ~Q(decided_by=F("asked_for"))),
            ),
            models.UniqueConstraint(
                fields=["action"], condition=Q(state="asked"), name="one_extension_asked_at_a_time"
            ),
        ]
