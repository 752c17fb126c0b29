"""What a file says of organisations, in words on the pages of its import: chosen, applied, taken back, downloaded."""

import csv
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest

from tests.cast import Cast
from tests.plan_factories import NOW
from tests.ratings_files import ratings_file
from tests.tracker.web.page import Page
from tests.tracker.web.test_imports_pages import WORSE, href, loaded, read, text
from tracker import tasks
from tracker.ratings.models import RatedOrganisation, RatingImport, SettlingRule, WaitingRow
from tracker.ratings.settling import settle_by_rule

__all__ = ["loaded"]  # a fixture

State = RatingImport.State
MOVE = "XN101 Northborough General Hospital moves from"


@pytest.fixture
def moving(cast: Cast, loaded: RatingImport) -> RatingImport:
    """A file in which the hospital is another trust's and one rating is worse."""
    return read(ratings_file(provider="XA1", surgery_safe=WORSE), by=cast.national)


def trust_of_hospital() -> str:
    organisation = RatedOrganisation.objects.select_related("trust").get(cqc_id="XN101")
    assert organisation.trust
    return organisation.trust.code


def apply(cast: Cast, record: RatingImport, **accept: Any) -> None:
    newest = record.events.order_by("-pk").values_list("pk", flat=True)[0]
    tasks.apply_import(record.pk, person_id=cast.national.pk, event_id=newest, accept=accept or None)
    record.refresh_from_db()


def rows_of(client: Any, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def test_a_move_stands_in_words_among_the_kinds_and_is_chosen_like_them(
    cast: Cast, moving: RatingImport, as_user: Any
) -> None:
    client = as_user(cast.national)
    page = text(client, href(moving))
    assert f"{MOVE} {cast.northborough.name} (XN1) to {cast.ashford.name} (XA1)" in page
    assert "2 changes" in page
    assert {e.get("value") for e in Page(page).all("input") if e.get("name") == "kind"} == {"moved", "worse"}
    review = text(client, href(moving, "/review?kind=moved"))
    assert "This will change details of 1 organisation." in review
    assert "The other 1 change stays to be decided." in review
    apply(cast, moving, kinds=["worse"])
    assert (moving.state, trust_of_hospital()) == (State.PART_APPLIED, "XN1")
    assert MOVE in text(client, href(moving))
    apply(cast, moving, kinds=["moved"])
    assert (moving.state, trust_of_hospital()) == (State.APPLIED, "XA1")
    assert MOVE in text(client, href(moving, "/applied"))
    assert "1 rating of 1 trust and details of 1 organisation." in text(client, href(moving, "/undo"))
    client.post(href(moving, "/undo"), {"why": "Too early."})
    assert trust_of_hospital() == "XN1"


def test_a_single_move_is_ticked_and_found_by_either_trust(cast: Cast, moving: RatingImport, as_user: Any) -> None:
    client = as_user(cast.national)
    for code in ("XN1", "XA1"):
        assert MOVE in text(client, href(moving, f"/changes?kind=moved&trust={code}"))
    [box] = [
        e for e in Page(text(client, href(moving, "/changes?kind=moved"))).all("input") if e.get("type") == "checkbox"
    ]
    assert box.get("name") == "restated"
    assert "details of 1 organisation." in text(
        client, href(moving, f"/review?only=ticked&restated={box.get('value')}")
    )


def test_a_file_that_only_moves_a_hospital_waits_for_a_decision(cast: Cast, loaded: RatingImport, as_user: Any) -> None:
    record = read(ratings_file(provider="XA1"), by=cast.national)
    assert record.state == State.READY
    assert "1 change this file would make" in text(as_user(cast.national), href(record))


def test_a_new_reading_set_aside_says_that_what_was_applied_stands(
    cast: Cast, loaded: RatingImport, as_user: Any
) -> None:
    RatingImport.objects.filter(pk=loaded.pk).update(state=State.HELD)
    client = as_user(cast.national)
    assert "still stands" in text(client, href(loaded))
    assert "What was applied before stays" in text(client, href(loaded, "/set-aside"))
    answer = client.post(href(loaded, "/set-aside"), {"why": ""}, follow=True).content.decode()
    loaded.refresh_from_db()
    assert loaded.state == State.APPLIED
    assert "Undo this import" in answer


# --- rules ---


@pytest.fixture
def rule(cast: Cast) -> SettlingRule:
    read(ratings_file(provider="=XZ9+1", location="XZ901"), by=cast.national)
    from_now = {"by": cast.national, "now": NOW}
    return settle_by_rule(kind="provider_is", given="=XZ9+1", meaning="XN1", why="Its old code.", **from_now)


def test_rules_are_listed_with_who_why_and_how_many_rows(cast: Cast, rule: SettlingRule, as_user: Any) -> None:
    page = text(as_user(cast.administrator), "/imports/rules")
    for said in ("This provider is that trust", "=XZ9+1", "XN1", str(cast.national), "Its old code.", "18"):
        assert said in page
    assert f"/imports/rules/{rule.pk}/end" not in page
    assert "/imports/rules" in text(as_user(cast.national), "/imports/waiting")


def test_ending_a_rule_says_what_becomes_of_its_rows_asks_why_and_they_wait_again(
    cast: Cast, rule: SettlingRule, as_user: Any
) -> None:
    client = as_user(cast.national)
    page = text(client, f"/imports/rules/{rule.pk}/end")
    assert "It settled 18 rows" in page
    assert "wait again to be matched" in page
    assert "Say why" in client.post(f"/imports/rules/{rule.pk}/end", {"why": ""}).content.decode()
    answer = client.post(f"/imports/rules/{rule.pk}/end", {"why": "Another trust's."}, follow=True).content.decode()
    assert "The rule has ended" in answer
    assert "No rule is in force" in answer
    ended = text(client, "/imports/rules?show=all")
    assert "Another trust" in ended
    assert f"Ended by {cast.national}" in ended
    again = client.post(f"/imports/rules/{rule.pk}/end", {"why": "Twice."}).content.decode()
    assert "ended already" in again
    assert WaitingRow.objects.filter(state="settled").count() == 18
    record = RatingImport.objects.get()
    tasks.read_import(record.pk, cast.national.pk)
    assert WaitingRow.objects.filter(state="waiting").count() == 18


def test_a_rule_made_on_the_page_keeps_why(cast: Cast, as_user: Any) -> None:
    read(ratings_file(provider="XZ9", location="XZ901"), by=cast.national)
    row = WaitingRow.objects.order_by("pk")[0]
    answer = as_user(cast.national).post(
        f"/imports/waiting/{row.pk}",
        {"kind": "provider_is", "meaning": "XN1", "reach": "rule", "why": "Merged."},
        follow=True,
    )
    assert "settled 18 rows" in answer.content.decode()
    assert SettlingRule.objects.get().why == "Merged."


# --- as files ---


def test_the_lists_of_imports_are_files_with_their_filters(cast: Cast, moving: RatingImport, as_user: Any) -> None:
    client = as_user(cast.national)
    assert len(rows_of(client, "/imports?format=csv")) == 2
    [row] = rows_of(client, "/imports?show=decide&format=csv")
    assert (row["State"], row["Changes of ratings"], row["Changes of organisations"]) == (
        "Waiting for a decision", "1", "1",
    )  # fmt: skip
    every = rows_of(client, href(moving, "/changes?format=csv"))
    assert [row["Kind of change"] for row in every] == ["Moved to another trust", "Worse"]
    [worse] = rows_of(client, href(moving, "/changes?kind=worse&trust=XN1&format=csv"))
    assert (worse["Before"], worse["After"], worse["Published"]) == ("Good", "Inadequate", "2026-05-03")
    assert client.get(href(moving, "/changes?format=pdf")).status_code == 404


@pytest.mark.parametrize("path", ["/imports/waiting", "/imports/rules?show=all"])
def test_text_of_a_file_is_never_a_formula(cast: Cast, rule: SettlingRule, as_user: Any, path: str) -> None:
    WaitingRow.objects.update(state="waiting", settled_at=None, settled_by=None)
    client = as_user(cast.national)
    joined = "&" if "?" in path else "?"
    assert "'=XZ9+1" in {value for row in rows_of(client, f"{path}{joined}format=csv") for value in row.values()}
    book = openpyxl.load_workbook(BytesIO(client.get(f"{path}{joined}format=xlsx").content))
    cells = [cell for line in book["Table"].iter_rows() for cell in line if cell.value == "=XZ9+1"]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
