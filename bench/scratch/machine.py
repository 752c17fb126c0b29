"""The machine a run was made on, in general terms."""

import os
import platform

from django.db import connection


def describe() -> str:
    """Processors, memory, load, PostgreSQL's version and whether it waits for the disk."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    connection.close()
    return (
        f"{os.cpu_count()} processors, {memory:.0f} GB of memory, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, PostgreSQL {version}, fsync {fsync}"
    )
