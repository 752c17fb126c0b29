"""Every record of a rating, what changed under which import, and the imports themselves."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from rest_framework import serializers

from tracker.api.access import Listing
from tracker.api.filters import MOST_ID, CodeOf, Filters
from tracker.api.ratings import STATES, DomainCode, LevelField, RatingField, ServiceCode, ValueSerializer
from tracker.people.roles import Can
from tracker.ratings.models import (
    ChangeKind,
    RatedOrganisation,
    RatingChange,
    RatingImport,
    RatingRecord,
    RatingRetraction,
)
from tracker.trusts.models import Trust

CELL = ("organisation__trust", "organisation__site", "service", "domain")


class CellSerializer(serializers.Serializer[Any]):
    """Which cell a record or a change is about."""

    id = serializers.IntegerField()
    level = LevelField(source="organisation.level")
    organisation = serializers.CharField(source="organisation.cqc_id")
    organisation_name = serializers.CharField(source="organisation.name")
    trust = serializers.CharField(source="organisation.trust.code", default=None, allow_null=True)
    site = serializers.CharField(source="organisation.site.cqc_id", default=None, allow_null=True)
    service = serializers.CharField(source="service.key")
    domain = serializers.CharField(source="domain.key")


class RecordSerializer(CellSerializer, ValueSerializer):
    """One record.  Not `listed`: from `in_force_from` on the source no longer listed the cell.  `historic`: from
    CQC's own history, never current.  With `retracted_at`: its import was undone, and nothing else asserts it."""

    listed = serializers.BooleanField()
    historic = serializers.BooleanField()
    in_force_from = serializers.DateField()
    scope = serializers.CharField(help_text="bulk (CQC's monthly file) or api")
    rating_import = serializers.UUIDField(source="rating_import.public_id", help_text="The import that asserts it.")
    known_from = serializers.DateTimeField(source="event.at")
    retracted_at = serializers.DateTimeField(allow_null=True)


class HistoryFilters(Filters):
    organisation = CodeOf("organisation", RatedOrganisation, "cqc_id", help_text="CQC's id, of either level.")
    level = LevelField(required=False)
    trust = CodeOf("trust", Trust, "code", help_text="The trust itself and all its sites.")
    service = ServiceCode()
    domain = DomainCode()


def of_cell(rows: QuerySet[Any], asked: dict[str, Any]) -> QuerySet[Any]:
    """The records or changes of the cells asked for."""
    organisations = RatedOrganisation.objects.order_by()
    if "organisation" in asked:
        rows = rows.filter(organisation__in=organisations.filter(cqc_id=asked["organisation"]))
    if "level" in asked:
        rows = rows.filter(organisation__level=asked["level"])
    if "trust" in asked:
        own = Q(trust__code=asked["trust"]) | Q(site__trust__code=asked["trust"])
        rows = rows.filter(organisation__in=organisations.filter(own))
    if "service" in asked:
        rows = rows.filter(service__key=asked["service"])
    if "domain" in asked:
        rows = rows.filter(domain__key=asked["domain"])
    return rows


class History(Listing):
    """Every record of ratings, CQC's own history and what was taken back included, in the order of writing."""

    queryset = RatingRecord.objects.select_related(*CELL, "rating_import", "event").annotate(
        retracted_at=Subquery(RatingRetraction.objects.filter(record_id=OuterRef("pk")).values("event__at")[:1])
    )
    serializer_class = RecordSerializer
    filters = HistoryFilters

    def narrowed(self, queryset: QuerySet[RatingRecord]) -> QuerySet[RatingRecord]:
        return of_cell(queryset, self.chosen)


class ChangeSerializer(CellSerializer):
    """What became of one cell.  Both `before_state` and `state` empty values mean that nothing was listed."""

    kind = serializers.CharField(help_text=", ".join(ChangeKind.values))
    before_state = serializers.CharField()
    before_rating = RatingField(allow_null=True)
    before_word = serializers.CharField()
    before_published_on = serializers.DateField(allow_null=True)
    state = serializers.CharField(help_text=", ".join(STATES))
    rating = RatingField(allow_null=True)
    word = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    framework = serializers.CharField()
    as_at = serializers.DateField(help_text="The as-at date of the import that made the change.")
    rating_import = serializers.UUIDField(source="event.rating_import.public_id")
    at = serializers.DateTimeField(source="event.at")
    undoing = serializers.BooleanField(help_text="Made by undoing the import.")


class ChangeFilters(HistoryFilters):
    since = serializers.IntegerField(
        required=False, min_value=0, max_value=MOST_ID, help_text="Changes after the one with this id."
    )
    kind = serializers.ChoiceField(ChangeKind.choices, required=False)


class Changes(Listing):
    """What imports, and the undoing of imports, changed: in the order in which they were applied.

    Keep the last `id` you read and ask for what came `since`.  The ids rise in the order of applying and may
    have gaps; a change is never altered.  The first load of all announces nothing: read the ratings themselves."""

    queryset = RatingChange.objects.select_related(*CELL, "event__rating_import")
    serializer_class = ChangeSerializer
    filters = ChangeFilters

    def narrowed(self, queryset: QuerySet[RatingChange]) -> QuerySet[RatingChange]:
        queryset = of_cell(queryset, self.chosen)
        if "since" in self.chosen:
            queryset = queryset.filter(pk__gt=self.chosen["since"])
        if "kind" in self.chosen:
            queryset = queryset.filter(kind=self.chosen["kind"])
        return queryset


class EventSerializer(serializers.Serializer[Any]):
    """What was done with an import; `by` is null where the service acted by itself."""

    kind = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.name", default=None, allow_null=True)
    why = serializers.CharField()


class ImportSerializer(serializers.Serializer[Any]):
    """One file, or one reading of CQC's API, and what became of it."""

    id = serializers.UUIDField(source="public_id")
    source = serializers.CharField(source="source.name")  # type: ignore[assignment]  # a field of ours
    scope = serializers.CharField(source="source.scope")
    file_name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    as_at = serializers.DateField()
    keep = serializers.CharField()
    state = serializers.CharField(help_text=", ".join(RatingImport.State.values))
    requested_at = serializers.DateTimeField()
    requested_by = serializers.CharField(source="requested_by.name", default=None, allow_null=True)
    read_at = serializers.DateTimeField(allow_null=True)
    counts = serializers.JSONField()
    held_because = serializers.ListField(child=serializers.CharField())
    refused_because = serializers.CharField()
    events = EventSerializer(many=True)


class ImportFilters(Filters):
    state = serializers.ChoiceField(RatingImport.State.choices, required=False)
    as_at = serializers.DateField(required=False)


class Imports(Listing):
    """The imports, for those who load ratings; to others this address does not exist."""

    queryset = RatingImport.objects.select_related("source", "requested_by").prefetch_related("events__by")
    serializer_class = ImportSerializer
    filters = ImportFilters
    needs = Can.LOAD_RATINGS

    def narrowed(self, queryset: QuerySet[RatingImport]) -> QuerySet[RatingImport]:
        return queryset.filter(**self.chosen)
