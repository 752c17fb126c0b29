"""The API's description: valid, complete, and true of what answers."""

from typing import Any

from django.core.management import call_command

from tests.cast import Cast


def test_the_description_is_valid_and_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", file=str(tmp_path / "api.yaml"), validate=True, fail_on_warn=True, verbosity=0)


def test_the_description_is_for_those_signed_in(cast: Cast, client: Any, as_user: Any) -> None:
    assert client.get("/api/v1/schema/").status_code == 401
    answer = as_user(cast.other_lead).get("/api/v1/schema/", headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert "/api/v1/rating-changes" in answer.json()["paths"]
    assert "X-Data-Licence" in answer
