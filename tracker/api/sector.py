"""The sector: how ratings are spread over trusts or hospitals, with the denominator and the day beside them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.access import Door
from tracker.api.filters import CodeOf, Filters
from tracker.api.ratings import DomainCode, ServiceCode
from tracker.api.schema import refusals_and
from tracker.insight.distribution import Spread, spread, spread_by
from tracker.insight.selection import FOUR, By, Level, Selection
from tracker.ratings.as_at import as_at
from tracker.ratings.scale import OVERALL
from tracker.trusts.models import Region, System, Trust


class SpreadSerializer(serializers.Serializer[Any]):
    """Counts by outcome and the shares of the four ratings.  `rated` is the denominator of every share; a share
    is null where it is nought.  `key` is "none" for subjects without a region, system or type, and "" in the total."""

    key = serializers.CharField()
    name = serializers.CharField(source="label")
    rated = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Outcome -> how many.")
    shares = serializers.SerializerMethodField()

    def get_shares(self, group: Spread) -> dict[str, float | None]:
        rated = group.rated
        return {key: round(count / rated, 4) if rated else None for key, count in zip(FOUR, group.four, strict=True)}


class DistributionSerializer(serializers.Serializer[Any]):
    """The selection's spread, in all and by group.  `as_at` is the day whose listing was counted."""

    as_at = serializers.DateField(allow_null=True)
    level = serializers.CharField()
    service = serializers.CharField()
    domain = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    total = SpreadSerializer()
    groups = SpreadSerializer(many=True)


class DistributionFilters(Filters):
    level = serializers.ChoiceField([level.value for level in Level], required=False, help_text="trust if not given")
    by = serializers.ChoiceField([by.value for by in By], required=False)
    type = serializers.ChoiceField(Trust.Type.choices, required=False)
    region = CodeOf("region", Region, "code")
    system = CodeOf("system", System, "code")
    service = ServiceCode(help_text='"overall" if not given: the organisation as a whole')
    domain = DomainCode(help_text='"overall" if not given')
    as_at = serializers.DateField(required=False, help_text="As listed by that day.")


class Distribution(Door):
    """Counts and shares of ratings, over open trusts of the register or over their hospitals, each counted once."""

    filters = DistributionFilters

    @extend_schema(responses=refusals_and({200: DistributionSerializer}))
    def get(self, request: Request) -> Response:
        asked = self.chosen
        when = as_at(asked.get("as_at"))
        chosen = Selection(
            level=Level(asked.get("level", Level.TRUST)),
            service=asked.get("service", OVERALL),
            question=asked.get("domain", OVERALL),
            region=asked.get("region", ""),
            system=asked.get("system", ""),
            type=asked.get("type", ""),
        )
        today = self.moment.today
        by = By(asked["by"]) if "by" in asked else None
        found = {
            "as_at": when.listed_on,
            "level": chosen.level,
            "service": chosen.service,
            "domain": chosen.question,
            "by": by,
            "total": spread(when, chosen, today),
            "groups": spread_by(when, chosen, today, by) if by else [],
        }
        return Response(DistributionSerializer(found).data)
