"""Pages of the API by cursor: steady while rows are added, and as quick on the last page as on the first.

A cursor is the key of the last row seen; the next page starts after it, whatever was written before it since.
"""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from tracker.api.filters import MOST_ID

MOST = 1000
USUAL = 100


class Cursor(BasePagination):
    """Reads `cursor` and `page_size`, and answers with the page and the address of the next."""

    parameters: ClassVar[frozenset[str]] = frozenset({"cursor", "page_size"})
    keys: ClassVar[int] = 1  # how many whole numbers make up a row's key

    request: Request
    size: int
    after: tuple[int, ...]  # empty at the beginning
    last: tuple[int, ...] | None  # key of the page's last row where another page follows

    def read(self, request: Request) -> None:
        """Raises ValidationError for a cursor that is none of ours, or a page size outside 1 to 1,000."""
        self.request, self.last = request, None
        for name in self.parameters & set(request.query_params):
            if len(request.query_params.getlist(name)) > 1:
                raise ValidationError({name: f"Give “{name}” once."})
        asked = request.query_params.get("page_size", str(USUAL))
        if not re.fullmatch(r"[0-9]{1,4}", asked) or not 1 <= int(asked) <= MOST:
            raise ValidationError({"page_size": f"Ask for 1 to {MOST:,} rows a page."})
        self.size = int(asked)
        cursor = request.query_params.get("cursor")
        self.after = ()
        if cursor is not None:
            if not re.fullmatch(self.shape(), cursor):
                raise ValidationError({"cursor": "Take the cursor from the “next” of the page before."})
            self.after = tuple(min(int(part), MOST_ID) for part in cursor.split("."))

    @classmethod
    def shape(cls) -> str:
        """What a cursor looks like, as a regular expression."""
        return r"\.".join(["[0-9]{1,19}"] * cls.keys)

    def keep(self, rows: Sequence[Any], key: Any) -> list[Any]:
        """The page of `rows`, which may hold one row more than a page; `key(row)` is that row's key."""
        page = list(rows[: self.size])
        if len(rows) > self.size:
            self.last = key(page[-1])
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_address(), "results": data})

    def next_address(self) -> str | None:
        if self.last is None:
            return None
        return replace_query_param(self.request.build_absolute_uri(), "cursor", ".".join(map(str, self.last)))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": "string", "nullable": True, "format": "uri", "description": "The next page."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "From the `next` of the page before.",
                "schema": {"type": "string", "pattern": f"^{self.shape()}$"},
            },
            {
                "name": "page_size",
                "in": "query",
                "description": f"Rows a page; {USUAL} when not given.",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST},
            },
        ]


class ByPosition(Cursor):
    """Follows the primary key of a queryset, in the order in which rows were made."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self.read(request)
        rows: QuerySet[Any] = queryset.order_by("pk")
        if self.after:
            rows = rows.filter(pk__gt=self.after[0])
        return self.keep(list(rows[: self.size + 1]), lambda row: (row.pk,))


class ByCell(Cursor):
    """Follows the cells of ratings: organisation, service, domain, variant."""

    keys = 4
