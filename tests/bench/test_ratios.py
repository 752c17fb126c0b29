"""What a benchmark prints is judged as it is printed, and a figure that is no number never passes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.measuring.ratios import Ratio, Said, exit_status, figure, percentile, spread
from bench.measuring.repeating import Timings

FIGURES = st.floats(min_value=1e-6, max_value=1e6, allow_nan=False)


def test_a_ratio_says_its_name_value_target_and_judgement() -> None:
    assert str(Ratio("first_import", 7.254, 8)) == "RATIO first_import 7.25 8 ok"
    assert str(Ratio("first_import", 8.31, 8)) == "RATIO first_import 8.31 8 MISSED"
    assert Ratio("first_import", 8, 8).judgement == "ok"


def test_a_speed_up_is_kept_from_its_target_on() -> None:
    assert Ratio("speed_up", 50, 50, at_least=True).judgement == "ok"
    assert Ratio("speed_up", 49.9, 50, at_least=True).judgement == "MISSED"


@pytest.mark.parametrize("at_least", [True, False])
def test_a_value_that_is_no_number_is_missed(at_least: bool) -> None:
    assert Ratio("broken", math.nan, 1, at_least=at_least).judgement == "MISSED"


def test_a_figure_only_shown_decides_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status([Ratio("small", 30, 8, judged=False), Ratio("kept", 1, 2)]) == 0
    assert capsys.readouterr().out == "RATIO small 30 8 shown\nRATIO kept 1 2 ok\n"


def test_one_miss_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status([Ratio("kept", 1, 2), Ratio("missed", 3, 2)]) == 1
    assert "RATIO missed 3 2 MISSED" in capsys.readouterr().out


@given(value=FIGURES, target=FIGURES, at_least=st.booleans(), judged=st.booleans())
def test_what_is_printed_is_read_back_with_the_same_judgement(
    value: float, target: float, at_least: bool, judged: bool
) -> None:
    ratio = Ratio("some_name", value, target, at_least=at_least, judged=judged)
    said = Said.read(f"{ratio}\n")
    assert said is not None
    assert said.judgement == ratio.judgement


@pytest.mark.parametrize("line", ["", "RATIO only three words", "ratio a 1 2 ok", "RATIO a 1 2 ok and more"])
def test_other_lines_are_no_ratios(line: str) -> None:
    assert Said.read(line) is None


@given(FIGURES)
def test_a_figure_is_within_half_a_hundredth_of_its_value_and_has_no_exponent(value: float) -> None:
    assert "e" not in figure(value)
    assert float(figure(value)) == pytest.approx(value, rel=0.0051)


def test_figures_have_three_digits() -> None:
    assert [figure(value) for value in (0, 0.01234, 0.1, 1.234, 12.34, 123.4, 12345.6)] == [
        "0", "0.0123", "0.1", "1.23", "12.3", "123", "12346",
    ]  # fmt: skip


@given(st.lists(FIGURES, min_size=1, max_size=50), st.floats(min_value=0.01, max_value=1))
def test_a_percentile_is_one_of_the_values_and_enough_do_not_exceed_it(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert all(sum(v <= less for v in values) < share * len(values) for less in values if less < found)


def test_a_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError):
        percentile([], 0.95)


def test_ratios_compare_medians_and_show_the_spread() -> None:
    timings = Timings()
    for seconds in (1.0, 1.0, 9.0):
        timings.add("ours", seconds)
    for seconds in (0.5, 0.4, 0.6):
        timings.add("yardstick", seconds)
    assert timings.ratio("ours", "yardstick") == 2
    assert spread(timings.taken["ours"]) == "1 (1 to 9, 3 times)"
