"""The rules of Making Data Count, held to numbers worked out by hand.

The series are invented so that the sums can be done on paper; each test says how.  `BASE` alternates 48 and 52:
its mean is 50, every moving range is 4, so the limits stand at 50 plus and minus 2.66 x 4 = 10.64 and two thirds
of the way to them at 50 plus and minus 7.09333...  With `baseline=len(BASE)` these are held for what follows.
"""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.measures.spc import Analysis, Assurance, Direction, Point, Rule, Variation, analyse

BASE = [48, 52] * 8
UP, DOWN, NEITHER = Direction.UP, Direction.DOWN, Direction.NEITHER
VALUES = st.lists(st.decimals(-1000, 1000, places=2), min_size=13, max_size=60)


def months(values: list[object]) -> list[tuple[date, Decimal | None]]:
    days = (date(2020 + n // 12, n % 12 + 1, 1) for n in range(len(values)))
    return [(on, None if value is None else Decimal(str(value))) for on, value in zip(days, values, strict=False)]


def after_base(*values: object, direction: Direction = UP, **options: object) -> list[Point]:
    """The points of `values` that follow BASE, judged by its limits."""
    analysis = analyse(months([*BASE, *values]), direction=direction, baseline=len(BASE), **options)  # type: ignore[arg-type]
    return list(analysis.points[len(BASE) :])


def rules(points: list[Point]) -> list[Rule | None]:
    return [point.rule for point in points]


def test_the_limits_are_the_mean_and_266_hundredths_of_the_moving_range() -> None:
    # six pairs of 13 and 15 and a 14: mean 14; eleven ranges of 2 and one of 1 are 23, over 12
    analysis = analyse(months([13, 15] * 6 + [14]), direction=UP)
    limits = analysis.limits
    assert limits is not None
    assert limits.mean == pytest.approx(14, abs=1e-12)
    assert limits.lower == pytest.approx(14 - 2.66 * 23 / 12, abs=1e-12)
    assert limits.upper == pytest.approx(14 + 2.66 * 23 / 12, abs=1e-12)
    assert limits.points == 13


def test_a_value_on_the_limit_is_inside_and_one_beyond_it_is_not() -> None:
    assert rules(after_base("60.64")) == [None]
    assert rules(after_base("60.65")) == [Rule.OUTSIDE]
    assert rules(after_base("39.36")) == [None]
    assert rules(after_base("39.35")) == [Rule.OUTSIDE]


def test_seven_on_one_side_are_a_shift_and_six_are_not() -> None:
    # BASE ends on 52, above its mean, so a run above is one longer than what follows: start below it
    assert rules(after_base(49, 51, 53, 52, 53, 51, 52, 51)) == [None, *[Rule.SHIFT] * 7]
    assert rules(after_base(49, 51, 53, 52, 53, 51, 52, 49)) == [None] * 8


def test_a_value_on_the_mean_ends_a_shift() -> None:
    assert rules(after_base(49, 51, 53, 52, 50, 53, 51, 52)) == [None] * 8


def test_seven_rising_are_a_trend_and_a_tie_ends_it() -> None:
    rising = [46, 47, 48, 49, 51, 52, 53]
    assert rules(after_base(*rising)) == [Rule.TREND] * 7
    assert rules(after_base(*rising[:6], 52)) == [None] * 7  # the sixth and seventh are equal
    # six rising after a base that ends on 52 above: no trend
    assert rules(after_base(*rising[:6], 51)) == [None] * 7


@pytest.mark.parametrize(("direction", "said"), [(UP, Variation.IMPROVEMENT), (DOWN, Variation.CONCERN)])
def test_a_trend_is_coloured_by_its_way_on_both_sides_of_the_mean(direction: Direction, said: Variation) -> None:
    points = after_base(46, 47, 48, 49, 51, 52, 53, direction=direction)
    assert {point.variation for point in points} == {said}


def test_two_of_three_beyond_two_thirds_are_a_signal_wherever_the_third_is() -> None:
    two = Rule.TWO_OF_THREE  # 57.1 lies beyond 57.0933..., 57.09 does not
    assert rules(after_base("57.1", "57.1")) == [two, two]
    assert rules(after_base("57.1", 49, "57.1")) == [two, None, two]
    assert rules(after_base("57.1", 42, "57.1")) == [two, None, two]
    assert rules(after_base("57.1", 49, 51, "57.1")) == [None] * 4
    assert rules(after_base("57.09", "57.1")) == [None, None]
    assert rules(after_base("57.1", "42.9")) == [None, None]  # one on each side


def test_a_value_outside_counts_as_one_of_the_two() -> None:
    assert rules(after_base(58, 70, 51)) == [Rule.TWO_OF_THREE, Rule.OUTSIDE, None]


def test_outside_is_said_before_trend_and_trend_before_two_of_three_and_that_before_shift() -> None:
    # rising: 51 ... 61; the last is outside, the two before it beyond two thirds, all of it also above the mean
    assert rules(after_base(49, 51, 52, 53, 54, 57.5, 58, 61)) == [*[Rule.TREND] * 7, Rule.OUTSIDE]
    assert rules(after_base(49, 58, 51, 58, 53, 51, 52, 53)) == [
        None, Rule.TWO_OF_THREE, Rule.SHIFT, Rule.TWO_OF_THREE, *[Rule.SHIFT] * 4,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("direction", "high", "low"),
    [
        (UP, Variation.IMPROVEMENT, Variation.CONCERN),
        (DOWN, Variation.CONCERN, Variation.IMPROVEMENT),
        (NEITHER, Variation.HIGH, Variation.LOW),
    ],
)
def test_which_way_is_better_decides_the_colour(direction: Direction, high: Variation, low: Variation) -> None:
    assert [p.variation for p in after_base(70, 49, 51, 30, direction=direction)][::3] == [high, low]


def test_with_twelve_values_there_are_no_limits_and_one_more_is_needed() -> None:
    analysis = analyse(months([*range(11), 999]), direction=UP, target=Decimal(5))
    assert (analysis.limits, analysis.more_needed) == (None, 1)
    assert {point.variation for point in analysis.points} == {Variation.COMMON_CAUSE}
    assert (analysis.variation, analysis.assurance) == (Variation.TOO_FEW, Assurance.TOO_FEW)


@pytest.mark.parametrize("values", [[], [7]])
def test_nothing_and_a_single_value_are_drawn_without_limits(values: list[object]) -> None:
    analysis = analyse(months(values), direction=UP, target=Decimal(5))
    assert (len(analysis.points), analysis.more_needed) == (len(values), 13 - len(values))
    assert analysis.variation is Variation.TOO_FEW


def test_a_constant_series_has_limits_on_its_mean_and_says_nothing() -> None:
    analysis = analyse(months([100] * 20), direction=UP, target=Decimal(100))
    assert analysis.limits is not None
    assert (analysis.limits.lower, analysis.limits.mean, analysis.limits.upper) == (100, 100, 100)
    assert {point.rule for point in analysis.points} == {None}
    assert analysis.assurance is Assurance.PASSES  # always exactly at the target: it is met


def test_whatever_leaves_a_constant_baseline_is_outside() -> None:
    analysis = analyse(months([5] * 13 + ["5.01"]), direction=DOWN, baseline=13)
    assert analysis.points[-1].rule is Rule.OUTSIDE
    assert analysis.variation is Variation.CONCERN


def test_decimals_on_the_mean_are_on_the_mean() -> None:
    # in floating point (0.1 + 0.2 + ...) / 14 is not 0.2, and the value 0.2 would stand on a side
    analysis = analyse(months(["0.1", "0.3"] * 6 + ["0.2", "0.2"]), direction=UP)
    assert [point.side for point in analysis.points[-2:]] == [0, 0]


def test_a_missing_period_is_no_value_takes_no_range_and_ends_a_run() -> None:
    # mean of the fourteen 48s and 52s is 50; of 13 ranges the two about the gap are not taken: all that are, are 4
    series = months([48, 52] * 3 + [48, None, 52] + [48, 52] * 3)
    analysis = analyse(series, direction=UP)
    assert analysis.limits is not None
    assert analysis.limits.points == 14
    assert analysis.limits.upper == pytest.approx(60.64, abs=1e-12)
    assert analysis.points[7].value is None
    assert rules(after_base(49, 51, 53, 52, None, 53, 51, 52, 51)) == [None] * 9


def test_a_recalculation_gives_what_follows_limits_of_its_own_and_leaves_the_old() -> None:
    # 13 x (48, 52 ...) then 8 values alternating 68 and 72: mean 70, ranges 4
    first, second = [48, 52] * 6 + [48], [68, 72] * 4
    analysis = analyse(months([*first, *second]), direction=UP, rebases=[date(2021, 2, 1)])
    old, new = analysis.segments
    assert old.limits is not None
    assert new.limits is not None
    assert old.limits.mean == pytest.approx((48 * 7 + 52 * 6) / 13)
    assert (new.limits.mean, new.limits.upper) == (70, pytest.approx(80.64))
    assert (old.provisional, new.provisional) == (False, True)
    assert [point.segment for point in analysis.points] == [0] * 13 + [1] * 8
    assert analysis.variation is Variation.COMMON_CAUSE


def test_a_run_does_not_reach_over_a_recalculation() -> None:
    values = [*[48, 52] * 5, 49, *[52, 53] * 4]  # the mean lies near 51: the last eight are above it
    joined = analyse(months(list(values)), direction=UP)
    parted = analyse(months(list(values)), direction=UP, rebases=[date(2021, 2, 1)])
    assert [point.rule for point in joined.points[-8:]] == [Rule.SHIFT] * 8
    assert not any(point.rule for point in parted.points)


@pytest.mark.parametrize("rebase", [date(1990, 1, 1), date(2020, 1, 1), date(2090, 1, 1)])
def test_a_recalculation_outside_the_series_changes_nothing(rebase: date) -> None:
    series = months(list(BASE))
    assert analyse(series, direction=UP, rebases=[rebase]) == analyse(series, direction=UP)


@pytest.mark.parametrize(
    ("direction", "target", "said"),
    [  # BASE: 50 -+ 10.64
        (UP, "39.36", Assurance.PASSES),
        (UP, "39.37", Assurance.HIT_OR_MISS),
        (UP, "60.64", Assurance.HIT_OR_MISS),
        (UP, "60.65", Assurance.FAILS),
        (DOWN, "60.64", Assurance.PASSES),
        (DOWN, "60.63", Assurance.HIT_OR_MISS),
        (DOWN, "39.36", Assurance.HIT_OR_MISS),
        (DOWN, "39.35", Assurance.FAILS),
        (NEITHER, "50", Assurance.NO_TARGET),
        (UP, None, Assurance.NO_TARGET),
    ],
)
def test_a_target_is_assured_by_where_it_stands_to_the_limits(
    direction: Direction, target: str | None, said: Assurance
) -> None:
    aim = None if target is None else Decimal(target)
    assert analyse(months(list(BASE)), direction=direction, target=aim).assurance is said


def shape(analysis: Analysis) -> list[tuple[Rule | None, bool]]:
    return [(point.rule, point.upwards) for point in analysis.points]


@given(VALUES)
def test_a_mirrored_series_says_the_same_the_other_way_up(values: list[Decimal]) -> None:
    one = analyse(months(list(values)), direction=UP)
    other = analyse(months([-value for value in values]), direction=DOWN)
    assert [point.variation for point in one.points] == [point.variation for point in other.points]
    assert [point.rule for point in one.points] == [point.rule for point in other.points]
    assert [point.side for point in one.points] == [-point.side for point in other.points]


@given(VALUES, st.integers(-500, 500), st.sampled_from(["0.01", "0.5", "3", "1000"]))
def test_moving_or_stretching_the_scale_changes_no_signal(values: list[Decimal], move: int, stretch: str) -> None:
    moved = [value * Decimal(stretch) + move for value in values]
    assert shape(analyse(months(list(moved)), direction=UP)) == shape(analyse(months(list(values)), direction=UP))


@given(VALUES)
def test_a_series_reversed_has_the_same_limits_and_outsiders(values: list[Decimal]) -> None:
    one, other = (analyse(months(list(some)), direction=UP) for some in (values, values[::-1]))
    assert one.limits == other.limits
    outside = [point.rule is Rule.OUTSIDE for point in one.points]
    assert outside == [point.rule is Rule.OUTSIDE for point in other.points][::-1]


@given(VALUES, st.data())
def test_every_segment_is_as_if_it_stood_alone(values: list[Decimal], data: st.DataObject) -> None:
    cut = data.draw(st.integers(13, len(values)))
    series = months(list(values))
    whole = analyse(series, direction=UP, rebases=[series[cut][0]] if cut < len(series) else [])
    alone = analyse(series[:cut], direction=UP)
    assert whole.segments[0] == alone.segments[0]
    assert whole.points[:cut] == alone.points


@given(st.lists(st.none() | st.decimals(0, 100, places=1), max_size=40), st.sampled_from(Direction))
def test_no_series_is_too_odd_and_every_period_keeps_its_place(
    values: list[Decimal | None], direction: Direction
) -> None:
    series = months(list(values))
    analysis = analyse(series, direction=direction, target=Decimal(50), rebases=[date(2020, 8, 1)])
    assert [(point.on, point.value) for point in analysis.points] == series
    for segment in analysis.segments:
        if segment.limits:
            assert segment.limits.lower <= segment.limits.mean <= segment.limits.upper
