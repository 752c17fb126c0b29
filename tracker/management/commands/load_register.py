"""`manage.py load_register [FOLDER]`: regions, systems, trusts and dated facts from reference files."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.clock import moment
from tracker.trusts.importer import load_register
from tracker.trusts.reference_csv import UnreadableReference
from tracker.trusts.register import DATA, read_register


class Command(BaseCommand):
    help = "Loads the register of regions, systems and trusts: the one shipped, or the files in FOLDER."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=DATA)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if folder == DATA and settings.WORLD != "real":
            raise CommandError(
                "The register that ships with the service is about real trusts, and this is the demonstration's "
                "database. Use WORLD=real with a database of its own."
            )
        try:
            register = read_register(folder)
        except (UnreadableReference, OSError) as problem:
            raise CommandError(f"{problem}\nNothing was loaded.") from problem
        self.stdout.write(load_register(register, folder=folder, now=moment().now).words())
