"""The ratings pages as a person signed in meets them."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from tests.ratings_factory import Book, cell, rating_import, value
from tests.tracker.web.files import read_csv
from tests.tracker.web.page import Page
from tracker.people.roles import Role
from tracker.ratings.models import RatingRecord
from tracker.trusts.models import Site, SiteSuccession, Succession, Trust

FIRST, SECOND = date(2025, 11, 1), date(2025, 12, 1)
QUESTIONS = ("safe", "effective", "caring", "responsive", "well_led", "overall")


@pytest.fixture
def lead(cast: Cast, as_user: Any) -> Client:
    return as_user(cast.lead)


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def words(html: str) -> str:
    return " ".join(element.text for element in Page(html).all("main"))


def heading(html: str) -> str:
    (found,) = [element.text for element in Page(html).all("h1")]
    return found


@pytest.fixture
def rated(cast: Cast) -> Book:
    book = Book()
    listing = {cell(cast.general, "surgery", question): value(3, "2018-03-01") for question in QUESTIONS}
    listing |= {cell(cast.northborough): value(2, "2024-06-05"), cell(cast.ashford): value(4, "2025-02-03")}
    book.load(FIRST, listing)
    listing[cell(cast.general, "surgery", "safe")] = value(
        1, "2025-11-20", url="https://www.cqc.org.uk/location/XN101/reports"
    )
    book.load(SECOND, listing)
    return book


def test_the_grid_says_word_date_age_framework_and_change(lead: Client, rated: Book) -> None:
    html = page(lead, "/trusts/XN1")
    cells = {e.text: e.get("href") for e in Page(html).all("a") if e.has_class("app-grid__link")}
    assert cells["Inadequate, Surgery, Safe: history"] == "/ratings/location/XN101/surgery/safe"
    text = words(html)
    assert "down from Good" in text
    assert "20 Nov 2025" in text
    assert "rating is 8 years old" in text or "rating is 7 years old" in text
    assert "2017–21 framework" in text
    assert "As at 1 December 2025" in text


def test_a_grid_as_at_an_earlier_day_shows_what_was_listed_then(lead: Client, rated: Book) -> None:
    text = words(page(lead, "/trusts/XN1?as_at=2025-11-15"))
    assert "Inadequate" not in text
    assert "As at 15 November 2025" in text


def test_changes_only_leaves_the_services_that_changed(cast: Cast, lead: Client, rated: Book) -> None:
    html = page(lead, "/trusts/XN1?changes_only=on")
    assert "down from Good" in html
    assert "Ratings of the trust" not in html


def test_a_cell_tells_its_history_with_files_and_report(lead: Client, rated: Book) -> None:
    html = page(lead, "/ratings/location/XN101/surgery/safe")
    text = words(html)
    assert "Surgery, Safe: Northborough General Hospital" in heading(html)
    assert text.index("Inadequate") < text.index("1 Mar 2018")
    assert "file as at 1 December 2025" in text
    assert "file as at 1 November 2025" in text
    assert "Earlier ratings, if there were any, are not known here" in text
    (report,) = [e for e in Page(html).all("a") if "CQC's page" in e.text]
    assert report.get("href") == "https://www.cqc.org.uk/location/XN101/reports"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://www.cqc.org.uk/x", "https://www.cqc.org.uk.evil.test/", "//www.cqc.org.uk/"]
)
def test_only_a_link_to_cqc_itself_is_followed(cast: Cast, lead: Client, url: str) -> None:
    Book().load(FIRST, {cell(cast.northborough): value(3, "2020-01-01", url=url)})
    assert url not in page(lead, "/ratings/provider/XN1/overall/overall")


def test_what_was_taken_back_is_shown_to_national_staff_alone(
    cast: Cast, as_user: Any, lead: Client, rated: Book
) -> None:
    rated.retract(RatingRecord.objects.get(rating=1), "the wrong month was loaded")
    path = "/ratings/location/XN101/surgery/safe"
    assert "Inadequate" not in words(page(lead, path))
    assert "Inadequate" not in str(read_csv(lead, f"{path}?format=csv"))
    assert "the wrong month was loaded" in words(page(as_user(cast.national), path))


def test_a_disputed_rating_says_so_and_shows_both(cast: Cast, lead: Client) -> None:
    both = {cell(cast.general): value(3, "2020-01-01"), cell(cast.general, variant=1): value(1, "2020-01-01")}
    Book().load(FIRST, both)
    assert "disputed: Inadequate is printed too, for the same day" in words(page(lead, "/trusts/XN1"))
    assert "two different values" in words(page(lead, "/ratings/location/XN101/overall/overall"))


def test_an_old_service_stands_apart(cast: Cast, lead: Client) -> None:
    Book().load(
        FIRST,
        {
            cell(cast.general, "maternity_gynaecology"): value(3, "2016-01-01"),
            cell(cast.general, "maternity"): value(2, "2019-01-01"),
        },
    )
    text = words(page(lead, "/trusts/XN1"))
    assert text.index("Requires improvement") < text.index("No longer inspected under this name")
    assert text.index("No longer inspected under this name") < text.index("Maternity and gynaecology")


def test_a_closed_trust_says_what_became_of_it(cast: Cast, lead: Client) -> None:
    Trust.objects.filter(pk=cast.ashford.pk).update(closed=date(2024, 4, 1))
    Succession.objects.create(
        predecessor=cast.ashford, successor=cast.northborough, on=date(2024, 4, 1), reason="merger"
    )
    html = page(lead, "/trusts/xa1")
    assert "This trust closed on 1 April 2024" in words(html)
    assert "/trusts/XN1" in [e.get("href") for e in Page(html).all("a")]
    assert "took over from Ashmere NHS Foundation Trust (XA1)" in words(page(lead, "/trusts/XN1"))
    assert "took over from Ashmere" in words(page(lead, "/trusts/XN1/timeline"))


def test_a_trust_without_ratings_and_one_not_in_the_register_say_so(cast: Cast, lead: Client, rated: Book) -> None:
    assert "list no rating of this trust" in words(page(lead, "/trusts/XE1"))
    Trust.objects.create(code="1-999", name="Stray", standing=Trust.Standing.PROVISIONAL)
    assert "waits to be settled" in words(page(lead, "/trusts/1-999"))
    assert "Stray" not in words(page(lead, "/trusts"))
    assert "Stray" in words(page(lead, "/trusts?standing=provisional"))


def test_a_hospital_through_registrations_explains_each_join(cast: Cast, lead: Client) -> None:
    new = Site.objects.create(cqc_id="XA110", name="Northborough General Hospital", trust=cast.ashford)
    SiteSuccession.objects.create(
        predecessor=cast.general, successor=new, on=date(2023, 4, 1), reason="merger", source="CQC's API"
    )
    old = value(2, "2020-01-01")
    Book().load(FIRST, {cell(cast.general): old, cell(new): value(2, "2020-01-01", inherited="Y")})
    text = words(page(lead, "/sites/XA110"))
    assert "inherited from a predecessor" in text
    assert "(XN101) carried on as Northborough General Hospital (XA110) on 1 April 2023, merger" in text
    assert "from Northborough Hospitals NHS Trust to Ashmere NHS Foundation Trust" in text
    assert "Source: CQC's API" in text
    assert "carried on as Northborough General Hospital (XA110)" in words(page(lead, "/sites/XN101"))
    assert heading(page(lead, "/trusts?level=site")) == "1 hospital"
    assert "Carried on under another registration" in words(page(lead, "/trusts/XN1"))
    assert "Carried on as Northborough General Hospital (XA110)" in words(page(lead, "/trusts/XN1/hospitals"))


def test_the_timeline_tells_a_re_registration_once(cast: Cast, lead: Client) -> None:
    new = Site.objects.create(cqc_id="XN110", name="Northborough General Hospital", trust=cast.northborough)
    SiteSuccession.objects.create(predecessor=cast.general, successor=new, on=date(2023, 4, 1), source="register")
    Book().load(FIRST, {cell(cast.general): value(2, "2020-01-01"), cell(new): value(2, "2020-01-01", inherited="Y")})
    text = words(page(lead, "/trusts/XN1/timeline"))
    assert text.count("1 rating published") == 1
    assert "(XN101) carried on as Northborough General Hospital (XN110)" in text


def test_the_timeline_tells_changes_and_what_fell_out(cast: Cast, lead: Client, rated: Book) -> None:
    rated.load(date(2026, 1, 1), {cell(cast.northborough): value(2, "2024-06-05")})
    text = words(page(lead, "/trusts/XN1/timeline"))
    assert "Overall: Requires improvement since 5 June 2024" in text
    text = text.split("Everything published")[1]
    assert "Surgery: Safe Inadequate, down from Good" in text
    gone = text.index("Northborough General Hospital (XN101): no longer in CQC's file")
    assert gone < text.index("Northborough General Hospital (XN101): 1 rating published")
    assert text.index("20 November 2025") < text.index("5 June 2024") < text.index("1 March 2018")


def test_the_list_filters_sorts_and_announces(cast: Cast, lead: Client, rated: Book) -> None:
    assert heading(page(lead, "/trusts")) == "3 trusts"
    html = page(lead, "/trusts?region=YN&rating=outstanding")
    assert heading(html) == "1 trust, filtered by Northern England, Outstanding"
    chips = {e.text: e.get("href") for e in Page(html).all("a") if e.has_class("app-chip")}
    assert chips["Remove filter: Outstanding ×"] == "/trusts?region=YN"
    rows = [e.text for e in Page(page(lead, "/trusts?sort=-rating")).all("th") if e.get("scope") == "row"]
    assert rows[0].startswith("Ashmere")
    assert rows[-1].startswith("Elsewhere")  # not listed comes last either way
    rows = [e.text for e in Page(page(lead, "/trusts?sort=rating")).all("th") if e.get("scope") == "row"]
    assert rows[0].startswith("Northborough")
    assert "No trust has all of these" in words(page(lead, "/trusts?type=ambulance"))


@pytest.mark.parametrize("query", ["as_at=tomorrow", "region=YX", "rating=splendid", "level=ward", "age=old"])
def test_a_filter_that_cannot_be_read_is_an_error_not_everything(lead: Client, rated: Book, query: str) -> None:
    html = page(lead, f"/trusts?{query}", 400)
    assert "There is a problem" in html
    assert "Northborough Hospitals" not in words(html)


def test_a_page_beyond_the_last_does_not_exist(lead: Client, rated: Book) -> None:
    page(lead, "/trusts?page=2", 404)
    page(lead, "/trusts?format=pdf", 404)
    page(lead, "/trusts/NO1", 404)
    page(lead, "/sites/NO101", 404)
    page(lead, "/ratings/location/XN101/surgery/nothing", 404)


def test_long_lists_are_paged_and_exported_whole(cast: Cast, lead: Client) -> None:
    Trust.objects.bulk_create(Trust(code=f"Z{n:03}", name=f"Zeta {n:03}", type="community") for n in range(60))
    html = page(lead, "/trusts")
    assert len([e for e in Page(html).all("th") if e.get("scope") == "row"]) == 50
    assert heading(html) == "63 trusts"
    second = page(lead, "/trusts?page=2")
    assert len([e for e in Page(second).all("th") if e.get("scope") == "row"]) == 13
    assert len(read_csv(lead, "/trusts?format=csv")) == 63


def test_exports_hold_what_the_page_shows(cast: Cast, lead: Client, rated: Book) -> None:
    rows = read_csv(lead, "/trusts?format=csv&sort=-rating&region=YN")
    assert [(row["Trust code"], row["Rating"], row["Published"]) for row in rows] == [
        ("XA1", "Outstanding", "2025-02-03"),
        ("XN1", "Requires improvement", "2024-06-05"),
    ]
    assert {row["As at"] for row in rows} == {"2025-12-01"}
    grid = read_csv(lead, "/trusts/XN1?format=csv&as_at=2025-11-10")
    assert len(grid) == 7
    assert {row["Rating"] for row in grid if row["Service"] == "Surgery"} == {"Good"}
    for path in ("/trusts", "/trusts/XN1", "/trusts/XN1/hospitals", "/trusts/XN1/timeline", "/sites/XN101"):
        assert lead.get(f"{path}?format=xlsx").content.startswith(b"PK"), path
        assert read_csv(lead, f"{path}?format=csv"), path


def test_a_hostile_name_is_text_everywhere(cast: Cast, lead: Client) -> None:
    name = "=cmd|'/C calc'!A0<script>alert(1)</script>"
    Trust.objects.filter(pk=cast.ashford.pk).update(name=name)
    assert "<script>alert(1)" not in page(lead, "/trusts")
    assert "<script>alert(1)" not in page(lead, "/trusts/XA1")
    (row,) = [row for row in read_csv(lead, "/trusts?format=csv") if row["Trust code"] == "XA1"]
    assert row["Trust"] == f"'{name}"


def test_search_finds_by_former_name_and_says_what_to_try(cast: Cast, lead: Client) -> None:
    cast.northborough.names.create(name="Old Borough Infirmary")
    assert "Northborough Hospitals NHS Trust (XN1)" in words(page(lead, "/search?q=old+borough"))
    assert "Northborough General Hospital" in words(page(lead, "/search?q=general"))
    assert "Nothing found. Try part of the name" in words(page(lead, "/search?q=zzzz"))
    page(lead, "/search")


def test_every_role_sees_ratings_and_nobody_without_one(cast: Cast, as_user: Any, rated: Book) -> None:
    for role in Role:
        code = "XE1" if (role, "XE1") in cast.people else ""
        client = as_user(cast.person(role, code))
        for path in ("/trusts", "/trusts/XN1", "/sites/XN101", "/sector", "/search?q=x"):
            page(client, path)
    cast.lead.memberships.all().delete()
    for path in ("/trusts", "/trusts/XN1", "/sites/XN101", "/sector", "/sector/movement", "/search?q=x"):
        page(as_user(cast.lead), path, 404)


def test_queries_are_few_and_flat_in_rows(cast: Cast, as_user: Any, rated: Book) -> None:
    client = as_user(cast.national)
    paths = (
        "/trusts", "/trusts?level=site&as_at=2025-11-10", "/trusts/XN1", "/trusts/XN1?as_at=2025-11-10",
        "/trusts/XN1/timeline", "/trusts/XN1/hospitals", "/sites/XN101", "/ratings/location/XN101/surgery/safe",
        "/sector", "/sector?by=service&level=site", "/sector/movement?move=worse", "/search?q=hospital",
    )  # fmt: skip

    def counted() -> list[int]:
        numbers = []
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                page(client, path)
            numbers.append(len([q for q in queries if "SAVEPOINT" not in q["sql"]]))
        return numbers

    few = counted()
    listing = {where: what for where, (what, _, _) in rated.standing.items()}
    for number in range(30):
        site = Site.objects.create(cqc_id=f"XN1{number + 10}", name=f"Place {number}", trust=cast.northborough)
        Trust.objects.create(code=f"Z{number}", name=f"Hospital trust {number}")
        listing[cell(site, "surgery", "safe")] = value(2, "2019-01-01")
    rated.load(date(2025, 12, 15), listing)
    assert counted() == few
    assert max(few) <= 12


def test_before_any_file_the_pages_say_that_nothing_is_imported(cast: Cast, lead: Client) -> None:
    rating_import(FIRST, state="undone")
    for path in ("/trusts", "/trusts/XN1", "/sector", "/sites/XN101"):
        assert "No ratings have been imported yet" in words(page(lead, path)), path
    assert "fewer are loaded" in words(page(lead, "/sector/movement"))
