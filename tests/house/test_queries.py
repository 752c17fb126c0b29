"""How many queries a page makes: few, and no more of them when it has more rows to show."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from tests.house.doors import DOORS, persona
from tests.house.furniture import Furniture, furnish
from tests.measure_factories import new_measure
from tests.plan_factories import NOW, access, new_action
from tests.ratings_factory import Book, cell, value
from tracker.api.throttles import COUNTS
from tracker.findings.models import Inspection
from tracker.measures.models import Measure
from tracker.people.scope import scope_of
from tracker.plans.measuring import link_measure
from tracker.ratings.models import RatingImport, WaitingRow
from tracker.reminders.models import OutboxMessage, Reminder
from tracker.reminders.schedule import stage_of
from tracker.trusts.models import Site

pytestmark = pytest.mark.django_db
MOST = 12
READERS = ("national staff", "own lead", "convenor", "administrator")
NOT_QUERIES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
OTHERS = ("accounts/", "administration/")
"""Pages of other people's making."""


def count_queries(cast: Cast, furniture: Furniture) -> dict[str, int]:
    """Queries of every address, session and person included, as the first of the readers who may open it."""
    COUNTS.clear()
    clients = {name: Client() for name in READERS}
    for name, client in clients.items():
        person = persona(cast, name)
        assert person is not None
        client.force_login(person)
        client.get("/accessibility")  # a session's first request notes it
    counts = {}
    for route, door in DOORS.items():
        reader = next((name for name in READERS if name in door.open_to), None)
        if reader is None or route.startswith(OTHERS):
            continue
        with CaptureQueriesContext(connection) as captured:
            answer = clients[reader].get("/" + door.path(route, furniture))
        if answer.status_code == 200:
            counts[route] = sum(not query["sql"].startswith(NOT_QUERIES) for query in captured)
    return counts


def add_rows(cast: Cast, furniture: Furniture, times: int) -> None:
    """More of everything that a page lists: hospitals, ratings, findings, actions, messages, imports and rows."""
    listing = {cell(cast.northborough): value(1, "2025-06-01"), cell(cast.ashford): value(4, "2025-03-01")}
    for number in range(times):
        site = Site.objects.create(cqc_id=f"S{number}", name=f"Hospital {number}", trust=cast.northborough)
        for service, domain in (("overall", "overall"), ("surgery", "safe"), ("maternity", "caring")):
            listing[cell(site, service, domain)] = value(1 + number % 4, "2025-06-01")
        action = new_action(cast, title=f"Action {number}")
        measure = new_measure(cast, [40, 44] * 7 + [70], name=f"Measure {number}", owner=cast.lead)
        with scope_of(access(cast.lead)) as by:
            link_measure(measure, by=by, now=NOW, action=action, started_on=date(2025, 1, 1))
            known_measure = Measure.objects.get(pk=furniture.rebase.measure_id)
            link_measure(known_measure, by=by, now=NOW, action=action, started_on=date(2025, 1, 1))
        message = OutboxMessage.objects.create(
            person=cast.lead, to=cast.lead.email, subject=f"Message {number}", text="Text", at=action.made_at,
            reference=uuid4(), state="sent", settled_at=action.made_at,
        )  # fmt: skip
        for state, days in (("sent", -7), ("unknown", 0)):
            Reminder.objects.create(
                trust=cast.northborough, kind="action", object_id=action.pk, person=cast.lead, told="owner",
                stage=stage_of(days), days=days, due_on=action.due_on, send_on=action.due_on,
                planned_at=action.made_at, state=state, settled_at=action.made_at, message=message,
            )  # fmt: skip
        known = furniture.waiting_row
        WaitingRow.objects.create(
            rating_import=known.rating_import, part="Locations", line=100 + number, reason="date", detail="?",
            row=known.row,
        )  # fmt: skip
        RatingImport.objects.create(
            source=known.rating_import.source, file_name=f"{number}.csv", stored_name=f"more-{number}", size=10,
            sha256=f"{number:064x}", as_at=known.rating_import.as_at + timedelta(days=number + 1), state="held",
            requested_at=known.rating_import.requested_at, requested_by=cast.administrator,
            held_because=["More than 2 in 100 ratings are gone."],
        )  # fmt: skip
    Book().load(date(2026, 11, 20), listing)


def test_every_page_makes_few_queries_and_no_more_of_them_with_more_rows(cast: Cast) -> None:
    furniture = furnish(cast)
    add_rows(cast, furniture, 1)  # one of each kind, and a second file, which a page of what moved compares
    few = count_queries(cast, furniture)
    assert len(few) > 30, "the doors were found shut"
    Site.objects.filter(cqc_id="S0").update(cqc_id="Z0")
    RatingImport.objects.filter(sha256=f"{0:064x}").update(sha256="e" * 64)
    add_rows(cast, furniture, 12)
    assert Inspection.objects.count() > 12
    many = count_queries(cast, furniture)
    wrong = [f"{route}: {count} queries" for route, count in many.items() if count > MOST]
    wrong += [
        f"{route}: {count} queries, {few[route]} with fewer rows"
        for route, count in many.items()
        if count > few.get(route, count)
    ]
    assert not wrong, "\n".join(wrong)
