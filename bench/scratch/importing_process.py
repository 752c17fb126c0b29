"""`python -m bench.scratch.importing_process FILE AS_AT`: one import, and what memory it took, as JSON.

A process of its own, because the most memory a process ever held cannot be taken back.
"""

import json
import resource
import sys
from datetime import date
from pathlib import Path

from bench.scratch.imports import load

KIBIBYTE = 1024
MEGABYTE = 1024 * 1024


def most_held() -> float:
    """The most resident memory of this process, in MB; not that of the one that started it, which the system's
    own accounting (ru_maxrss) carries over."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * KIBIBYTE / MEGABYTE
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIBIBYTE / MEGABYTE


def main() -> int:
    before = most_held()
    done = load(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * KIBIBYTE / MEGABYTE
    print(
        json.dumps(
            {
                "state": done.state,
                "changes": sum(done.counts["changes"].values()),
                "idle": before,
                "parent": most_held(),
                "child": child,
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
