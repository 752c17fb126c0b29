"""Takes an import back.  Nothing is deleted: what only it asserted is retracted, and current ratings follow.

A later import of the scope that listed a cell just as the undone one did has no record of it; its word is
written down now, under its own as-at date.  What people did since, findings and actions, is not touched.
"""

from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from tracker.accounts.models import User
from tracker.problems import Refused
from tracker.ratings import current_ratings
from tracker.ratings.applying import announce_undoing, finish_current
from tracker.ratings.current_ratings import CELL, VALUES
from tracker.ratings.import_lifecycle import require_move
from tracker.ratings.import_locks import hold_applying_lock
from tracker.ratings.models import ImportEvent, ProposedChange, ProposedOrganisation, RatingImport
from tracker.ratings.restating import take_back_restated
from tracker.ratings.succeeding import NEXT_ASSERTING

_TAKEN_BACK: Final = """
CREATE TEMP TABLE taken_back ON COMMIT DROP AS
SELECT r.* FROM rating_record r LEFT JOIN rating_retraction x ON x.record_id = r.id
WHERE r.rating_import_id = %(import)s AND x.id IS NULL
"""
_RETRACT: Final = """
INSERT INTO rating_retraction (record_id, event_id) SELECT id, %(event)s FROM taken_back ORDER BY id
"""
_TOUCH: Final = f"CREATE TEMP TABLE touched ON COMMIT DROP AS SELECT DISTINCT {CELL} FROM taken_back"  # noqa: S608

# Runs after the retraction.  Of a cell the import had several records of, the last is what was relied upon.
_CARRY_ON: Final = f"""
INSERT INTO rating_record ({CELL}, {VALUES}, listed, historic, superseded, in_force_from, rating_import_id,
                           event_id, scope)
SELECT {", ".join("c." + name for name in f"{CELL}, {VALUES}".split(", "))}, c.listed, false, c.superseded,
       later.as_at, later.id, %(event)s, c.scope
FROM (SELECT DISTINCT ON ({CELL}) * FROM taken_back WHERE NOT historic
      ORDER BY {CELL}, in_force_from DESC, id DESC) c
JOIN rated_organisation o ON o.id = c.organisation_id
CROSS JOIN LATERAL ({NEXT_ASSERTING}) later
LEFT JOIN LATERAL (
  SELECT r.* FROM rating_record r LEFT JOIN rating_retraction x ON x.record_id = r.id
  WHERE r.organisation_id = c.organisation_id AND r.service_id = c.service_id AND r.domain_id = c.domain_id
    AND r.variant = c.variant AND r.scope = c.scope AND NOT r.historic AND x.id IS NULL
    AND r.in_force_from <= later.as_at
  ORDER BY r.in_force_from DESC, r.id DESC LIMIT 1
) left_over ON true
WHERE (left_over.id IS NULL OR (left_over.in_force_from, left_over.id) < (c.in_force_from, c.id))
  AND (c.listed OR left_over.listed)
  AND (left_over.id IS NULL OR (left_over.listed, left_over.state, left_over.word) IS DISTINCT FROM
       (c.listed, c.state, c.word) OR left_over.published_on IS DISTINCT FROM c.published_on)
"""  # noqa: S608  names of ours


def undo_import(rating_import: RatingImport, *, by: User | None, now: datetime, why: str) -> RatingImport:
    """Undo an import that is applied, in whole or in part, or that changed nothing; it may be read again later.

    Ratings, organisations and joins are then what they would be had the file never been applied.  Raises `Refused`
    without a reason or where its state does not allow it, and `Busy` while another import is being applied.
    """
    if not why.strip():
        raise Refused("Say why the import is undone.", field="why")
    with transaction.atomic():
        hold_applying_lock()
        record = RatingImport.objects.select_for_update(of=["self"]).select_related("source").get(pk=rating_import.pk)
        require_move(record, RatingImport.State.UNDONE)
        ProposedChange.objects.filter(rating_import=record).delete()
        ProposedOrganisation.objects.filter(rating_import=record).delete()
        record.state = RatingImport.State.UNDONE
        record.save(update_fields=["state"])
        event = ImportEvent.objects.create(
            rating_import=record, kind=ImportEvent.Kind.UNDONE, at=now, by=by, why=why.strip()
        )
        _take_back(record, event)
    rating_import.refresh_from_db()
    return rating_import


def _take_back(record: RatingImport, event: ImportEvent) -> None:
    parameters: dict[str, Any] = {
        "import": record.pk,
        "event": event.pk,
        "scope": record.source.scope,
        "after": record.as_at,
        "same_day": True,
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS taken_back, touched")
        cursor.execute(_TAKEN_BACK, parameters)
        if not cursor.rowcount:
            take_back_restated(record, event)
            current_ratings.count_once()
            return
        cursor.execute("ANALYZE taken_back")
        cursor.execute(_RETRACT, parameters)
        cursor.execute(_TOUCH)
        cursor.execute(_CARRY_ON, parameters)
    current_ratings.work_out()
    # Before organisations go back to their trusts: a change is withdrawn where it was announced.
    announce_undoing(record, event)
    take_back_restated(record, event)
    finish_current()
