"""The register: regions, systems, trusts and their sites, and how each came from another."""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView

from tracker.api.access import Door, Listing
from tracker.api.filters import CodeOf, Filters
from tracker.trusts.models import Region, Site, SiteSuccession, Succession, System, Trust


class RegionSerializer(serializers.ModelSerializer[Region]):
    class Meta:
        model = Region
        fields = ("code", "name", "valid_from", "valid_to")


class SystemSerializer(serializers.ModelSerializer[System]):
    """STP: sustainability and transformation partnership, 2016 to 2022.  ICS: integrated care system, since."""

    region = serializers.CharField(source="region.code", default=None, allow_null=True)

    class Meta:
        model = System
        fields = ("code", "name", "kind", "region", "valid_from", "valid_to")


class JoinSerializer(serializers.Serializer[Any]):
    """One that this one came from, or was carried on as, and the day."""

    code = serializers.CharField()
    name = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()


def _join(other: Trust | Site, join: Succession | SiteSuccession) -> dict[str, Any]:
    code = other.code if isinstance(other, Trust) else other.cqc_id
    return {"code": code, "name": other.name, "on": join.on, "reason": join.reason}


class JoinedSerializer(serializers.Serializer[Any]):
    """What trusts and sites share: their joins, read with `joined`."""

    predecessors = serializers.SerializerMethodField()
    successors = serializers.SerializerMethodField()

    @extend_schema_field(JoinSerializer(many=True))
    def get_predecessors(self, place: Trust | Site) -> list[dict[str, Any]]:
        return [_join(join.predecessor, join) for join in place.came_from.all()]

    @extend_schema_field(JoinSerializer(many=True))
    def get_successors(self, place: Trust | Site) -> list[dict[str, Any]]:
        return [_join(join.successor, join) for join in place.carried_on_as.all()]


JOINS = ("came_from__predecessor", "carried_on_as__successor")


class TrustSerializer(JoinedSerializer):
    """An NHS trust or foundation trust, open or closed.  `standing` is "provisional" for one that a source names
    and the register does not: it is in no count."""

    code = serializers.CharField()
    name = serializers.CharField()
    former_names = serializers.SerializerMethodField()
    type = serializers.CharField(help_text="general_acute, specialist_acute, mental_health, community, ambulance or ''")
    region = serializers.CharField(source="region.code", default=None, allow_null=True)
    system = serializers.CharField(source="system.code", default=None, allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    opened = serializers.DateField(allow_null=True)
    closed = serializers.DateField(allow_null=True)
    standing = serializers.CharField(help_text="registered or provisional")

    def get_former_names(self, trust: Trust) -> list[str]:
        return sorted(known.name for known in trust.names.all())


class SiteSerializer(JoinedSerializer):
    """A hospital or other place, as CQC registers it.  One that re-registers becomes another site: its joins say so."""

    code = serializers.CharField(source="cqc_id")
    name = serializers.CharField()
    trust = serializers.CharField(source="trust.code")
    postcode = serializers.CharField()
    closed = serializers.DateField(allow_null=True)


class TrustFilters(Filters):
    q = serializers.CharField(
        required=False, max_length=200, help_text="Part of the name or of a former name, or the whole code."
    )
    region = CodeOf("region", Region, "code")
    system = CodeOf("system", System, "code")
    type = serializers.ChoiceField(Trust.Type.choices, required=False)
    open_on = serializers.DateField(required=False, help_text="Trusts that were open on that day.")
    standing = serializers.ChoiceField(
        Trust.Standing.choices, required=False, help_text="Registered trusts when not given."
    )


class SiteFilters(Filters):
    q = serializers.CharField(required=False, max_length=200, help_text="Part of the name, or the whole code.")
    trust = CodeOf("trust", Trust, "code")


def trusts() -> QuerySet[Trust]:
    return Trust.objects.select_related("region", "system").prefetch_related("names", *JOINS)


class Regions(Listing):
    """NHS England's regions."""

    queryset = Region.objects.all()
    serializer_class = RegionSerializer


class Systems(Listing):
    """Partnerships and integrated care systems, past and present."""

    queryset = System.objects.select_related("region")
    serializer_class = SystemSerializer


class Trusts(Listing):
    """Trusts, open and closed."""

    queryset = trusts()
    serializer_class = TrustSerializer
    filters = TrustFilters

    def narrowed(self, queryset: QuerySet[Trust]) -> QuerySet[Trust]:
        asked = self.chosen
        queryset = queryset.filter(standing=asked.get("standing", Trust.Standing.REGISTERED))
        if "q" in asked:
            # By key, because a former name that matches too would otherwise list its trust twice.
            queryset = queryset.filter(pk__in=Trust.objects.matching(asked["q"]).order_by().values("pk"))
        if "region" in asked:
            queryset = queryset.filter(region__code=asked["region"])
        if "system" in asked:
            queryset = queryset.filter(system__code=asked["system"])
        if "type" in asked:
            queryset = queryset.filter(type=asked["type"])
        if "open_on" in asked:
            day = asked["open_on"]
            queryset = queryset.filter(
                Q(opened__isnull=True) | Q(opened__lte=day), Q(closed__isnull=True) | Q(closed__gt=day)
            )
        return queryset


class OneTrust(Door, RetrieveAPIView[Trust]):
    """One trust by its code."""

    queryset = trusts()
    serializer_class = TrustSerializer
    filter_backends = ()
    lookup_field = "code"


class Sites(Listing):
    """Hospitals and other places of the trusts."""

    queryset = Site.objects.select_related("trust").prefetch_related(*JOINS)
    serializer_class = SiteSerializer
    filters = SiteFilters

    def narrowed(self, queryset: QuerySet[Site]) -> QuerySet[Site]:
        if "trust" in self.chosen:
            queryset = queryset.filter(trust__code=self.chosen["trust"])
        if "q" in self.chosen:
            term = self.chosen["q"]
            queryset = queryset.filter(Q(cqc_id__iexact=term) | Q(name__icontains=term))
        return queryset
