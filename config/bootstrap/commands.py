"""What `manage.py` does with its first word.

`demo` and `test` are the launcher's own. Everything else is Django's, run in this process with the embedded
servers behind it unless the environment names others or the command needs none.
"""

import errno
import importlib
import os
import shutil
import sys
from collections.abc import Mapping, Sequence

from config.bootstrap import demo, frontend, testing
from config.bootstrap.account import server_account
from config.bootstrap.environment import DEVELOPING, RUNNING, Environment
from config.bootstrap.places import CHECKOUT, MEGABYTE, data_directory, make_directory, server_place
from config.bootstrap.postgres import APP, DATABASES
from config.bootstrap.problems import SetupProblem
from config.bootstrap.servers import Lease, development_control, service_environment, world_of

# Django's commands that read code and files only; anything not named here gets its servers.
WITHOUT_SERVERS = frozenset(
    {
        "",
        "help",
        "--help",
        "-h",
        "version",
        "--version",
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "makemessages",
        "spectacular",
        "startapp",
    }
)
POSTGRES_DISK_FULL = "53100"
LEAST_MEGABYTES = 20  # PostgreSQL writes its log ahead in pieces of 16
SERVING_PAGES = frozenset({"runserver", "collectstatic", "findstatic"})


def main(arguments: Sequence[str]) -> int:
    """Run one command line, `manage.py` first; the exit status. Problems are told, never traced."""
    as_started = dict(os.environ)  # a command of Django's is given the addresses of its servers
    try:
        return _run(list(arguments))
    except SetupProblem as problem:
        print(f"\n{problem}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except Exception as error:
        if not came_of_a_full_disk(error, as_started):
            raise
        print("\nThe disk is full. Free some space and start again: nothing is half-done.", file=sys.stderr)
    return 1


def came_of_a_full_disk(error: BaseException, environ: Mapping[str, str]) -> bool:
    """Whether no space was the cause: the file system says so, or PostgreSQL does, or it stopped for want of it."""
    found: BaseException | None = error
    lost = False
    while found is not None:
        if getattr(found, "errno", None) == errno.ENOSPC or getattr(found, "sqlstate", None) == POSTGRES_DISK_FULL:
            return True
        lost = lost or type(found).__name__ == "OperationalError"  # psycopg is there only in the environment
        found = found.__cause__ or found.__context__
    return lost and not environ.get("DATABASE_URL") and _nothing_free(environ)


def _nothing_free(environ: Mapping[str, str]) -> bool:
    cluster = server_place(development_control(environ), server_account()).home
    return cluster.exists() and shutil.disk_usage(cluster).free < LEAST_MEGABYTES * MEGABYTE


def _run(arguments: list[str]) -> int:
    name = arguments[1] if len(arguments) > 1 else ""
    if name == "demo" and not wants_help(arguments):
        demo.check_before_installing(os.environ)
    Environment(CHECKOUT, DEVELOPING if name == "test" else RUNNING).enter(arguments)
    if wants_help(arguments) and name in {"demo", "test"}:
        print((demo if name == "demo" else testing).__doc__)
        return 0
    if name == "demo":
        return demo.run(os.environ)
    if name == "test":
        return testing.run(arguments[2:], os.environ)
    if name in SERVING_PAGES:
        frontend.prepare(CHECKOUT)
    return _run_django(arguments)


def wants_help(arguments: Sequence[str]) -> bool:
    """Whether only an explanation is asked for."""
    return any(word in {"-h", "--help"} for word in arguments[1:])


def needs_servers(arguments: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether a Django command line is to be given the embedded servers."""
    if environ.get("DATABASE_URL"):
        return False
    name = arguments[1] if len(arguments) > 1 else ""
    if name == "check":
        return "--database" in arguments
    return name not in WITHOUT_SERVERS and not wants_help(arguments)


def _run_django(arguments: list[str]) -> int:
    if not needs_servers(arguments, os.environ):
        return _execute(arguments, {} if os.environ.get("DATABASE_URL") else _nowhere(os.environ))
    make_directory(data_directory(os.environ))
    with Lease(development_control(os.environ)) as lease:
        return _execute(arguments, lease.environment(world_of(os.environ)))


def _nowhere(environ: Mapping[str, str]) -> dict[str, str]:
    """Addresses that satisfy the settings and lead to no server, for commands that open no connection."""
    nowhere = "%2Fnonexistent"
    return {
        "DATABASE_URL": f"postgresql://{APP}@{nowhere}/{DATABASES[world_of(environ)]}",
        "MIGRATION_DATABASE_URL": f"postgresql://{APP}@{nowhere}/{DATABASES[world_of(environ)]}",
        "REDIS_URL": "unix:///nonexistent",
    }


def _execute(arguments: list[str], found: Mapping[str, str]) -> int:
    os.environ.update(service_environment(os.environ, found))
    # By name, because Django is there only now that the environment has been made.
    importlib.import_module("django.core.management").execute_from_command_line(arguments)
    return 0
