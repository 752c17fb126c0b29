"""The demonstration England at full data, loaded month by month, with work going on in it."""

from datetime import date, timedelta
from typing import Final
from uuid import uuid4

from django.conf import settings

from bench.scratch.imports import load, register
from peerreview.pairing.inputs import Limits
from peerreview.pairing.operations import propose_round
from tracker.accounts.models import User
from tracker.clock import moment
from tracker.demonstration.bulk_file import write_month
from tracker.demonstration.cast import CAST
from tracker.demonstration.england import England
from tracker.findings.models import Finding, Inspection
from tracker.findings.operations import record_finding
from tracker.management.demonstration import prepare_people, prepare_thread
from tracker.management.demonstration_measures import prepare_measures
from tracker.management.demonstration_reports import prepare_reports
from tracker.people.access import access_of
from tracker.people.scope import scope_of, whole_service
from tracker.plans.models import Action
from tracker.plans.operations import make_action
from tracker.ratings.models import RatingImport, SettlingRule
from tracker.ratings.settling import settle_by_rule
from tracker.reminders.models import OutboxMessage, Reminder
from tracker.reminders.operations import name_deputy
from tracker.reminders.queries import deputies_for
from tracker.trusts.models import Trust

ACTIONS: Final = 200
"""Of one trust, once the data is full."""


def begin(england: England) -> None:
    """Trusts, people, the first month's ratings, and the first findings and actions."""
    register(england)
    now = moment()
    with whole_service() as service:
        prepare_people(service, now)
    add_month(england, 0)
    with whole_service():
        prepare_thread(now)
        prepare_measures(now)
        prepare_reports(now, print)
    settle_by_rule(
        kind=SettlingRule.Kind.WORD_MEANS, given="Requires Improvment", meaning="Requires improvement",
        by=User.objects.get(email="national@demo.test"), now=now.now,
    )  # fmt: skip


def add_round() -> None:
    """A round of peer review over the ratings there are, as the convenor proposes it."""
    now = moment()
    with scope_of(access_of(User.objects.get(email="convenor@demo.test"), now.today)) as by:
        propose_round(name="Bench", by=by, now=now.now, today=now.today, limits=Limits())


def add_reminders(count: int = 60) -> None:
    """A lead's reminders of one action, most of them sent, one of which nobody knows; and an absence."""
    now = moment()
    lead = User.objects.get(email="lead@demo.test")
    with whole_service():
        action = Action.objects.filter(owner=lead).order_by("pk")[0]
        for number in range(count):
            day = now.today - timedelta(days=number)
            message = OutboxMessage.objects.create(
                person=lead, to=lead.email, subject=f"Reminder: {action.reference}", text="Dear Lead", at=now.now,
                reference=uuid4(), state="sent", settled_at=now.now,
            )  # fmt: skip
            Reminder.objects.create(
                trust_id=action.trust_id, kind="action", object_id=action.pk, person=lead, told="owner", days=1,
                stage="after", due_on=day, send_on=day, planned_at=now.now, settled_at=now.now, message=message,
                state="sent" if number else "unknown",
            )  # fmt: skip
    by = access_of(lead, now.today)
    with scope_of(by):
        deputy = deputies_for(by, now.today)[0]
        name_deputy(deputy, first_on=now.today, back_on=now.today + timedelta(days=7), by=by, now=now.now)


def add_month(england: England, month: int) -> None:
    """One month's file, counted from 0, as NHS England loads it: the NHS's organisations."""
    path = settings.DATA_DIR / "bench" / f"month-{month}.xlsx"
    if not path.exists():
        write_month(england, month, path, "xlsx")
    load(path, england.months[month], keep=RatingImport.Keep.NHS)


def add_actions(count: int = ACTIONS) -> None:
    """Findings and actions of the struggling trust, recorded by its own lead."""
    now = moment()
    lead, executive = User.objects.get(email="lead@demo.test"), User.objects.get(email="executive@demo.test")
    by = access_of(lead, now.today)
    with scope_of(by):
        trust = Trust.objects.get(code=CAST.struggling.code)
        inspection = Inspection.objects.filter(trust=trust).first()
        if inspection is None:
            raise RuntimeError("the demonstration records an inspection of this trust")
        for number in range(count):
            words = f"The trust must ensure that safety check {number} is made and recorded."
            finding = record_finding(inspection, by=by, now=now.now, kind=Finding.Kind.MUST, words=words)
            due: date = now.today + timedelta(days=1 + number % 90)
            make_action(
                trust, by=by, now=now.now, title=f"Make safety check {number}", owner=lead, executive=executive,
                due_on=due, findings=[finding],
            )  # fmt: skip
