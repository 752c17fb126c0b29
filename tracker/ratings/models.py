"""Every rating through time.

The history (`RatingRecord`) is append-only and has two times.  *In force from* says from which day a source
listed the rating (a monthly file: its as-at date; CQC's own history: the publication date), so "as at D" is
the last record of a cell in force by D.  *Event* says which import wrote it, so "as known at T" replays the
events up to T.  An undone import's records stay; `RatingRetraction` takes back what only it asserted.

A **cell** is (organisation, service, domain, variant).  The variant is 0 but where a source prints two
different values for one cell on one day: both stay, told apart by the variant and flagged for a person.

`CurrentRating` is what is true now, one row a cell, written in the same transaction as the history: counting
from history by DISTINCT ON was measured to grow with every file, from the current table it does not.
The rows of history, current and changes carry no foreign keys (house rule 8, for speed): `manage.py
check_ratings` verifies them by set, and the importer does so before it commits.
"""

from typing import Self

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Q

from tracker.accounts.models import User
from tracker.constraints import both_or_neither
from tracker.ratings.import_models import (
    ImportEvent,
    ImportProgress,
    RatingImport,
    RatingsSource,
    SettlingRule,
)
from tracker.ratings.organisation_models import (
    OrganisationKind,
    OrganisationRetraction,
    OrganisationStatement,
    ProposedOrganisation,
)
from tracker.trusts.models import Site, Trust

__all__ = [
    "Change",
    "ChangeBookmark",
    "ChangeKind",
    "CurrentRating",
    "ImportEvent",
    "ImportListing",
    "ImportProgress",
    "Level",
    "OrganisationKind",
    "OrganisationRetraction",
    "OrganisationStatement",
    "ProposedChange",
    "ProposedOrganisation",
    "RatedDomain",
    "RatedOrganisation",
    "RatedService",
    "RatingChange",
    "RatingImport",
    "RatingRecord",
    "RatingRetraction",
    "RatingsSource",
    "SettlingRule",
    "Values",
    "WaitingRow",
]


class Level(models.TextChoices):
    """Whether CQC rates a provider (a trust) or one of its locations (a site)."""

    PROVIDER = "provider", "Trust"
    LOCATION = "location", "Site"


class RatedService(models.Model):
    """A service as CQC rates it; the lineage (what replaced what, when) is data in `tracker.ratings.services`."""

    id = models.SmallAutoField(primary_key=True)
    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=300)
    sector = models.CharField(max_length=30, blank=True)  # acute, mental_health, community, ambulance or blank
    position = models.SmallIntegerField(default=1000)  # order in a grid
    superseded_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True)
    superseded_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "rated_service"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class RatedDomain(models.Model):
    """A key question, the overall rating, or another word CQC printed in that place."""

    id = models.SmallAutoField(primary_key=True)
    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=300)
    position = models.SmallIntegerField(default=1000)

    class Meta:
        db_table = "rated_domain"
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class RatedOrganisation(models.Model):
    """A provider or location by CQC's id, matched to a trust or a site of the register where it is the NHS's."""

    cqc_id = models.CharField(max_length=30)
    level = models.CharField(max_length=10, choices=Level)
    name = models.CharField(max_length=300)
    organisation_type = models.CharField(max_length=100, blank=True)
    category = models.CharField(max_length=200, blank=True)
    ods_code = models.CharField(max_length=30, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    local_authority = models.CharField(max_length=100, blank=True)
    nhs_region = models.CharField(max_length=100, blank=True)
    provider_cqc_id = models.CharField(max_length=30, blank=True)
    registration_status = models.CharField(max_length=30, blank=True)
    trust = models.ForeignKey(Trust, models.PROTECT, null=True, blank=True, related_name="rated_organisations")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="rated_organisations")

    class Meta:
        db_table = "rated_organisation"
        constraints = [
            models.UniqueConstraint(fields=["level", "cqc_id"], name="rated_organisation_once"),
            models.CheckConstraint(condition=Q(site__isnull=True) | Q(level="location"), name="site_is_a_location"),
        ]
        indexes = [
            GinIndex(
                fields=["name"],
                name="organisation_name_trigrams",
                opclasses=["gin_trgm_ops"],
                condition=Q(trust__isnull=False),  # people look for the NHS's; the rest of England is many and large
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportListing(models.Model):
    """That a reading of the API listed this organisation.  A monthly file lists all there are; a reading of the
    API may be of some only, so what it did not list it says nothing about."""

    rating_import = models.ForeignKey(RatingImport, models.CASCADE, related_name="listings")
    organisation = models.ForeignKey(RatedOrganisation, models.CASCADE, related_name="+")

    class Meta:
        db_table = "import_listing"
        constraints = [
            models.UniqueConstraint(fields=["rating_import", "organisation"], name="organisation_listed_once")
        ]


class ChangeKind(models.TextChoices):
    """How a cell differs from what was known."""

    FIRST = "first", "First rating"
    BETTER = "better", "Better"
    WORSE = "worse", "Worse"
    RECONFIRMED = "reconfirmed", "Re-confirmed"  # the same value, published later: not an improvement
    REWORDED = "reworded", "Changed"  # between words that are not on the scale of four
    CORRECTED = "corrected", "Corrected"  # another value, the same publication date
    RETURNED = "returned", "Listed again"
    WITHDRAWN = "withdrawn", "No longer listed"
    DEREGISTERED = "deregistered", "Organisation no longer registered"
    MERGED = "merged", "Carried on by a successor"
    HISTORIC = "historic", "Earlier rating"  # from CQC's own history: never current


class Values(models.Model):
    """What one source said of one cell.  `rating` is 4 Outstanding, 3 Good, 2 Requires improvement,
    1 Inadequate, and null whenever `state` is not "rated"; `word` is the text as printed."""

    state = models.CharField(max_length=24)
    rating = models.SmallIntegerField(null=True)
    word = models.CharField(max_length=200, blank=True)
    published_on = models.DateField(null=True)
    report_type = models.CharField(max_length=50, blank=True)
    inherited = models.CharField(max_length=10, blank=True)
    framework = models.CharField(max_length=40, blank=True)
    url = models.TextField(blank=True)

    class Meta:
        abstract = True


class Cell(models.Model):
    """Which cell a row is about.  No database foreign keys (see the module's docstring)."""

    organisation = models.ForeignKey(
        RatedOrganisation, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    service = models.ForeignKey(RatedService, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    domain = models.ForeignKey(RatedDomain, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    variant = models.SmallIntegerField(default=0)

    class Meta:
        abstract = True


class RatingRecord(Cell, Values):
    """Append-only.  From `in_force_from` on, the source listed this value (or, when `listed` is false, no
    longer listed the cell), until the cell's next record."""

    id = models.BigAutoField(primary_key=True)
    listed = models.BooleanField(default=True)
    historic = models.BooleanField(default=False)  # from CQC's own history: shown, never current
    in_force_from = models.DateField()
    # the import that asserts it, and the event under which it was written (an undo re-asserts for a later import)
    rating_import = models.ForeignKey(
        RatingImport, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    event = models.ForeignKey(ImportEvent, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    scope = models.CharField(max_length=10)  # of the import's source: each scope is a stream of its own
    superseded = models.BooleanField(default=False)  # the source itself says that its service was replaced

    class Meta:
        db_table = "rating_record"
        indexes = [
            models.Index(fields=["organisation", "service", "domain", "variant", "in_force_from"], name="record_cell"),
            # History grows import by import, so a small index of ranges finds an import's records.
            BrinIndex(fields=["rating_import"], name="record_import_range", pages_per_range=16, autosummarize=True),
            # Where a turnaround can have begun: one cell in five was ever weak.
            models.Index(
                fields=["organisation", "service", "domain", "published_on"],
                name="record_weak",
                condition=Q(rating__lt=3, listed=True),
            ),
        ]


class RatingRetraction(models.Model):
    """Takes one record back, because the import that asserted it was undone.  Append-only."""

    record_id = models.BigIntegerField(unique=True)
    event = models.ForeignKey(ImportEvent, models.PROTECT, related_name="retractions")

    class Meta:
        db_table = "rating_retraction"


class CurrentRatingQuerySet(models.QuerySet["CurrentRating"]):
    def of_trust(self, trust: Trust) -> Self:
        """Ratings of the trust itself and of all its sites."""
        return self.filter(trust_id=trust.pk)

    def organisation_overall(self) -> Self:
        """The organisation's own rating: only where service and domain are both Overall."""
        return self.filter(service__key="overall", domain__key="overall")


class CurrentRating(Cell, Values):
    """What is true now: one row a cell that is listed."""

    id = models.BigAutoField(primary_key=True)
    record_id = models.BigIntegerField()
    in_force_from = models.DateField()
    scope = models.CharField(max_length=10)  # which listing asserts it (RatingsSource.Scope)
    level = models.CharField(max_length=10)
    trust = models.ForeignKey(
        Trust, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    site = models.ForeignKey(Site, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+")
    # the value before this one, for "was Inadequate"
    before_state = models.CharField(max_length=24, blank=True)
    before_rating = models.SmallIntegerField(null=True)
    before_published_on = models.DateField(null=True)
    superseded = models.BooleanField(default=False)  # its service has been replaced at this organisation
    counted = models.BooleanField(default=True)  # false: a successor inherited it, count that one
    disputed = models.BooleanField(default=False)  # two values for one cell on one day

    objects = CurrentRatingQuerySet.as_manager()

    class Meta:
        db_table = "current_rating"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "service", "domain", "variant"], name="one_current_rating_a_cell"
            )
        ]
        indexes = [
            models.Index(fields=["trust", "level"], name="current_of_trust", condition=Q(trust__isnull=False)),
            models.Index(
                fields=["service", "domain", "level"],
                name="current_by_service",
                condition=Q(trust__isnull=False),
                include=["rating", "trust"],
            ),
            # The NHS's cells in the order of a list's pages: a file of everybody has thirty others for each of them.
            models.Index(
                fields=["organisation", "service", "domain", "variant"],
                name="current_of_register",
                condition=Q(trust__isnull=False),
            ),
        ]


class Change(Cell):
    """Before and after of one cell."""

    kind = models.CharField(max_length=12, choices=ChangeKind)
    before_record_id = models.BigIntegerField(null=True)
    before_state = models.CharField(max_length=24, blank=True)
    before_rating = models.SmallIntegerField(null=True)
    before_word = models.CharField(max_length=200, blank=True)
    before_published_on = models.DateField(null=True)

    class Meta:
        abstract = True


class ProposedChange(Change, Values):
    """What an import would change, kept while a person decides.  Not history: deleted when decided."""

    id = models.BigAutoField(primary_key=True)
    rating_import = models.ForeignKey(RatingImport, models.CASCADE, related_name="proposals")
    line = models.BigIntegerField(null=True)
    part = models.CharField(max_length=100, blank=True)
    disputed = models.BooleanField(default=False)
    superseded = models.BooleanField(default=False)

    class Meta:
        db_table = "proposed_change"
        indexes = [models.Index(fields=["rating_import", "kind", "organisation"], name="proposal_of_import")]


class RatingChange(Change, Values):
    """What an import, or the undoing of one, did change.  Append-only; consumers keep a bookmark on the id."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(ImportEvent, models.DO_NOTHING, db_constraint=False, related_name="changes")
    record_id = models.BigIntegerField(null=True)  # the record that is current after it
    trust = models.ForeignKey(
        Trust, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    site = models.ForeignKey(Site, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+")
    level = models.CharField(max_length=10)
    as_at = models.DateField()
    undoing = models.BooleanField(default=False)  # written by an undo

    class Meta:
        db_table = "rating_change"
        indexes = [
            models.Index(fields=["trust", "as_at"], name="change_of_trust"),
            # What fell since a day, and whether it was taken back: few of all changes, however many there were.
            models.Index(
                fields=["as_at"],
                name="change_for_worse",
                condition=Q(kind=ChangeKind.WORSE, undoing=False, trust__isnull=False),
            ),
            models.Index(
                fields=["organisation", "before_record_id"], name="change_taken_back", condition=Q(undoing=True)
            ),
        ]


class WaitingRow(models.Model):
    """A row that could not be read or matched, kept with its reason until a person settles it."""

    class Reason(models.TextChoices):
        DATE = "date", "The date cannot be read"
        PROVIDER = "provider", "The provider is not in the register"
        NO_PROVIDER = "no_provider", "The row names no provider and the location is not known"
        ORGANISATION = "organisation", "The row names no organisation"
        DISPUTED = "disputed", "Two different values on one day"
        DOMAIN = "domain", "The key question is not known"
        RATING = "rating", "The rating is not known"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SETTLED = "settled", "Settled"
        SET_ASIDE = "set_aside", "Set aside"

    rating_import = models.ForeignKey(RatingImport, models.CASCADE, related_name="waiting_rows")
    part = models.CharField(max_length=100, blank=True)
    line = models.BigIntegerField()
    reason = models.CharField(max_length=12, choices=Reason)
    detail = models.TextField()
    row = models.JSONField()  # the row as read, by our field names
    # the cell it speaks of, where that much is known: while the row waits, the file says nothing about the cell
    organisation = models.ForeignKey(RatedOrganisation, models.CASCADE, null=True, blank=True, related_name="+")
    service = models.ForeignKey(RatedService, models.CASCADE, null=True, blank=True, related_name="+")
    domain = models.ForeignKey(RatedDomain, models.CASCADE, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    how = models.TextField(blank=True)
    rule = models.ForeignKey(SettlingRule, models.PROTECT, null=True, blank=True, related_name="settled")
    # what a person said of this one row: {"kind": a SettlingRule.Kind, "meaning": text}; empty when a rule did
    answer = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "waiting_row"
        ordering = ["pk"]
        constraints = [both_or_neither("waiting_row_settled_by_somebody", "settled_at", "settled_by")]
        indexes = [models.Index(fields=["rating_import", "state", "reason"], name="waiting_of_import")]


class ChangeBookmark(models.Model):
    """How far one consumer has read the rating changes (house decision 2)."""

    consumer = models.CharField(max_length=50, primary_key=True)
    last_change_id = models.BigIntegerField(default=0)

    class Meta:
        db_table = "change_bookmark"
