"""The API's description: valid, complete, and true of what answers."""

from datetime import date
from typing import Any

import schemathesis
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from config.wsgi import application
from tests.cast import Cast
from tests.plan_factories import new_action
from tests.ratings_factory import Book, cell, value
from tracker.api.throttles import COUNTS


def test_the_description_is_valid_and_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", file=str(tmp_path / "api.yaml"), validate=True, fail_on_warn=True, verbosity=0)


def test_the_description_is_for_those_signed_in(cast: Cast, client: Any, as_user: Any) -> None:
    assert client.get("/api/v1/schema/").status_code == 401
    answer = as_user(cast.other_lead).get("/api/v1/schema/", headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert "/api/v1/rating-changes" in answer.json()["paths"]
    assert "X-Data-Licence" in answer


def operations(schema: Any) -> list[Any]:
    return [found.ok() for found in schema.get_all_operations() if found.ok().method.upper() == "GET"]


def test_the_api_answers_as_it_describes_itself(cast: Cast, caller: Any) -> None:
    """Every address, with parameters of every kind, well formed and not: never an error of ours, never an answer
    that is not described."""
    Book().load(date(2026, 3, 1), {cell(cast.northborough): value(3, "2025-01-01"), cell(cast.general): value(2, None)})
    new_action(cast)
    calling = caller(cast.national)
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/schema/", application, headers={**calling.headers, "Accept": "application/json"}
    )
    checked = operations(schema)
    assert len(checked) >= 15
    for operation in checked:
        called: list[int] = []

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        def described(case: Any, called: list[int] = called) -> None:
            COUNTS.clear()
            answer = case.call_and_validate(headers=calling.headers)
            called.append(answer.status_code)

        described()
        assert 200 in called or "{" in operation.path, f"{operation.path} was never answered: {called}"
