"""Seals what was recorded: the service's own work, done by a task, so that nobody who writes waits for it."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from tracker.audit.chain import SEALED, seal
from tracker.audit.models import AuditEntry, AuditSeal, AuditWaiting

AT_ONCE: Final = 2_000
ONE_SEALER: Final = 7201950  # an advisory lock: two sealers would both continue from the same seal


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
