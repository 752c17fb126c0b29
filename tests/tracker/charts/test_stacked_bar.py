"""A stacked bar is honest (widths are the counts) and legible (no number is cut off or covered)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.charts.stacked_bar import DIGIT, NARROWEST, Block, Part, stacked_bar

COUNTS = st.lists(st.integers(0, 400_000), min_size=1, max_size=8)


def bar_of(counts: list[int]) -> list[Part]:
    return [Part(f"Part {n}", "good", count) for n, count in enumerate(counts)]


def span(block: Block) -> tuple[float, float]:
    """From where to where a number's ink stands, in pixels of the narrowest bar."""
    width = len(f"{block.count:,}") * DIGIT
    middle = block.middle * NARROWEST / 100
    left = {"start": middle, "middle": middle - width / 2, "end": middle - width}[block.anchor]
    return left, left + width


def test_the_sector() -> None:
    bar = stacked_bar(bar_of([5, 53, 109, 12]))
    assert [block.inside for block in bar.blocks] == [False, True, True, False]
    assert bar.blocks[2].percent == "61%"
    assert bar.height == bar.top + bar.thickness == 60


def test_nothing_to_count_draws_nothing() -> None:
    bar = stacked_bar(bar_of([0, 0]))
    assert (bar.total, [block.width for block in bar.blocks]) == (0, [0, 0])


def test_a_negative_part_is_refused() -> None:
    with pytest.raises(ValueError):
        stacked_bar(bar_of([3, -1]))


@given(COUNTS)
def test_widths_are_in_proportion_and_blocks_touch_in_order(counts: list[int]) -> None:
    bar = stacked_bar(bar_of(counts))
    assert [block.count for block in bar.blocks] == counts
    reached = 0.0
    for block in bar.blocks:
        assert block.start == pytest.approx(reached, abs=0.001)
        if bar.total:
            assert block.width == pytest.approx(100 * block.count / bar.total, abs=0.001)
        reached = block.start + block.width
    assert reached == pytest.approx(100 if bar.total else 0, abs=0.01)


@given(COUNTS)
def test_no_number_overlaps_another_or_leaves_the_drawing(counts: list[int]) -> None:
    bar = stacked_bar(bar_of(counts))
    shown = [block for block in bar.blocks if block.count]
    for block in shown:
        left, right = span(block)
        if block.inside:
            assert left >= block.start * NARROWEST / 100 - 0.01
            assert right <= (block.start + block.width) * NARROWEST / 100 + 0.01
        else:
            assert left >= -DIGIT
            assert right <= NARROWEST + DIGIT
            assert 0 < block.label_y < bar.top
    outside = [block for block in shown if not block.inside]
    for n, one in enumerate(outside):
        for other in outside[n + 1 :]:
            if one.label_y == other.label_y:
                assert span(one)[1] <= span(other)[0] or span(other)[1] <= span(one)[0]
