"""Nothing that is done escapes the audit log: read from the database itself."""

import pytest
from django.db import connection

# Tables of history whose rows are not entries themselves, and what stands for them in the log.
STOOD_FOR = {
    "rating_record": "the import's event: one entry for a file of hundreds of thousands of ratings",
    "rating_retraction": "the import's event",
    "rating_change": "the import's event",
    "organisation_statement": "the import's event",
    "organisation_retraction": "the import's event",
    "progress_update": "the action's event, written with it",
    "consequence": "the action's event, written with it",
    "bulk_change_row": "the event of each action it changed",
    "coded_cause": "the coding it is part of",
    "plan_action": "the event of the plan that holds it",
    "imported_action": "the event of the action itself",
    "plan_row": "the event of the plan whose words it keeps",
    "audit_entry": "the log itself",
    "audit_seal": "the seal on the log",
}
# Public reference data, loaded by the file and kept by pghistory.
REFERENCE = {
    "tracker_regionevent", "tracker_systemevent", "tracker_trustevent", "tracker_trustnameevent",
    "tracker_systemmembershipevent", "tracker_successionevent", "tracker_trustfactevent",
}  # fmt: skip


@pytest.mark.django_db
def test_every_table_of_history_is_written_to_the_audit_log_or_known_to_be_stood_for() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, bool_or(t.tgname LIKE '%audited') FROM pg_class c "
            "LEFT JOIN pg_trigger t ON t.tgrelid = c.oid "
            "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace "
            "AND (EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname LIKE '%append_only') "
            "OR EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'pgh_label')) GROUP BY 1"
        )
        tables = dict(cursor.fetchall())
    assert {"import_event", "action_event", "round_event", "tracker_membershipevent"} <= set(tables)
    for table, audited in tables.items():
        if table in STOOD_FOR or table in REFERENCE:
            assert not audited, f"{table} is written to the log: take it off the list"
        else:
            assert audited, (
                f"{table} is history that the audit log does not see: end its migration with audited(...) of "
                "tracker.audit.history_triggers, or say here what stands for it"
            )
    assert set(STOOD_FOR) | REFERENCE <= set(tables), "a table on the list is no more"
