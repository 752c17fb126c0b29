"""The most memory an import takes, of the importer and of the process that reads the file, by the file's format.

The reader's figure cannot be less than what the importer held when it started it (the system counts it so);
it is what the system reports all the same.
"""

import json
import subprocess
import sys

from bench.measuring.options import FILE_ROWS, Options, read_options
from bench.measuring.ratios import Ratio, exit_status
from bench.scratch.database import scratch
from bench.scratch.files import full_size
from bench.scratch.imports import register
from tests.databases import ROOT, environment_for
from tracker.demonstration.bulk_file import Format
from tracker.demonstration.england import england

MEGABYTES: dict[Format, int] = {"csv": 150, "ods": 256, "xlsx": 256}


def measure(options: Options) -> list[Ratio]:
    world = england()
    ratios = []
    for file_format, most in MEGABYTES.items():
        rows = options.rows if file_format == "csv" or not options.whole else FILE_ROWS
        path = full_size(rows, file_format)
        with scratch() as name:
            register(world)
            command = [sys.executable, "-m", "bench.scratch.importing_process", str(path), str(world.months[0])]
            answer = subprocess.run(
                command, cwd=ROOT, env=environment_for(name), stdout=subprocess.PIPE, text=True, check=True
            ).stdout
        held = json.loads(answer)
        print(
            f"{file_format}, {rows:,} rows, {held['changes']:,} ratings: importer {held['parent']:.0f} MB "
            f"({held['idle']:.0f} before it began), reader {held['child']:.0f} MB"
        )
        ratios += [
            Ratio(f"memory_{file_format}_importer_mb", held["parent"], most),
            Ratio(f"memory_{file_format}_reader_mb", held["child"], most),
        ]
        path.unlink()
    return ratios


if __name__ == "__main__":
    sys.exit(exit_status(measure(read_options())))
