"""Recording what leaves no history, and sealing what was recorded."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from tracker.audit.chain import SEALED, seal
from tracker.audit.models import ADDRESS, REFUSED, AuditEntry, AuditSeal, AuditWaiting
from tracker.people.access import Access

AT_ONCE: Final = 2_000
ONE_SEALER: Final = 7201950  # an advisory lock: two sealers would both continue from the same seal


@transaction.atomic
def record_refusal(words: str, *, by: Access, now: datetime, request_id: str = "") -> None:
    """Somebody tried what they may not do, or what could not be done; `words` say at which address and how it was
    answered.  Called after everything else of the attempt was rolled back.  `now` is the real clock's."""
    values = [now, by.person_id, REFUSED, ADDRESS, request_id[:64], words[:500]]
    # Not by the model's manager, which asks for the new row's number: most people may read no row of this table.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (written_at, person_id, operation, kind, request_id, source, words)"
            " VALUES (%s, %s, %s, %s, %s, '', %s)",
            values,
        )


@transaction.atomic
def seal_entries(*, now: datetime, at_most: int = AT_ONCE) -> int:
    """Seal what has been committed since last time, the oldest first; how many were sealed.

    An entry that waits and is not there was removed: it waits on, for `verify_audit` to name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_SEALER])
    position, before = AuditSeal.last()
    waiting = AuditWaiting.objects.order_by("entry_id").values("entry_id")
    entries = list(AuditEntry.objects.filter(pk__in=waiting).order_by("pk").values(*SEALED)[:at_most])
    seals = []
    for place, entry in enumerate(entries, start=position + 1):
        before = seal(before, entry)
        seals.append(AuditSeal(position=place, entry_id=entry["id"], seal=before, sealed_at=now))
    AuditSeal.objects.bulk_create(seals)
    AuditWaiting.objects.filter(entry_id__in=[one.entry_id for one in seals]).delete()
    return len(seals)
