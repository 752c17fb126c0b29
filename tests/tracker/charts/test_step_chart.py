"""A step chart is honest: each word stands where and as long as it held, and nothing is drawn that was not said."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.charts.step_chart import LANE, Step, StepChart, step_chart

LANES = ("Outstanding", "Good", "Requires improvement", "Inadequate", "No rating")
DAY, END = date(2015, 1, 1), date(2026, 11, 1)


def drawn(*steps: tuple[date, int]) -> StepChart:
    return step_chart([Step(day, lane, "good", "", holds=lane < 4) for day, lane in steps], LANES, first=DAY, last=END)


def test_a_rating_that_moved_is_a_staircase_to_the_last_day() -> None:
    chart = drawn((DAY, 2), (date(2020, 12, 1), 1))
    flat, rise, last = chart.lines
    assert (flat.x1, last.x2) == (4, 96)
    assert flat.x2 == rise.x1 == rise.x2 == last.x1 == pytest.approx(50, abs=0.1)
    assert (rise.y1 - rise.y2, last.y1) == (LANE, rise.y2)
    assert (chart.first, chart.last) == ("2015", "Nov 2026")


def test_no_line_leads_to_or_from_what_is_no_rating() -> None:
    chart = drawn((DAY, 1), (date(2018, 1, 1), 4), (date(2020, 1, 1), 1))
    assert [line.y1 for line in chart.lines] == [line.y2 for line in chart.lines]
    assert len(chart.lines) == 2
    assert chart.lines[0].x2 < chart.lines[1].x1
    assert len(chart.dots) == 3


def test_one_publication_of_the_last_day_is_still_drawn() -> None:
    chart = step_chart([Step(END, 0, "outstanding", "")], LANES, first=END, last=END)
    assert chart.lines[0].x2 > chart.lines[0].x1


@pytest.mark.parametrize("steps", [[], [(END, 1), (DAY, 1)], [(DAY - timedelta(1), 1)], [(END + timedelta(1), 1)]])
def test_steps_out_of_order_or_out_of_the_days_are_refused(steps: list[tuple[date, int]]) -> None:
    with pytest.raises(ValueError):
        drawn(*steps)


def test_a_step_in_no_lane_is_refused() -> None:
    with pytest.raises(ValueError):
        drawn((DAY, 5))


@given(st.lists(st.tuples(st.integers(0, (END - DAY).days), st.integers(0, 4)), min_size=1, max_size=30))
def test_every_shape_stands_within_the_drawing_in_order_and_lines_cover_what_held(said: list[tuple[int, int]]) -> None:
    said.sort()
    chart = drawn(*((DAY + timedelta(days), lane) for days, lane in said))
    places = [dot.x for dot in chart.dots]
    assert places == sorted(places)
    assert all(4 <= x <= 96 for x in places)
    flats = [line for line in chart.lines if line.y1 == line.y2]
    assert len(flats) == sum(lane < 4 for _, lane in said)
    assert all(line.x1 <= line.x2 for line in flats)
    assert all(0 < dot.y < chart.height for dot in chart.dots)
