"""Findings as published: public facts.  Which of them have an action is not told here."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from tracker.api.access import Listing
from tracker.api.filters import CodeOf, Filters
from tracker.api.ratings import DomainCode, ServiceCode
from tracker.findings.models import Finding
from tracker.trusts.models import Site, Trust


class InspectionSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    published_on = serializers.DateField()
    report_url = serializers.CharField()


class FindingSerializer(serializers.Serializer[Any]):
    """One thing the report says the trust must (MD) or should (SD) do, in the report's words."""

    id = serializers.IntegerField()
    trust = serializers.CharField(source="trust.code")
    inspection = InspectionSerializer()
    kind = serializers.CharField(help_text="MD: must do; SD: should do")
    words = serializers.CharField()
    service = serializers.CharField(source="service.key", default=None, allow_null=True)
    domain = serializers.CharField(source="key_question.key", default=None, allow_null=True)
    site = serializers.CharField(source="site.cqc_id", default=None, allow_null=True)
    regulation = serializers.CharField(help_text="As printed.")


class FindingFilters(Filters):
    trust = CodeOf("trust", Trust, "code")
    site = CodeOf("site", Site, "cqc_id")
    kind = serializers.ChoiceField(Finding.Kind.choices, required=False)
    service = ServiceCode()
    domain = DomainCode()
    published_after = serializers.DateField(required=False, help_text="On that day or later.")
    published_before = serializers.DateField(required=False, help_text="On that day or earlier.")


LOOKUPS = {
    "trust": "trust__code",
    "site": "site__cqc_id",
    "kind": "kind",
    "service": "service__key",
    "domain": "key_question__key",
    "published_after": "inspection__published_on__gte",
    "published_before": "inspection__published_on__lte",
}


class Findings(Listing):
    """What published inspections say trusts must and should do."""

    queryset = Finding.objects.select_related("trust", "inspection", "service", "key_question", "site")
    serializer_class = FindingSerializer
    filters = FindingFilters

    def narrowed(self, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        return queryset.filter(**{LOOKUPS[name]: value for name, value in self.chosen.items()})
