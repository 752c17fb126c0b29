"""Did it work?  The answers of the fixed rules, on series worked out by hand.

`BEFORE` is 14 months alternating 48 and 52 from January 2024: its mean is 50.  The action begins in March 2025.
"""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.measures.spc import Direction
from tracker.measures.verdict import RULES, Judgement, Verdict, judge

BEFORE = [48, 52] * 7
START = date(2025, 3, 1)


def months(values: list[object]) -> list[tuple[date, Decimal | None]]:
    return [
        (date(2024 + n // 12, n % 12 + 1, 1), None if value is None else Decimal(str(value)))
        for n, value in enumerate(values)
    ]


def after(*values: object, direction: Direction = Direction.DOWN, **options: object) -> Judgement:
    return judge(months([*BEFORE, *values]), started_on=START, direction=direction, **options)  # type: ignore[arg-type]


def test_seven_below_the_earlier_mean_are_a_shift_for_the_better_where_down_is_better() -> None:
    said = after(49, 44, 45, 46, 44, 45, 47)
    assert said == Judgement(Verdict.BETTER, Decimal(50), Decimal(320) / 7, START)  # 49+44+45+46+44+45+47 = 320


@pytest.mark.parametrize(
    ("direction", "verdict"),
    [(Direction.UP, Verdict.WORSE), (Direction.DOWN, Verdict.BETTER), (Direction.NEITHER, Verdict.CHANGED)],
)
def test_which_way_is_better_decides(direction: Direction, verdict: Verdict) -> None:
    assert after(*[45] * 7, direction=direction).verdict is verdict


def test_a_shift_that_set_in_later_says_since_when() -> None:
    said = after(51, 53, *[45] * 7)
    assert (said.verdict, said.since, said.after) == (Verdict.BETTER, date(2025, 5, 1), 45)


def test_a_shift_that_did_not_last_is_no_change() -> None:
    assert after(*[45] * 9, 51).verdict is Verdict.NO_CHANGE
    assert after(*[45] * 9, 50).verdict is Verdict.NO_CHANGE  # on the mean


def test_a_missing_month_ends_a_shift() -> None:
    assert after(*[45] * 5, None, *[45] * 5).verdict is Verdict.NO_CHANGE


def test_six_values_are_too_early_and_say_how_many_are_needed() -> None:
    assert after(*[45] * 6) == Judgement(Verdict.TOO_EARLY, before=Decimal(50), needed=1)
    assert after().needed == 7


def test_values_are_counted_from_the_day_it_was_done() -> None:
    mixed = [45, 55] * 5
    assert after(*mixed).verdict is Verdict.NO_CHANGE
    assert after(*mixed, finished_on=date(2025, 8, 15)) == Judgement(  # September to December: four
        Verdict.TOO_EARLY, before=Decimal(50), needed=3
    )


def test_a_shift_counts_before_the_action_is_done() -> None:
    assert after(*[45] * 7, finished_on=date(2025, 9, 1)).verdict is Verdict.BETTER


def test_a_shift_that_had_begun_before_is_not_the_actions_doing() -> None:
    values = [60] * 7 + [40] * 7  # mean 50; seven below it already when the action begins
    said = judge(months([*values, *[40] * 8]), started_on=START, direction=Direction.DOWN)
    assert said.verdict is Verdict.BEGUN_BEFORE
    six = [60] * 7 + [49] + [40] * 6 + [45] * 7
    assert judge(months(six), started_on=START, direction=Direction.DOWN).verdict is Verdict.BEGUN_BEFORE
    broken = [60] * 7 + [40] * 6 + [60] + [45] * 7
    assert judge(months(broken), started_on=START, direction=Direction.DOWN).verdict is Verdict.BETTER


def test_twelve_values_before_are_no_baseline() -> None:
    said = judge(months([50] * 12 + [40] * 9), started_on=date(2025, 1, 1), direction=Direction.DOWN)
    assert said == Judgement(Verdict.NO_BASELINE, needed=1)


def test_the_baseline_begins_at_the_last_recalculation_before_the_action() -> None:
    early = [90] * 13
    values = [*early, *[48, 52] * 7, *[49] * 7]
    started = months(list(values))[27][0]
    recalculated = months(list(values))[13][0]
    assert judge(months(list(values)), started_on=started, direction=Direction.DOWN).before != 50
    said = judge(months(list(values)), started_on=started, direction=Direction.DOWN, rebases=[recalculated])
    assert (said.verdict, said.before) == (Verdict.BETTER, 50)


def test_a_recalculation_after_the_action_does_not_hide_what_it_did() -> None:
    assert after(*[45] * 8, rebases=[date(2025, 3, 1)]).verdict is Verdict.NO_BASELINE
    assert after(*[45] * 8, rebases=[date(2025, 4, 1)]).verdict is Verdict.BETTER


@given(st.lists(st.none() | st.decimals(0, 100, places=1), max_size=50), st.dates(date(2023, 1, 1), date(2029, 1, 1)))
def test_every_series_has_an_answer_with_its_rule(values: list[Decimal | None], started: date) -> None:
    said = judge(months(list(values)), started_on=started, direction=Direction.UP)
    assert said.rule == RULES[said.verdict]
    mirrored = judge(
        [(on, None if value is None else -value) for on, value in months(list(values))],
        started_on=started,
        direction=Direction.DOWN,
    )
    assert mirrored.verdict is said.verdict
