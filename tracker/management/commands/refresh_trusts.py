"""`manage.py refresh_trusts FILE`: the register's names, places and dates from ODS's trust file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.trusts.importer import refresh_from_ods
from tracker.trusts.ods_file import read_ods_trusts
from tracker.trusts.reference_csv import UnreadableReference


class Command(BaseCommand):
    help = "Refreshes the register from ODS's trust file (etr, 24 or 27 columns, no heading)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            listed = read_ods_trusts(file)
        except (UnreadableReference, OSError) as problem:
            raise CommandError(f"{problem}\nNothing was loaded.") from problem
        self.stdout.write(refresh_from_ods(listed).words())
