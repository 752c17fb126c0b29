"""Where ratings come from, and what became of each file: sources, imports, their events and how rows were settled."""

import uuid

from django.db import models
from django.db.models import Q

from tracker.accounts.models import User
from tracker.constraints import one_of


class RatingsSource(models.Model):
    """Where ratings come from.  Sources of one scope list the same things: absence from a file and the
    circuit-breaker are judged only among imports of the same scope, and never on its first load."""

    class Kind(models.TextChoices):
        BY_HAND = "by_hand", "Files loaded by hand"
        FOLDER = "folder", "A watched folder"
        API = "api", "CQC's API"

    class Scope(models.TextChoices):
        BULK = "bulk", "CQC's monthly file"
        API = "api", "CQC's API"

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    scope = models.CharField(max_length=10, choices=Scope)
    address = models.CharField(max_length=500, blank=True)  # a folder or an allowed address; never a key
    last_checked = models.DateTimeField(null=True, blank=True)
    last_found = models.DateTimeField(null=True, blank=True)
    next_check = models.DateTimeField(null=True, blank=True)
    last_problem = models.TextField(blank=True)
    cursor = models.JSONField(default=dict, blank=True)  # where a paced reading of the API stands

    class Meta:
        db_table = "ratings_source"
        constraints = [
            one_of("ratings_source_kind_known", "kind", ["by_hand", "folder", "api"]),
            one_of("ratings_source_scope_known", "scope", ["bulk", "api"]),
        ]

    def __str__(self) -> str:
        return self.name


class RatingImport(models.Model):
    """One file (or one reading of the API): its bytes, its as-at date, and what became of it.

    The states and the moves between them are `tracker.ratings.import_lifecycle`."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        READING = "reading", "Being read"
        READY = "ready", "Read: waiting for your decision"
        HELD = "held", "Held: a second person must agree"
        APPLYING = "applying", "Being applied"
        PART_APPLIED = "part_applied", "Applied in part"
        APPLIED = "applied", "Applied"
        UNCHANGED = "unchanged", "Nothing to change"
        REFUSED = "refused", "Refused"
        SET_ASIDE = "set_aside", "Set aside"
        UNDONE = "undone", "Undone"

    class Keep(models.TextChoices):
        NHS = "nhs", "NHS organisations"
        ALL = "all", "Everybody CQC rates"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(RatingsSource, models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=300)
    stored_name = models.CharField(max_length=100)  # a generated name under the media root
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    as_at = models.DateField()
    keep = models.CharField(max_length=3, choices=Keep, default=Keep.NHS)
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    attempts = models.SmallIntegerField(default=0)
    levels = models.JSONField(default=list)  # which levels the file lists: absence is judged among these
    reading = models.JSONField(default=dict)  # the reader's report: sheets, headings, rows by type
    counts = models.JSONField(default=dict)  # changes by kind, rows waiting, duplicates collapsed
    held_because = models.JSONField(default=list)  # sentences
    refused_because = models.TextField(blank=True)

    class Meta:
        db_table = "rating_import"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["sha256", "keep"], name="file_known_once"),
            one_of(
                "import_state_known",
                "state",
                [
                    "received",
                    "reading",
                    "ready",
                    "held",
                    "applying",
                    "part_applied",
                    "applied",
                    "unchanged",
                    "refused",
                    "set_aside",
                    "undone",
                ],
            ),
        ]
        indexes = [models.Index(fields=["as_at"], name="import_as_at")]


class ImportProgress(models.Model):
    """How far a reading or applying has come; written on a connection of its own, so that it shows at once."""

    rating_import = models.OneToOneField(RatingImport, models.CASCADE, related_name="progress", primary_key=True)
    phase = models.CharField(max_length=100)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "import_progress"


class ImportEvent(models.Model):
    """What was done with an import, by whom, when and why.  Append-only; numbered in commit order, because
    applying and undoing hold one advisory lock."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "Received"
        READ = "read", "Read"
        REFUSED = "refused", "Refused"
        HELD = "held", "Held"
        AGREED = "agreed", "Agreed by a second person"
        APPLIED = "applied", "Applied"
        PART_APPLIED = "part_applied", "Applied in part"
        UNCHANGED = "unchanged", "Nothing to change"
        SET_ASIDE = "set_aside", "Set aside"
        UNDONE = "undone", "Undone"
        SETTLED = "settled", "Rows settled"

    rating_import = models.ForeignKey(RatingImport, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    why = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "import_event"
        ordering = ["pk"]


class SettlingRule(models.Model):
    """How a person settled rows of one kind, applied to the rows of later files too: "provider 1-999 is RH8",
    "the word `Requires Improvment` means Requires improvement", "set these aside"."""

    class Kind(models.TextChoices):
        PROVIDER_IS = "provider_is", "This provider is that trust"
        WORD_MEANS = "word_means", "This word means that"
        DATE_MEANS = "date_means", "This text means that date"
        LOCATION_IS = "location_is", "This location belongs to that provider"
        SET_ASIDE = "set_aside", "Set rows of this organisation aside"

    kind = models.CharField(max_length=12, choices=Kind)
    given = models.CharField(max_length=300)
    meaning = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    why = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_why = models.TextField(blank=True)

    class Meta:
        db_table = "settling_rule"
        constraints = [
            models.UniqueConstraint(fields=["kind", "given"], condition=Q(ended_at=None), name="one_rule_at_a_time"),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="rule_ended_by_whom_when"
            ),
        ]
