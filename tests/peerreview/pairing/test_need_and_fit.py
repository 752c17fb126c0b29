"""Need and fit, worked by hand and by property."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerreview.pairing.eligibility import SameSystem
from peerreview.pairing.fit import Character, Fit, Helper, Rise, Weights, fit_of, freshness
from peerreview.pairing.geography import Journey, Place, estimated_journey, kilometres_between
from peerreview.pairing.need import Cell, Need, need_of

TODAY = date(2026, 5, 1)
WEIGHTS = Weights(dated=date(2026, 1, 1))
DOMAINS = ("Safe", "Effective", "Caring", "Responsive", "Well-led")
RECENT = date(2025, 5, 1)

cells = st.builds(
    Cell,
    service=st.sampled_from(["Maternity", "Surgery"]),
    domain=st.sampled_from([*DOMAINS, "Overall"]),
    rating=st.sampled_from([None, 1, 2, 3, 4]),
    published_on=st.sampled_from([None, RECENT, date(2016, 5, 1)]),
    inherited=st.booleans(),
    acquired=st.booleans(),
)
grids = st.lists(cells, max_size=12)


def fit(need: Need, helper: Helper, trust: Character | None = None, **facts: object) -> Fit:
    given_facts = {"journey": Journey(60, estimated=False), "weights": WEIGHTS, "today": TODAY} | facts
    return fit_of(need, trust or Character(), helper, **given_facts)  # type: ignore[arg-type]


def percent(fitted: Fit, key: str) -> int:
    return next(part.percent for part in fitted.parts if part.key == key)


def test_need_is_the_weighted_deficit_over_what_it_could_be() -> None:
    need = need_of([Cell("Maternity", "Safe", 1), Cell("Maternity", "Caring", 2), Cell("Maternity", "Well-led", 3)])
    # 3 x 3 + 2 x 1 = 11, of (3 + 2 + 3) x 3 = 24.
    assert (need.shortfall, need.possible, need.score) == (11, 24, 458)
    assert [cell.domain for cell in need.weak] == ["Safe", "Caring"]


def test_need_runs_from_nothing_to_all() -> None:
    assert need_of([Cell("Surgery", domain, 1) for domain in DOMAINS]).score == 1000
    assert need_of([Cell("Surgery", domain, 3) for domain in DOMAINS]).score == 0


def test_a_trust_with_no_rating_has_no_known_need() -> None:
    need = need_of([Cell("Surgery", "Safe", None)])
    assert (need.score, need.known, len(need.unrated)) == (0, False, 1)


def test_an_overall_rating_is_not_counted_again() -> None:
    safe = Cell("Surgery", "Safe", 2)
    assert need_of([safe, Cell("Surgery", "Overall", 1)]) == need_of([safe])


@pytest.mark.parametrize("spelling", ["Well-led", "well_led", "well led", "WELL-LED"])
def test_a_key_question_weighs_the_same_however_it_is_spelt(spelling: str) -> None:
    assert Cell("Surgery", spelling, 1).shortfall == 9


def test_a_rating_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 4"):
        Cell("Surgery", "Safe", 5)


@given(grids, grids, st.sampled_from(DOMAINS))
def test_an_unknown_rating_never_matters(ours: list[Cell], theirs: list[Cell], domain: str) -> None:
    unrated = Cell("Maternity", domain, None)
    need, more = need_of(ours), need_of([*ours, unrated])
    assert (more.score, more.weak) == (need.score, need.weak)
    helper = Helper(cells=tuple(theirs))
    assert fit(need, replace(helper, cells=(*theirs, unrated))) == fit(need, helper)


@given(grids, grids)
def test_parts_add_up_and_nothing_leaves_its_scale(ours: list[Cell], theirs: list[Cell]) -> None:
    need, fitted = need_of(ours), fit(need_of(ours), Helper(cells=tuple(theirs), offers_in_general=True))
    assert 0 <= need.score <= 1000
    assert 0 <= fitted.met(need) <= need.score
    assert sum(part.points for part in fitted.parts) == fitted.score <= 1000
    assert all(0 <= part.percent <= 100 and part.points <= part.most for part in fitted.parts)


@given(grids, grids)
def test_the_order_of_cells_never_matters(ours: list[Cell], theirs: list[Cell]) -> None:
    again = fit(need_of(reversed(ours)), Helper(cells=tuple(reversed(theirs))))
    assert again.score == fit(need_of(ours), Helper(cells=tuple(theirs))).score


@given(grids)
def test_inherited_and_acquired_ratings_never_cover(ours: list[Cell]) -> None:
    borrowed = tuple(
        Cell(service, domain, 4, RECENT, inherited=mark, acquired=not mark)
        for service, domain, mark in product(("Maternity", "Surgery"), DOMAINS, (True, False))
    )
    assert percent(fit(need_of(ours), Helper(cells=borrowed)), "cover") == 0


@pytest.mark.parametrize(
    ("rating", "published_on", "expected"),
    [
        (4, RECENT, 100),
        (3, RECENT, 70),
        (2, RECENT, 0),
        (4, date(2021, 5, 1), 80),
        (4, date(2010, 5, 1), 50),
        (3, date(2022, 5, 1), 63),
    ],
)
def test_cover_is_the_helpers_strength_times_its_freshness(rating: int, published_on: date, expected: int) -> None:
    helper = Helper(cells=(Cell("Maternity", "Safe", rating, published_on),))
    assert percent(fit(need_of([Cell("Maternity", "Safe", 1)]), helper), "cover") == expected


def test_cover_weighs_cells_by_their_deficit() -> None:
    need = need_of([Cell("Maternity", "Safe", 1), Cell("Surgery", "Safe", 2)])
    fitted = fit(need, Helper(cells=(Cell("Maternity", "Safe", 4, RECENT),)))
    assert percent(fitted, "cover") == 75  # 9 of 12
    assert "Surgery, Safe: the helper has no rating of its own" in fitted.unknown


def test_where_sites_differ_the_weakest_speaks() -> None:
    helper = Helper(cells=(Cell("Maternity", "Safe", 2, RECENT), Cell("Maternity", "Safe", 4, RECENT)))
    assert percent(fit(need_of([Cell("Maternity", "Safe", 1)]), helper), "cover") == 0


def test_freshness_falls_a_tenth_for_each_full_year_past_three() -> None:
    assert freshness(date(2023, 5, 1), TODAY) == 100
    assert freshness(date(2022, 5, 2), TODAY) == 100
    assert freshness(date(2022, 5, 1), TODAY) == 90
    assert freshness(date(2024, 2, 29), date(2028, 2, 28)) == 100


@given(st.dates(date(2000, 1, 1), TODAY), st.integers(1, 4000))
def test_an_older_rating_is_never_fresher(published_on: date, days: int) -> None:
    older = max(published_on - timedelta(days), date(1990, 1, 1))
    assert 50 <= freshness(older, TODAY) <= freshness(published_on, TODAY) <= 100


def test_own_turnaround_counts_a_rise_to_good_that_has_held() -> None:
    need = need_of([Cell("Maternity", "Safe", 1), Cell("Maternity", "Caring", 1)])
    rise = Rise("Maternity", "Safe", 1, 3, date(2022, 1, 1))
    good, fallen = Cell("Maternity", "Safe", 3, RECENT), Cell("Maternity", "Safe", 2, RECENT)
    assert percent(fit(need, Helper(cells=(good,), rises=(rise,))), "own_turnaround") == 60  # 9 of 15
    assert percent(fit(need, Helper(cells=(fallen,), rises=(rise,))), "own_turnaround") == 0
    half_way = replace(rise, after=2)
    assert percent(fit(need, Helper(cells=(), rises=(half_way,))), "own_turnaround") == 0


def test_likeness_is_weighed_by_part_and_an_unknown_counts_half_way() -> None:
    trust = Character(kind="acute", size=400, teaching=True, rural=False)
    same = Helper(cells=(), character=trust)
    assert percent(fit(need_of([]), same, trust), "alike") == 100
    half = Helper(cells=(), character=replace(trust, size=800, teaching=False))
    assert percent(fit(need_of([]), half, trust), "alike") == 40 + 15 + 15
    unknown = fit(need_of([]), Helper(cells=()), trust)
    assert percent(unknown, "alike") == 50
    assert "likeness of size" in unknown.unknown


@pytest.mark.parametrize(("minutes", "expected"), [(0, 100), (60, 100), (150, 50), (240, 0), (600, 0)])
def test_reach_falls_from_one_hour_to_four(minutes: int, expected: int) -> None:
    assert percent(fit(need_of([]), Helper(cells=()), journey=Journey(minutes, False)), "reach") == expected


def test_an_unknown_journey_is_listed_and_counts_half_way() -> None:
    fitted = fit(need_of([]), Helper(cells=()), journey=None)
    assert percent(fitted, "reach") == 50
    assert "travel time" in fitted.unknown


def test_the_same_system_is_shown_and_counts_only_when_preferred() -> None:
    trust = Character(system="Moors")
    helper, far = Helper(cells=(), character=trust), Journey(240, False)
    asked = fit(need_of([]), helper, trust, journey=far)
    preferred = fit(need_of([]), helper, trust, journey=far, same_system=SameSystem.PREFER)
    assert (percent(asked, "reach"), percent(preferred, "reach")) == (0, 100)
    assert any("same system, Moors" in part.facts for part in asked.parts)


def test_an_offer_in_a_weak_service_counts_most() -> None:
    need = need_of([Cell("Maternity", "Safe", 1)])
    offers = {
        "weak": Helper(cells=(), offered_services=frozenset({"Maternity"})),
        "other": Helper(cells=(), offered_services=frozenset({"Surgery"})),
        "general": Helper(cells=(), offers_in_general=True),
    }
    found = {name: percent(fit(need, helper), "offer") for name, helper in offers.items()}
    assert found == {"weak": 100, "other": 0, "general": 40}


@pytest.mark.parametrize("wrong", [{"cover": -1}, {"same_type": -1}])
def test_weights_below_nothing_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError):
        Weights(dated=TODAY, **wrong)


def test_known_distances() -> None:
    exeter, york = Place(50.7184, -3.5339), Place(53.9600, -1.0873)
    assert kilometres_between(exeter, york) == pytest.approx(398, abs=3)
    assert kilometres_between(exeter, exeter) == 0
    assert estimated_journey(Place(0, 0), Place(0, 1)) == Journey(145, estimated=True)  # 111.2 km


def test_a_place_off_the_globe_is_refused() -> None:
    with pytest.raises(ValueError):
        Place(-3.5, 250)
