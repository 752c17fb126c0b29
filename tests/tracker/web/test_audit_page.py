"""The audit log as whoever looks after the service reads it."""

import csv
from io import StringIO
from typing import Any

from tests.cast import Cast
from tests.plan_factories import new_action


def test_who_did_what_is_read_and_no_plan_is(cast: Cast, as_user: Any) -> None:
    action = new_action(cast)
    page = as_user(cast.administrator).get("/audit?kind=action").content.decode()
    assert "Audit log: 1 entry" in page
    assert f"Actions, number {action.pk}" in page
    assert cast.lead.name in page
    assert cast.northborough.name in page
    assert action.title not in page
    assert action.reference not in page


def test_the_filters_narrow_and_say_so(cast: Cast, as_user: Any) -> None:
    new_action(cast)
    administrator = as_user(cast.administrator)
    as_user(cast.other_lead).get("/audit")
    for query, expected in (
        ("kind=address", "1 entry"),
        (f"kind=action&person={cast.lead.email}", "1 entry"),
        ("kind=action&person=nobody+of+that+name", "0 entries"),
        (f"kind=action&trust={cast.northborough.code.lower()}", "1 entry"),
        (f"kind=action&trust={cast.elsewhere.code}", "0 entries"),
        ("kind=action&since=2001-01-01", "1 entry"),
        ("kind=action&until=2001-01-01", "0 entries"),
    ):
        page = administrator.get(f"/audit?{query}").content.decode()
        assert f"Audit log: {expected}" in page, query


def test_what_cannot_be_understood_is_said_and_shows_nothing(cast: Cast, as_user: Any) -> None:
    new_action(cast)
    for query in ("kind=everything", "trust=NONE", "since=yesterday"):
        answer = as_user(cast.administrator).get(f"/audit?{query}")
        assert answer.status_code == 400
        assert "Audit log: 0 entries" in answer.content.decode()


def test_the_file_holds_what_the_page_shows_with_the_numbers_the_logs_know(cast: Cast, as_user: Any) -> None:
    action = new_action(cast)
    answer = as_user(cast.administrator).get("/audit?kind=action&format=csv")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    headings = next(row for row in rows if row[:1] == ["Entry"])
    (entry,) = rows[rows.index(headings) + 1 :]
    named = dict(zip(headings, entry, strict=True))
    assert (named["Email"], named["Operation"], named["Number"]) == (cast.lead.email, "made", str(action.pk))
    assert named["Row of history"].startswith("action_event ")
