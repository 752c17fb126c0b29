"""Findings as published, public facts, and the readings they come from, confidential.  Which findings have an action
is not told here."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from tracker.api.access import Listing
from tracker.api.filters import CodeOf, Filters
from tracker.api.ratings import DomainCode, ServiceCode
from tracker.findings.models import Finding, FindingRegulation
from tracker.findings.reading_lifecycle import ReadingState
from tracker.findings.reading_models import ReportReading
from tracker.findings.regulations import Instrument
from tracker.people.roles import Can
from tracker.trusts.models import Site, Trust


class InspectionSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    published_on = serializers.DateField()
    report_url = serializers.CharField()


class RegulationSerializer(serializers.Serializer[Any]):
    """One regulation a finding cites: the instrument, its number and the paragraph, "" for the whole."""

    instrument = serializers.CharField(help_text="RA2014, RA2010 or REG2009")
    number = serializers.CharField()
    paragraph = serializers.CharField(help_text='As "(2)(a)"')


class FindingSerializer(serializers.Serializer[Any]):
    """One thing the report says the trust must or should do, a breach it names, a notice or a condition, in the
    report's words."""

    id = serializers.IntegerField()
    trust = serializers.CharField(source="trust.code")
    inspection = InspectionSerializer()
    kind = serializers.CharField(
        help_text="MD: must do; SD: should do; BR: breach named by an assessment; NO: requirement notice; "
        "WN: section 29A warning notice; CO: section 31 condition"
    )
    words = serializers.CharField()
    service = serializers.CharField(source="service.key", default=None, allow_null=True)
    domain = serializers.CharField(source="key_question.key", default=None, allow_null=True)
    site = serializers.CharField(source="site.cqc_id", default=None, allow_null=True)
    regulation = serializers.CharField(help_text="As printed.")
    regulations = RegulationSerializer(many=True, source="regulations.all")
    improve_by = serializers.DateField(allow_null=True, help_text="The day a warning notice sets.")
    recurrence_of = serializers.IntegerField(
        source="recurrence_of_id", allow_null=True, help_text="The earlier finding of the trust that came back."
    )
    recurrence_why = serializers.CharField()


class FindingFilters(Filters):
    trust = CodeOf("trust", Trust, "code")
    site = CodeOf("site", Site, "cqc_id")
    kind = serializers.ChoiceField(Finding.Kind.choices, required=False)
    recurs = serializers.BooleanField(required=False, allow_null=True, default=None, help_text="Found before.")
    instrument = serializers.ChoiceField([one.value for one in Instrument], required=False)
    regulation = serializers.CharField(required=False, help_text="The number of a regulation it cites.")
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
CITED = {"instrument": "instrument", "regulation": "number"}


class Findings(Listing):
    """What published inspections say trusts must and should do."""

    queryset = Finding.objects.select_related(
        "trust", "inspection", "service", "key_question", "site"
    ).prefetch_related("regulations")
    serializer_class = FindingSerializer
    filters = FindingFilters

    def narrowed(self, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        asked = {name: value for name, value in self.chosen.items() if name in LOOKUPS}
        cited = {CITED[name]: value for name, value in self.chosen.items() if name in CITED}
        found = queryset.filter(**{LOOKUPS[name]: value for name, value in asked.items()})
        if cited:  # one row that is both, not two that are each
            found = found.filter(pk__in=FindingRegulation.objects.filter(**cited).values("finding"))
        recurs = self.chosen.get("recurs")
        return found if recurs is None else found.filter(recurrence_of__isnull=not recurs)


class ReadItemSerializer(serializers.Serializer[Any]):
    """One item of a reading, as it stands."""

    number = serializers.IntegerField()
    state = serializers.CharField()
    kind = serializers.CharField()
    words = serializers.CharField()
    places = serializers.JSONField(help_text="[start, end] in the report's text")
    service = serializers.CharField(source="service.key", default=None, allow_null=True)
    domain = serializers.CharField(source="key_question.key", default=None, allow_null=True)
    site = serializers.CharField(source="site.cqc_id", default=None, allow_null=True)
    regulations = serializers.JSONField(help_text="[instrument, number, paragraph]")
    suggested_causes = serializers.JSONField(source="causes", help_text="[code, phrase, how sure]")
    sure = serializers.CharField(help_text="clear, likely or doubtful")
    doubts = serializers.JSONField()
    finding = serializers.IntegerField(source="finding_id", allow_null=True)


class ReadingSerializer(serializers.Serializer[Any]):
    """A report as read: its items, and what it says of itself."""

    id = serializers.UUIDField(source="public_id")
    trust = serializers.CharField(source="trust.code")
    inspection = InspectionSerializer()
    sent_as = serializers.CharField(source="source", help_text="text, pdf or word")
    file_name = serializers.CharField()
    sha256 = serializers.CharField()
    state = serializers.CharField(help_text="draft, confirmed or set_aside")
    version = serializers.IntegerField()
    read_at = serializers.DateTimeField()
    claims = serializers.JSONField(help_text="The report's own counts: [kind, number, phrase]")
    scores = serializers.JSONField(help_text="Of quality statements: [statement, 1 to 4]")
    action_plan_requested = serializers.BooleanField()
    items = ReadItemSerializer(many=True, source="items.all")


class ReadingFilters(Filters):
    trust = CodeOf("trust", Trust, "code")
    state = serializers.ChoiceField(ReadingState.choices, required=False)


class Readings(Listing):
    """Reports as read, of the trusts whose plans the person may see."""

    needs = Can.SEE_PLANS
    confidential = True
    queryset = ReportReading.objects.none()
    serializer_class = ReadingSerializer
    filters = ReadingFilters

    def get_queryset(self) -> QuerySet[ReportReading]:
        visible = ReportReading.objects.visible_to(self.access).defer("text", "spans")
        found = visible.select_related("trust", "inspection").prefetch_related(
            "items__service", "items__key_question", "items__site"
        )
        asked = {"trust": "trust__code", "state": "state"}
        return found.filter(**{asked[name]: value for name, value in self.chosen.items()})
