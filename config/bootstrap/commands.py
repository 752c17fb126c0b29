"""What `manage.py` does with its first word.

`demo` and `test` are the launcher's own. Everything else is Django's, run in this process with the embedded
servers behind it unless the environment names others or the command needs none.
"""

import errno
import importlib
import os
import sys
from collections.abc import Mapping, Sequence

from config.bootstrap import demo, frontend, testing
from config.bootstrap.environment import DEVELOPING, RUNNING, Environment
from config.bootstrap.places import CHECKOUT, data_directory, make_directory
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
SERVING_PAGES = frozenset({"runserver", "collectstatic", "findstatic"})


def main(arguments: Sequence[str]) -> int:
    """Run one command line, `manage.py` first; the exit status. Problems are told, never traced."""
    try:
        return _run(list(arguments))
    except SetupProblem as problem:
        print(f"\n{problem}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print("\nThe disk is full. Free some space and start again: nothing is half-done.", file=sys.stderr)
    return 1


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
