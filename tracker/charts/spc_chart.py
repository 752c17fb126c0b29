"""An SPC chart: where each dot, line and label lies.

Places along the chart are percentages, heights are pixels, so that the drawing fills whatever width a page gives it
while its text keeps its size.  Lines are drawn in a box of their own, `BOX` units wide and stretched to the width;
dots and labels stand beside it by percentages of the same width.  A writer of pictures sets a width and uses both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10
from typing import NamedTuple

from tracker.charts.scales import LinearScale
from tracker.measures.spc import Analysis, Point, Segment

NARROWEST = 280  # pixels: the width of the text column on a phone 320 pixels wide, margins taken off
WIDE = 560  # pixels: from this width on, the page shows what is marked `wide` and the numbers of the lines
WIDEST = 940  # pixels: and from this width on their words too
HEIGHT = 260  # pixels between the highest and the lowest value that has a place
LETTER = 8.0  # pixels a 14-pixel letter or digit takes, rounded up
LINE = 18  # pixels from one line of text to the next
BOX = 1000
TICKS = 5
EVERY = (1, 2, 3, 6, 12, 24, 36, 48, 60, 120)  # periods from one date to the next: of months, these are familiar


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day: an action's start, a recalculation."""

    on: date
    text: str


class Dot(NamedTuple):
    """One value.  `x` is a percentage, `variation` the value of a `Variation`; a `ringed` dot is new.

    There are many on a chart, and a template unpacks a tuple quickest."""

    x: float
    y: float
    variation: str
    text: str
    ringed: bool


@dataclass(frozen=True, slots=True)
class Path:
    """A line of the box: of `kind` "values", "mean", "limit" or "target"."""

    kind: str
    d: str


@dataclass(frozen=True, slots=True)
class EndLabel:
    """What a line is, at its right end; shown where there is room for it."""

    y: float
    word: str
    number: str
    kind: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A value's place on the upright scale."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class DayTick:
    """A period's place on the level scale; one marked `wide` is shown on wide screens only."""

    x: float
    text: str
    wide: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """A mark, placed: a line at `x` and its words beside it, `anchor`ed so that they stay within the chart."""

    x: float
    y: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class SPCChart:
    """The whole drawing.  `left` is the room in pixels for the upright scale's numbers; everything else stands
    from there on, percentages being of the whole width."""

    dots: tuple[Dot, ...]
    paths: tuple[Path, ...]
    ends: tuple[EndLabel, ...]
    ticks: tuple[Tick, ...]
    days: tuple[DayTick, ...]
    flags: tuple[Flag, ...]
    left: int
    reach: float  # percent of the width at which the last period ends
    top: float
    bottom: float
    box: int = BOX

    @property
    def height(self) -> int:
        """The drawing's height, the dates below included."""
        return round(self.bottom) + 30


def spc_chart(
    analysis: Analysis,
    *,
    number: Callable[[float], str],
    period: Callable[[date], str],
    marks: Sequence[Mark] = (),
    ringed: frozenset[date] = frozenset(),
) -> SPCChart | None:
    """Draw `analysis`; None where there is no value at all.

    `number` and `period` put a value and a period into words.  Marks of days before the first period or after
    the last are left out: the page lists them."""
    if analysis.latest is None:
        return None
    ticks, texts = _ticks(analysis)
    left = ceil(max(map(len, texts)) * LETTER) + 8
    ends = _ends_in_words(analysis, number)
    reach = _reach(left, ends)
    step = reach / len(analysis.points)
    flags = _flags(analysis, marks, step)
    lanes = [lane for _, lane, _, _ in flags]
    top = 12.0 + LINE * (max(lanes) + 1 if lanes else 0)
    place = LinearScale((ticks[0], ticks[-1]), (top + HEIGHT, top))
    return SPCChart(
        dots=tuple(_dots(analysis.points, step, place, number, period, ringed)),
        paths=tuple(_paths(analysis, step, place)),
        ends=tuple(_ends(ends, place)),
        ticks=tuple(Tick(round(place(tick), 1), text) for tick, text in zip(ticks, texts, strict=True)),
        days=tuple(_days(analysis.points, step, reach, period)),
        flags=tuple(Flag(x, 14.0 + LINE * lane, text, anchor) for x, lane, text, anchor in flags),
        left=left,
        reach=reach,
        top=top,
        bottom=top + HEIGHT,
    )


def _middle(place: float, step: float) -> float:
    """The middle of the period at `place`, in percent."""
    return round((place + 0.5) * step, 2)


def _ticks(analysis: Analysis) -> tuple[list[float], list[str]]:
    """Round values, evenly apart, around everything that is drawn, and how they are written."""
    drawn = [float(point.value) for point in analysis.points if point.value is not None]
    for segment in analysis.segments:
        if segment.limits:
            drawn += [segment.limits.lower, segment.limits.upper]
    if analysis.target is not None:
        drawn.append(float(analysis.target))
    low, high = min(drawn), max(drawn)
    if low == high:
        low, high = low - 1, high + 1
    rough = (high - low) / (TICKS - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    decimals = max(0, -floor(log10(power)) + (step == 2.5 * power))
    ticks = [round(step * tick, 10) for tick in range(first, last + 1)]
    return ticks, [f"{tick:,.{decimals}f}" for tick in ticks]


def _dots(
    points: Sequence[Point],
    step: float,
    place: LinearScale,
    number: Callable[[float], str],
    period: Callable[[date], str],
    ringed: frozenset[date],
) -> list[Dot]:
    dots = []
    for at, point in enumerate(points):
        if point.value is not None:
            value = float(point.value)
            text = f"{period(point.on)}: {number(value)}"
            dots.append(Dot(_middle(at, step), round(place(value), 1), point.variation.value, text, point.on in ringed))
    return dots


def _paths(analysis: Analysis, step: float, place: LinearScale) -> list[Path]:
    """The lines, in the box's units; those of values and limits break where the limits are recalculated."""
    unit = BOX / 100
    paths = []
    for segment in analysis.segments:
        paths.append(Path("values", _joined(analysis.points, segment, step * unit, place)))
        if segment.limits:
            ends = (segment.first * step * unit, (segment.last + 1) * step * unit)
            limits = segment.limits
            for kind, value in (("mean", limits.mean), ("limit", limits.upper), ("limit", limits.lower)):
                paths.append(Path(kind, _level(*ends, place(value))))
    if analysis.target is not None:
        width = len(analysis.points) * step * unit
        paths.append(Path("target", _level(0, width, place(float(analysis.target)))))
    return [path for path in paths if path.d]


def _joined(points: Sequence[Point], segment: Segment, step: float, place: LinearScale) -> str:
    """A line from value to value, with a gap where a period has none."""
    parts, pen = [], "M"
    for at in range(segment.first, segment.last + 1):
        value = points[at].value
        if value is None:
            pen = "M"
        else:
            parts.append(f"{pen}{(at + 0.5) * step:.1f} {place(float(value)):.1f}")
            pen = "L"
    return "".join(parts)


def _level(start: float, end: float, y: float) -> str:
    return f"M{start:.1f} {y:.1f}H{end:.1f}"


def _ends_in_words(analysis: Analysis, number: Callable[[float], str]) -> list[tuple[float, str, str, str]]:
    """(value, word, number, kind) of each line in force, the highest first."""
    lines: list[tuple[float, str, str]] = []
    if analysis.limits:
        limits = analysis.limits
        lines += [(limits.upper, "Upper limit", "limit"), (limits.mean, "Mean", "mean")]
        lines += [(limits.lower, "Lower limit", "limit")]
    if analysis.target is not None:
        lines.append((float(analysis.target), "Target", "target"))
    lines.sort(key=lambda line: -line[0])
    return [(value, word, number(value), kind) for value, word, kind in lines]


def _reach(left: int, ends: Sequence[tuple[float, str, str, str]]) -> float:
    """How far the periods may go, in percent of the width, so that what stands after them fits at every width."""
    numbers = max((len(number) for _, _, number, _ in ends), default=0) * LETTER + 8
    words = max((len(word) + 1 + len(number) for _, word, number, _ in ends), default=0) * LETTER + 8
    rooms = ((NARROWEST, 6), (WIDE, numbers), (WIDEST, words))
    return round(min((1 - (left + room) / width) * 100 for width, room in rooms), 2)


def _ends(ends: Sequence[tuple[float, str, str, str]], place: LinearScale) -> list[EndLabel]:
    """The lines' labels, moved apart where they would cover one another."""
    heights = _apart([place(value) for value, _, _, _ in ends])
    return [EndLabel(round(y, 1), word, number, kind) for y, (_, word, number, kind) in zip(heights, ends, strict=True)]


def _apart(heights: Sequence[float]) -> list[float]:
    """The heights, in order, at least a line of text from one another and as near to their own as that allows."""
    groups: list[tuple[float, int]] = []  # (middle, how many)
    for height in heights:
        groups.append((height, 1))
        while len(groups) > 1 and _overlap(groups[-2], groups[-1]):
            (one, many), (other, more) = groups[-2:]
            groups[-2:] = [((one * many + other * more) / (many + more), many + more)]
    return [middle + LINE * (n - (many - 1) / 2) for middle, many in groups for n in range(many)]


def _overlap(above: tuple[float, int], below: tuple[float, int]) -> bool:
    return below[0] - above[0] < LINE * (above[1] + below[1]) / 2


def _days(points: Sequence[Point], step: float, reach: float, period: Callable[[date], str]) -> list[DayTick]:
    """Dates that do not touch: some on every screen, more on a wide one."""
    longest = max(len(period(point.on)) for point in (points[0], points[-1])) * LETTER + 12
    most = max(1, floor(reach / 100 * NARROWEST / longest))
    most_wide = max(most, floor(reach / 100 * WIDE / longest))
    every_wide = next((n for n in EVERY if n * most_wide >= len(points)), len(points))
    every = next((n for n in EVERY if n * most >= len(points) and not n % every_wide), len(points))
    half = longest / 2 / NARROWEST * 100  # a label in the middle of its period must not pass the end of the chart
    return [
        DayTick(_middle(at, step), period(points[at].on), bool(at % every) or _middle(at, step) + half > 100)
        for at in range(0, len(points), every_wide)
    ]


def _flags(analysis: Analysis, marks: Sequence[Mark], step: float) -> list[tuple[float, int, str, str]]:
    """(x, line, words, anchor) of each mark within the chart; words that would touch stand on different lines."""
    width = len(analysis.points) * step
    free_from: list[float] = []  # per line, the percentage at which the next words may begin
    placed = []
    for mark in sorted(marks, key=lambda mark: (mark.on, mark.text)):
        at = _place_of(analysis.points, mark.on)
        if at is None:
            continue
        x = round(at * step, 2)
        long = (len(mark.text) * LETTER + 8) / NARROWEST * 100
        anchor = "start" if x < width / 2 else "end"
        begin = x if anchor == "start" else x - long
        lane = next((n for n, free in enumerate(free_from) if begin >= free), len(free_from))
        free_from[lane : lane + 1] = [begin + long]
        placed.append((x, lane, mark.text, anchor))
    return placed


def _place_of(points: Sequence[Point], day: date) -> float | None:
    """Where a day lies, counted in periods; None before the first period and beyond one after the last."""
    if day < points[0].on:
        return None
    for at, point in enumerate(points):
        following = points[at + 1].on if at + 1 < len(points) else None
        if following is None:
            length = (point.on - points[at - 1].on).days if at else 31
            gone = (day - point.on).days / length
            return at + gone if gone <= 1 else None
        if day < following:
            return at + (day - point.on).days / (following - point.on).days
    return None
