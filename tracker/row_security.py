"""The second wall: PostgreSQL's row security, and tables that can only grow.

The first wall is `visible_to(user)` on every queryset.  Behind it each confidential table carries a
policy that reads the transaction's own settings, written by `tracker.people.scope` when a request,
a task or a command begins.  Outside such a scope a confidential table is empty.

A migration that makes a confidential table ends with `protect(...)`; one that makes a table of history
ends with `append_only(...)`.  Both are migration operations, so that a table never exists without them.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db.migrations import RunSQL

# Each is computed once per statement (an init plan), not once per row; the outer cast, which does nothing,
# makes the parser read `= ANY (...)` as an array, not as a list of rows.
TRUSTS = "(SELECT COALESCE(NULLIF(current_setting('turnaround.trusts', true), ''), '{}')::bigint[])::bigint[]"
HOMES = "(SELECT COALESCE(NULLIF(current_setting('turnaround.homes', true), ''), '{}')::bigint[])::bigint[]"
SCOPES = "(SELECT COALESCE(NULLIF(current_setting('turnaround.scopes', true), ''), '{}')::uuid[])::uuid[]"
PERSON = "(SELECT NULLIF(current_setting('turnaround.person', true), '')::bigint)"
NATIONAL = "(SELECT current_setting('turnaround.national', true) = 'on')"
OPERATIONS = "(SELECT current_setting('turnaround.operations', true) = 'on')"

OWN_TRUST = f"trust_id = ANY ({TRUSTS})"
OWN_TRUST_OR_SHARED = f"({OWN_TRUST} OR shared_scopes && {SCOPES})"


def protect(table: str, *, using: str = OWN_TRUST, check: str | None = None) -> RunSQL:
    """Turn row security on for `table`, for its owner too.  `using` says which rows are seen, `check` which
    may be written (the same when not given)."""
    condition = f"USING ({using}) WITH CHECK ({check or using})"
    return RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY {table}_scope ON {table} {condition};",
        f"DROP POLICY {table}_scope ON {table};"
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def append_only(table: str) -> RunSQL:
    """Rows of `table` are written once.  The application's role is not granted anything else, and a trigger
    refuses update, delete and truncate whoever asks, so that no later grant undoes it by accident."""
    role = settings.DATABASE_APP_ROLE
    return RunSQL(
        f"""
        REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM "{role}";
        CREATE OR REPLACE FUNCTION turnaround_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
        END $$;
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
          FOR EACH STATEMENT EXECUTE FUNCTION turnaround_refuse_change();
        """,
        f'DROP TRIGGER {table}_append_only ON {table}; GRANT UPDATE, DELETE ON {table} TO "{role}";',
    )


def immutable_column(table: str, column: str) -> RunSQL:
    """`column` of `table` keeps its first value for ever."""
    name = f"{table}_{column}_immutable"
    return RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.{column} IS DISTINCT FROM OLD.{column} THEN
            RAISE EXCEPTION '{column} of {table} never changes' USING ERRCODE = 'restrict_violation';
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER {name} BEFORE UPDATE OF {column} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


def only_these_change(table: str, *columns: str) -> RunSQL:
    """Rows of `table` are never deleted, and of their columns only `columns` take another value."""
    name = f"{table}_settled"
    changing = "{" + ",".join(columns) + "}"
    return RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'rows of {table} are never deleted' USING ERRCODE = 'restrict_violation';
          END IF;
          IF to_jsonb(NEW) - '{changing}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{changing}'::text[] THEN
            RAISE EXCEPTION 'of {table} only {", ".join(columns)} may change' USING ERRCODE = 'restrict_violation';
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


def moves_only(table: str, column: str, moves: Iterable[tuple[str, str]]) -> RunSQL:
    """`column` of `table` goes from one state to another only where `moves` has the pair: the lifecycle, held by
    the database too.  Staying as it is is no move."""
    name = f"{table}_{column}_moves"
    known = ",".join(f"'{start}>{end}'" for start, end in moves)
    return RunSQL(
        f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.{column} <> OLD.{column} AND NOT (OLD.{column} || '>' || NEW.{column}) = ANY (ARRAY[{known}]) THEN
            RAISE EXCEPTION '{table}: no move from % to %', OLD.{column}, NEW.{column}
              USING ERRCODE = 'restrict_violation';
          END IF;
          RETURN NEW;
        END $$;
        CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE OF {column} ON {table}
          FOR EACH ROW EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )
