"""How often one person may ask.

Counted in each web process's own memory.  A count in the database would be written inside the request's one
transaction: two requests of the same person would then wait for each other, and a refused one would not count.
With several processes the limit is that many times as high: it is there to stop a runaway script, not to bill.
"""

from django.core.cache.backends.locmem import LocMemCache
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

COUNTS = LocMemCache("api-requests", {"OPTIONS": {"MAX_ENTRIES": 10_000}})


class Reads(UserRateThrottle):
    """Six hundred requests a minute: all of England's ratings, 1,000 a page, fit into one."""

    scope = "api"
    rate = "600/min"
    cache = COUNTS


class Writes(UserRateThrottle):
    """Of these, sixty that change something."""

    scope = "api-writes"
    rate = "60/min"
    cache = COUNTS

    def allow_request(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or super().allow_request(request, view)
