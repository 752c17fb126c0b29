"""Ratings as they stand, as they stood on a day, and as they were known at a moment."""

from datetime import date
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.access import Listing
from tracker.api.filters import CodeOf, Filters
from tracker.api.pagination import ByCell
from tracker.api.rated_cells import rated_cells
from tracker.ratings.models import RatedDomain, RatedService, RatingRecord
from tracker.ratings.scale import Rating, State
from tracker.trusts.models import Site, Trust

CQC_SITE: Final = "https://www.cqc.org.uk/"
RATINGS: Final = {rating.name.lower(): rating.value for rating in reversed(Rating)}
STATES: Final = tuple(state.name.lower() for state in State)
LEVELS: Final = {"trust": "provider", "site": "location"}


class LevelField(serializers.ChoiceField):
    """Read and shown as trust or site; the value is CQC's word, provider or location."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=list(LEVELS), **options)

    def to_internal_value(self, data: Any) -> str:
        return LEVELS[super().to_internal_value(data)]

    def to_representation(self, value: str) -> str:
        return next(name for name, cqc in LEVELS.items() if cqc == value)


@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(RATINGS)})$"})
class RatingField(serializers.ChoiceField):
    """One of the four by its key, or null where the source prints something else; the value is its number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=list(RATINGS), **options)

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]
        return RATINGS[super().to_internal_value(data)]

    def to_representation(self, value: int) -> str:  # type: ignore[override]
        return Rating(value).name.lower()


class ReportAddressField(serializers.CharField):
    """The report's address at CQC; empty for any other, because what a file holds is not to be trusted."""

    def to_representation(self, value: str) -> str:
        return value if value.startswith(CQC_SITE) else ""


class ValueSerializer(serializers.Serializer[Any]):
    """What a source says of one cell.  `word` is the text as printed; `rating` has a value only where `state` is
    "rated": nothing else is forced into the four."""

    state = serializers.CharField(help_text=", ".join(STATES))
    rating = RatingField(allow_null=True)
    word = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    report_type = serializers.CharField()
    inherited = serializers.CharField()
    framework = serializers.CharField()
    url = ReportAddressField()


class RatedCellSerializer(ValueSerializer):
    """A rating as listed.  `superseded`: another service took its service's place there.  Not `counted`: a
    successor inherited it.  `disputed`: the source prints two different values for one cell and day."""

    level = LevelField()
    organisation = serializers.CharField(help_text="CQC's id of the provider or location.")
    organisation_name = serializers.CharField()
    trust = serializers.CharField(allow_null=True)
    site = serializers.CharField(allow_null=True)
    service = serializers.CharField(help_text='"overall" for the organisation as a whole')
    service_name = serializers.CharField()
    domain = serializers.CharField(help_text='A key question, or "overall".')
    domain_name = serializers.CharField()
    in_force_from = serializers.DateField(help_text="The as-at date of the first file that listed it so.")
    superseded = serializers.BooleanField()
    counted = serializers.BooleanField()
    disputed = serializers.BooleanField()


class ServiceCode(CodeOf):
    def __init__(self, **options: Any) -> None:
        super().__init__("service", RatedService, "key", **options)


class DomainCode(CodeOf):
    def __init__(self, **options: Any) -> None:
        super().__init__("key question", RatedDomain, "key", **options)


class RatingFilters(Filters):
    trust = CodeOf("trust", Trust, "code", help_text="The trust itself and all its sites.")
    site = CodeOf("site", Site, "cqc_id")
    level = LevelField(required=False)
    service = ServiceCode()
    domain = DomainCode()
    rating = RatingField(required=False)
    state = serializers.ChoiceField(STATES, required=False)
    published_after = serializers.DateField(required=False, help_text="On that day or later.")
    published_before = serializers.DateField(required=False, help_text="On that day or earlier.")
    as_at = serializers.DateField(required=False, help_text="What was listed by that day.")
    as_known_at = serializers.DateTimeField(
        required=False, help_text="What imports applied by that moment had said, however they were undone since."
    )
    everybody = serializers.BooleanField(required=False, help_text="Organisations outside the register too.")


class ListedPages(ByCell):
    """Pages of ratings say of which day they are."""

    listed_on: date | None = None

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_address(), "as_at": self.listed_on, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        described = super().get_paginated_response_schema(schema)
        described["properties"]["as_at"] = {
            "type": "string",
            "format": "date",
            "nullable": True,
            "description": "The day whose listing this is: the one asked for, never later than the newest file.",
        }
        return described


class Ratings(Listing):
    """Current ratings; with `as_at` as listed by a day; with `as_known_at` as the service knew them then."""

    queryset = RatingRecord.objects.none()
    serializer_class = RatedCellSerializer
    pagination_class = ListedPages
    filters = RatingFilters

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        pages = self.paginator
        assert isinstance(pages, ListedPages)
        pages.read(request)
        asked = dict(self.chosen)
        day, known_at = asked.pop("as_at", None), asked.pop("as_known_at", None)
        found = rated_cells(asked, day=day, known_at=known_at, after=pages.after, most=pages.size + 1)
        pages.listed_on = found.listed_on
        page = pages.keep(found.cells, lambda cell: cell.key)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
