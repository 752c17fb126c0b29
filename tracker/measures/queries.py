"""Reading measures: their series, what they say, and what others ask of them.

`concerns_since` is for whatever reopens an action, `holding_since` for whatever asks whether one has held.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from tracker.accounts.models import User
from tracker.measures.models import Measure, MeasureEvent, MeasureValue, Rebase
from tracker.measures.periods import Frequency, period_of, period_words, periods_between
from tracker.measures.spc import Analysis, Direction, Rule, Variation, analyse
from tracker.people.models import Membership
from tracker.people.roles import GRANTS, PLACES, Can, Place, Role

_ROLES_OF_THE_TRUST = [role for role in Role if PLACES[role] is Place.TRUST and Can.SEE_PLANS in GRANTS[role]]
Series = list[tuple[date, Decimal | None]]


def possible_owners(trust_id: int, today: date) -> QuerySet[User]:
    """Those who may own the trust's measures: active, with a role there that sees its plan."""
    held = Membership.objects.in_force(today).filter(
        person=OuterRef("pk"), trust_id=trust_id, role__in=_ROLES_OF_THE_TRUST
    )
    return User.objects.filter(Exists(held), is_active=True).order_by("name", "pk")


def standing_values(measure: Measure) -> list[MeasureValue]:
    """The measure's values as they stand, one a period, in order of time."""
    return list(measure.values.all().standing().order_by("period"))


def live_rebases(measure: Measure) -> list[Rebase]:
    """The recalculations in force, in order of time."""
    rebases = Rebase.objects.filter(measure=measure, withdraws=None, withdrawn_by=None)
    return list(rebases.select_related("by").order_by("on", "pk"))


def series_of(measure: Measure, values: Iterable[MeasureValue]) -> Series:
    """Every period from the first value to the last; None where one has no value."""
    known = {value.period: value.value for value in values}
    if not known:
        return []
    periods = periods_between(min(known), max(known), Frequency(measure.frequency))
    return [(period, known.get(period)) for period in periods]


def analysis_of(measure: Measure, series: Series, rebases: Iterable[Rebase]) -> Analysis:
    """What the series says, by the measure's direction and target."""
    return analyse(
        series,
        direction=Direction(measure.direction),
        target=measure.target,
        rebases=[rebase.on for rebase in rebases],
    )


@dataclass(frozen=True)
class Charted:
    """A measure with everything its chart shows, in two queries."""

    measure: Measure
    values: list[MeasureValue]
    rebases: list[Rebase]
    series: Series
    analysis: Analysis


def charted(measure: Measure) -> Charted:
    values, rebases = standing_values(measure), live_rebases(measure)
    series = series_of(measure, values)
    return Charted(measure, values, rebases, series, analysis_of(measure, series, rebases))


@dataclass(frozen=True)
class Concern:
    """A measure whose latest value signals concern, since the period in which the signal began."""

    measure: Measure
    since: date
    rule: Rule
    upwards: bool


def concerns_since(measures: QuerySet[Measure], day: date) -> list[Concern]:
    """Those of `measures` that signal concern now, by a signal that began on `day` or later, in one query.

    A concern that had begun before the day is not news; one that has passed is none.  Pass measures the caller may
    see: `Measure.objects.visible_to(access)`, or those linked to an action."""
    found = measures.filter(variation=Variation.CONCERN, concern_since__gte=day).order_by("concern_since", "pk")
    return [
        Concern(measure, measure.concern_since, Rule(measure.signal), measure.signal_upwards)
        for measure in found
        if measure.concern_since is not None
    ]


@dataclass(frozen=True)
class Holding:
    """How a measure has held: how many values it has of periods that began on the day or later, and whether any of
    them signals concern."""

    points: int
    concern: Concern | None

    def for_periods(self, periods: int) -> bool:
        """Whether it holds for so many periods: that many values and no concern among them."""
        return self.concern is None and self.points >= periods


def holding_since(measure: Measure, day: date) -> Holding:
    """How the measure has held since `day`; for "sustained": `holding_since(measure, day).for_periods(6)`.

    A value that signalled concern and was followed by better ones still counts: it did not hold then."""
    after = [point for point in charted(measure).analysis.points if point.on >= day and point.value is not None]
    first = next((point for point in after if point.variation is Variation.CONCERN and point.rule), None)
    concern = Concern(measure, first.on, first.rule, first.upwards) if first and first.rule else None
    return Holding(len(after), concern)


@dataclass(frozen=True)
class Entry:
    """One thing that happened to a measure."""

    at: datetime
    title: str
    words: str
    by: User


def history_of(measure: Measure) -> list[Entry]:
    """Everything that happened to the measure, the newest first: changes, values, corrections, recalculations."""
    events = MeasureEvent.objects.filter(measure=measure).select_related("by")
    entries = [
        (event.at, event.pk, Entry(event.at, MeasureEvent.Kind(event.kind).label, event.words, event.by))
        for event in events
    ]
    rebases = Rebase.objects.filter(measure=measure).select_related("by")
    for rebase in rebases:
        did = "Recalculation withdrawn" if rebase.withdraws_id else "Limits recalculated"
        words = f"From {rebase.on.day} {rebase.on:%B %Y}: {rebase.why}"
        entries.append((rebase.at, rebase.pk, Entry(rebase.at, did, words, rebase.by)))
    values = measure.values.select_related("by", "supersedes").order_by("batch", "period", "pk")
    for batch in _batches(values):
        entries.append((batch[0].at, batch[0].pk, _entry_of(measure, batch)))
    return [entry for _, _, entry in sorted(entries, key=lambda one: one[:2], reverse=True)]


def _batches(values: Iterable[MeasureValue]) -> list[list[MeasureValue]]:
    batches: dict[object, list[MeasureValue]] = {}
    for value in values:
        batches.setdefault(value.batch, []).append(value)
    return list(batches.values())


def _entry_of(measure: Measure, batch: Sequence[MeasureValue]) -> Entry:
    """What was recorded together, in words: every correction, and the new values by their number or their own."""
    frequency, first = Frequency(measure.frequency), batch[0]
    new = [value for value in batch if value.supersedes is None]
    said = []
    if len(new) == 1:
        said.append(f"{period_words(new[0].period, frequency)}: {plain(new[0].value)}.")
    elif new:
        span = f"{period_words(new[0].period, frequency)} to {period_words(new[-1].period, frequency)}"
        said.append(f"{len(new)} values, {span}.")
    for value in batch:
        if value.supersedes is not None:
            before, after = plain(value.supersedes.value), plain(value.value)
            said.append(f"{period_words(value.period, frequency)}: {before} to {after} ({value.why}).")
    title = "Values corrected" if not new else "Values recorded"
    how = "" if first.source == MeasureValue.Source.TYPED else f", {MeasureValue.Source(first.source).label.lower()}"
    return Entry(first.at, title + how, " ".join(said), first.by)


def plain(value: Decimal | None) -> str:
    """A number as people write it: no trailing noughts, commas at the thousands; "none" for none."""
    if value is None:
        return "none"
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def due_period(frequency: Frequency, today: date) -> date:
    """The latest period that has ended: a value of it can be asked for."""
    current = period_of(today, frequency)
    return period_of(current - timedelta(days=1), frequency)
