"""The API's description: valid, complete, and true of what answers."""

from datetime import date
from typing import Any

import schemathesis
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from config.wsgi import application
from tests.cast import Cast
from tests.plan_factories import new_action
from tests.ratings_factory import Book, cell, value
from tests.tracker.api.conftest import Caller
from tracker.api.throttles import COUNTS
from tracker.people.access import everything
from tracker.people.tokens import issue_token


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


# Codes of trusts and services are data: a well-formed one that nothing has is refused all the same.
UNDESCRIBED = [positive_data_acceptance]


def answers_of(operation: Any, calling: Caller, mode: GenerationMode) -> list[int]:
    """The status codes of a few requests, each answer held against its description."""
    codes: list[int] = []

    @settings(max_examples=8, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def described(case: Any) -> None:
        COUNTS.clear()
        codes.append(case.call_and_validate(headers=calling.headers, excluded_checks=UNDESCRIBED).status_code)

    described()
    return codes


def test_the_api_answers_as_it_describes_itself(committed_cast: Cast) -> None:
    """Every address, with parameters of every kind, well formed and not: never an error of ours, never an answer
    that is not described."""
    cast = committed_cast  # the server ends its connections, and with them a test's own transaction
    Book().load(date(2026, 3, 1), {cell(cast.northborough): value(3, "2025-01-01"), cell(cast.general): value(2, None)})
    new_action(cast)
    calling = Caller(issue_token(cast.national, by=everything()), Client())
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/schema/", application, headers={**calling.headers, "Accept": "application/json"}
    )
    checked = operations(schema)
    assert len(checked) >= 15
    for operation in checked:
        answers = answers_of(operation, calling, GenerationMode.POSITIVE)
        assert 200 in answers or "{" in operation.path, f"{operation.path} was never answered: {answers}"
        if "{" not in operation.path:  # any text is a well-formed code
            answers_of(operation, calling, GenerationMode.NEGATIVE)
