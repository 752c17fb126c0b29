"""The measures' part of the page Today: what signals concern, and whose latest value is missing."""

from collections.abc import Callable

from django.db.models import Count, Value, Window
from django.urls import reverse

from tracker.clock import Moment
from tracker.measures.models import Measure, MeasureQuerySet
from tracker.measures.periods import Frequency, period_words
from tracker.measures.queries import due_period
from tracker.measures.spc import Variation
from tracker.people.access import Access
from tracker.sources import TodayRow, TodaySection
from tracker.web.addresses import address
from tracker.web.measure_words import rule_words
from tracker.web.measures_filter import DUE, ME, missing_latest

SHOWN = 10


def sections(access: Access, moment: Moment) -> list[TodaySection]:
    """For people of a trust: each section opens the list of exactly its measures.  Both are read in one query."""
    visible = Measure.objects.visible_to(access)
    concern = _first(visible.signalling_concern(), "concern")
    missing = _first(visible.filter(missing_latest(moment.today), owner_id=access.person_id), "missing")
    shown = sorted(concern.union(missing, all=True), key=lambda measure: (measure.name, measure.pk))
    return [
        _section(
            "Measures that signal concern",
            [measure for measure in shown if getattr(measure, "part", "") == "concern"],
            {"variation": Variation.CONCERN.value},
            lambda measure: rule_words(measure.signal, measure.signal_upwards),
            "No measure signals concern.",
            44,
        ),
        _section(
            "Measures of yours that need a value",
            [measure for measure in shown if getattr(measure, "part", "") == "missing"],
            {"owner": ME, "values": DUE},
            lambda measure: f"no value for {_due_words(measure, moment)}",
            "Your measures have all their values.",
            46,
        ),
    ]


def _first(measures: MeasureQuerySet, part: str) -> MeasureQuerySet:
    """The first of them by name, each with how many there are in all."""
    return measures.annotate(in_all=Window(Count("pk")), part=Value(part)).order_by("name", "pk")[:SHOWN]


def _section(
    title: str,
    shown: list[Measure],
    query: dict[str, str],
    why: Callable[[Measure], str],
    empty: str,
    position: int,
) -> TodaySection:
    rows = tuple(TodayRow(measure.name, reverse("measure", args=[measure.pk]), why(measure)) for measure in shown)
    count: int = getattr(shown[0], "in_all", 0) if shown else 0
    return TodaySection(title, rows, count, address(reverse("measures"), query), empty, position)


def _due_words(measure: Measure, moment: Moment) -> str:
    frequency = Frequency(measure.frequency)
    return period_words(due_period(frequency, moment.today), frequency)
