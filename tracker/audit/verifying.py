"""Holds the audit log against its seals, and names every entry that was changed, removed or put in."""

from collections.abc import Iterator
from typing import Any, Final

from django.db import connection

from tracker.audit.chain import FIRST, SEALED, seal
from tracker.audit.models import AuditSeal

BATCH: Final = 5_000
_COLUMNS: Final = ", ".join(f"e.{name}" for name in SEALED)
_CHAIN: Final = (
    f"SELECT s.position, s.entry_id, s.seal, {_COLUMNS} FROM audit_seal s "  # noqa: S608  names of ours
    "LEFT JOIN audit_entry e ON e.id = s.entry_id WHERE s.position > %s ORDER BY s.position LIMIT %s"
)
_UNSEALED: Final = (
    "SELECT e.id FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id) "
    "AND NOT EXISTS (SELECT 1 FROM audit_waiting w WHERE w.entry_id = e.id) ORDER BY e.id"
)
_LOST: Final = (
    "SELECT w.entry_id FROM audit_waiting w WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.id = w.entry_id) "
    "ORDER BY w.entry_id"
)


def verify_audit(*, known: tuple[int, str] | None = None) -> Iterator[str]:
    """What is wrong with the log, a sentence for each entry; nothing when all is well.

    `known` is a place and its seal as the worker's log once told them: they must still be there, which also finds
    that the end of the chain was cut off or the whole chain written anew.  Call inside one transaction."""
    before, expected = FIRST, 1
    for position, entry_id, stored, entry in _chain():
        if position != expected:
            places = f"Place {expected}" if position == expected + 1 else f"Places {expected} to {position - 1}"
            yield f"{places} of the chain were removed: the seals there are gone."
        if entry is None:
            yield f"Entry {entry_id} was removed: its seal at place {position} stands, the entry does not."
        elif seal(before, entry) != stored and position == expected:
            yield f"Entry {entry_id} is not what was sealed at place {position}: it or its seal was changed."
        before, expected = stored, position + 1
    for (entry_id,) in _rows(_UNSEALED):
        yield f"Entry {entry_id} was put in by another way: it has no seal and waits for none."
    for (entry_id,) in _rows(_LOST):
        yield f"Entry {entry_id} was removed before it was sealed."
    if known is not None:
        place, told = known
        stands = AuditSeal.objects.filter(position=place).values_list("seal", flat=True).first()
        if stands != told:
            yield f"Place {place} of the chain does not hold the seal that was told: " + (
                "the chain was written anew." if stands else "its end was cut off."
            )


def _chain() -> Iterator[tuple[int, int, str, dict[str, Any] | None]]:
    """Every seal in order, with the entry it is about, or none where that is gone."""
    position = -1
    while rows := _rows(_CHAIN, [position, BATCH]):
        for position, entry_id, stored, *values in rows:
            entry = dict(zip(SEALED, values, strict=True))
            yield position, entry_id, stored, None if entry["id"] is None else entry


def _rows(query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
