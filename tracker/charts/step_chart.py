"""A step chart: which of a few words held from when to when.

Places along time are percentages of the drawing's width, heights are pixels, as in the stacked bar: it fills whatever
width the page gives it while its text keeps its size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tracker.charts.scales import LinearScale

LANE: Final = 40  # pixels from one lane to the next: a word of 14 pixels stands above each
TOP: Final = 26
BELOW: Final = 28  # pixels under the lowest lane, for the years
MARGIN: Final = 4  # percent kept free at both ends, so that no shape is cut off


@dataclass(frozen=True, slots=True)
class Step:
    """What was said on a day: the lane it stands in counted from the top, its tone (shape and colour), its words.

    `holds` is false for what is no value: its shape stands in its lane and no line leads to or from it."""

    day: date
    lane: int
    tone: str
    text: str
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Lane:
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """Part of the staircase: x in percent, y in pixels."""

    x1: float
    y1: int
    x2: float
    y2: int


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: int
    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class StepChart:
    """The whole drawing."""

    lanes: tuple[Lane, ...]
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    first: str
    last: str
    first_x: float = MARGIN
    last_x: float = 100 - MARGIN

    @property
    def height(self) -> int:
        return self.lanes[-1].y + BELOW

    @property
    def axis_y(self) -> int:
        return self.height - 6


def step_chart(steps: Sequence[Step], lanes: Sequence[str], *, first: date, last: date) -> StepChart:
    """Place the steps, earliest first, between two days; the last one holds to the end.

    Raises ValueError where there is no step, or one stands outside the days, the lanes or the order."""
    days = [step.day for step in steps]
    if not steps or days != sorted(days) or not first <= days[0] <= days[-1] <= last:
        raise ValueError("steps stand in the order of their days, between the first and the last")
    if any(not 0 <= step.lane < len(lanes) for step in steps):
        raise ValueError("a step stands in one of the lanes")
    start, end = first.toordinal(), max(last.toordinal(), first.toordinal() + 1)
    scale = LinearScale((start, end), (MARGIN, 100 - MARGIN))

    def x(day: date) -> float:
        return round(scale(day.toordinal()), 3)

    lines: list[Line] = []
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        if not step.holds:
            continue
        until = x(after.day) if after else round(scale(end), 3)
        lines.append(Line(x(step.day), _y(step.lane), until, _y(step.lane)))
        if after and after.holds and after.lane != step.lane:
            lines.append(Line(until, _y(step.lane), until, _y(after.lane)))
    return StepChart(
        lanes=tuple(Lane(_y(number), text) for number, text in enumerate(lanes)),
        lines=tuple(lines),
        dots=tuple(Dot(x(step.day), _y(step.lane), step.tone, step.text) for step in steps),
        first=str(first.year),
        last=f"{last:%b %Y}",
    )


def _y(lane: int) -> int:
    return TOP + LANE * lane
