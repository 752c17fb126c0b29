"""`manage.py prepare_demonstration`: the invented England in an empty database, and the sign-ins printed.

`--full-size FILE` writes instead CQC's monthly file at the size of all England, for measuring; nothing is loaded.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.clock import moment
from tracker.demonstration.bulk_file import Format
from tracker.demonstration.england import england
from tracker.demonstration.full_size import FULL_SIZE, write_full_size
from tracker.management.demonstration import (
    PASSWORD,
    cast_of_people,
    holds_something_else,
    prepare_people,
    prepare_ratings,
    prepare_register,
    prepare_thread,
)
from tracker.management.demonstration_actions import prepare_actions
from tracker.management.demonstration_measures import prepare_measures
from tracker.management.demonstration_reports import prepare_reports
from tracker.people.scope import whole_service
from tracker.trusts.models import Trust


class Command(BaseCommand):
    help = "Makes the demonstration England where the database is empty; prints who can sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--full-size", type=Path, metavar="FILE", help="write a full-size file (.ods, .xlsx, .csv)")
        parser.add_argument("--rows", type=int, default=FULL_SIZE, help="how many location rows it has")

    def handle(self, *args: Any, full_size: Path | None, rows: int, **options: Any) -> None:
        if full_size is not None:
            self.write_full_size(full_size, rows)
            return
        if settings.WORLD != "demo":
            raise CommandError("This database is for real data (WORLD=real). The demonstration needs one of its own.")
        if holds_something_else():
            raise CommandError(
                "This database holds trusts or ratings that the demonstration did not make. "
                "Give the demonstration an empty database of its own."
            )
        world = england()
        folder = settings.DEMONSTRATION_DIR
        now = moment()
        if not Trust.objects.exists():
            self.stdout.write("Making the demonstration England (fictional trusts) ...")
        prepare_register(world, folder / "register", now)
        with whole_service() as service:
            prepare_people(service, now)
        prepare_ratings(world, folder / "cqc-files", now, self.stdout.write)
        with whole_service():
            prepare_thread(now)
            prepare_measures(now)
        prepare_actions(now)
        with whole_service():
            prepare_reports(now, self.stdout.write)
        self.tell(folder / "cqc-files")

    def write_full_size(self, file: Path, rows: int) -> None:
        formats: dict[str, Format] = {".ods": "ods", ".xlsx": "xlsx", ".csv": "csv"}
        kind = formats.get(file.suffix)
        if kind is None:
            raise CommandError("Name the file .ods, .xlsx or .csv.")
        for path in write_full_size(file, kind, rows):
            self.stdout.write(f"{path}: {path.stat().st_size / 1e6:,.1f} MB")

    def tell(self, files: Any) -> None:
        self.stdout.write(f'\nSign in with any of these and the password "{PASSWORD}":')
        for part in cast_of_people():
            at = f", {part.at}" if part.at and part.at != "system" else ""
            self.stdout.write(f"  {part.email:<22} {part.role.label}{at}")
        self.stdout.write(f"CQC's files of the coming months, to load by hand, are in {files}\n")
