"""Planning: one statement that writes a reminder for every promise whose next one has come due.

It may run at any time and as often as it likes: what is in the ledger is not written again.  Every kind of promise
gives a query of what is promised and not kept; the ladder of the kind says who hears when; a person who is away has
a deputy hear in their place.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from django.db import connection

from tracker.clock import ENGLAND, Moment
from tracker.people.scope import whole_service
from tracker.reminders.models import Reminder
from tracker.reminders.schedule import LADDERS, bands, closed_days
from tracker.sources import DuePromises, Told, implementations

_BEGAN: Final = date(2009, 4, 1)
"""The Care Quality Commission's first day: nothing it found is due before."""

# What is due on each of some days and not in the ledger.  Whom a rung tells: by name on the promise, by a role at its
# trust, or by one at its trust's region.
_DUE: Final = f"""
WITH band AS (
    SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::int[], %s::date[], %s::date[])
         AS band (day, kind, told, stage, days, due_from, due_to)
),
closed AS (SELECT * FROM unnest(%s::date[], %s::date[]) AS closed (day, opens_on)),
promised AS ({{promised}}),
come AS MATERIALIZED (
    SELECT p.*, band.day, band.told, band.stage, band.days, COALESCE(closed.opens_on, p.due_on + band.days) AS send_on
    FROM promised p
    JOIN band ON band.kind = p.kind AND p.due_on BETWEEN band.due_from AND band.due_to
    LEFT JOIN closed ON closed.day = p.due_on + band.days
),
holder AS (SELECT m.person_id, m.role, m.trust_id, m.region_id, m.valid_from, m.valid_to FROM membership m),
addressed AS (
    SELECT c.*, c.owner_id AS person_id FROM come c WHERE c.told = '{Told.OWNER}'
    UNION ALL
    SELECT c.*, c.executive_id FROM come c WHERE c.told = '{Told.EXECUTIVE}'
    UNION ALL
    SELECT c.*, h.person_id FROM come c JOIN holder h ON h.role = c.told AND h.trust_id = c.trust_id
     AND h.valid_from <= c.day AND (h.valid_to IS NULL OR h.valid_to > c.day)
    WHERE c.told = '{Told.IMPROVEMENT_LEAD}'
    UNION ALL
    SELECT c.*, h.person_id FROM come c
    JOIN trust t ON t.id = c.trust_id JOIN holder h ON h.role = c.told AND h.region_id = t.region_id
     AND h.valid_from <= c.day AND (h.valid_to IS NULL OR h.valid_to > c.day)
    WHERE c.told = '{Told.REGION}'
),
due AS (
    SELECT a.day, a.trust_id, a.kind, a.object_id, person.id AS person_id,
           CASE WHEN away.deputy_id IS NOT NULL THEN a.person_id END AS stands_in_for_id,
           a.told, a.stage, a.days, a.due_on, a.send_on
    FROM addressed a
    LEFT JOIN absence away ON away.person_id = a.person_id AND away.first_on <= a.day AND away.back_on > a.day
    JOIN person ON person.id = COALESCE(away.deputy_id, a.person_id) AND person.is_active
    WHERE NOT EXISTS (
        SELECT FROM reminder r
        WHERE (r.object_id, r.send_on, r.kind, r.stage, r.due_on) = (a.object_id, a.send_on, a.kind, a.stage, a.due_on)
          AND a.person_id IN (r.person_id, r.stands_in_for_id)
    )
)
"""  # noqa: S608  words of ours

# The rows go in by the order of the ledger's key, so that its index fills from left to right.
_PLAN: Final = """
INSERT INTO reminder (trust_id, kind, object_id, person_id, stands_in_for_id, told, stage, days, due_on, send_on,
                      planned_at, state, why, attempts)
{due}
SELECT trust_id, kind, object_id, person_id, stands_in_for_id, told, stage, days, due_on, send_on,
       %s::timestamptz, 'planned', '', 0
FROM due ORDER BY object_id, send_on, person_id, stands_in_for_id NULLS FIRST
ON CONFLICT DO NOTHING
"""

_FORESEE: Final = """
{due}
SELECT day, trust_id, kind, object_id, person_id, stands_in_for_id, told, stage, days, due_on, send_on
FROM due
WHERE NOT EXISTS (
    SELECT FROM reminder r
    WHERE (r.object_id, r.send_on, r.person_id, r.kind, r.stage, r.due_on)
        = (due.object_id, due.send_on, due.person_id, due.kind, due.stage, due.due_on)
)
ORDER BY day, object_id, send_on, person_id, stands_in_for_id NULLS FIRST
"""

_PROMISED: Final = "SELECT p.*, '{kind}' AS kind FROM ({sql}) p (trust_id, object_id, owner_id, executive_id, due_on)"


def promises() -> list[DuePromises]:
    """Every kind of promise there is, of both applications."""
    return implementations("DUE_PROMISES")


def plan_reminders(*, now: datetime) -> int:
    """Write a reminder for every promise whose next one has come due; how many were written.

    Of each person's, the last whose day has come and no earlier one.  What is in the ledger is not written again."""
    today = Moment(now).today
    due, parameters = _due_on([today])
    with whole_service(), connection.cursor() as cursor:
        cursor.execute(_PLAN.format(due=due), [*parameters, now])
        written: int = cursor.rowcount
        return written


def foresee_reminders(days: Sequence[date]) -> list[Reminder]:
    """What planning on each of `days` would write, by how things stand: reminders that nobody saves.

    Only of what the scope shows that is open: a person's, or the whole service's."""
    due, parameters = _due_on(days)
    with connection.cursor() as cursor:
        cursor.execute(_FORESEE.format(due=due), parameters)
        names = [column.name for column in cursor.description][1:]
        found = [
            (day, Reminder(**dict(zip(names, row, strict=True)), planned_at=datetime.combine(day, time.min, ENGLAND)))
            for day, *row in cursor.fetchall()
        ]
    return _as_planned(found)


def _as_planned(found: Iterable[tuple[date, Reminder]]) -> list[Reminder]:
    """Of what is due on each of the days, in their order, what planning would write: nothing that an earlier day has
    written, and no two to one person of the same."""
    written: set[tuple[Any, ...]] = set()  # by whom it tells
    meant: dict[tuple[Any, ...], date] = {}  # by whom it concerns, with the first day on which that was told
    kept = []
    for day, one in found:
        what = (one.kind, one.object_id, one.stage, one.due_on, one.send_on)
        whom = one.stands_in_for_id or one.person_id
        if (*what, one.person_id) in written or meant.get((*what, whom), day) < day:
            continue
        written.add((*what, one.person_id))
        for person in {one.person_id, whom}:
            meant.setdefault((*what, person), day)
        kept.append(one)
    return kept


def _due_on(days: Sequence[date]) -> tuple[str, list[Any]]:
    """The one text that planning and its preview share, with its parameters."""
    asked = [(kind.kind, *kind.promised().query.sql_with_params()) for kind in promises()]
    promised = " UNION ALL ".join(_PROMISED.format(kind=kind, sql=sql) for kind, sql, _ in asked)
    return _DUE.format(promised=promised), [
        *_columns(_drawn(days), 7),
        *_columns(iter(closed_days(_BEGAN, max(days))), 2),
        *(value for _, _, parameters in asked for value in parameters),
    ]


def _drawn(days: Sequence[date]) -> Iterator[tuple[Any, ...]]:
    for day in days:
        for kind in promises():
            for band in bands(LADDERS[kind.pace], day):
                yield day, kind.kind, band.told.value, band.stage, band.days, band.due_from, band.due_to


def _columns(rows: Iterator[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows as columns, for `unnest`; `width` empty ones when there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
