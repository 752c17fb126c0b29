"""The numbers of the sector: the same as the lists they open, counted once, rounded as said."""

from datetime import date
from random import Random

import pytest

from tests.cast import Cast
from tests.ratings_factory import Book, Cell, Value, cell, value
from tracker.insight.distribution import spread, spread_by
from tracker.insight.movement import ENDS, NONE, matrix, moved
from tracker.insight.rated_list import rated_list
from tracker.insight.selection import FOUR, By, Level, Selection, Standing
from tracker.ratings.as_at import as_at
from tracker.trusts.models import Region, Site, SiteSuccession, System, SystemMembership, Trust

FIRST, SECOND = date(2025, 11, 1), date(2025, 12, 1)
TODAY = date(2025, 12, 10)
FIELD = {By.REGION: "region", By.SYSTEM: "system", By.TYPE: "type", By.SERVICE: "service", By.QUESTION: "question"}


def world(dice: Random, cast: Cast) -> dict[Cell, Value]:
    """Two dozen trusts of every kind with hospitals: closed and provisional ones, disputes, odd words."""
    types = [*Trust.Type.values, ""]
    listed: dict[Cell, Value] = {}
    for number in range(24):
        trust = Trust.objects.create(
            code=f"YT{number}",
            name=f"Trust {number}",
            type=dice.choice(types),
            region=dice.choice([cast.north, cast.south, None]),
            system=dice.choice([cast.fells, cast.downs, None]),
            closed=dice.choice([None, None, None, date(2025, 11, 15), date(2020, 1, 1)]),
            standing=dice.choice([Trust.Standing.REGISTERED] * 5 + [Trust.Standing.PROVISIONAL]),
        )
        places = [trust, *(Site.objects.create(cqc_id=f"{trust.code}{n}", name=f"S{n}", trust=trust) for n in (1, 2))]
        for place in places:
            for service in ("overall", "surgery", "maternity_gynaecology", "maternity"):
                for question in ("safe", "well_led", "overall"):
                    if dice.random() < 0.6:
                        published = f"{dice.randrange(2015, 2025)}-0{dice.randrange(1, 10)}-11"
                        listed[cell(place, service, question)] = value(dice.choice([1, 2, 3, 4, None]), published)
                        if dice.random() < 0.1:
                            listed[cell(place, service, question, 1)] = value(dice.choice([1, 4]), published)
    return listed


@pytest.mark.parametrize("seed", range(3))
def test_every_number_is_the_length_of_the_list_it_opens(cast: Cast, seed: int) -> None:
    dice = Random(seed)
    first, book = world(dice, cast), Book()
    book.load(FIRST, first)
    book.load(SECOND, {where: what for where, what in first.items() if dice.random() < 0.9})
    for when in (as_at(), as_at(date(2025, 11, 20))):
        for level in Level:
            for chosen in (Selection(level), Selection(level, service="surgery", question="safe")):
                whole = spread(when, chosen, TODAY)
                for outcome, count in whole.counts.items():
                    assert rated_list(when, chosen.with_(outcome=outcome), TODAY).total == count, outcome
                assert rated_list(when, chosen.with_(outcome="rated"), TODAY).total == whole.rated
                assert rated_list(when, chosen.with_(outcome="unrated"), TODAY).total == whole.unrated
                for by in By:
                    for group in spread_by(when, chosen, TODAY, by):
                        numbers = {**group.counts, "rated": group.rated, "unrated": group.unrated}
                        for outcome, count in numbers.items():
                            opened = chosen.with_(**{FIELD[by]: group.key, "outcome": outcome})
                            found = rated_list(when, opened, TODAY)
                            assert found.total == count == len(found.rows), (when.day, level, by, group.key, outcome)


@pytest.mark.parametrize("seed", range(2))
def test_the_numbers_of_movement_are_their_lists_and_add_up(cast: Cast, seed: int) -> None:
    dice = Random(seed)
    first, book = world(dice, cast), Book()
    book.load(FIRST, first)
    book.load(SECOND, {where: value(dice.choice([1, 2, 3, 4]), "2025-11-11") for where in first})
    earlier, later = as_at(FIRST), as_at(SECOND)
    for level in Level:
        found = matrix(earlier, later, Selection(level), TODAY)
        for before in ENDS:
            for after in ENDS:
                listed = moved(earlier, later, Selection(level), TODAY, move=f"{before}:{after}")
                assert len(listed) == found.count(before, after)
        for move, count in (("better", found.better), ("worse", found.worse), ("same", found.same)):
            assert len(moved(earlier, later, Selection(level), TODAY, move=move)) == count
        then = spread(earlier, Selection(level), TODAY)
        for key, count in zip(FOUR, then.four, strict=True):
            assert sum(found.count(key, after) for after in ENDS) == count
        assert found.count(NONE, "good") + sum(found.count(key, "good") for key in FOUR) == (
            spread(later, Selection(level), TODAY).counts.get("good", 0)
        )


def test_a_rating_that_is_only_confirmed_is_the_same(cast: Cast) -> None:
    book, where = Book(), cell(cast.northborough)
    book.load(FIRST, {where: value(2, "2020-01-01")})
    book.load(SECOND, {where: value(2, "2025-11-20")})
    found = matrix(as_at(FIRST), as_at(SECOND), Selection(), TODAY)
    assert (found.better, found.worse, found.same) == (0, 0, 1)


def test_a_dispute_is_put_with_neither_value(cast: Cast) -> None:
    Book().load(
        FIRST, {cell(cast.ashford): value(4, "2020-01-01"), cell(cast.ashford, variant=1): value(1, "2020-01-01")}
    )
    whole = spread(as_at(), Selection(), TODAY)
    assert whole.rated == 0
    assert whole.others == {"disputed": 1}


def test_words_that_are_not_ratings_stand_beside_the_four(cast: Cast) -> None:
    Book().load(
        FIRST,
        {
            cell(cast.ashford): value(None, "2020-01-01", state="insufficient_evidence"),
            cell(cast.northborough): value(3, "2020-01-01"),
        },
    )
    whole = spread(as_at(), Selection(), TODAY)
    assert (whole.four, whole.rated) == ((0, 1, 0, 0), 1)
    assert whole.others == {"insufficient_evidence": 1}
    assert whole.not_listed == 1  # Elsewhere


def test_one_hospital_under_two_registrations_counts_once(cast: Cast) -> None:
    new = Site.objects.create(cqc_id="XN110", name="Northborough General", trust=cast.northborough)
    SiteSuccession.objects.create(predecessor=cast.general, successor=new, on=FIRST, source="register")
    both = {cell(cast.general): value(2, "2020-01-01"), cell(new): value(2, "2020-01-01", inherited="Y")}
    Book().load(FIRST, both)
    found = rated_list(as_at(), Selection(Level.SITE), TODAY)
    assert [row.code for row in found.rows] == ["XN110"]
    assert spread(as_at(), Selection(Level.SITE), TODAY).rated == 1


def test_a_trust_that_had_closed_is_counted_on_earlier_days_only(cast: Cast) -> None:
    Trust.objects.filter(pk=cast.ashford.pk).update(closed=date(2025, 11, 15))
    book, both = Book(), {cell(cast.ashford): value(3, "2020-01-01"), cell(cast.northborough): value(2, "2020-01-01")}
    book.load(FIRST, both)
    book.load(SECOND, both)
    assert spread(as_at(FIRST), Selection(), TODAY).four == (0, 1, 1, 0)
    assert spread(as_at(SECOND), Selection(), TODAY).four == (0, 0, 1, 0)
    closed = rated_list(as_at(), Selection(standing=Standing.CLOSED), TODAY)
    assert [row.code for row in closed.rows] == ["XA1"]


def test_a_trust_counts_for_the_system_it_belonged_to_on_the_day(cast: Cast) -> None:
    old = System.objects.create(code="E54", name="Fells Partnership", kind="STP", region=cast.north)
    for system, start, end in ((old, date(2016, 1, 1), date(2025, 11, 20)), (cast.downs, date(2025, 11, 20), None)):
        SystemMembership.objects.create(trust=cast.northborough, system=system, valid_from=start, valid_to=end)
    book = Book()
    book.load(FIRST, {cell(cast.northborough): value(2, "2020-01-01")})
    book.load(SECOND, {cell(cast.northborough): value(2, "2020-01-01")})
    for day, name in ((FIRST, "Fells Partnership"), (SECOND, "Downs and Weald")):
        groups = spread_by(as_at(day), Selection(), TODAY, By.SYSTEM)
        assert [group.label for group in groups if group.rated] == [name]


def test_searching_finds_a_former_name_and_treats_signs_as_text(cast: Cast) -> None:
    cast.northborough.names.create(name="Old Borough 100% Infirmary")
    Book().load(FIRST, {cell(cast.northborough): value(2, "2020-01-01")})

    def codes(words: str) -> list[str]:
        return [row.code for row in rated_list(as_at(), Selection(words=words), TODAY).rows]

    assert codes("old borough") == ["XN1"]
    assert codes("xn1") == ["XN1"]
    assert codes("100%") == ["XN1"]
    assert codes("%") == ["XN1"]  # a sign, not "anything"
    assert codes("_") == []


def test_ages_are_reckoned_on_the_day_that_is_shown(cast: Cast) -> None:
    Book().load(FIRST, {cell(cast.northborough): value(2, "2022-12-01")})

    def found(age: str, today: date) -> int:
        return rated_list(as_at(), Selection(age=age), today).total

    assert found("over_3", date(2025, 11, 30)) == 0
    assert found("over_3", date(2025, 12, 1)) == 1
    assert found("under_1", date(2025, 12, 1)) == 0


def test_regions_without_trusts_do_not_make_rows(cast: Cast) -> None:
    Region.objects.create(code="YZ", name="Nowhere")
    Book().load(FIRST, {cell(cast.northborough): value(2, "2020-01-01")})
    assert [group.key for group in spread_by(as_at(), Selection(), TODAY, By.REGION)] == ["YN"]
