"""Reads twelve invented inspection reports into the demonstration, in all five shapes, damaged ones included.

They go in by the doors real ones use: pasted, read, checked and confirmed by the trust's lead or national staff.  Two
stay drafts, for a person to check.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from django.db.models import QuerySet

from tracker.accounts.models import User
from tracker.clock import Moment
from tracker.demonstration.cast import CAST
from tracker.demonstration.report_damage import DAMAGES
from tracker.demonstration.report_texts import Shape, write_report
from tracker.findings.item_operations import agree_item
from tracker.findings.operations import record_inspection
from tracker.findings.reading_models import ReportReading
from tracker.findings.reading_operations import confirm_reading, read_pasted_report
from tracker.people.access import access_of
from tracker.ratings.models import RatingRecord
from tracker.trusts.models import Site, Trust

OWN: Final = ("Urgent and emergency services", "Surgery", "Maternity")


@dataclass(frozen=True)
class Planned:
    """A report to be read: its shape, what taking it out of a PDF did to it, and whether it is confirmed."""

    shape: Shape
    damages: tuple[str, ...] = ()
    confirmed: bool = True
    own: bool = False  # of the struggling trust


PLANNED: Final = (
    Planned("A", ("doubled headings", "lost spaces", "bullets first"), own=True),
    Planned("B", ("footers inside",), own=True),
    Planned("C", ("broken words", "ligatures"), confirmed=False, own=True),
    Planned("A", ("other line ends",)),
    Planned("B"),
    Planned("C", ("bullets lost",)),
    Planned("D"),
    Planned("E"),
    Planned("A", ("bullets alone", "lost spaces")),
    Planned("B", ("blank lines",)),
    Planned("D", ("ligatures",)),
    Planned("E", confirmed=False),
)


def prepare_reports(moment: Moment, say: Callable[[str], None]) -> None:
    """The readings, once."""
    if ReportReading.objects.exists():
        return
    lead = User.objects.get(email="lead@demo.test")
    national = User.objects.get(email="national@demo.test")
    struggling = Trust.objects.get(code=CAST.struggling.code)
    others = iter(_inspected_trusts(len(PLANNED)))
    own_days = iter(_days(struggling))
    say(f"Reading {len(PLANNED)} inspection reports ...")
    for number, planned in enumerate(PLANNED):
        trust, reader = (struggling, lead) if planned.own else (next(others), national)
        days = own_days if planned.own else iter(_days(trust))
        _read(planned, number, trust, reader, next(days, CAST.struggling_inspected_on), moment)


def _read(planned: Planned, number: int, trust: Trust, reader: User, on: date, moment: Moment) -> None:
    site = Site.objects.filter(trust=trust).order_by("name").first()
    dice = Random(number)  # noqa: S311 - reproducible invention, nothing secret
    report = write_report(
        planned.shape, dice, trust=trust.name, site=site.name if site else trust.name, on=on,
        services=OWN if planned.own else (),
    )  # fmt: skip
    text = report.text
    for name in planned.damages:
        text = DAMAGES[name](text, dice)
    by = access_of(reader, moment.today)
    inspection = record_inspection(
        trust, by=by, now=moment.now, published_on=on, title=f"Report {number + 1}, {on:%B %Y}"
    )
    reading = read_pasted_report(inspection, by=by, now=moment.now, text=text)
    if planned.confirmed:
        for item in reading.items.filter(sure="doubtful", state="proposed"):
            agree_item(item, by=by, now=moment.now, version=item.version)
        reading.refresh_from_db()
        confirm_reading(reading, by=by, now=moment.now, version=reading.version)


def _inspected_trusts(number: int) -> list[Trust]:
    """Trusts with hospitals and ratings, of all parts of England: every few in the order of their codes."""
    rated = Trust.objects.filter(sites__isnull=False, pk__in=_reports().values("organisation__trust"))
    found = list(rated.exclude(code=CAST.struggling.code).distinct().order_by("code"))
    return found[:: max(1, len(found) // number)][:number]


def _days(trust: Trust) -> list[date]:
    """When reports on the trust were published, the latest last but for the one the first actions answer."""
    days = _reports().filter(organisation__trust=trust).exclude(published_on=CAST.struggling_inspected_on)
    return sorted({day for day in days.values_list("published_on", flat=True) if day is not None})[-3:]


def _reports() -> QuerySet[RatingRecord]:
    return RatingRecord.objects.filter(organisation__level="provider", published_on__isnull=False).order_by()
