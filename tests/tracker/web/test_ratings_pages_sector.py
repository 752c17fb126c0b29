"""The page of the sector: the headline, its rounding, and numbers that open what they count."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tests.ratings_factory import Book, cell, value
from tests.tracker.web.files import read_csv
from tests.tracker.web.page import Page
from tests.tracker.web.test_ratings_pages import heading, page, words
from tracker.trusts.models import Trust

FIRST, SECOND = date(2025, 11, 1), date(2025, 12, 1)
ALL, ACUTE = (5, 53, 109, 12), (4, 41, 82, 9)


@pytest.fixture
def england(cast: Cast, as_user: Any) -> Client:
    """179 rated trusts at 5 / 53 / 109 / 12, of which 136 general acute at 4 / 41 / 82 / 9."""
    listing = {}
    for rating, all_trusts, acute in zip((4, 3, 2, 1), ALL, ACUTE, strict=True):
        made = Trust.objects.bulk_create(
            Trust(
                code=f"Q{rating}{number:03}",
                name=f"Trust {rating} {number}",
                type="general_acute" if number < acute else "mental_health",
                region=cast.north if number % 2 else cast.south,
            )
            for number in range(all_trusts)
        )
        listing |= {cell(trust): value(rating, "2024-05-01") for trust in made}
    book = Book()
    book.load(FIRST, listing)
    better = next(where for where, what in listing.items() if what.rating == 2)
    book.load(SECOND, listing | {better: value(3, "2025-11-20")})
    client: Client = as_user(cast.national)
    return client


def test_the_headline_and_its_note_on_rounding(england: Client) -> None:
    text = words(page(england, "/sector?as_at=2025-11-01"))
    assert "3 : 30 : 61 : 7" in text
    assert "in percent of rated 179 trusts, as at 1 November 2025" in text or "179 rated trusts" in text
    assert "so the four add up to 101" in text
    acute = words(page(england, "/sector?as_at=2025-11-01&type=general_acute"))
    assert "3 : 30 : 60 : 7" in acute
    assert "136" in acute
    assert "add up to" not in acute


def test_every_number_on_the_page_opens_a_list_of_that_many(england: Client) -> None:
    for path in ("/sector", "/sector?by=type&as_at=2025-11-10", "/sector?by=question&type=general_acute"):
        links = [
            e
            for e in Page(page(england, path)).all("a")
            if e.get("href").startswith("/trusts?") and re.match(r"[\d,]+", e.text)
        ]
        assert len(links) > 6
        for link in links:
            count = re.match(r"[\d,]+", link.text)
            assert count
            assert heading(page(england, link.get("href"))).split()[0] == count.group(), link.text


def test_of_hospitals_the_page_speaks_of_hospitals(cast: Cast, as_user: Any) -> None:
    client = as_user(cast.national)
    Book().load(FIRST, {cell(cast.northborough): value(3, "2024-05-01")})
    none = page(client, "/sector?level=site")
    assert "None of these hospitals has one of the four ratings" in words(none)
    Book().load(SECOND, {cell(cast.general): value(3, "2024-05-01"), cell(cast.northborough): value(3, "2024-05-01")})
    html = page(client, "/sector?level=site")
    shown = Page(html)
    assert "1 hospital rated Good" in [e.text for e in shown.all("a")]
    assert "Hospitals" in [e.text for e in shown.all("th")]
    assert "1 rated hospital" in words(html)
    assert not re.search(r"\d trusts?\b|\d rated trusts?\b|trusts rated|the trusts", words(html))


def test_what_is_not_listed_is_said_beside(cast: Cast, england: Client) -> None:
    assert "3 trusts: Not listed" in words(page(england, "/sector"))


def test_movement_opens_its_lists(england: Client) -> None:
    html = page(england, "/sector/movement")
    assert heading(html) == "What moved between 1 November 2025 and 1 December 2025"
    assert "1 trust better, 0 trusts worse, 178 trusts rated the same" in words(html)
    links = [e for e in Page(html).all("a") if "move=" in e.get("href") and re.match(r"\d", e.text)]
    for link in links:
        shown = Page(page(england, link.get("href").removesuffix("#list")))
        (title,) = [e.text for e in shown.all("h2") if e.get("id") == "list"]
        assert title.split()[0] == link.text.split()[0]
    rows = read_csv(england, "/sector/movement?move=better&format=csv")
    assert [(row["Before"], row["After"]) for row in rows] == [("Requires improvement", "Good")]


def test_movement_refuses_days_the_wrong_way_round(england: Client) -> None:
    html = page(england, "/sector/movement?from=2025-12-01&to=2025-11-01", 400)
    assert "The first day must be before the second" in html


def test_the_export_holds_the_numbers_of_the_page(england: Client) -> None:
    rows = read_csv(england, "/sector?by=type&format=csv&as_at=2025-11-01")
    by_type = {row["Key"]: row for row in rows}
    assert by_type["general_acute"]["Good"] == "41"
    assert by_type["general_acute"]["Rated"] == "136"
    assert sum(int(row["Requires improvement"]) for row in rows) == 109
    assert rows[0]["As at"] == "2025-11-01"
    assert england.get("/sector?format=xlsx").content.startswith(b"PK")


def test_an_unknown_way_of_counting_does_not_exist(england: Client) -> None:
    page(england, "/sector?by=postcode", 404)
    page(england, "/sector/movement?move=sideways", 404)
