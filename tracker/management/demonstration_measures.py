"""The demonstration's measures, recorded by each trust's own lead through the doors a person uses."""

from datetime import date
from decimal import Decimal

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.demonstration.cast import CAST
from tracker.demonstration.measures import STRUGGLING, SUCCESSFUL, Story
from tracker.measures.models import Measure
from tracker.measures.operations import NewValue, make_measure, recalculate_limits, record_values
from tracker.measures.periods import Frequency, period_of
from tracker.measures.queries import due_period
from tracker.people.access import Access, access_of
from tracker.plans.measuring import link_measure
from tracker.plans.models import Action
from tracker.ratings.models import RatedService
from tracker.trusts.models import Trust


def prepare_measures(moment: Moment) -> None:
    """A dozen measures with their values, where there are none yet."""
    told = (
        (CAST.struggling.code, "lead@demo.test", STRUGGLING),
        (CAST.successful.code, "otherlead@demo.test", SUCCESSFUL),
    )
    for code, email, stories in told:
        trust = Trust.objects.get(code=code)
        if Measure.objects.filter(trust=trust).exists():
            continue
        lead = User.objects.get(email=email)
        by = access_of(lead, moment.today)
        for story in stories:
            _tell(story, trust, lead, by, moment)


def _tell(story: Story, trust: Trust, lead: User, by: Access, moment: Moment) -> None:
    frequency = Frequency(story.frequency)
    measure = make_measure(
        trust,
        by=by,
        now=moment.now,
        name=story.name,
        owner=lead,
        direction=story.direction,
        frequency=frequency,
        definition=story.definition,
        unit=story.unit,
        numerator=story.numerator,
        denominator=story.denominator,
        target=Decimal(story.target) if story.target else None,
        service=RatedService.objects.filter(name=story.service).first() if story.service else None,
    )
    periods = _periods_back(due_period(frequency, moment.today), story.length, frequency)
    values = [
        NewValue(period, value) for period, value in zip(periods, story.values(), strict=True) if value is not None
    ]
    record_values(measure, by=by, now=moment.now, values=values, source="pasted")
    if story.recalculated_from is not None:
        start = periods[story.start_of(story.recalculated_from)]
        recalculate_limits(measure, by=by, now=moment.now, on=start, why=story.because)
    if story.action is not None:
        actions = list(Action.objects.visible_to(by).filter(trust=trust).order_by("pk"))
        if story.action < len(actions):
            start = periods[story.start_of(story.action_from)]
            link_measure(measure, by=by, now=moment.now, action=actions[story.action], started_on=start)


def _periods_back(last: date, count: int, frequency: Frequency) -> list[date]:
    """The `count` periods that end with `last`, oldest first."""
    periods = [last]
    while len(periods) < count:
        periods.append(due_period(frequency, periods[-1]))
    return [period_of(period, frequency) for period in reversed(periods)]
