"""An SPC chart is honest (dots and lines stand where their values are) and legible (nothing covers a label)."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.web.page import Page
from tracker.charts.spc_chart import (
    BOX,
    LETTER,
    LINE,
    NARROWEST,
    WIDE,
    WIDEST,
    Mark,
    SPCChart,
    spc_chart,
)
from tracker.measures.spc import Direction, analyse

SERIES = st.lists(st.none() | st.decimals(-10_000, 10_000, places=1), min_size=1, max_size=70)
SAYS = "Mean 50"


def months(values: list[Decimal | None]) -> list[tuple[date, Decimal | None]]:
    return [(date(2020 + n // 12, n % 12 + 1, 1), value) for n, value in enumerate(values)]


def number(value: float) -> str:
    return f"{value:,.1f}"


def draw(values: list[Decimal | None], marks: list[Mark] | None = None, **options: object) -> SPCChart | None:
    analysis = analyse(months(values), direction=Direction.UP, **options)  # type: ignore[arg-type]
    return spc_chart(analysis, number=number, period="{:%b %Y}".format, marks=marks or [])


def scale_of(chart: SPCChart) -> Callable[[float], float]:
    """From a height on the drawing back to a value, read off the printed scale."""
    low, high = chart.ticks[0], chart.ticks[-1]
    first, last = (float(tick.text.replace(",", "")) for tick in (low, high))
    return lambda y: first + (low.y - y) / (low.y - high.y) * (last - first)


def test_every_dot_stands_where_the_scale_says_its_value_is() -> None:
    values = [Decimal(value) for value in (48, 52, 47, 60, 40, 51, 49, 50, 52, 48, 55, 45, 50, 51)]
    chart = draw(list(values), target=Decimal(58))
    assert chart is not None
    value_at = scale_of(chart)
    assert [value_at(dot.y) for dot in chart.dots] == pytest.approx([float(value) for value in values], abs=0.1)
    told = [(end.word, float(end.number)) for end in chart.ends]
    assert [word for word, _ in told] == ["Upper limit", "Target", "Mean", "Lower limit"]
    heights = {
        path.kind: value_at(float(path.d.split()[1].split("H")[0])) for path in chart.paths if path.kind != "values"
    }
    assert heights["target"] == pytest.approx(58, abs=0.1)
    assert heights["mean"] == pytest.approx(told[2][1], abs=0.1)


def test_a_missing_period_leaves_a_gap_in_the_line() -> None:
    chart = draw([Decimal(1), Decimal(2), None, Decimal(4)])
    assert chart is not None
    line = next(path.d for path in chart.paths if path.kind == "values")
    assert (line.count("M"), line.count("L"), len(chart.dots)) == (2, 1, 3)


def test_nothing_to_draw_is_no_drawing() -> None:
    assert draw([]) is None
    assert draw([None, None]) is None


def test_with_few_values_there_are_dots_and_no_limits() -> None:
    chart = draw([Decimal(n) for n in range(12)])
    assert chart is not None
    assert {path.kind for path in chart.paths} == {"values"}
    assert chart.ends == ()


def test_lines_break_where_limits_are_recalculated_and_the_old_ones_stay() -> None:
    chart = draw([Decimal(n % 5) for n in range(30)], rebases=[date(2021, 4, 1)])
    assert chart is not None
    kinds = [path.kind for path in chart.paths]
    assert (kinds.count("values"), kinds.count("mean"), kinds.count("limit")) == (2, 2, 4)
    spans = [tuple(map(float, re.split("[M H]", path.d)[1::2])) for path in chart.paths if path.kind == "mean"]
    assert spans[0][1] == spans[1][0]


def test_marks_stand_on_their_day_and_those_outside_are_left_out() -> None:
    marks = [Mark(date(2020, 7, 1), "MD-001 started"), Mark(date(2019, 1, 1), "before"), Mark(date(2031, 1, 1), "far")]
    chart = draw([Decimal(n) for n in range(24)], marks)
    assert chart is not None
    assert [flag.text for flag in chart.flags] == ["MD-001 started"]
    middle_of_june, middle_of_july = chart.dots[5].x, chart.dots[6].x
    assert chart.flags[0].x == pytest.approx((middle_of_june + middle_of_july) / 2, abs=0.02)  # where July begins


@given(SERIES, st.lists(st.tuples(st.dates(date(2020, 1, 1), date(2025, 12, 31)), st.text("MD-01 ", min_size=1))))
def test_no_label_covers_another_or_leaves_the_drawing(
    values: list[Decimal | None], marked: list[tuple[date, str]]
) -> None:
    chart = draw(values, [Mark(on, text[:20]) for on, text in marked], target=Decimal(5), rebases=[date(2021, 6, 1)])
    if chart is None:
        return
    assert [end.y for end in chart.ends] == sorted(end.y for end in chart.ends)
    for above, below in pairwise(chart.ends):
        assert below.y - above.y >= LINE - 0.11
    for tick in chart.ticks:
        assert len(tick.text) * LETTER <= chart.left
    for width, said in (
        (WIDE, [end.number for end in chart.ends]),
        (WIDEST, [f"{e.word} {e.number}" for e in chart.ends]),
    ):
        longest = max((len(text) for text in said), default=0) * LETTER
        assert chart.left + chart.reach / 100 * width + 8 + longest <= width + 0.1
    for width, days in ((NARROWEST, [day for day in chart.days if not day.wide]), (WIDE, list(chart.days))):
        for one, other in pairwise(days):
            assert (other.x - one.x) / 100 * width >= len(one.text) * LETTER
    spans: dict[float, list[tuple[float, float]]] = {}
    for flag in chart.flags:
        x, long = flag.x / 100 * NARROWEST, len(flag.text) * LETTER
        spans.setdefault(flag.y, []).append((x, x + long) if flag.anchor == "start" else (x - long, x))
        assert flag.y <= chart.top
    for line in spans.values():
        ordered = sorted(line)
        assert all(one[1] <= other[0] + 0.1 for one, other in pairwise(ordered))


@given(SERIES)
def test_everything_drawn_lies_within_the_scale(values: list[Decimal | None]) -> None:
    chart = draw(values, target=Decimal(100))
    if chart is None:
        return
    assert all(chart.top - 0.1 <= dot.y <= chart.bottom + 0.1 for dot in chart.dots)
    assert all(0 <= dot.x <= chart.reach for dot in chart.dots)
    for path in chart.paths:
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.d):
            assert 0 <= float(x) <= BOX
            assert chart.top - 0.1 <= float(y) <= chart.bottom + 0.1


def test_the_page_says_in_its_table_what_the_drawing_shows() -> None:
    chart = draw([Decimal(n % 7) for n in range(20)])
    assert chart is not None
    rows = [(dot.text.split(": ")[0], dot.text.split(": ")[1], "3.0", "0", "6", "Common cause") for dot in chart.dots]
    source = (
        '{% from "components/spc_chart.jinja" import spc_chart %}{{ spc_chart("a", chart, "Falls <b>", says, rows) }}'
    )
    html = engines["jinja"].env.from_string(source).render(chart=chart, rows=rows, says=SAYS)
    page = Page(html)
    drawn = [e.text for e in page.all("title")]
    cells = [e.text for e in page.all("th") if e.get("scope") == "row"]
    told = [e.text for e in page.all("td") if e.ancestors.count("tbody")][::5]
    assert drawn == [f"{period}: {value}" for period, value in zip(cells, told, strict=True)]
    drawing = next(e for e in page.all("svg") if e.get("role") == "img")
    assert drawing.get("aria-labelledby").split() == [i for i in page.ids if i in drawing.get("aria-labelledby")]
    assert "Falls &lt;b&gt;" in html
    assert "<b>" not in html
