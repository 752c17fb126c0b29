"""Opens the scope in which the database shows a person's rows, and no others.

The settings are transaction-local: they end with the transaction, so a pooled connection cannot carry one
person's scope into another's request (a session-level setting was measured to leak behind a pooler).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from structlog.contextvars import get_contextvars

from tracker.people.access import Access, everything
from tracker.people.roles import Can


def enter(access: Access) -> None:
    """Write `access` into the current transaction's settings.  Call inside `atomic()`."""
    if not connection.in_atomic_block:
        raise RuntimeError("a scope is opened inside a transaction: use scope_of(access)")
    logged = get_contextvars()  # the number by which the logs know this request or task: the audit log keeps it too
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('turnaround.trusts', %s, true), set_config('turnaround.person', %s, true), "
            "set_config('turnaround.national', %s, true), set_config('turnaround.operations', %s, true), "
            "set_config('turnaround.homes', %s, true), set_config('turnaround.scopes', '{}', true), "
            "set_config('turnaround.request', %s, true)",
            [
                _array(access.confidential_trust_ids),
                "" if access.person_id is None else str(access.person_id),
                "on" if access.may(Can.SEE_ROUNDS) else "off",
                "on" if access.may(Can.SEE_OPERATIONS) else "off",
                _array(access.home_trust_ids),
                str(logged.get("request_id") or logged.get("task_id") or ""),
            ],
        )


def _array(ids: Iterable[int]) -> str:
    """PostgreSQL's spelling of an array of numbers."""
    return "{" + ",".join(str(pk) for pk in sorted(ids)) + "}"


@contextmanager
def scope_of(access: Access) -> Iterator[Access]:
    """One transaction in which the database shows what `access` may see."""
    with transaction.atomic():
        enter(access)
        yield access


@contextmanager
def whole_service() -> Iterator[Access]:
    """One transaction in which the service itself, not a person, sees every tenant: tasks and commands."""
    with transaction.atomic():
        access = everything()
        enter(access)
        yield access
