#!/usr/bin/env python3
"""Turnaround's one command.

    python3 manage.py demo      the whole service, with a demonstration England, in the browser
    python3 manage.py test      every quick test; --all for every test
    python3 manage.py help      everything else

Needs Python 3.11 and nothing more: see config/bootstrap.
"""

import os
import shutil
import sys

# Before any import of ours, whose syntax an older Python could not read.
if sys.version_info[:2] != (3, 11):
    NEEDED = shutil.which("python3.11")
    if NEEDED is None or os.environ.get("TURNAROUND_HANDED_OVER"):
        sys.exit(
            "Turnaround needs Python 3.11; this is Python {}.{}, and no python3.11 was found.\n"
            "On Debian or Ubuntu: apt install python3.11 python3.11-venv".format(*sys.version_info[:2])
        )
    os.environ["TURNAROUND_HANDED_OVER"] = "yes"
    os.execv(NEEDED, [NEEDED] + sys.argv)  # noqa: RUF005, S606 - read by older Pythons

from config.bootstrap import commands

if __name__ == "__main__":
    sys.exit(commands.main(sys.argv))
