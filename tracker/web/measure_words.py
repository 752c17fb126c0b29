"""The words, tones and drawings of measures on a page."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tracker.charts.spc_chart import Mark, SPCChart, spc_chart
from tracker.measures.models import Measure
from tracker.measures.periods import Frequency, period_words, short_period
from tracker.measures.queries import Charted, plain
from tracker.measures.spc import Assurance, Direction, Point, Rule, Variation
from tracker.measures.verdict import Judgement, Verdict
from tracker.plans.measuring import Worked
from tracker.web.action_words import action_href
from tracker.web.ratings_words import long_day

VARIATION_WORDS = {
    Variation.COMMON_CAUSE: "Common cause",
    Variation.IMPROVEMENT: "Improvement",
    Variation.CONCERN: "Concern",
    Variation.HIGH: "Signal upwards",
    Variation.LOW: "Signal downwards",
    Variation.TOO_FEW: "Too few values",
}
ASSURANCE_WORDS = {
    Assurance.PASSES: "Target will be met",
    Assurance.FAILS: "Target will be missed",
    Assurance.HIT_OR_MISS: "Target met or missed by chance",
    Assurance.NO_TARGET: "No target",
    Assurance.TOO_FEW: "Too few values",
}
DIRECTION_WORDS = {Direction.UP: "Up is better", Direction.DOWN: "Down is better", Direction.NEITHER: "Neither"}
FREQUENCY_WORDS = {
    Frequency.DAY: "Every day",
    Frequency.WEEK: "Every week",
    Frequency.MONTH: "Every month",
    Frequency.QUARTER: "Every quarter",
}
_RULES = {
    (Rule.OUTSIDE, True): "above the upper limit",
    (Rule.OUTSIDE, False): "below the lower limit",
    (Rule.TREND, True): "seven or more values rising",
    (Rule.TREND, False): "seven or more values falling",
    (Rule.TWO_OF_THREE, True): "two of three values near the upper limit",
    (Rule.TWO_OF_THREE, False): "two of three values near the lower limit",
    (Rule.SHIFT, True): "seven or more values above the mean",
    (Rule.SHIFT, False): "seven or more values below the mean",
}
_VERDICTS = {
    Verdict.BETTER: ("Improved after it", "green"),
    Verdict.WORSE: ("Worse after it", "red"),
    Verdict.CHANGED: ("Changed after it", "purple"),
    Verdict.BEGUN_BEFORE: ("The shift began before it", "grey"),
    Verdict.NO_CHANGE: ("No change", "yellow"),
    Verdict.TOO_EARLY: ("Too early to say", "white"),
    Verdict.NO_BASELINE: ("Too few values before it", "white"),
}


def rule_words(rule: str, upwards: bool) -> str:
    """Why a value is a signal; empty where it is none."""
    return _RULES[Rule(rule), upwards] if rule else ""


def with_unit(value: Decimal | None, unit: str) -> str:
    """A value in print: "95.2%", "6.4 falls per 1,000 bed days"; empty for none."""
    if value is None:
        return ""
    return f"{plain(value)}%" if unit == "%" else f"{plain(value)} {unit}".strip()


def needed_words(count: int) -> str:
    return f"{count} more {'value is' if count == 1 else 'values are'} needed before there can be limits"


def headline(measure: Measure, more_needed: int) -> str:
    """What the measure says, in a sentence: "Falls: concern, above the upper limit; the target will be missed"."""
    if not measure.points:
        return f"{measure.name}: no values yet"
    if measure.variation == Variation.TOO_FEW:
        return f"{measure.name}: {needed_words(more_needed)}" if more_needed else f"{measure.name}: no limits yet"
    says = VARIATION_WORDS[Variation(measure.variation)].lower()
    why = rule_words(measure.signal, measure.signal_upwards) or "no significant change"
    said = f"{measure.name}: {says}, {why}"
    aim = {
        Assurance.PASSES: "the target will be met",
        Assurance.FAILS: "the target will be missed",
        Assurance.HIT_OR_MISS: "the target will be met or missed by chance",
    }.get(Assurance(measure.assurance))
    return f"{said}; {aim}" if aim else said


def number_format(shown: Charted) -> Callable[[float], str]:
    """How this measure's numbers are written: with the decimals its values have, and one more where it says more."""
    known = [value.value for value in shown.values if value.value is not None]
    places = max((len(plain(value).partition(".")[2]) for value in known), default=0)
    sign = "%" if shown.measure.unit == "%" else ""

    def write(value: float) -> str:
        text = f"{value:,.{places + 1}f}"
        shorter = text[:-1].removesuffix(".") if text.endswith("0") else text
        return (text.partition(".")[0] if value == int(value) else shorter) + sign

    return write


def chart_of(shown: Charted, marks: Sequence[Mark], ringed: frozenset[date]) -> SPCChart | None:
    frequency = Frequency(shown.measure.frequency)
    return spc_chart(
        shown.analysis,
        number=number_format(shown),
        period=lambda period: short_period(period, frequency),
        marks=marks,
        ringed=ringed,
    )


def marks_of(shown: Charted, worked: Sequence[Worked]) -> list[Mark]:
    """What is marked on the chart: when each action began and was done, and each recalculation."""
    marks = [Mark(rebase.on, "Recalculated") for rebase in shown.rebases]
    for one in worked:
        short = one.link.action.reference.partition("-")[2]
        marks.append(Mark(one.link.started_on, f"{short} started"))
        if one.link.action.delivered_on:
            marks.append(Mark(one.link.action.delivered_on, f"{short} done"))
    return marks


def lines_words(shown: Charted) -> str:
    """What the lines in force are: "Mean 50.2. Process limits 42.4 to 58.0, from 24 values. Target 55."."""
    write, said, analysis = number_format(shown), [], shown.analysis
    if analysis.limits:
        limits = analysis.limits
        said.append(f"Mean {write(limits.mean)}.")
        said.append(f"Process limits {write(limits.lower)} to {write(limits.upper)}, from {limits.points} values.")
        if analysis.segments[-1].provisional:
            said.append("These limits are provisional until they rest on 13 values.")
    if analysis.target is not None:
        said.append(f"Target {write(float(analysis.target))}.")
    return " ".join(said)


def point_words(point: Point, more_needed: int) -> str:
    if point.value is None:
        return "No value"
    if more_needed:
        return "Too few values"
    why = rule_words(point.rule or "", point.upwards)
    says = VARIATION_WORDS[point.variation]
    return f"{says}: {why}" if why else says


def chart_rows(shown: Charted) -> list[tuple[str, str, str, str, str, str]]:
    """The chart's table: period, value, mean, lower and upper limit, what the point says."""
    write, frequency = number_format(shown), Frequency(shown.measure.frequency)
    rows = []
    for point in shown.analysis.points:
        limits = shown.analysis.segments[point.segment].limits
        lines = (write(limits.mean), write(limits.lower), write(limits.upper)) if limits else ("", "", "")
        value = "" if point.value is None else write(float(point.value))
        says = point_words(point, shown.analysis.more_needed)
        rows.append((short_period(point.on, frequency), value, *lines, says))
    return rows


def shown_verdict(worked: Worked, shown: Charted) -> dict[str, Any]:
    """The verdict on one action as the page shows it."""
    judgement, action = worked.judgement, worked.link.action
    text, colour = _VERDICTS[judgement.verdict]
    dates = f"Started {long_day(worked.link.started_on)}."
    dates += f" Done {long_day(action.delivered_on)}." if action.delivered_on else " Not done yet."
    return {
        "reference": action.reference,
        "title": action.title,
        "href": action_href(action),
        "tag": {"text": text, "colour": colour},
        "dates": dates,
        "numbers": _numbers(judgement, shown),
        "rule": judgement.rule,
        "link_id": worked.link.pk,
    }


def _numbers(judgement: Judgement, shown: Charted) -> str:
    write, frequency = number_format(shown), Frequency(shown.measure.frequency)
    if judgement.verdict is Verdict.NO_BASELINE:
        return f"{judgement.needed} more values before it would be needed."
    before = f"Mean before: {write(float(judgement.before))}." if judgement.before is not None else ""
    if judgement.after is not None and judgement.since is not None:
        since = period_words(judgement.since, frequency)
        return f"{before} Mean since {since}: {write(float(judgement.after))}."
    if judgement.needed:
        return f"{before} {judgement.needed} more {'value is' if judgement.needed == 1 else 'values are'} needed."
    return before
