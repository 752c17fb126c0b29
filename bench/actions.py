"""The lists of actions at full size: 200 trusts x 400 actions x 20 updates, beside a tenth of the actions.

Each page is asked for in this process by an improvement lead and by national staff, in turns on the two databases.
Rows are written in bulk, as no person would, because it is the reading that is measured; a short run has fewer
trusts and updates.
"""

import sys
from datetime import timedelta
from itertools import count, islice

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.measuring.options import Options, read_options
from bench.measuring.ratios import Ratio, exit_status
from bench.measuring.repeating import Timings, seconds_of
from bench.scratch.database import Connections, copy_database, drop_database, scratch, settle
from bench.scratch.england import begin
from tests.databases import point_at
from tracker.accounts.models import User
from tracker.clock import moment
from tracker.demonstration.england import england
from tracker.people.models import Assignment
from tracker.people.scope import whole_service
from tracker.plans.models import Action, ActionEvent, ProgressUpdate
from tracker.trusts.models import Trust

PAGES = ("/", "/actions", "/actions?status=open&due=overdue", "/actions?q=safety", "/actions?sort=-reference")
READERS = ("lead@demo.test", "national@demo.test")
MOST_QUERIES = 15
NOT_QUERIES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
NUMBERS = count(1)


def add(trusts: int, actions: int, updates: int) -> None:
    """So many actions in each of so many trusts, with their owners, updates and events."""
    now, lead = moment().now, User.objects.get(email="lead@demo.test")
    today = moment().today
    with whole_service():
        # the lead's own trust is among them
        own = list(Trust.objects.filter(membership__person=lead)[:1])
        chosen = [*own, *Trust.objects.exclude(pk__in=[one.pk for one in own]).order_by("pk")[: trusts - len(own)]]
        for trust in chosen:
            made = Action.objects.bulk_create(
                Action(
                    trust=trust, reference=f"{trust.code}-MD-9{number:06d}", title=f"Make safety check {number}",
                    owner=lead, executive=lead, original_due_on=today + timedelta(days=number % 90 - 30),
                    due_on=today + timedelta(days=number % 90 - 30), status="on_track", made_at=now, made_by=lead,
                )
                for number in islice(NUMBERS, actions)
            )  # fmt: skip
            Assignment.objects.bulk_create(
                Assignment(
                    trust=trust, person=lead, duty="owner", object_kind="action", object_id=action.pk,
                    assigned_at=now, assigned_by=lead,
                )
                for action in made
            )  # fmt: skip
            said = ProgressUpdate.objects.bulk_create(
                ProgressUpdate(
                    trust=trust, action=action, words=f"Said {turn}.", status_before="on_track",
                    status_after="on_track", at=now - timedelta(days=turn), by=lead,
                )
                for action in made for turn in range(updates)
            )  # fmt: skip
            ActionEvent.objects.bulk_create(
                ActionEvent(
                    trust=trust, action_id=one.action_id, kind="updated", status_after="on_track", why=one.words,
                    at=one.at, by=lead, progress=one,
                )
                for one in said
            )  # fmt: skip


def measure(options: Options) -> list[Ratio]:
    trusts, actions, updates, turns = (200, 400, 20, 9) if options.whole else (20, 400, 2, 5)
    timings, ratios = Timings(), []
    with scratch() as tenth:
        begin(england())
        clients = [Client(raise_request_exception=False) for _ in READERS]
        for client, email in zip(clients, READERS, strict=True):
            client.force_login(User.objects.get(email=email))
        full = copy_database(tenth)
        try:
            for name, share in ((tenth, actions // 10), (full, actions)):
                point_at(name)
                add(trusts, share, updates)
                settle(name)
            queries = {}
            for client, email in zip(clients, READERS, strict=True):
                client.get("/accessibility")
                for page in PAGES:
                    with CaptureQueriesContext(connection) as captured:
                        client.get(page)
                    queries[email, page] = sum(not one["sql"].startswith(NOT_QUERIES) for one in captured)
            with Connections() as connections:
                for turn in range(turns + 1):
                    for client, email in zip(clients, READERS, strict=True):
                        for page in PAGES:
                            for where, name in (("tenth", tenth), ("full", full)):
                                connections.use(name)
                                taken = seconds_of(lambda client=client, page=page: client.get(page))  # type: ignore[misc]
                                if turn:  # the first is for the caches of the connection
                                    timings.add(f"{email} {page} {where}", taken)
        finally:
            drop_database(full)
    for email in READERS:
        who = email.split("@")[0]
        for page in PAGES:
            name = f"actions_{who}_{page}"
            growth = timings.ratio(f"{email} {page} full", f"{email} {page} tenth")
            ratios += [
                Ratio(f"{name}_queries", queries[email, page], MOST_QUERIES),
                Ratio(f"{name}_to_tenth", growth, 1.2),
            ]
    return ratios


if __name__ == "__main__":
    sys.exit(exit_status(measure(read_options())))
