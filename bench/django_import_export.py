"""Against the common Django way to load the same rows again: django-import-export, told to skip what is unchanged.

It looks every row up on its own, so its time grows with the rows: it is measured on a few thousand and
scaled in proportion, in a table of its own with an index on the key it looks up by.
"""
# mypy: disable-error-code="import-not-found, import-untyped, no-any-unimported"
# mypy: disallow-subclassing-any=False

import csv
import sys
from itertools import islice
from pathlib import Path

import tablib
from django.db import connection, models
from import_export import resources

from bench.measuring.options import Options, read_options
from bench.measuring.ratios import Ratio, exit_status, spread
from bench.measuring.repeating import Timings, seconds_of
from bench.scratch.database import owner_of, scratch, settle
from bench.scratch.files import full_size, same_content
from bench.scratch.imports import load, register
from tracker.demonstration.england import england

SAMPLE = 2_000
REPETITIONS = 3
COLUMNS = {
    "location": "Location ID", "name": "Location Name", "category": "Location Primary Inspection Category",
    "service": "Service / Population Group", "domain": "Domain", "rating": "Latest Rating",
    "published": "Publication Date", "report": "Report Type", "inherited": "Inherited Rating (Y/N)", "url": "URL",
    "provider": "Provider ID",
}  # fmt: skip


class PrintedRating(models.Model):
    """A row of the file, as it is printed."""

    location = models.TextField()
    name = models.TextField()
    category = models.TextField()
    service = models.TextField()
    domain = models.TextField()
    rating = models.TextField()
    published = models.TextField()
    report = models.TextField()
    inherited = models.TextField()
    url = models.TextField()
    provider = models.TextField()

    class Meta:
        app_label = "tracker"  # the library asks for an installed application; no migration knows this table
        managed = False
        db_table = "printed_rating"


class PrintedRatings(resources.ModelResource):
    class Meta:
        model = PrintedRating
        fields = tuple(COLUMNS)
        import_id_fields = ("location", "service", "domain", "published", "rating")
        skip_unchanged = True
        report_skipped = False
        use_bulk = True


def read_rows(path: Path, count: int) -> tablib.Dataset:
    """The first rows of the file; equal ones once, since the key must tell rows apart."""
    data = tablib.Dataset(headers=list(COLUMNS))
    seen: set[tuple[str, ...]] = set()
    with path.open(encoding="utf-8", newline="") as file:
        for row in islice(csv.DictReader(file), count):
            values = tuple(row[heading] for heading in COLUMNS.values())
            if values not in seen:
                seen.add(values)
                data.append(values)
    return data


def make_table(database: str) -> None:
    columns = ", ".join(f"{name} text NOT NULL" for name in COLUMNS)
    with owner_of(database) as owner, connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
        owner.execute(f"CREATE TABLE printed_rating (id bigserial PRIMARY KEY, {columns})")
        owner.execute("CREATE INDEX ON printed_rating (location, service, domain)")
        owner.execute(f"GRANT ALL ON printed_rating, printed_rating_id_seq TO {role}")


def again(data: tablib.Dataset, expected: int) -> None:
    """Import the same rows once more.  Raises RuntimeError where anything but skipping happened."""
    totals = PrintedRatings().import_data(data, raise_errors=True).totals
    if totals["skip"] != expected:
        raise RuntimeError(f"{expected} rows were to be skipped: {totals}")


def measure(options: Options) -> list[Ratio]:
    world, timings = england(), Timings()
    path = full_size(options.rows)
    sample = min(SAMPLE, options.rows)
    data = read_rows(path, sample)
    with scratch() as name:
        register(world)
        make_table(name)
        PrintedRatings().import_data(data, raise_errors=True)
        load(path, world.months[0])
        settle(name)
        for number in range(REPETITIONS):
            timings.add("by django-import-export", seconds_of(lambda: again(data, len(data))))
            other = same_content(path, number + 1)
            timings.add("by the importer", seconds_of(lambda: load(other, world.months[0])))  # noqa: B023  here
            other.unlink()
    for what, taken in timings.taken.items():
        print(f"{what}: {spread(taken)} s for {len(data) if 'django' in what else options.rows:,} rows")
    scaled = timings.median("by django-import-export") * options.rows / len(data)
    print(f"django-import-export, scaled in proportion to {options.rows:,} rows: {scaled:.0f} s")
    speed_up = scaled / timings.median("by the importer")
    return [Ratio("reimport_speed_up_on_import_export", speed_up, 50, at_least=True, judged=options.whole)]


if __name__ == "__main__":
    sys.exit(exit_status(measure(read_options())))
