"""What is listed as at a day, held against a plain replay of the same files."""

from datetime import date, timedelta
from random import Random

import pytest

from tests.cast import Cast
from tests.ratings_factory import Book, Cell, Value, cell, value
from tracker.ratings.as_at import AsAt, as_at
from tracker.ratings.models import RatingRecord
from tracker.ratings.queries import ListedCell, cells_of_trust
from tracker.trusts.models import Site, SiteSuccession, Trust

MONTHS = [date(2025, 11, 1) + timedelta(days=31 * n) for n in range(6)]
CELLS = [(service, domain) for service in ("overall", "surgery", "maternity") for domain in ("safe", "overall")]


def said(cells: list[ListedCell]) -> dict[tuple[str, str, str, int], tuple[int | None, str, date | None]]:
    return {
        (one.cqc_id, one.service, one.domain, one.variant): (one.rating, one.state, one.published_on) for one in cells
    }


def key(where: Cell) -> tuple[str, str, str, int]:
    place = where.place
    return (place.code if isinstance(place, Trust) else place.cqc_id, where.service, where.domain, where.variant)


def listing(dice: Random, cast: Cast, before: dict[Cell, Value]) -> dict[Cell, Value]:
    """The next month's file: most cells as they were, some re-rated, some gone, some new."""
    after: dict[Cell, Value] = {}
    for place in (cast.northborough, cast.general):
        for service, domain in CELLS:
            where = cell(place, service, domain)
            lot = dice.random()
            if lot < 0.2:
                continue
            if lot < 0.5 or where not in before:
                published = (date(2019, 1, 1) + timedelta(days=dice.randrange(2500))).isoformat()
                rating = dice.choice([1, 2, 3, 4, None])
                after[where] = value(rating, published, state="no_published", word="No published rating")
            else:
                after[where] = before[where]
    return after


@pytest.mark.parametrize("seed", range(4))
def test_as_at_any_day_is_what_the_last_file_by_then_listed(cast: Cast, seed: int) -> None:
    dice, book, files = Random(seed), Book(), dict[date, dict[Cell, Value]]()
    before: dict[Cell, Value] = {}
    for month in MONTHS:
        before = listing(dice, cast, before)
        book.load(month, before)
        files[month] = before
    for day in [MONTHS[0] - timedelta(days=1), *(month + timedelta(days=n) for month in MONTHS for n in (0, 1, 30))]:
        last = max((month for month in MONTHS if month <= day), default=None)
        expected = {key(where): (v.rating, v.state, v.published_on) for where, v in files[last].items()} if last else {}
        assert said(cells_of_trust(as_at(day), cast.northborough)) == expected, day


def test_current_and_history_say_the_same_of_the_latest_day(cast: Cast) -> None:
    """The latest day is answered from the current table; asked as an earlier day of a later file it is history."""
    dice, book = Random(7), Book()
    before: dict[Cell, Value] = {}
    for month in MONTHS:
        before = listing(dice, cast, before)
        book.load(month, before)
    now = cells_of_trust(as_at(), cast.northborough)
    pretended = AsAt(MONTHS[-1], (MONTHS[-1] + timedelta(days=1), *reversed(MONTHS)))
    assert not pretended.is_now
    assert cells_of_trust(pretended, cast.northborough) == now


def test_what_was_taken_back_was_never_listed(cast: Cast) -> None:
    book, where = Book(), cell(cast.northborough)
    book.load(MONTHS[0], {where: value(3, "2020-01-01")})
    book.load(MONTHS[1], {where: value(1, "2025-11-20")})
    book.load(MONTHS[2], {where: value(2, "2025-12-20")})
    book.retract(RatingRecord.objects.get(rating=1), "the wrong file")
    (only,) = cells_of_trust(as_at(MONTHS[1]), cast.northborough)
    assert (only.rating, only.published_on) == (3, date(2020, 1, 1))


def test_before_the_first_file_cqcs_own_history_answers_by_publication(cast: Cast) -> None:
    book, where = Book(scope="api"), cell(cast.northborough)
    book.load(MONTHS[0], {where: value(3, "2024-06-01")})
    book.historic(MONTHS[0], {where: [value(1, "2015-03-01"), value(2, "2018-03-01")]})
    for day, rating in ((date(2014, 1, 1), None), (date(2016, 1, 1), 1), (date(2020, 1, 1), 2), (MONTHS[0], 3)):
        found = [one.rating for one in cells_of_trust(as_at(day), cast.northborough)]
        assert found == ([] if rating is None else [rating]), day


def test_where_two_sources_list_a_cell_the_one_published_last_stands(cast: Cast) -> None:
    where = cell(cast.northborough)
    Book().load(MONTHS[0], {where: value(3, "2020-01-01")})
    newer = RatingRecord.objects.get()
    assert newer.scope == "bulk"
    api = Book(scope="api")
    event = api._event(MONTHS[1])
    api._record(where, value(2, "2025-11-25"), event, listed=True).save()
    pretended = AsAt(MONTHS[2], (MONTHS[3], *MONTHS[:2]))
    (only,) = cells_of_trust(pretended, cast.northborough)
    assert only.rating == 2


def test_the_value_before_comes_with_each_cell(cast: Cast) -> None:
    book, where = Book(), cell(cast.general, "surgery", "safe")
    for month, rating in zip(MONTHS, (3, 2, 1), strict=False):
        book.load(month, {where: value(rating, month.isoformat())})
    for day, rating, before in ((MONTHS[0], 3, None), (MONTHS[1], 2, 3), (MONTHS[2], 1, 2)):
        (only,) = cells_of_trust(as_at(day), cast.northborough)
        assert (only.rating, only.before_rating) == (rating, before)


def test_two_values_of_one_day_are_both_kept_and_disputed(cast: Cast) -> None:
    book = Book()
    book.load(
        MONTHS[0],
        {cell(cast.general): value(3, "2020-01-01"), cell(cast.general, variant=1): value(2, "2020-01-01")},
    )
    book.load(MONTHS[1], {cell(cast.general): value(3, "2020-01-01")})
    then = cells_of_trust(as_at(MONTHS[0]), cast.northborough)
    assert [(one.rating, one.disputed) for one in then] == [(3, True), (2, True)]
    assert [(one.rating, one.disputed) for one in cells_of_trust(as_at(), cast.northborough)] == [(3, False)]


def test_an_old_service_is_superseded_from_the_report_on_its_successor(cast: Cast) -> None:
    book = Book()
    old = {cell(cast.general, "maternity_gynaecology"): value(3, "2016-01-01")}
    book.load(MONTHS[0], old)
    book.load(MONTHS[1], {**old, cell(cast.general, "maternity", "safe"): value(2, "2025-11-20")})
    book.load(MONTHS[2], {**old, cell(cast.general, "maternity", "safe"): value(2, "2025-11-20")})
    for day, superseded in ((MONTHS[0], False), (MONTHS[1], True), (MONTHS[2], True)):
        found = {one.service: one.superseded for one in cells_of_trust(as_at(day), cast.northborough)}
        assert found["maternity_gynaecology"] is superseded, day


def test_a_predecessor_is_not_counted_once_its_successor_is_rated(cast: Cast) -> None:
    new = Site.objects.create(cqc_id="XN110", name="Northborough General Hospital", trust=cast.northborough)
    SiteSuccession.objects.create(predecessor=cast.general, successor=new, on=MONTHS[1], source="register")
    book, old = Book(), {cell(cast.general): value(2, "2020-01-01")}
    book.load(MONTHS[0], old)
    book.load(MONTHS[1], {**old, cell(new): value(2, "2020-01-01", inherited="Y")})
    book.load(MONTHS[2], {**old, cell(new): value(2, "2020-01-01", inherited="Y")})
    for day, counted in ((MONTHS[0], {"XN101": True}), (MONTHS[1], {"XN101": False, "XN110": True})):
        assert {one.cqc_id: one.counted for one in cells_of_trust(as_at(day), cast.northborough)} == counted, day
