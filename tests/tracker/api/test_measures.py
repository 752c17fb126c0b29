"""Values sent by another system: nothing twice, nothing lost, and errors row by row."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import Cast
from tests.measure_factories import STEADY, month, new_measure, standing
from tests.tracker.api.conftest import Caller

pytestmark = pytest.mark.django_db
Calling = Callable[[Any], Caller]
SENT = {"values": [{"period": "2024-01", "value": "48"}, {"period": "February 2024", "value": "51,5"}]}


def put(calling: Caller, path: str, body: object, **headers: str) -> Any:
    return calling.client.put(
        f"/api/v1/{path}", body, content_type="application/json", headers={**calling.headers, **headers}
    )


def test_the_same_values_sent_twice_are_recorded_once(cast: Cast, caller: Calling) -> None:
    measure, calling = new_measure(cast), caller(cast.lead)
    first = put(calling, f"measures/{measure.pk}/values", SENT)
    again = put(calling, f"measures/{measure.pk}/values", SENT)
    assert (first.status_code, first.json()) == (200, {"added": 2, "replaced": 0, "unchanged": 0})
    assert (again.status_code, again.json()) == (200, {"added": 0, "replaced": 0, "unchanged": 2})
    assert again["ETag"] == first["ETag"]
    assert [float(value or 0) for _, value in standing(measure)] == [48, 51.5]


def test_errors_are_told_row_by_row_and_nothing_is_recorded(cast: Cast, caller: Calling) -> None:
    measure = new_measure(cast)
    rows = [
        {"period": "2024-01", "value": "48"}, {"period": "2024-13", "value": "many"},
        {"period": "31 Jan 2024", "value": "9"}, {"period": "2030-01", "value": "9"},
    ]  # fmt: skip
    answer = put(caller(cast.lead), f"measures/{measure.pk}/values", {"values": rows})
    assert answer.status_code == 422
    assert answer.json()["error"] == "3 of 4 rows cannot be read. Nothing is recorded."
    assert [(row["row"], row["field"]) for row in answer.json()["rows"]] == [
        (2, "period"), (2, "value"), (3, "period"), (4, "period"),
    ]  # fmt: skip
    assert standing(measure) == []


def test_a_value_that_stands_is_replaced_only_against_the_version_read(cast: Cast, caller: Calling) -> None:
    measure, calling = new_measure(cast, [48]), caller(cast.lead)
    path = f"measures/{measure.pk}/values"
    tag = calling.get(f"measures/{measure.pk}")["ETag"]
    new = {"values": [{"period": "2024-01", "value": "50", "replace": True}], "why": "Late reports"}
    plain = {"values": [{"period": "2024-01", "value": "50"}]}
    assert put(calling, path, plain).status_code == 422
    assert put(calling, path, new).status_code == 428
    assert put(calling, path, {**new, "why": ""}, **{"If-Match": tag}).status_code == 422
    put(calling, path, {"values": [{"period": "2024-02", "value": "1"}]})
    stale = put(calling, path, new, **{"If-Match": tag})
    assert (stale.status_code, stale.json()["yours"]) == (412, new)
    tag = calling.get(f"measures/{measure.pk}")["ETag"]
    assert put(calling, path, new, **{"If-Match": tag}).json() == {"added": 0, "replaced": 1, "unchanged": 0}
    assert put(calling, path, new, **{"If-Match": tag}).json() == {"added": 0, "replaced": 0, "unchanged": 1}
    assert standing(measure)[0] == (month(0), 50)


def test_null_takes_a_value_back(cast: Cast, caller: Calling) -> None:
    measure, calling = new_measure(cast, [48, 52]), caller(cast.lead)
    tag = calling.get(f"measures/{measure.pk}")["ETag"]
    gone = {"values": [{"period": "2024-01", "value": None, "replace": True}], "why": "Another ward's"}
    assert put(calling, f"measures/{measure.pk}/values", gone, **{"If-Match": tag}).status_code == 200
    assert standing(measure) == [(month(1), 52)]


def test_a_measure_is_read_with_what_its_values_say(cast: Cast, caller: Calling) -> None:
    measure = new_measure(cast, [*STEADY, 70])
    read = caller(cast.national).get(f"measures/{measure.pk}").json()
    assert (read["variation"], read["signal"], read["concern_since"]) == ("concern", "outside", "2025-05-01")
    assert read["values"][-1]["value"] == "70"
    assert read["values"][0]["upper_limit"] is not None
    listed = caller(cast.lead).rows("measures", variation="concern")
    assert [row["id"] for row in listed] == [measure.pk]
    assert caller(cast.lead).rows("measures", variation="improvement") == []


def test_who_may_read_may_not_write_and_others_find_nothing(cast: Cast, caller: Calling) -> None:
    measure = new_measure(cast)
    assert put(caller(cast.national), f"measures/{measure.pk}/values", SENT).status_code == 403
    assert put(caller(cast.other_lead), f"measures/{measure.pk}/values", SENT).status_code == 404
    assert caller(cast.other_lead).get(f"measures/{measure.pk}").status_code == 404
    assert standing(measure) == []


@pytest.mark.parametrize("body", [{}, {"values": []}, {"values": "x"}, {"values": [{"period": "2024-01"}]}, []])
def test_what_is_no_list_of_values_is_refused(cast: Cast, caller: Calling, body: Any) -> None:
    measure = new_measure(cast)
    assert put(caller(cast.lead), f"measures/{measure.pk}/values", body).status_code == 400
