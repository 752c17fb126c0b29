"""The chain: sealed in the order of commits, and whatever is done to the log behind its back is found and named.

What an intruder does here, with the owner's password and the triggers off, is done to a copy of the database.
"""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.cast import Cast
from tests.plan_factories import new_action
from tracker import tasks
from tracker.audit.chain import FIRST, SEALED, seal
from tracker.audit.models import AuditEntry, AuditSeal, AuditWaiting
from tracker.audit.verifying import verify_audit
from tracker.people.scope import whole_service

numbers = st.none() | st.integers(0, 2**63 - 1)
words = st.text('ab£",[]\\', max_size=4)  # with what could end a word early
facts = st.fixed_dictionaries(dict.fromkeys(SEALED, words | numbers))


@examples(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine draws slowly
@given(facts, facts)
def test_a_seal_stands_for_one_entry_in_one_place_only(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (seal(FIRST, one) == seal(FIRST, other)) is (one == other)
    assert seal(FIRST, one) != seal(seal(FIRST, one), one)


def problems(known: tuple[int, str] | None = None) -> list[str]:
    with whole_service():
        return list(verify_audit(known=known))


@pytest.fixture
def intruder(committed: str) -> Iterator[psycopg.Connection]:
    """The owner of the tables, in the copy, with what protects the log taken off."""
    entry = settings.OWNER_DATABASE
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"] or None, user=entry["USER"], password=entry["PASSWORD"] or None,
        dbname=committed, autocommit=True,
    ) as connection:  # fmt: skip
        for table in ("audit_entry", "audit_seal"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.execute("ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY")
        yield connection


@pytest.fixture
def sealed(committed_cast: Cast) -> list[int]:
    """Five actions made and sealed; the numbers of their entries."""
    for _ in range(5):
        new_action(committed_cast)
    tasks.seal_audit()
    with whole_service():
        return list(AuditEntry.objects.filter(kind="action").order_by("pk").values_list("pk", flat=True))


def test_the_sealer_seals_everything_once_and_goes_on_where_it_ended(committed_cast: Cast) -> None:
    new_action(committed_cast)
    tasks.seal_audit()
    before = AuditSeal.last()
    tasks.seal_audit()
    assert AuditSeal.last() == before
    new_action(committed_cast)
    assert AuditWaiting.objects.count() == 1
    tasks.seal_audit()
    assert AuditSeal.last()[0] == before[0] + 1
    assert AuditWaiting.objects.count() == 0
    assert problems() == []


def test_an_entry_that_commits_late_is_sealed_behind_those_that_were_quicker(
    committed_cast: Cast, committed: str
) -> None:
    """Nobody who writes waits for the sealer, and the sealer waits for nobody."""
    entry = settings.DATABASES["default"]
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"] or None, user=entry["USER"], password=entry["PASSWORD"] or None,
        dbname=committed, options=entry["OPTIONS"]["options"],
    ) as slow:  # fmt: skip
        slow.execute(
            "INSERT INTO audit_entry (written_at, operation, kind, request_id, source, words)"
            " VALUES (now(), 'slow', 'address', '', '', '')"
        )
        new_action(committed_cast)
        tasks.seal_audit()
        slow.commit()
    tasks.seal_audit()
    with whole_service():
        late = AuditEntry.objects.get(operation="slow").pk
        made = AuditEntry.objects.get(kind="action").pk
    order = list(AuditSeal.objects.order_by("position").values_list("entry_id", flat=True))
    assert late < made
    assert order.index(late) > order.index(made)
    assert problems() == []


def test_a_changed_entry_is_named_and_no_other(sealed: list[int], intruder: psycopg.Connection) -> None:
    intruder.execute("UPDATE audit_entry SET person_id = 4711 WHERE id = %s", [sealed[2]])
    (found,) = problems()
    assert f"Entry {sealed[2]} is not what was sealed" in found


def test_a_removed_entry_is_named(sealed: list[int], intruder: psycopg.Connection) -> None:
    intruder.execute("DELETE FROM audit_entry WHERE id = %s", [sealed[1]])
    (found,) = problems()
    assert f"Entry {sealed[1]} was removed" in found


def test_an_entry_removed_with_its_seal_leaves_a_gap(sealed: list[int], intruder: psycopg.Connection) -> None:
    place = AuditSeal.objects.get(entry_id=sealed[3]).position
    intruder.execute("DELETE FROM audit_entry WHERE id = %s", [sealed[3]])
    intruder.execute("DELETE FROM audit_seal WHERE position = %s", [place])
    (found,) = problems()
    assert f"Place {place} of the chain were removed" in found


def test_an_entry_put_in_behind_the_log_is_named(sealed: list[int], intruder: psycopg.Connection) -> None:
    row = intruder.execute(
        "INSERT INTO audit_entry (written_at, operation, kind, request_id, source, words)"
        " VALUES (now(), 'made', 'action', '', '', '') RETURNING id"
    ).fetchone()
    assert row is not None
    (found,) = problems()
    assert f"Entry {row[0]} was put in by another way" in found


def test_an_entry_removed_before_it_was_sealed_is_named(committed_cast: Cast, intruder: psycopg.Connection) -> None:
    intruder.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_waits")
    new_action(committed_cast)
    row = intruder.execute("DELETE FROM audit_entry WHERE kind = 'action' RETURNING id").fetchone()
    assert row is not None
    tasks.seal_audit()
    (found,) = problems()
    assert f"Entry {row[0]} was removed before it was sealed" in found


def test_an_end_cut_off_is_found_by_the_seal_the_log_told(sealed: list[int], intruder: psycopg.Connection) -> None:
    told = AuditSeal.last()
    intruder.execute("DELETE FROM audit_entry WHERE id = %s", [sealed[-1]])
    intruder.execute("DELETE FROM audit_seal WHERE entry_id = %s", [sealed[-1]])
    assert problems() == []
    (found,) = problems(known=told)
    assert f"Place {told[0]} of the chain" in found
    assert "cut off" in found


def test_the_command_says_that_all_is_well_or_names_what_is_not(
    sealed: list[int], intruder: psycopg.Connection
) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    place, told = AuditSeal.last()
    assert f"{place} entries stand as they were sealed" in out.getvalue()
    assert f"{place}:{told}" in out.getvalue()
    intruder.execute("UPDATE audit_entry SET operation = 'moved' WHERE id = %s", [sealed[0]])
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", "--known", f"{place}:{told}", stdout=out)
    assert ended.value.code == 1
    assert f"Entry {sealed[0]}" in out.getvalue()
