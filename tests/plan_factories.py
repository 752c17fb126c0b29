"""Findings and actions of the cast's struggling trust, made through the operations as the service makes them."""

from datetime import UTC, date, datetime
from typing import Any

from tests.cast import Cast
from tests.factories import rated_domain, rated_service
from tracker.accounts.models import User
from tracker.findings.models import Finding, Inspection
from tracker.findings.operations import record_finding, record_inspection
from tracker.people.access import Access, access_of
from tracker.people.scope import scope_of, whole_service
from tracker.plans.evidencing import NewEvidence
from tracker.plans.models import Action
from tracker.plans.operations import make_action, record_progress

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)  # a Monday
PUBLISHED = date(2026, 2, 2)


def access(person: User, today: date = TODAY) -> Access:
    return access_of(person, today)


def must_do(cast: Cast, *, words: str = "The trust must screen every patient for sepsis.", **other: Any) -> Finding:
    """A must-do about the safety of surgery at Northborough General, unless `other` says otherwise."""
    by = access(cast.lead)
    published_on = other.pop("published_on", PUBLISHED)
    title = other.pop("title", f"Report {Inspection.objects.count()}")
    inspection = record_inspection(cast.northborough, by=by, now=NOW, published_on=published_on, title=title)
    place: dict[str, Any] = {
        "service": rated_service("surgery"),
        "key_question": rated_domain("safe"),
        "site": cast.general,
    }
    with scope_of(by):
        return record_finding(inspection, by=by, now=NOW, words=words, **{"kind": "MD", **place, **other})


def new_action(cast: Cast, **other: Any) -> Action:
    """An action of the lead's, sponsored by the accountable executive, due in four weeks."""
    given: dict[str, Any] = {
        "findings": [must_do(cast)] if "findings" not in other else other["findings"],
        "title": "Screen every patient for sepsis",
        "owner": cast.lead,
        "executive": cast.executive,
        "due_on": date(2026, 12, 21),
        "by": access(cast.lead),
        "now": NOW,
    }
    with scope_of(access(cast.lead)):
        return make_action(cast.northborough, **{**given, **other})


def a_link(now: datetime = NOW, **other: Any) -> NewEvidence:
    """Evidence of the day it is given, which needs no scanner."""
    given = {"title": "Audit of 40 patients", "kind": "audit", "dated_on": now.date(), "link": "https://intranet/audit"}
    return NewEvidence(**{**given, **other})


def finish(action: Action, cast: Cast, *, now: datetime = NOW) -> Action:
    """The owner says that it is done."""
    with scope_of(access(cast.lead)) as by:
        action = stored(action)
        return record_progress(
            action, by=by, now=now, words="Audit of 40 patients: all screened.", status="done", version=action.version,
            evidence=a_link(now),
        ).action  # fmt: skip


def stored(action: Action) -> Action:
    """The action as the database has it now."""
    with whole_service():
        return Action.objects.select_related("owner", "executive").get(pk=action.pk)
