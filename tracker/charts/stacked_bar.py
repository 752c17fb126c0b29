"""A stacked bar: where each part lies and where its number stands.

Places along the bar are percentages of its width, heights are pixels. The drawing then has no view box: it fills
whatever width the page gives it while its text keeps its size, on a phone too, without script or inline style.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.charts.scales import percent_words

NARROWEST = 280  # pixels: the width of the text column on a phone 320 pixels wide, margins taken off
DIGIT = 9  # pixels a bold 16-pixel digit takes, rounded up; a comma takes less
PADDING = 4  # pixels kept free on each side of a number
THICKNESS = 40
LABEL_LINE = 20  # pixels from one line of outside numbers to the next


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole: its name, its tone (a colour and shape of the page) and how many it counts."""

    label: str
    tone: str
    count: int


@dataclass(frozen=True, slots=True)
class Block:
    """A part, placed. `start`, `width` and `middle` are percentages of the bar's width.

    `inside` is false when the number would not fit on the block on the narrowest screen; it then stands above
    the bar at `label_y` pixels, `anchor`ed so that it stays within the drawing.
    """

    label: str
    tone: str
    count: int
    percent: str
    start: float
    width: float
    middle: float
    inside: bool
    label_y: int
    anchor: str


@dataclass(frozen=True, slots=True)
class StackedBar:
    """The whole drawing: its blocks in the order given, and its measures in pixels."""

    blocks: tuple[Block, ...]
    total: int
    top: int
    thickness: int = THICKNESS

    @property
    def height(self) -> int:
        """The drawing's height, outside numbers included."""
        return self.top + self.thickness


def stacked_bar(parts: Sequence[Part]) -> StackedBar:
    """Place the parts of a whole along a bar, widths exactly in proportion to their counts.

    Raises ValueError for a negative count. Parts of nothing keep their place in the table, with no width.
    """
    if any(part.count < 0 for part in parts):
        raise ValueError("a part of a whole cannot be negative")
    total = sum(part.count for part in parts)
    lines = _outside_lines(parts, total)
    top = LABEL_LINE * (max(lines.values()) + 1) if lines else 0
    blocks, before = [], 0
    for position, part in enumerate(parts):
        start, width = _percent(before, total), _percent(part.count, total)
        blocks.append(
            Block(
                label=part.label,
                tone=part.tone,
                count=part.count,
                percent=percent_words(part.count, total),
                start=start,
                width=width,
                middle=_percent(before + part.count / 2, total),
                inside=position not in lines,
                label_y=top - LABEL_LINE * lines.get(position, 0) - 6,
                anchor=_anchor(_percent(before + part.count / 2, total), part.count),
            )
        )
        before += part.count
    return StackedBar(blocks=tuple(blocks), total=total, top=top)


def _outside_lines(parts: Sequence[Part], total: int) -> dict[int, int]:
    """Which parts' numbers stand above the bar, and on which line (0 is nearest), so that none overlap."""
    lines: dict[int, int] = {}
    free_from: list[float] = []  # per line, the pixel on the narrowest bar where the next number may begin
    before = 0
    for position, part in enumerate(parts):
        middle = _percent(before + part.count / 2, total) * NARROWEST / 100
        before += part.count
        if not part.count or part.count / total * NARROWEST >= _number_width(part.count):
            continue
        width = _number_width(part.count)
        left = middle - {"start": 0, "middle": width / 2, "end": width}[_anchor(middle * 100 / NARROWEST, part.count)]
        line = next((n for n, free in enumerate(free_from) if left >= free), len(free_from))
        free_from[line : line + 1] = [left + width]
        lines[position] = line
    return lines


def _anchor(middle: float, count: int) -> str:
    """Which end of a number stands at `middle` (percent), so that it never leaves the drawing."""
    half = _number_width(count) / 2 * 100 / NARROWEST
    if middle < half:
        return "start"
    return "end" if middle > 100 - half else "middle"


def _number_width(count: int) -> int:
    return len(f"{count:,}") * DIGIT + 2 * PADDING


def _percent(amount: float, total: int) -> float:
    return round(amount / total * 100, 4) if total else 0.0
