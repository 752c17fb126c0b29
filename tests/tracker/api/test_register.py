"""The register, the sector and published findings."""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.cast import Cast
from tests.plan_factories import must_do, new_action
from tests.ratings_factory import Book, cell, value
from tests.tracker.api.conftest import Caller
from tracker.trusts.models import Site, SiteSuccession, Succession, Trust, TrustName

Calling = Callable[[Any], Caller]


def codes(rows: list[dict[str, Any]]) -> set[str]:
    return {row["code"] for row in rows}


def test_a_trust_tells_what_it_came_from_and_what_carried_it_on(cast: Cast, caller: Calling) -> None:
    Succession.objects.create(
        predecessor=cast.ashford, successor=cast.northborough, on=date(2024, 4, 1), reason="Merger"
    )
    calling = caller(cast.other_lead)
    joined = {"on": "2024-04-01", "reason": "Merger"}
    assert calling.get("trusts/XN1").json()["predecessors"] == [{"code": "XA1", "name": cast.ashford.name, **joined}]
    assert calling.get("trusts/XA1").json()["successors"] == [{"code": "XN1", "name": cast.northborough.name, **joined}]
    assert calling.get("trusts/XX9").status_code == 404


def test_trusts_are_found_by_old_names_places_and_days(cast: Cast, caller: Calling) -> None:
    for name in ("Borough Infirmary", "The Borough Infirmary"):
        TrustName.objects.create(trust=cast.northborough, name=name)
    Trust.objects.filter(pk=cast.ashford.pk).update(opened=date(2020, 4, 1), closed=date(2024, 4, 1))
    Trust.objects.create(code="XP1", name="Provisional Trust", standing="provisional")
    calling = caller(cast.lead)
    assert [row["code"] for row in calling.rows("trusts", q="infirmary")] == ["XN1"]
    assert codes(calling.rows("trusts", q="xe1")) == {"XE1"}
    assert codes(calling.rows("trusts", region="YN", system="QF1", type="general_acute")) == {"XN1", "XA1"}
    assert codes(calling.rows("trusts")) == {"XN1", "XA1", "XE1"}
    assert codes(calling.rows("trusts", standing="provisional")) == {"XP1"}
    for day, open_then in (("2020-03-31", False), ("2020-04-01", True), ("2024-03-31", True), ("2024-04-01", False)):
        assert ("XA1" in codes(calling.rows("trusts", open_on=day))) is open_then


def test_a_hospital_that_registered_anew_says_so(cast: Cast, caller: Calling) -> None:
    anew = Site.objects.create(cqc_id="XN102", name="Northborough General Hospital", trust=cast.northborough)
    SiteSuccession.objects.create(predecessor=cast.general, successor=anew, source="Written down by hand")
    rows = {row["code"]: row for row in caller(cast.lead).rows("sites", trust="XN1", q="general")}
    assert [join["code"] for join in rows["XN102"]["predecessors"]] == ["XN101"]
    assert [join["code"] for join in rows["XN101"]["successors"]] == ["XN102"]


def test_the_sector_comes_with_its_denominator_and_its_day(cast: Cast, caller: Calling) -> None:
    book = Book()
    book.load(date(2026, 3, 1), {cell(cast.northborough): value(3, "2025-01-01")})
    book.load(
        date(2026, 6, 1),
        {
            cell(cast.northborough): value(1, "2026-05-01"),
            cell(cast.ashford): value(4, "2026-01-01"),
            cell(cast.elsewhere): value(None, "2026-01-01", state="inspected_not_rated"),
        },
    )
    calling = caller(cast.lead)
    found = calling.get("sector/distribution", by="region", type="general_acute").json()
    assert found["as_at"] == "2026-06-01"
    assert found["total"]["rated"] == 2
    assert found["total"]["counts"] == {"outstanding": 1, "inadequate": 1, "inspected_not_rated": 1}
    assert found["total"]["shares"]["outstanding"] == 0.5
    assert {group["key"]: group["rated"] for group in found["groups"]} == {"YN": 2, "YS": 0}
    south = next(group for group in found["groups"] if group["key"] == "YS")
    assert south["shares"]["good"] is None
    early = calling.get("sector/distribution", as_at="2026-04-01").json()
    assert (early["as_at"], early["total"]["rated"], early["total"]["shares"]["good"]) == ("2026-04-01", 1, 1.0)


def test_trusts_without_a_region_stand_under_the_key_that_the_description_names(cast: Cast, caller: Calling) -> None:
    Trust.objects.filter(pk=cast.northborough.pk).update(region=None, system=None)
    Book().load(date(2026, 6, 1), {cell(cast.northborough): value(1, "2026-05-01")})
    calling = caller(cast.lead)
    found = calling.get("sector/distribution", by="region").json()
    assert (found["groups"][-1]["key"], found["groups"][-1]["rated"], found["total"]["key"]) == ("none", 1, "")
    schemas = calling.get("schema/", format="json").json()["components"]["schemas"]
    assert '`key` is "none" for subjects without a region' in " ".join(schemas["Spread"]["description"].split())


def test_findings_are_public_and_say_nothing_of_what_is_done_about_them(cast: Cast, caller: Calling) -> None:
    new_action(cast, findings=[must_do(cast, regulation="Regulation 12")], title="Secret of Northborough")
    calling = caller(cast.other_lead)
    (finding,) = calling.rows("findings", trust="XN1", kind="MD", service="surgery", published_after="2026-02-02")
    assert finding["words"] == "The trust must screen every patient for sepsis."
    assert (finding["site"], finding["domain"], finding["regulation"]) == ("XN101", "safe", "Regulation 12")
    assert "Secret" not in str(finding)
    assert calling.rows("findings", published_after="2026-02-03") == []
