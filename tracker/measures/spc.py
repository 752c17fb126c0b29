"""Statistical process control: is a measure changing, or does it only vary?  Arithmetic only.

An XmR chart after NHS England's *Making data count*: the mean, and limits 2.66 average moving ranges either side.
A point is a signal ("special cause") by one of four rules, and where several hold by the first of them:

1. outside: a single point outside the process limits;
2. trend: seven points or more, each higher (or each lower) than the one before; two equal points end it;
3. two of three: of three points in a row, two or more beyond two thirds of the way to the same limit, wherever
   the third is.  A point outside the limit counts as one of the two;
4. shift: seven points or more in a row on one side of the mean; a point on the mean ends it.

Values are compared as whole numbers, never as floating point: a point *on* the mean or *on* a limit is exactly
that, whatever its decimals.  A period without a value is no point: it ends every run, and no moving range is
taken across it, because what stood there is not known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

FEWEST_POINTS = 13  # before that limits say little, so there are none: "13 data points or more"
RUN = 7
REACH = 266  # hundredths of the average moving range from the mean to a limit


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


class Rule(StrEnum):
    """The rule by which a point is a signal, in order of precedence."""

    OUTSIDE = "outside"
    TREND = "trend"
    TWO_OF_THREE = "two of three"
    SHIFT = "shift"


class Variation(StrEnum):
    """What a point, or a measure by its latest point, says."""

    COMMON_CAUSE = "common_cause"
    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    HIGH = "high"  # a signal upwards where neither way is better
    LOW = "low"
    TOO_FEW = "too_few"


class Assurance(StrEnum):
    """Whether the target will be met, by where it stands to the limits."""

    PASSES = "passes"
    FAILS = "fails"
    HIT_OR_MISS = "hit_or_miss"
    NO_TARGET = "no_target"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Limits:
    """The centre and the process limits of one segment, and how many points they rest on."""

    mean: float
    lower: float
    upper: float
    points: int


@dataclass(frozen=True, slots=True)
class Point:
    """One period.  `side` is 1 above the mean, -1 below, 0 on it or where there is no mean to stand to."""

    on: date
    value: Decimal | None
    segment: int
    side: int = 0
    rule: Rule | None = None
    upwards: bool = False  # the way the signal goes: a trend's own way, else the side it stands on
    variation: Variation = Variation.COMMON_CAUSE


@dataclass(frozen=True, slots=True)
class Segment:
    """Points that share their limits: from one recalculation to the next.  `first` and `last` are places in
    the series, both included.  Limits that rest on fewer than 13 points are `provisional`."""

    first: int
    last: int
    limits: Limits | None
    provisional: bool
    variation: Variation


@dataclass(frozen=True, slots=True)
class Analysis:
    """A series as its chart shows it."""

    points: tuple[Point, ...]
    segments: tuple[Segment, ...]
    direction: Direction
    target: Decimal | None
    assurance: Assurance
    more_needed: int  # points until there can be limits

    @property
    def variation(self) -> Variation:
        """What the latest point says."""
        return self.segments[-1].variation if self.segments else Variation.TOO_FEW

    @property
    def latest(self) -> Point | None:
        return next((point for point in reversed(self.points) if point.value is not None), None)

    @property
    def limits(self) -> Limits | None:
        """The limits in force."""
        return self.segments[-1].limits if self.segments else None


@dataclass(frozen=True, slots=True)
class _Scale:
    """A segment's centre and limits as whole numbers: a value times `unit` stands to `centre` as it does to the
    mean, and to `centre` plus or minus `reach` as to a limit (thirds of it are whole too)."""

    unit: int
    centre: int
    reach: int

    def side(self, value: int) -> int:
        at = value * self.unit
        return (at > self.centre) - (at < self.centre)

    def beyond(self, value: int, thirds: int) -> bool:
        return 3 * abs(value * self.unit - self.centre) > thirds * self.reach


def analyse(
    series: Sequence[tuple[date, Decimal | None]],
    *,
    direction: Direction,
    target: Decimal | None = None,
    rebases: Sequence[date] = (),
    baseline: int | None = None,
) -> Analysis:
    """The chart of `series`, (period, value) in order of time; None where a period has no value.

    Each day in `rebases` starts a segment with limits of its own.  With `baseline`, limits rest on the first so
    many points of each segment and are held for the rest.  With fewer than 13 points there are no limits and
    no signals."""
    values, places = _whole_numbers([value for _, value in series])
    known = sum(value is not None for value in values)
    bounds = _segments([on for on, _ in series], rebases)
    points: list[Point] = []
    segments: list[Segment] = []
    scale: _Scale | None = None
    for number, (first, end) in enumerate(bounds):
        mine = values[first:end]
        scale = _scale(mine, baseline) if known >= FEWEST_POINTS else None
        made = _points(series[first:end], mine, scale, number, direction)
        points += made
        seen = [point.variation for point in made if point.value is not None]
        resting = min(len(seen), baseline or len(seen))
        segments.append(
            Segment(
                first=first,
                last=end - 1,
                limits=_limits(scale, places, resting) if scale else None,
                provisional=len(seen) < FEWEST_POINTS,
                variation=seen[-1] if seen and scale else Variation.TOO_FEW,
            )
        )
    return Analysis(
        points=tuple(points),
        segments=tuple(segments),
        direction=direction,
        target=target,
        assurance=_assurance(scale, target, places, direction),
        more_needed=max(0, FEWEST_POINTS - known),
    )


def _whole_numbers(values: Sequence[Decimal | None]) -> tuple[list[int | None], int]:
    """The values without their decimal point, and how many decimals it was moved by."""
    exponents = [value.as_tuple().exponent for value in values if value is not None]
    places = max((-one for one in exponents if isinstance(one, int) and one < 0), default=0)
    return [None if value is None else int(value.scaleb(places)) for value in values], places


def _segments(days: Sequence[date], rebases: Sequence[date]) -> list[tuple[int, int]]:
    """(first, end) of each run of days with limits of its own; a recalculation nothing follows starts none."""
    starts = {next((place for place, day in enumerate(days) if day >= rebase), len(days)) for rebase in rebases}
    edges = sorted({0, len(days), *starts})
    return list(pairwise(edges))


def _scale(values: Sequence[int | None], baseline: int | None) -> _Scale | None:
    """None where there is no moving range to take: one point, or none next to another."""
    before: int | None = None
    total = count = ranges = moving = 0
    for value in values:
        if value is not None:
            if baseline is not None and count == baseline:
                break
            total, count = total + value, count + 1
            if before is not None:
                ranges, moving = ranges + 1, moving + abs(value - before)
        before = value
    if not ranges:
        return None
    return _Scale(unit=100 * count * ranges, centre=100 * total * ranges, reach=REACH * moving * count)


def _limits(scale: _Scale, places: int, points: int) -> Limits:
    whole = scale.unit * 10**places
    return Limits(
        mean=scale.centre / whole,
        lower=(scale.centre - scale.reach) / whole,
        upper=(scale.centre + scale.reach) / whole,
        points=points,
    )


def _points(
    series: Sequence[tuple[date, Decimal | None]],
    values: Sequence[int | None],
    scale: _Scale | None,
    segment: int,
    direction: Direction,
) -> list[Point]:
    if scale is None:
        return [Point(on, value, segment) for on, value in series]
    sides = [None if value is None else scale.side(value) for value in values]
    trends = _trends(values)
    pairs = _two_of_three(values, sides, scale)
    shifts = _runs(sides, lambda side, before: bool(side) and side == before)
    points = []
    for place, ((on, given), value, side) in enumerate(zip(series, values, sides, strict=True)):
        if value is None or side is None:
            points.append(Point(on, None, segment))
            continue
        rule, way = None, side
        if scale.beyond(value, 3):
            rule = Rule.OUTSIDE
        elif trends[place]:
            rule, way = Rule.TREND, trends[place]
        elif pairs[place]:
            rule = Rule.TWO_OF_THREE
        elif shifts[place]:
            rule = Rule.SHIFT
        upwards = way > 0
        points.append(Point(on, given, segment, side, rule, upwards, _variation(rule, upwards, direction)))
    return points


def _runs(marks: Sequence[int | None], goes_on: Callable[[int, int], bool], least: int = RUN) -> list[bool]:
    """Which marks stand in an unbroken run of at least `least`; `goes_on(mark, the one before)` says if it goes on."""
    inside = [False] * len(marks)
    start = 0
    for place in range(len(marks) + 1):
        mark, before = (marks[place] if place < len(marks) else None), (marks[place - 1] if place else None)
        if place and mark is not None and before is not None and goes_on(mark, before):
            continue
        if place - start >= least:
            inside[start:place] = [True] * (place - start)
        start = place
    return inside


def _trends(values: Sequence[int | None]) -> list[int]:
    """1 in a rising run of seven or more, -1 in a falling one; a turning point keeps the way that led to it."""
    rising = _runs(values, lambda value, before: value > before)
    falling = _runs(values, lambda value, before: value < before)
    ways = [0] * len(values)
    for place in range(len(values)):
        ways[place] = ways[place - 1] if rising[place] and falling[place] else rising[place] - falling[place]
    return ways


def _two_of_three(values: Sequence[int | None], sides: Sequence[int | None], scale: _Scale) -> list[bool]:
    far = [
        side if value is not None and side is not None and scale.beyond(value, 2) else 0
        for value, side in zip(values, sides, strict=True)
    ]
    found = [False] * len(values)
    for end in range(3, len(values) + 1):
        three = far[end - 3 : end]
        if None in values[end - 3 : end]:
            continue
        for way in (1, -1):
            if three.count(way) >= 2:
                for place in range(end - 3, end):
                    found[place] = found[place] or far[place] == way
    return found


def _variation(rule: Rule | None, upwards: bool, direction: Direction) -> Variation:
    if rule is None:
        return Variation.COMMON_CAUSE
    if direction is Direction.NEITHER:
        return Variation.HIGH if upwards else Variation.LOW
    return Variation.IMPROVEMENT if upwards == (direction is Direction.UP) else Variation.CONCERN


def _assurance(scale: _Scale | None, target: Decimal | None, places: int, direction: Direction) -> Assurance:
    """Passes where the limits leave no room for a miss, fails where they leave none for meeting it.

    A value equal to the target meets it, so that a process that is always exactly there passes."""
    if target is None or direction is Direction.NEITHER:
        return Assurance.NO_TARGET
    if scale is None:
        return Assurance.TOO_FEW
    way = 1 if direction is Direction.UP else -1
    aim = way * target.scaleb(places) * scale.unit
    worst, best = way * scale.centre - scale.reach, way * scale.centre + scale.reach
    if worst >= aim:
        return Assurance.PASSES
    return Assurance.FAILS if best < aim else Assurance.HIT_OR_MISS
