"""Domain errors as HTTP answers: one shape, `{"error": ..., "field": ...}`, whatever was refused."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from tracker.problems import Busy, NotAllowed, Refused, Stale


def answer(problem: Exception, context: dict[str, Any]) -> Response | None:
    """403 for what the person may not do, 409 for work under way, 412 for a stale version, 422 for the rest."""
    if not isinstance(problem, Refused):
        return exception_handler(problem, context)
    status = 422
    if isinstance(problem, NotAllowed):
        status = 403
    elif isinstance(problem, Busy):
        status = 409
    elif isinstance(problem, Stale):
        status = 412
    body: dict[str, Any] = {"error": problem.message}
    if problem.field:
        body["field"] = problem.field
    if isinstance(problem, Stale):
        body["theirs"] = problem.theirs
    return Response(body, status=status)
