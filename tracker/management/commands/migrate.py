"""`migrate`, as the owner of the tables, for the application's role.

The application's role owns nothing, so migrations run on the owner's connection.  With one database URL the
role is made here when it is missing; with two, the role of DATABASE_URL must exist already.
"""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection
from psycopg import sql


class Command(Migrate):
    help = "Brings the database's tables up to date, as their owner."

    def handle(self, *args: Any, **options: Any) -> None:
        own = dict(connection.settings_dict)
        name = own["NAME"]
        connection.close()
        connection.settings_dict.update({**settings.OWNER_DATABASE, "NAME": name})
        try:
            self.prepare_role()
            super().handle(*args, **options)
            call_command("createcachetable", verbosity=0)
        finally:
            connection.close()
            connection.settings_dict.clear()
            connection.settings_dict.update(own)

    def prepare_role(self) -> None:
        """The application's role, and what it may do with tables made from now on.  History tables take
        some of it back in their own migrations."""
        role = sql.Identifier(settings.DATABASE_APP_ROLE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.DATABASE_APP_ROLE])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOSUPERUSER NOBYPASSRLS").format(role))
            if settings.ONE_DATABASE_URL:
                cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [settings.DATABASE_APP_ROLE])
                if not cursor.fetchone()[0]:
                    cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
            for grant in (
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
            ):
                cursor.execute(sql.SQL(grant).format(role))
