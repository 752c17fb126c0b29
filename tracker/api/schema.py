"""The API's own description, at `/api/v1/schema/`: made from the code that answers, so that they cannot differ."""

from collections.abc import Mapping
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema

from tracker.api.errors import ProblemSerializer

_REFUSALS: Final = ("400", "401", "404", "429")


def refusals_and(answers: Mapping[int, Any]) -> dict[str, Any]:
    """The answers of an address beside the refusals that all share."""
    return {**dict.fromkeys(_REFUSALS, ProblemSerializer), **{str(code): said for code, said in answers.items()}}


class Described(AutoSchema):
    """Adds to an address what all share: its filters, and what its refusals look like."""

    def get_override_parameters(self) -> list[Any]:
        filters = getattr(self.view, "filters", None)
        return [filters] if filters is not None and self.method == "GET" and filters().fields else []

    def get_response_serializers(self) -> Any:
        answer = super().get_response_serializers()
        return answer if isinstance(answer, dict) else refusals_and({200: answer})
