"""A report as read and not yet confirmed, the coding of causes, and notices: confidential to the trust, its region
and national staff.

Every table here has an immutable `trust_id`, the tenant, and carries row security from its first migration.
"""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from tracker.accounts.models import User
from tracker.constraints import both_or_neither, one_of
from tracker.findings.causes import BY_CODE, Layer, Sure
from tracker.findings.models import Finding, Inspection
from tracker.findings.notice_lifecycle import NoticeState, states_of
from tracker.findings.reading_lifecycle import ItemState, ReadingState
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.ratings.models import RatedDomain, RatedService
from tracker.trusts.models import Site, Trust

KINDS = [kind.value for kind in Finding.Kind]


class ReportReadingQuerySet(models.QuerySet["ReportReading"]):
    def visible_to(self, access: Access) -> Self:
        """The first wall, as everywhere; the second is row security."""
        return self.filter(trust_id__in=access.trusts(Can.SEE_PLANS))


class ReportReading(models.Model):
    """One report's text and what was read in it, to be checked by a person.

    `spans` part the whole text: [start, end, role, number of the item or null]; `claims`, `scores` and
    `action_plan_requested` are what the report says of itself.  A sent file is kept as it came and never served."""

    class Source(models.TextChoices):
        PASTED = "text", "Pasted text"
        PDF = "pdf", "PDF"
        WORD = "word", "Word file"

    public_id = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="readings")
    source = models.CharField(max_length=4, choices=Source)
    file_name = models.CharField(max_length=300, blank=True)
    stored_name = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    text = models.TextField()
    spans = models.JSONField(default=list)
    claims = models.JSONField(default=list)
    scores = models.JSONField(default=list)
    action_plan_requested = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ReadingState, default=ReadingState.DRAFT)
    version = models.IntegerField(default=1)  # rises with every change to an item too
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ReportReadingQuerySet.as_manager()

    class Meta:
        db_table = "report_reading"
        ordering = ["-pk"]
        constraints = [
            one_of("reading_state_known", "state", [state.value for state in ReadingState]),
            both_or_neither("reading_settled_by_somebody", "settled_at", "settled_by"),
            models.CheckConstraint(
                name="reading_settled_when_no_draft",
                condition=Q(state="draft", settled_at=None) | (~Q(state="draft") & Q(settled_at__isnull=False)),
            ),
            models.UniqueConstraint(name="one_draft_an_inspection", fields=["inspection"], condition=Q(state="draft")),
        ]


class ReadItemQuerySet(models.QuerySet["ReadItem"]):
    def visible_to(self, access: Access) -> Self:
        """The first wall, as everywhere; the second is row security."""
        return self.filter(trust_id__in=access.trusts(Can.SEE_PLANS))

    def standing(self) -> Self:
        """Those that are or will be findings."""
        return self.filter(state__in=[ItemState.PROPOSED, ItemState.AGREED, ItemState.PUBLISHED])


class ReadItem(models.Model):
    """One item of a reading.  `places` are [start, end] in the report's text; `regulations` are [instrument, number,
    paragraph]; `causes` are [code, phrase, how sure]."""

    class Origin(models.TextChoices):
        READ = "read", "Read"
        SPLIT = "split", "Split off"
        JOINED = "joined", "Joined"
        ADDED = "added", "Added by hand"

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    reading = models.ForeignKey(ReportReading, models.PROTECT, related_name="items")
    number = models.IntegerField()
    origin = models.CharField(max_length=6, choices=Origin, default=Origin.READ)
    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.PROPOSED)
    kind = models.CharField(max_length=2, choices=Finding.Kind)
    words = models.TextField()
    printed = models.TextField(blank=True)  # the same as it stands in the text, damage and all
    places = models.JSONField(default=list)
    service = models.ForeignKey(RatedService, models.PROTECT, null=True, blank=True, related_name="+")
    key_question = models.ForeignKey(RatedDomain, models.PROTECT, null=True, blank=True, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    regulation = models.CharField(max_length=200, blank=True)
    regulations = models.JSONField(default=list)
    causes = models.JSONField(default=list)
    due_on = models.DateField(null=True, blank=True)
    sure = models.CharField(max_length=8, choices=[(sure.value, sure.value) for sure in Sure])
    doubts = models.JSONField(default=list)
    version = models.IntegerField(default=1)
    finding = models.OneToOneField(Finding, models.PROTECT, null=True, blank=True, related_name="read_item")

    objects = ReadItemQuerySet.as_manager()

    class Meta:
        db_table = "read_item"
        ordering = ["number"]
        constraints = [
            one_of("read_item_state_known", "state", [state.value for state in ItemState]),
            one_of("read_item_kind_known", "kind", KINDS),
            models.CheckConstraint(condition=~Q(words=""), name="read_item_has_words"),
            models.UniqueConstraint(fields=["reading", "number"], name="read_item_numbered_once"),
            models.CheckConstraint(
                name="published_item_has_its_finding",
                condition=Q(state="published", finding__isnull=False) | (~Q(state="published") & Q(finding=None)),
            ),
        ]


class ReadingEvent(models.Model):
    """Everything that happened to a reading and its items, with before and after.  Append-only."""

    class Kind(models.TextChoices):
        READ = "read", "Read"
        AGREED = "agreed", "Checked"
        CORRECTED = "corrected", "Corrected"
        SPLIT = "split", "Split"
        JOINED = "joined", "Joined"
        ADDED = "added", "Added"
        SET_ASIDE = "set_aside", "Set aside"
        RESTORED = "restored", "Brought back"
        CONFIRMED = "confirmed", "Confirmed"

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    reading = models.ForeignKey(ReportReading, models.PROTECT, related_name="events")
    item = models.ForeignKey(ReadItem, models.PROTECT, null=True, blank=True, related_name="events")
    kind = models.CharField(max_length=9, choices=Kind)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    why = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        db_table = "reading_event"
        ordering = ["-at", "-pk"]


class CauseCoding(models.Model):
    """One person's coding of one finding's causes.  Append-only: a later coding by the same person replaces it."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="codings")
    none_behind = models.BooleanField(default=False)  # said outright: the report names nothing behind the problem
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        db_table = "cause_coding"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["finding", "by"], name="coding_of_finding")]


class CodedCause(models.Model):
    """One cause of a coding, with the phrase that suggested it, if one did.  Append-only."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    coding = models.ForeignKey(CauseCoding, models.PROTECT, related_name="causes")
    code = models.CharField(max_length=3)
    layer = models.SmallIntegerField()
    phrase = models.TextField(blank=True)

    class Meta:
        db_table = "coded_cause"
        ordering = ["layer", "code"]
        constraints = [
            one_of("coded_cause_known", "code", sorted(BY_CODE)),
            models.CheckConstraint(condition=Q(layer__in=[int(layer) for layer in Layer]), name="coded_layer_known"),
            models.UniqueConstraint(fields=["coding", "code"], name="cause_once_a_coding"),
        ]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, access: Access) -> Self:
        """The first wall, as everywhere; the second is row security."""
        return self.filter(trust_id__in=access.trusts(Can.SEE_PLANS))


class Notice(models.Model):
    """How a requirement notice, a warning notice or a condition stands.  Its words are its finding's."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    finding = models.OneToOneField(Finding, models.PROTECT, related_name="notice")
    form = models.CharField(max_length=2)
    state = models.CharField(max_length=15, choices=NoticeState)
    version = models.IntegerField(default=1)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        db_table = "notice"
        constraints = [
            models.CheckConstraint(
                name="notice_state_of_its_kind",
                condition=Q(form="NO", state__in=states_of("NO"))
                | Q(form="WN", state__in=states_of("WN"))
                | Q(form="CO", state__in=states_of("CO")),
            ),
        ]


class NoticeEvent(models.Model):
    """One move of a notice, with the day it happened and why.  Append-only."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="+")
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="events")
    state_before = models.CharField(max_length=15, blank=True)
    state_after = models.CharField(max_length=15, choices=NoticeState)
    happened_on = models.DateField()
    why = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        db_table = "notice_event"
        ordering = ["-at", "-pk"]
