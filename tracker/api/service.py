"""The API about itself: its description, and an answer in JSON where there is nothing."""

from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from tracker.api.access import Door


@lru_cache(maxsize=4)
def described(version: str | None) -> Any:
    """The description as the code has it: the same for every reader, and until the process ends."""
    generator: Any = SchemaGenerator  # which says nothing of its types
    return generator(api_version=version).get_schema(request=None, public=True)


class OneDescription(SchemaGenerator):
    """Gives the description that is kept, in place of making it anew."""

    def get_schema(self, request: Request | None = None, public: bool = False) -> Any:
        return described(self.api_version)


@extend_schema(exclude=True)
class Description(Door, SpectacularAPIView):
    """The OpenAPI document."""

    generator_class = OneDescription
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
