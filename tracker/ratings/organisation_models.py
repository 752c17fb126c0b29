"""What each import said of organisations themselves: whose they are, what they are called, who carried on as whom.

Kept like ratings (see `tracker.ratings.models`): a proposal while a person decides, then a statement, append-only,
with what it said and what was known before; an undo takes statements back by a retraction.  What an organisation
is now is worked out from the statements that stand, by `tracker.ratings.restating`.
"""

from django.db import models
from django.db.models import Q

from tracker.ratings.import_models import ImportEvent, RatingImport
from tracker.trusts.models import Site


class OrganisationKind(models.TextChoices):
    """What an import says of an organisation, and a person accepts or leaves."""

    MOVED = "moved", "Moved to another trust"
    JOINED = "joined", "Carried on as another"
    DESCRIBED = "described", "Details changed"


class SaidOfOrganisation(models.Model):
    """What is said of one organisation, or of two sites of which one carried on as the other.

    `said` and `before` have the same keys: columns of `RatedOrganisation`, or "joined" with its reason."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=OrganisationKind)
    organisation = models.ForeignKey("tracker.RatedOrganisation", models.PROTECT, null=True, related_name="+")
    predecessor = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    successor = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    said = models.JSONField()
    before = models.JSONField()

    class Meta:
        abstract = True


def _of_one_or_of_two(name: str) -> models.CheckConstraint:
    of_two = Q(kind="joined", organisation=None, predecessor__isnull=False, successor__isnull=False)
    of_one = Q(kind__in=["moved", "described"], organisation__isnull=False, predecessor=None, successor=None)
    return models.CheckConstraint(condition=of_one | of_two, name=name)


class ProposedOrganisation(SaidOfOrganisation):
    """What an import would say of organisations, kept while a person decides.  Not history: deleted when decided."""

    rating_import = models.ForeignKey(RatingImport, models.CASCADE, related_name="proposed_organisations")
    # nothing that is shown differs by it: a later import speaks of the organisation, or the join is known already.
    # It is kept with the first that is applied, and nobody is asked.
    silent = models.BooleanField(default=False)

    class Meta:
        db_table = "proposed_organisation"
        constraints = [_of_one_or_of_two("proposed_of_one_or_of_two")]
        indexes = [models.Index(fields=["rating_import", "kind"], name="proposed_organisation_of")]


class OrganisationStatement(SaidOfOrganisation):
    """Append-only.  From the day `as_at` on, the import said this of the organisation."""

    rating_import = models.ForeignKey(RatingImport, models.PROTECT, related_name="+")
    event = models.ForeignKey(ImportEvent, models.PROTECT, related_name="statements")
    as_at = models.DateField()

    class Meta:
        db_table = "organisation_statement"
        constraints = [_of_one_or_of_two("said_of_one_or_of_two")]
        indexes = [
            models.Index(fields=["organisation", "as_at"], name="statement_of_organisation"),
            models.Index(fields=["predecessor", "successor"], name="statement_of_join"),
            models.Index(fields=["rating_import"], name="statement_of_import"),
        ]


class OrganisationRetraction(models.Model):
    """Takes one statement back, because the import that made it was undone.  Append-only."""

    statement = models.OneToOneField(OrganisationStatement, models.PROTECT, related_name="retraction")
    event = models.ForeignKey(ImportEvent, models.PROTECT, related_name="+")

    class Meta:
        db_table = "organisation_retraction"
