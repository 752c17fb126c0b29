"""A re-import, and one of a file with one rating in a hundred changed, where the history is ten times as long."""

import sys

from bench.measuring.options import Options, read_options
from bench.measuring.ratios import Ratio, exit_status, spread
from bench.measuring.repeating import Timings, seconds_of
from bench.scratch.database import copy_database, drop_database, scratch, settle
from bench.scratch.files import full_size, same_content
from bench.scratch.imports import deepen_history, load, register
from tests.databases import point_at
from tracker.demonstration.england import england

TIMES = 10
REPETITIONS = 5


def measure(options: Options) -> list[Ratio]:
    world, timings = england(), Timings()
    path = full_size(options.rows)
    with scratch() as short:
        register(world)
        load(path, world.months[0])
        settle(short)
        long = copy_database(short)
        try:
            point_at(long)
            deepen_history(TIMES)
            settle(long)
            for number in range(1, REPETITIONS + 1):
                again = same_content(path, number)
                for name, history in ((short, "re-import"), (long, "re-import, long history")):
                    point_at(name)
                    timings.add(history, seconds_of(lambda: load(again, world.months[0])))  # noqa: B023  called here
                again.unlink()
            changed = full_size(options.rows, changed=0.01)
            for name, history in ((short, "changed"), (long, "changed, long history")):
                point_at(name)
                timings.add(history, seconds_of(lambda: load(changed, world.months[1])))
        finally:
            drop_database(long)
    for what, taken in timings.taken.items():
        print(f"{what}: {spread(taken)} s")
    return [
        Ratio("reimport_tenfold_history", timings.ratio("re-import, long history", "re-import"), 1.2),
        # once only: another repetition would need another ten-fold database
        Ratio("changed_tenfold_history", timings.ratio("changed, long history", "changed"), 1.2, judged=False),
    ]


if __name__ == "__main__":
    sys.exit(exit_status(measure(read_options())))
