"""Brings the tables up to date and makes the demonstration, in one process.

Loading Django takes longer than either does when there is nothing to do. Started by `demo`::

    python -m config.bootstrap.preparation MIGRATION_LOG
"""

import contextlib
import importlib
import sys
import traceback
from pathlib import Path

from config.bootstrap import processes

MIGRATION_FAILED = 9  # an exit status neither Django nor Python uses


def main(log_path: Path) -> None:
    """Run both commands: the first speaks to the log, the second to the person."""
    execute = importlib.import_module("django.core.management").execute_from_command_line
    processes.open_log(log_path).close()  # puts a large one aside
    with (
        log_path.open("a", encoding="utf-8") as log,
        contextlib.redirect_stdout(log),
        contextlib.redirect_stderr(log),
    ):
        try:
            execute(["manage.py", "migrate", "--no-input"])
        except (Exception, SystemExit):  # whatever it was, the log is where it is read
            traceback.print_exc()
            sys.exit(MIGRATION_FAILED)
    execute(["manage.py", "prepare_demonstration"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
