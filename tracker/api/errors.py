"""Errors as HTTP answers: one shape, `{"error": ..., "field": ...}`, whatever was refused."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from tracker.problems import Busy, NotAllowed, Refused, Stale


class ProblemSerializer(serializers.Serializer[Any]):
    """What was wrong, in words a person can act on, and the parameter or field it is about, if any."""

    error = serializers.CharField()
    field = serializers.CharField(required=False)


class StandsNowSerializer(serializers.Serializer[Any]):
    """What somebody else saved in between."""

    version = serializers.CharField()
    status = serializers.CharField()
    words = serializers.CharField()
    by = serializers.CharField()
    at = serializers.CharField()


class ConflictSerializer(ProblemSerializer):
    """Both texts, so that nothing typed is lost: what stands now, and what this request sent."""

    theirs = StandsNowSerializer()
    yours = serializers.DictField()


def answer(problem: Exception, context: dict[str, Any]) -> Response | None:
    """403 for what the person may not do, 409 for work under way, 412 for a stale version, 422 for the rest."""
    if not isinstance(problem, Refused):
        response = exception_handler(problem, context)
        if response is not None:
            response.data = _in_words(problem, response.data)
        return response
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
        body["yours"] = dict(context["request"].data)
    return Response(body, status=status)


def _in_words(problem: Exception, data: Any) -> dict[str, str]:
    """The framework's answer in our shape: the first field it names, with the first thing wrong with it."""
    field = ""
    if isinstance(problem, ValidationError):
        while isinstance(data, dict | list) and data:
            if isinstance(data, dict):
                name, data = next(iter(data.items()))
                field = field or ("" if name == "non_field_errors" else str(name))
            else:
                data = data[0]
    elif isinstance(data, dict):
        data = data.get("detail", "")
    return {"error": str(data), **({"field": field} if field else {})}
