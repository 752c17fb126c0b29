"""A trust's measures and their values.  Confidential: everybody else finds nothing.

Values are put, not added: the same values sent twice change nothing.  Replacing one that stands is an edit, and
names by If-Match the version that was read.
"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.access import Door, Listing
from tracker.api.errors import ConflictSerializer, ProblemSerializer
from tracker.api.filters import CodeOf, Filters
from tracker.api.schema import refusals_and
from tracker.measures.models import Measure, MeasureValue
from tracker.measures.operations import MOST_VALUES, NewValue, record_values
from tracker.measures.pasting import read_period, read_value
from tracker.measures.periods import Frequency
from tracker.measures.queries import charted
from tracker.measures.spc import Assurance, Direction, Variation
from tracker.people.roles import Can
from tracker.trusts.models import Trust

CHANGED_SINCE = 0  # a version no measure has: older than anything


class VersionNeeded(APIException):
    status_code = 428
    default_detail = "Send If-Match with the ETag of the measure as you last read it: a value that stands is replaced."
    default_code = "version_needed"


def etag_of(measure: Measure) -> str:
    """Names the measure and its values as they stand; any other version has another."""
    return f'"{measure.pk}.{measure.version}.{measure.values_version}"'


class MeasureSerializer(serializers.Serializer[Any]):
    """What a trust measures, and what its values say."""

    id = serializers.IntegerField()
    trust = serializers.CharField(source="trust.code")
    name = serializers.CharField()
    definition = serializers.CharField()
    unit = serializers.CharField()
    numerator = serializers.CharField()
    denominator = serializers.CharField()
    direction = serializers.CharField(help_text=", ".join(Direction))
    target = serializers.DecimalField(18, 6, allow_null=True, normalize_output=True)
    frequency = serializers.CharField(help_text=", ".join(Frequency))
    service = serializers.CharField(source="service.key", default=None, allow_null=True)
    site = serializers.CharField(source="site.cqc_id", default=None, allow_null=True)
    owner = serializers.CharField(source="owner.name")
    points = serializers.IntegerField()
    latest_on = serializers.DateField(allow_null=True)
    latest_value = serializers.DecimalField(18, 6, allow_null=True, normalize_output=True)
    variation = serializers.CharField(help_text=", ".join(Variation))
    signal = serializers.CharField(help_text="The rule the latest value is a signal by, if any.")
    concern_since = serializers.DateField(allow_null=True)
    assurance = serializers.CharField(help_text=", ".join(Assurance))


class PointSerializer(serializers.Serializer[Any]):
    """One period; `value` is null where there is none, and limits where there are too few values."""

    period = serializers.DateField()
    value = serializers.DecimalField(18, 6, allow_null=True, normalize_output=True)
    mean = serializers.FloatField(allow_null=True)
    lower_limit = serializers.FloatField(allow_null=True)
    upper_limit = serializers.FloatField(allow_null=True)
    variation = serializers.CharField()
    signal = serializers.CharField()


class RecalculationSerializer(serializers.Serializer[Any]):
    on = serializers.DateField()
    why = serializers.CharField()
    by = serializers.CharField(source="by.name")
    at = serializers.DateTimeField()


class MeasureWithValuesSerializer(MeasureSerializer):
    """The measure, every period from its first value to its last, and the recalculations in force."""

    values = PointSerializer(many=True, source="shown_points")
    recalculations = RecalculationSerializer(many=True, source="shown_rebases")


class NewValueSerializer(serializers.Serializer[Any]):
    """A value of a period.  Null takes back the one that stands, which is a replacement too."""

    period = serializers.CharField(max_length=100, help_text="A date in the period: 2026-04-01, or April 2026.")
    value = serializers.CharField(max_length=100, allow_null=True, help_text="A number, or as people write one: 95,2%.")
    replace = serializers.BooleanField(default=False, help_text="It may replace another value that stands.")


class NewValuesSerializer(serializers.Serializer[Any]):
    values = serializers.ListField(child=NewValueSerializer(), min_length=1, max_length=MOST_VALUES)
    why = serializers.CharField(default="", allow_blank=True, max_length=2000, help_text="Why values are replaced.")
    nhs_number_checked = serializers.BooleanField(
        default=False, help_text="Somebody has made sure that the ten digits in the reason are no NHS number."
    )


class ValuesRecordedSerializer(serializers.Serializer[Any]):
    """How many values were added, replaced, and stood already."""

    added = serializers.IntegerField()
    replaced = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class RowProblemSerializer(serializers.Serializer[Any]):
    """What is wrong with one row, counted from 1."""

    row = serializers.IntegerField()
    field = serializers.CharField()
    error = serializers.CharField()


class RowsRefusedSerializer(ProblemSerializer):
    """Nothing is recorded until every row is right."""

    rows = RowProblemSerializer(many=True, required=False)


class MeasureFilters(Filters):
    trust = CodeOf("trust", Trust, "code")
    variation = serializers.ChoiceField([one.value for one in Variation], required=False)
    assurance = serializers.ChoiceField([one.value for one in Assurance], required=False)


LOOKUPS = {"trust": "trust__code", "variation": "variation", "assurance": "assurance"}


class OwnMeasures(GenericAPIView[Measure]):
    """The first wall: measures of the trusts whose plans the person may see."""

    queryset = Measure.objects.none()
    filter_backends = ()
    lookup_field = "pk"
    lookup_url_kwarg = "measure_id"
    needs: ClassVar[Can | None] = Can.SEE_PLANS
    confidential = True

    def get_queryset(self) -> QuerySet[Measure]:
        return Measure.objects.visible_to(self.access).select_related("trust", "owner", "service", "site")  # type: ignore[attr-defined]


class Measures(OwnMeasures, Listing):
    """The measures of the trusts whose plans you may see."""

    serializer_class = MeasureSerializer
    filters = MeasureFilters

    def narrowed(self, queryset: QuerySet[Measure]) -> QuerySet[Measure]:
        return queryset.filter(**{LOOKUPS[name]: value for name, value in self.chosen.items()})


class OneMeasure(OwnMeasures, Door, RetrieveAPIView[Measure]):
    """One measure with its values.  The answer's ETag is what replacing a value asks for."""

    serializer_class = MeasureWithValuesSerializer

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        measure = self.get_object()
        shown = charted(measure)
        segments = shown.analysis.segments
        measure.shown_rebases = shown.rebases  # type: ignore[attr-defined]
        measure.shown_points = [  # type: ignore[attr-defined]
            {
                "period": point.on,
                "value": point.value,
                "mean": limits.mean if (limits := segments[point.segment].limits) else None,
                "lower_limit": limits.lower if limits else None,
                "upper_limit": limits.upper if limits else None,
                "variation": point.variation,
                "signal": point.rule or "",
            }
            for point in shown.analysis.points
        ]
        return Response(self.get_serializer(measure).data, headers={"ETag": etag_of(measure)})


class Values(OwnMeasures, Door):
    """Values of a measure's periods."""

    serializer_class = NewValuesSerializer

    @extend_schema(
        request=NewValuesSerializer,
        parameters=[
            OpenApiParameter(
                "If-Match",
                OpenApiTypes.STR,
                "header",
                description="The ETag of the measure; needed to replace a value.",
            )
        ],
        responses=refusals_and(
            {
                200: ValuesRecordedSerializer,
                403: OpenApiResponse(ProblemSerializer, "You may read this measure and not record its values."),
                412: OpenApiResponse(ConflictSerializer, "Values were recorded since it was read."),
                413: ProblemSerializer,
                415: ProblemSerializer,
                422: OpenApiResponse(RowsRefusedSerializer, "Refused, and why, row by row."),
                428: OpenApiResponse(ProblemSerializer, "If-Match is missing."),
            }
        ),
    )
    def put(self, request: Request, measure_id: int) -> Response:
        """Record values, all or none.  Raises what `record_values` does, as an answer."""
        measure = self.get_object()
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        values, problems = self._read(measure, given["values"])
        if problems:
            wrong = len({problem["row"] for problem in problems})
            said = f"{wrong} of {len(given['values'])} rows cannot be read. Nothing is recorded."
            return Response({"error": said, "rows": problems}, status=422)
        version = None
        if any(value.replace for value in values):
            version = _version_in(request.headers.get("If-Match", ""), measure)
        done = record_values(
            measure, by=self.access, now=self.moment.now, values=values, source=MeasureValue.Source.API,
            why=given["why"], values_version=version, nhs_number_checked=given["nhs_number_checked"],
        )  # fmt: skip
        fresh = self.get_object()
        return Response(ValuesRecordedSerializer(done).data, headers={"ETag": etag_of(fresh)})

    def _read(self, measure: Measure, rows: list[dict[str, Any]]) -> tuple[list[NewValue], list[dict[str, Any]]]:
        """The rows as values, and what is wrong with them."""
        values: list[NewValue] = []
        problems: list[dict[str, Any]] = []
        frequency, seen = Frequency(measure.frequency), dict[object, int]()
        for number, row in enumerate(rows, start=1):
            period, wrong = read_period(row["period"], frequency=frequency, today=self.moment.today)
            if period is not None and period in seen:
                wrong = f"This period is in row {seen[period]} too."
            seen.setdefault(period, number)
            value, not_a_number = None, ""
            if row["value"] is not None:
                value, not_a_number = read_value(row["value"], unit=measure.unit)
            said = (("period", wrong), ("value", not_a_number))
            problems += [{"row": number, "field": name, "error": error} for name, error in said if error]
            if period is not None and not wrong and not not_a_number:
                values.append(NewValue(period, value, replace=row["replace"]))
        return values, problems


def _version_in(if_match: str, measure: Measure) -> int:
    """The version of the values that was read.  Raises VersionNeeded without one."""
    if if_match.strip() in {"", "*"}:
        raise VersionNeeded
    return measure.values_version if if_match.strip() == etag_of(measure) else CHANGED_SINCE
