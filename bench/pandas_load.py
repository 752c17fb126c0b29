"""Against the common way to load a sheet: pandas' `read_csv` and `to_sql`, which parse and insert and no more.

The table that pandas writes has no index, no history and no check of a value.
"""
# mypy: disable-error-code="import-not-found, import-untyped"

import sys
from pathlib import Path

import pandas
import sqlalchemy

from bench.measuring.options import Options, read_options
from bench.measuring.ratios import Ratio, exit_status, spread
from bench.measuring.repeating import Timings, seconds_of
from bench.scratch.database import connect_owner, owner_of, scratch
from bench.scratch.files import full_size
from bench.scratch.imports import load, register
from tracker.demonstration.england import england

CHUNK = 10_000


def by_pandas(database: str, path: Path) -> None:
    """Everything as text, as a careful person would, in pieces so that the memory is bounded."""
    engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: connect_owner(database))
    try:
        with engine.begin() as connection:
            for piece in pandas.read_csv(path, dtype=str, chunksize=CHUNK):
                piece.to_sql("by_pandas", connection, if_exists="append", index=False)
    finally:
        engine.dispose()


def measure(options: Options) -> list[Ratio]:
    world, timings = england(), Timings()
    path = full_size(options.rows)
    for _ in range(options.repetitions):
        with scratch() as name:
            register(world)
            timings.add("by pandas", seconds_of(lambda: by_pandas(name, path)))
            with owner_of(name) as owner:
                owner.execute("DROP TABLE by_pandas")
            timings.add("by the importer", seconds_of(lambda: load(path, world.months[0])))
    for what, taken in timings.taken.items():
        print(f"{what}: {spread(taken)} s")
    ratio = timings.ratio("by the importer", "by pandas")
    return [Ratio("first_import_to_pandas", ratio, 1, judged=options.whole)]


if __name__ == "__main__":
    sys.exit(exit_status(measure(read_options())))
