"""The API about itself: its description, and an answer in JSON where there is nothing."""

from typing import Any

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from tracker.api.access import Door


@extend_schema(exclude=True)
class Description(Door, SpectacularAPIView):
    """The OpenAPI document."""

    needs = None
    filters = None


@extend_schema(exclude=True)
class Nowhere(Door):
    """Every address that is none, for whoever is signed in."""

    needs = None
    filters = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address. The addresses are listed at /api/v1/schema/.")
