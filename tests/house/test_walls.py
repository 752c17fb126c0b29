"""The second wall, read from the database itself: no confidential table stands without it."""

import pytest
from django.db import connection

# Tables with a trust that hold published facts or memberships, open to everybody who is signed in.
OPEN = {
    "trust_name", "tracker_trustnameevent", "tracker_trustfactevent", "tracker_systemmembershipevent",
    "tracker_membershipevent", "trust_fact", "system_membership", "site", "rated_organisation",
    "current_rating", "rating_change", "inspection", "finding", "membership",
}  # fmt: skip
HISTORY = {
    "rating_record", "rating_retraction", "rating_change", "import_event", "progress_update", "action_event",
    "consequence", "reminder_decision", "reminder_wish", "measure_value", "measure_rebase", "measure_event",
    "organisation_statement", "organisation_retraction",
    "verification", "action_comment", "bulk_change_row",
    "audit_entry", "audit_seal",
    "plan_action", "plan_row", "plan_event", "imported_action", "tracker_import_event",
    "reading_event", "cause_coding", "coded_cause", "notice_event",
}  # fmt: skip


def rows(statement: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.django_db
def test_every_table_with_a_trust_is_behind_row_security_or_known_to_be_open() -> None:
    tables = rows(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, count(p.polname) FROM pg_class c "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'trust_id' AND NOT a.attisdropped "
        "LEFT JOIN pg_policy p ON p.polrelid = c.oid "
        "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace GROUP BY 1, 2"
    )
    assert tables
    for table, secured, policies in tables:
        if table in OPEN:
            continue
        assert secured, f"{table} has a trust and no row security: protect it in its migration, or say why it is open"
        assert policies, f"{table} has no policy"


@pytest.mark.django_db
def test_history_can_only_grow() -> None:
    granted = rows(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = current_user AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')"
    )
    assert not {table for table, _ in granted} & HISTORY
    triggers = {table for (table,) in rows(
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE tgname LIKE '%append_only'"
    )}  # fmt: skip
    assert triggers >= HISTORY


@pytest.mark.django_db
def test_the_application_may_not_truncate_or_own_anything() -> None:
    assert (
        rows(
            "SELECT table_name FROM information_schema.role_table_grants "
            "WHERE grantee = current_user AND privilege_type = 'TRUNCATE'"
        )
        == []
    )
    assert rows("SELECT tablename FROM pg_tables WHERE tableowner = current_user") == []
