"""What stands around every request: a sensible answer when the database is down, safe headers, and one
transaction in which the database shows the person's rows."""

import logging
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from psycopg.errors import DiskFull
from psycopg_pool import PoolTimeout
from structlog.contextvars import get_contextvars

from tracker.audit.operations import record_refusal
from tracker.clock import moment, real_moment
from tracker.people.access import access_of
from tracker.people.scope import enter

Next = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger(__name__)

# What a person is told who may not, or cannot: another trust's thing is "not found", and so is what is not there.
REFUSALS = frozenset({403, 404, 409, 412, 422})
# Pages that must answer when nothing else does.
WITHOUT_DATABASE = frozenset({"/livez", "/readyz"})


class DatabaseDown:
    """Answers 503 with Retry-After when the database cannot be reached, and recovers without a restart."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError, PoolTimeout) as problem:
            return database_is_down(request, problem)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, OperationalError | InterfaceError | PoolTimeout):
            return database_is_down(request, problem)
        return None


def database_is_down(request: HttpRequest, problem: Exception) -> HttpResponse:
    said = "The service cannot reach its database. Nothing you had saved is lost. Try again in a minute.\n"
    if isinstance(problem.__cause__, DiskFull):
        said = (
            "The service has no space left to save this. Nothing you had saved is lost, and reading still works. "
            "Tell whoever looks after the service that its database's disk is full.\n"
        )
    response = HttpResponse(
        said,
        content_type="text/plain; charset=utf-8",
        status=503,
    )
    response["Retry-After"] = "30"
    return response


class NoNulls:
    """A NUL in an address is nobody's page and PostgreSQL's error: refused at the door (400)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = "This address cannot be read."
        if request.path.startswith("/api/"):  # which names the parameter itself when one of the query is wrong
            if "\0" in request.path:
                return JsonResponse({"error": said}, status=400)
        elif "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponse(f"{said}\n", content_type="text/plain; charset=utf-8", status=400)
        return self.get_response(request)


class SecureHeaders:
    """Nothing a signed-in person sees is kept by a browser or a proxy."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            patch_cache_control(response, no_store=True, private=True)
        return response


class OneTransaction:
    """One transaction a request, rendering included, so that a page is consistent and the row-security
    settings, which are local to a transaction, hold until the last line of it is written.

    A refusal or an error rolls everything back.  `request.access` and `request.moment` are read here,
    once, and passed on by the views.  What a person was refused is recorded afterwards, on its own.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in WITHOUT_DATABASE:
            return self.get_response(request)
        with transaction.atomic():
            request.moment = moment()  # type: ignore[attr-defined]
            request.access = access_of(request.user, request.moment.today)  # type: ignore[attr-defined,arg-type]
            enter(request.access)  # type: ignore[attr-defined]
            response = self.get_response(request)
            refused = bool(getattr(request, "refused", False))
            if response.status_code >= 400 or refused:
                transaction.set_rollback(True)
        if (refused or response.status_code in REFUSALS) and request.user.is_authenticated and request.resolver_match:
            self._record(request, response.status_code)
        return response

    def _record(self, request: HttpRequest, status: int) -> None:
        """Of the address, without its query, which may hold anything.  A record that cannot be made costs the
        person nothing."""
        try:
            with transaction.atomic():
                record_refusal(
                    f"{request.method} {request.path}: {status}",
                    by=request.access,  # type: ignore[attr-defined]
                    now=real_moment(),
                    request_id=str(get_contextvars().get("request_id", "")),
                )
        except DatabaseError:
            log.exception("A refusal could not be recorded")
