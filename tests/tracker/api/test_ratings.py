"""Ratings as they stand, stood and were known; their history; what changed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from tests.factories import rated_domain as some_domain
from tests.factories import rated_service as some_service
from tests.factories import rating_change, undo
from tests.ratings_factory import Book, cell, value
from tests.tracker.api.conftest import Caller
from tracker.ratings.models import RatingRecord
from tracker.trusts.models import Site, Trust

Calling = Callable[[Any], Caller]
SPRING, SUMMER, AUTUMN = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)
PAGE = 3


@pytest.fixture
def book(cast: Cast) -> Book:
    """Northborough falls in summer and its surgery is rated; Ashmere is listed from autumn on."""
    book = Book()
    own, surgery = cell(cast.northborough), cell(cast.general, "surgery", "safe")
    book.load(SPRING, {own: value(3, "2025-03-04")})
    fallen = {own: value(2, "2026-05-20"), surgery: value(None, "2026-05-20", state="inspected_not_rated")}
    book.load(SUMMER, fallen)
    book.load(AUTUMN, {**fallen, cell(cast.ashford): value(4, "2026-08-01")})
    return book


def said(rows: list[dict[str, Any]]) -> dict[tuple[str, str], str | None]:
    return {(row["organisation"], row["domain"]): row["rating"] for row in rows}


def test_current_ratings_say_what_is_printed_and_force_nothing_into_the_four(
    cast: Cast, book: Book, caller: Calling
) -> None:
    rows = caller(cast.other_lead).rows("ratings", trust="XN1")
    assert said(rows) == {("XN1", "overall"): "requires_improvement", ("XN101", "safe"): None}
    own, surgery = rows
    assert (own["level"], own["trust"], own["site"], own["published_on"]) == ("trust", "XN1", None, "2026-05-20")
    assert (surgery["level"], surgery["site"], surgery["state"]) == ("site", "XN101", "inspected_not_rated")


def test_as_at_answers_what_was_listed_by_the_day(cast: Cast, book: Book, caller: Calling) -> None:
    calling = caller(cast.lead)
    assert said(calling.rows("ratings", as_at="2026-04-30")) == {("XN1", "overall"): "good"}
    assert len(calling.rows("ratings", as_at=str(SUMMER))) == 2
    assert calling.get("ratings", as_at="2026-04-30").json()["as_at"] == "2026-04-30"
    assert calling.get("ratings", as_at="2030-01-01").json()["as_at"] == str(AUTUMN)
    assert calling.rows("ratings", as_at="2020-01-01") == []


def test_as_known_at_replays_imports_and_forgets_later_undoing(cast: Cast, book: Book, caller: Calling) -> None:
    calling = caller(cast.lead)
    assert calling.rows("ratings", as_known_at="2026-02-01T00:00:00Z") == []
    assert said(calling.rows("ratings", as_known_at="2026-04-01T00:00:00Z")) == {("XN1", "overall"): "good"}
    now = calling.rows("ratings")
    assert calling.rows("ratings", as_known_at="2026-11-01T00:00:00Z") == now
    fallen = RatingRecord.objects.get(organisation__cqc_id="XN1", rating=2)
    book.retract(fallen, "The file was another month's")  # on 1 June at noon: the moment of undoing in the book
    before, after = "2026-06-01T11:00:00Z", "2026-06-01T13:00:00Z"
    assert said(calling.rows("ratings", as_known_at=before))["XN1", "overall"] == "requires_improvement"
    assert said(calling.rows("ratings", as_known_at=after))["XN1", "overall"] == "good"
    early = calling.rows("ratings", as_known_at=before, as_at="2026-04-01")
    assert said(early) == {("XN1", "overall"): "good"}


def test_cqcs_own_history_answers_early_days_and_never_now(cast: Cast, book: Book, caller: Calling) -> None:
    book.historic(
        AUTUMN, {cell(cast.elsewhere): [value(1, "2016-01-05")], cell(cast.general): [value(2, "2019-01-01")]}
    )
    calling = caller(cast.lead)
    known = "2026-11-01T00:00:00Z"
    assert calling.rows("ratings", as_known_at=known) == calling.rows("ratings")
    early = said(calling.rows("ratings", as_at="2017-01-01"))
    assert early == {("XE1", "overall"): "inadequate"}
    assert said(calling.rows("ratings", as_at="2017-01-01", as_known_at=known)) == early
    assert calling.rows("ratings", as_at="2017-01-01", as_known_at="2026-07-01T00:00:00Z") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"rating": "outstanding"}, {"XA1"}),
        ({"state": "inspected_not_rated"}, {"XN101"}),
        ({"level": "site"}, {"XN101"}),
        ({"site": "XN101"}, {"XN101"}),
        ({"service": "surgery", "domain": "safe"}, {"XN101"}),
        ({"published_after": "2026-05-21"}, {"XA1"}),
        ({"published_before": "2026-05-20"}, {"XN1", "XN101"}),
        ({"trust": "XE1"}, set()),
    ],
)
@pytest.mark.parametrize("when", [{}, {"as_at": str(AUTUMN)}, {"as_known_at": "2026-11-01T00:00:00Z"}])
def test_each_filter_narrows(
    cast: Cast, book: Book, caller: Calling, query: dict[str, str], found: set[str], when: dict[str, str]
) -> None:
    rows = caller(cast.lead).rows("ratings", **query, **when)
    assert {row["organisation"] for row in rows} == found


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("ratings", {"trsut": "XN1"}, "trsut"),
        ("ratings", {"as_at": "31/02/2026"}, "as_at"),
        ("ratings", {"as_at": ""}, "as_at"),
        ("ratings", {"as_known_at": "yesterday"}, "as_known_at"),
        ("ratings", {"rating": "excellent"}, "rating"),
        ("ratings", {"trust": "XX9"}, "trust"),
        ("ratings", {"trust": "X\x00"}, "trust"),
        ("ratings", {"service": ["surgery", "overall"]}, "service"),
        ("ratings", {"cursor": "1"}, "cursor"),
        ("trusts", {"cursor": "1; DROP TABLE trust"}, "cursor"),
        ("trusts", {"page_size": "1001"}, "page_size"),
        ("trusts", {"page_size": ["5", "7"]}, "page_size"),
        ("trusts", {"region": "YX"}, "region"),
        ("trusts/XN1", {"q": "a"}, "q"),
        ("rating-changes", {"since": "-1"}, "since"),
        ("rating-changes", {"since": "9223372036854775808"}, "since"),
        ("sector/distribution", {"by": "colour"}, "by"),
        ("actions", {"due_before": "soon"}, "due_before"),
        ("rounds", {"state": "lost"}, "state"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(
    cast: Cast, caller: Calling, path: str, query: dict[str, Any], field: str
) -> None:
    answer = caller(cast.lead).get(path, **query)
    assert answer.status_code == 400
    assert answer.json()["field"] == field
    assert answer.json()["error"]


def test_a_cursor_stays_steady_while_rows_are_added(cast: Cast, caller: Calling) -> None:
    sites = [Site(cqc_id=f"XN2{n:02}", name=f"Clinic {n:02}", trust=cast.northborough) for n in range(7)]
    Site.objects.bulk_create(sites[:5])
    book = Book()
    book.load(SPRING, {cell(site): value(3, "2025-01-01") for site in sites[:5]})
    calling = caller(cast.lead)
    for path in ("ratings", "sites"):
        first = calling.get(path, page_size=PAGE).json()
        if path == "ratings":
            sites[5].save()
            added = {cell(site): value(3, "2025-01-01") for site in sites[:6]}
            added[cell(sites[0], "surgery", "safe")] = value(2, "2025-01-01")  # before the cursor
            book.load(SUMMER, added)
        rest = calling.client.get(first["next"], headers=calling.headers).json()["results"]
        seen = [row.get("organisation", row.get("code")) for row in first["results"] + rest]
        assert len(seen) == len(set(seen))
        assert {"XN200", "XN201", "XN202", "XN203", "XN204"} <= set(seen)


@pytest.mark.parametrize("when", [{}, {"as_at": "2026-04-01"}, {"as_known_at": "2026-11-01T00:00:00Z"}])
def test_pages_together_are_the_whole(cast: Cast, caller: Calling, when: dict[str, str]) -> None:
    clinics = Site.objects.bulk_create(
        Site(cqc_id=f"XN4{n:02}", name=f"Clinic {n:02}", trust=cast.northborough) for n in range(20)
    )
    places: list[Trust | Site] = [cast.northborough, cast.ashford, *clinics, cast.elsewhere, cast.general]
    listing = {
        cell(place, service, domain): value(1 if place in {clinics[6], cast.general} else 3, "2025-01-01")
        for place in places
        for service in ("surgery", "maternity")
        for domain in ("safe", "caring")
    }
    Book().load(SPRING, listing)
    Book(scope="api").load(SUMMER, {cell(cast.general, "surgery", "safe", 1): value(2, "2025-01-01")})
    calling = caller(cast.lead)
    whole = calling.rows("ratings", page_size=1000, **when)
    assert len(whole) >= len(listing)
    for size in (7, 11):
        assert calling.rows("ratings", page_size=size, **when) == whole
    worst = [row for row in whole if row["rating"] == "inadequate"]
    assert {row["site"] for row in worst} == {"XN406", "XN101"}  # with many between them
    assert calling.rows("ratings", page_size=5, rating="inadequate", **when) == worst


def test_history_shows_what_was_taken_back(cast: Cast, book: Book, caller: Calling) -> None:
    fallen = RatingRecord.objects.get(organisation__cqc_id="XN1", rating=2)
    book.retract(fallen, "The file was another month's")
    rows = caller(cast.lead).rows("ratings/history", organisation="XN1")
    assert [row["rating"] for row in rows] == ["good", "requires_improvement"]
    assert [row["retracted_at"] for row in rows] == [None, "2026-06-01T13:00:00+01:00"]
    assert [row["rating_import"] is not None for row in rows] == [True, True]
    assert caller(cast.lead).rows("ratings/history", trust="XN1", domain="safe", level="trust") == []


def test_an_address_in_a_file_is_told_only_where_it_is_cqcs(cast: Cast, caller: Calling) -> None:
    bad, good = "javascript:alert(1)", "https://www.cqc.org.uk/location/XN101"
    Book().load(
        SPRING,
        {cell(cast.general): value(3, "2025-01-01", url=good), cell(cast.ashford): value(3, "2025-01-01", url=bad)},
    )
    rows = caller(cast.lead).rows("ratings")
    assert {row["organisation"]: row["url"] for row in rows} == {"XN101": good, "XA1": ""}


def test_changes_are_followed_by_their_id_with_the_import_behind_each(cast: Cast, caller: Calling) -> None:
    surgery, safe = some_service("surgery"), some_domain("safe")
    first = rating_change(cast.northborough, surgery, safe, before=3, after=1)
    second = undo(first)
    calling = caller(cast.lead)
    rows = calling.rows("rating-changes", page_size=1)
    assert [row["id"] for row in rows] == [first.pk, second.pk]
    assert (rows[0]["kind"], rows[0]["before_rating"], rows[0]["rating"]) == ("worse", "good", "inadequate")
    assert [row["undoing"] for row in rows] == [False, True]
    assert rows[0]["rating_import"] == str(first.event.rating_import.public_id)
    assert [row["id"] for row in calling.rows("rating-changes", since=first.pk)] == [second.pk]
    assert calling.rows("rating-changes", since=second.pk) == []
    assert calling.rows("rating-changes", trust="XA1") == []


@pytest.mark.parametrize("path", ["ratings", "ratings/history", "trusts", "sites", "findings", "actions"])
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_few(cast: Cast, caller: Calling, path: str) -> None:
    sites = Site.objects.bulk_create(
        Site(cqc_id=f"XN3{n:02}", name=f"Clinic {n:02}", trust=cast.northborough) for n in range(40)
    )
    Book().load(SPRING, {cell(site, "surgery", "safe"): value(3, "2025-01-01") for site in sites})
    calling = caller(cast.national)
    asked = []
    for size in (2, 50):
        with CaptureQueriesContext(connection) as queries:
            assert calling.get(path, page_size=size).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert asked[0] <= 12
