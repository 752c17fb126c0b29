"""A first import, the same content again, one rating in a hundred changed, and the same bytes again.

The yardstick is the raw COPY of the same bytes, taken right before each.
"""

import sys
from datetime import date

from bench.measuring.options import Options, read_options
from bench.measuring.ratios import Ratio, exit_status, spread
from bench.measuring.repeating import Timings, seconds_of
from bench.scratch.database import scratch, settle
from bench.scratch.files import full_size, same_content
from bench.scratch.imports import load, rating_rows_written, raw_copy, register
from tracker.demonstration.england import england
from tracker.ratings.models import RatingImport


def measure(options: Options) -> list[Ratio]:
    world, timings, written = england(), Timings(), 0
    path = full_size(options.rows)
    again, changed = same_content(path, 1), full_size(options.rows, changed=0.01)

    def one(what: str, file: str, as_at: date, state: str) -> None:
        source = {"first": path, "again": again, "changed": changed}[file]
        timings.add("raw copy", raw_copy(name, changed if source == changed else path))  # no empty lines for COPY

        def do() -> None:
            if load(source, as_at).state != state:
                raise RuntimeError(f"{what}: expected {state}")

        timings.add(what, seconds_of(do))

    for _ in range(options.repetitions):
        with scratch() as name:
            register(world)
            one("first import", "first", world.months[0], RatingImport.State.APPLIED)
            settle(name)
            before = rating_rows_written()
            one("identical re-import", "again", world.months[0], RatingImport.State.UNCHANGED)
            written += rating_rows_written() - before
            one("same bytes", "first", world.months[0], RatingImport.State.APPLIED)
            one("one percent changed", "changed", world.months[1], RatingImport.State.APPLIED)
    for what, taken in timings.taken.items():
        print(f"{what}: {spread(taken)} s")

    def to_copy(name: str, what: str, target: float) -> Ratio:
        return Ratio(f"{name}_to_raw_copy", timings.ratio(what, "raw copy"), target, judged=options.whole)

    return [
        to_copy("first_import", "first import", 8),
        to_copy("identical_reimport", "identical re-import", 4),
        Ratio("identical_reimport_rows_written", written, 0),
        to_copy("one_percent_changed", "one percent changed", 5),
        to_copy("same_bytes", "same bytes", 0.2),
    ]


if __name__ == "__main__":
    sys.exit(exit_status(measure(read_options())))
