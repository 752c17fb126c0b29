"""When an action will be finished, by the record of what was promised and delivered."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.plans.forecast import FEWEST, Coverage, Kept, coverage, forecast

START = date(2026, 1, 1)
DAYS = st.integers(0, 900)
CASES = st.lists(
    st.builds(
        lambda made, given, took: Kept(*(START + timedelta(days=n) for n in (made, made + given, made + took))),
        DAYS, st.integers(1, 300), st.integers(0, 600),
    ),
    max_size=60,
)  # fmt: skip


def kept(given: int, took: int, made: date = START) -> Kept:
    return Kept(made, made + timedelta(days=given), made + timedelta(days=took))


def test_a_trust_that_takes_twice_as_long_is_forecast_to_take_twice_as_long() -> None:
    record = [kept(50, 100) for _ in range(FEWEST)]
    said = forecast(START, START + timedelta(days=30), START, record)
    assert said is not None
    assert (said.earliest, said.latest, said.cases) == (date(2026, 3, 2), date(2026, 3, 2), FEWEST)


def test_eight_in_ten_lie_between() -> None:
    record = [kept(100, took) for took in range(100, 201, 5)]  # 21 cases, from as promised to twice as long
    said = forecast(START, START + timedelta(days=100), START, record)
    assert said is not None
    assert ((said.earliest - START).days, (said.latest - START).days) == (110, 190)


def test_too_few_cases_say_nothing() -> None:
    record = [kept(50, 100) for _ in range(FEWEST - 1)]
    assert forecast(START, START + timedelta(days=30), START, record) is None
    late = START + timedelta(days=61)  # longer than any of them took: none is like it
    assert forecast(START, START + timedelta(days=30), late, [*record, record[0]]) is None


@given(DAYS, st.integers(1, 300), DAYS, CASES)
def test_a_range_is_in_order_and_never_in_the_past(made: int, given_days: int, on: int, record: list[Kept]) -> None:
    made_on, today = START + timedelta(days=made), START + timedelta(days=on)
    said = forecast(made_on, made_on + timedelta(days=given_days), today, record)
    if said is not None:
        assert today <= said.earliest <= said.latest
        assert FEWEST <= said.cases <= len(record)


@given(st.integers(1, 300), CASES)
def test_more_time_given_is_never_forecast_to_end_sooner(given_days: int, record: list[Kept]) -> None:
    short = forecast(START, START + timedelta(days=given_days), START, record)
    long = forecast(START, START + timedelta(days=given_days + 1), START, record)
    assert (short is None) == (long is None)
    if short and long:
        assert short.earliest <= long.earliest
        assert short.latest <= long.latest


@given(CASES)
def test_coverage_counts_no_more_than_could_be_forecast(record: list[Kept]) -> None:
    held = coverage(record)
    assert 0 <= held.held <= held.of <= max(0, len(record) - FEWEST)


def test_ranges_that_held_are_counted_against_those_that_did_not() -> None:
    early = [kept(10, 20) for _ in range(FEWEST)]
    later = date(2026, 6, 1)
    assert coverage([*early, kept(10, 20, later), kept(10, 90, later)]) == Coverage(1, 2)
