"""Scales and shares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.charts.scales import LinearScale, adds_up, percent_words, whole_percent

COUNTS = st.lists(st.integers(0, 400_000), min_size=1, max_size=6)


def test_a_scale_places_ends_and_middle_either_way_round() -> None:
    down = LinearScale(domain=(0, 10), extent=(200, 0))
    assert [down(0), down(5), down(10), down(11)] == pytest.approx([200, 100, 0, -20])


def test_a_scale_of_one_value_is_refused() -> None:
    with pytest.raises(ValueError):
        LinearScale(domain=(3, 3), extent=(0, 1))


def test_the_sectors_shares_are_the_published_ones() -> None:
    assert [whole_percent(n, 179) for n in (5, 53, 109, 12)] == [3, 30, 61, 7]
    assert not adds_up((5, 53, 109, 12))
    assert [whole_percent(n, 136) for n in (4, 41, 82, 9)] == [3, 30, 60, 7]
    assert adds_up((4, 41, 82, 9))


def test_a_half_is_rounded_up_as_people_expect() -> None:
    assert whole_percent(1, 8) == 13
    assert whole_percent(1, 200) == 1


def test_something_never_looks_like_nothing() -> None:
    assert percent_words(1, 1000) == "less than 1%"
    assert percent_words(0, 1000) == "0%"
    assert whole_percent(0, 0) == 0


@pytest.mark.parametrize(("count", "total"), [(2, 1), (-1, 3)])
def test_a_part_greater_than_its_whole_is_refused(count: int, total: int) -> None:
    with pytest.raises(ValueError):
        whole_percent(count, total)


@given(COUNTS)
def test_a_rounded_share_is_within_half_a_percent_of_the_share(counts: list[int]) -> None:
    total = sum(counts)
    for count in counts:
        assert not total or abs(whole_percent(count, total) - 100 * count / total) <= 0.5
