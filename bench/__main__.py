"""`python -m bench [names] [--all] [--rows N]`: every benchmark, or those named, each in a process of its own.

A benchmark is a module of this package with a `main()` that prints `RATIO name value target ok|MISSED` and
answers an exit status.  The last lines are all the ratios together; the exit status is 1 when one was missed or
a benchmark failed.  Run it where the servers' addresses are in the environment: `make bench`.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.measuring.options import make_parser
from bench.measuring.ratios import Said
from bench.scratch.database import only_run
from bench.scratch.machine import describe

HERE = Path(__file__).resolve().parent


def names() -> list[str]:
    """The benchmarks there are: the modules beside this one."""
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def run(name: str, arguments: Sequence[str]) -> tuple[int, list[Said]]:
    """Run one benchmark, passing on what it prints as it comes; its exit status and its ratios."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    command = [sys.executable, "-u", "-m", f"bench.{name}", *arguments]
    said: list[Said] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parent) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if ratio := Said.read(line):
                said.append(ratio)
    print(f"   ({time.monotonic() - started:.0f} s)", flush=True)
    return process.returncode, said


def main() -> int:
    parser = make_parser(__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="; ".join(names()))
    given = parser.parse_args()
    if unknown := set(given.names) - set(names()):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(names())}")
    arguments = [*(["--all"] if given.all else []), *(["--rows", str(given.rows)] if given.rows else [])]
    said: list[Said] = []
    failed: list[str] = []
    with only_run():
        print(describe())
        for name in given.names or names():
            status, ratios = run(name, arguments)
            said += ratios
            if (status and not any(ratio.judgement == "MISSED" for ratio in ratios)) or not ratios:
                failed.append(name)
    print()
    for name in failed:
        print(f"FAILED: {name} ended without its ratios")
    for ratio in said:
        print(ratio.line)
    return 1 if failed or any(ratio.judgement == "MISSED" for ratio in said) else 0


if __name__ == "__main__":
    sys.exit(main())
