"""Writes the audit log beside the history, in the same statement: a trigger, so that no operation can forget it.

A migration that makes a table of history ends with `audited(...)`; `tests/house/test_audit.py` fails for one that
does not and is not among the tables whose operation another table's row stands for.
"""

from django.db.migrations import RunSQL

WRITE_ENTRIES = RunSQL(
    """
    CREATE FUNCTION turnaround_audit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO audit_entry
        (written_at, person_id, operation, kind, object_id, trust_id, request_id, source, source_id, words)
      SELECT clock_timestamp(),
        COALESCE((fact ->> TG_ARGV[2])::bigint, NULLIF(current_setting('turnaround.person', true), '')::bigint),
        left(COALESCE(NULLIF(fact ->> TG_ARGV[3], ''), TG_ARGV[4]), 40), TG_ARGV[0], (fact ->> TG_ARGV[1])::bigint,
        (fact ->> 'trust_id')::bigint, left(COALESCE(current_setting('turnaround.request', true), ''), 64),
        TG_TABLE_NAME, (fact ->> TG_ARGV[5])::bigint, ''
      FROM (SELECT to_jsonb(added) AS fact FROM added) AS facts ORDER BY (fact ->> TG_ARGV[5])::bigint;
      RETURN NULL;
    END $$;
    CREATE FUNCTION turnaround_audit_waits() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO audit_waiting (entry_id) SELECT id FROM added;
      RETURN NULL;
    END $$;
    CREATE TRIGGER audit_entry_waits AFTER INSERT ON audit_entry
      REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION turnaround_audit_waits();
    """,
    """
    DROP TRIGGER audit_entry_waits ON audit_entry;
    DROP FUNCTION turnaround_audit_waits();
    DROP FUNCTION turnaround_audit();
    """,
)


def audited(
    table: str, *, of: str, key: str, operation: str = "", said_in: str = "", by: str = "by_id", row: str = "id"
) -> RunSQL:
    """Every row added to `table` is an entry of the audit log: about the `of` whose number stands in the column
    `key`, done by the person in the column `by` (where it is empty, the person of the transaction).  What was done
    stands in the column `said_in`, or is always `operation`.  `row` is the table's own key."""
    arguments = ", ".join(f"'{word}'" for word in (of, key, by, said_in, operation or "written", row))
    return RunSQL(
        f"CREATE TRIGGER {table}_audited AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
        f"FOR EACH STATEMENT EXECUTE FUNCTION turnaround_audit({arguments});",
        f"DROP TRIGGER {table}_audited ON {table};",
    )
