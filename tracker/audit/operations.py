"""Recording what leaves no history."""

from datetime import datetime

from django.db import connection, transaction

from tracker.audit.models import ADDRESS, REFUSED
from tracker.people.access import Access


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
