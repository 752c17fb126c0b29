"""Reading the audit log: for whoever looks after the service, and nobody else."""

from typing import Final

from django.db import connection

from tracker.accounts.models import User
from tracker.audit.models import AuditEntry, AuditEntryQuerySet
from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.trusts.models import Trust


def entries_visible_to(access: Access) -> AuditEntryQuerySet:
    """The newest first."""
    entries = AuditEntry.objects.all()
    return entries if access.may(Can.SEE_OPERATIONS) else entries.none()


_KINDS: Final = """
WITH RECURSIVE found AS (
  SELECT min(kind) AS kind FROM audit_entry
  UNION ALL SELECT (SELECT min(kind) FROM audit_entry WHERE kind > found.kind) FROM found WHERE found.kind IS NOT NULL
) SELECT kind FROM found WHERE kind IS NOT NULL
"""


def kinds_of_entry(access: Access) -> list[str]:
    """Every kind of thing in the log, in order: by leaps along the index, for the log only grows."""
    if not access.may(Can.SEE_OPERATIONS):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_KINDS)
        return [kind for (kind,) in cursor.fetchall()]


def names_in(entries: list[AuditEntry]) -> tuple[dict[int, User], dict[int, Trust]]:
    """The people and trusts that these entries name, by number."""
    people = User.objects.in_bulk({entry.person_id for entry in entries if entry.person_id is not None})
    trusts = Trust.objects.in_bulk({entry.trust_id for entry in entries if entry.trust_id is not None})
    return people, trusts
