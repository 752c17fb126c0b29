"""A line for every request, when it ends: which page, how it ended, how long it took and for whom, by id."""

import time
import uuid

import structlog
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

logger = structlog.get_logger("turnaround.request")


class RequestLog(RequestMiddleware):
    """The library's middleware, which follows a request by its id through every line of other loggers, with a line
    of ours: the address's pattern instead of the address, and neither query string, browser nor IP address."""

    def prepare(self, request: HttpRequest) -> None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=str(uuid.uuid4()))
        request.started = time.monotonic()  # type: ignore[attr-defined]

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        status = response.status_code
        match = request.resolver_match
        access = getattr(request, "access", None)
        logger.log(
            self._log_level_for_status_code(status),
            "request",
            method=request.method,
            path=f"/{match.route}" if match else "",
            status=status,
            ms=round((time.monotonic() - request.started) * 1000, 1),  # type: ignore[attr-defined]
            user_id=access.person_id if access else None,
        )
        structlog.contextvars.clear_contextvars()

    def _process_exception(self, request: HttpRequest, exception: Exception) -> None:
        logger.error("request failed", exc_info=exception)
