"""The two locks of an import.  Both belong to a transaction, so that no lock outlives its holder, a killed
process included, and both hold behind a pooler, where a session's lock does not.

The reading lock is one import's: "being read" with nobody holding it is an interrupted reading.  The applying
lock is the service's: history has one writer at a time, and import events are numbered in commit order.
"""

from typing import Final

from django.db import connection

from tracker.problems import Busy
from tracker.ratings.models import RatingImport

_READING: Final = 72_019_001
_APPLYING: Final = 72_019_002

BUSY: Final = "An import is being applied. Try again when it has ended."


def _try(first: int, second: int) -> bool:
    with connection.cursor() as cursor:
        # A killed importer's server process would otherwise keep its lock until its statement ends.
        cursor.execute("SET LOCAL client_connection_check_interval = '500ms'")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [first, second])
        return bool(cursor.fetchone()[0])


def hold_reading_lock(rating_import: RatingImport) -> None:
    """Hold it until the transaction ends.  Raises `Busy` when another process reads this import."""
    if not _try(_READING, rating_import.pk):
        raise Busy("This file is being read already.")


def hold_applying_lock() -> None:
    """Hold it until the transaction ends.  Raises `Busy` when another import is being applied or undone."""
    if not _try(_APPLYING, 0):
        raise Busy(BUSY)


def is_interrupted(rating_import: RatingImport) -> bool:
    """Whether it was being read by a process that is gone; it may be started again at once."""
    if rating_import.state != RatingImport.State.READING:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND classid::bigint = %s AND objid::bigint = %s)",
            [_READING, rating_import.pk],
        )
        return not cursor.fetchone()[0]
