"""`manage.py load_trust_facts FILE`: dated facts of trusts from a CSV file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.trusts.importer import known_codes, load_trust_facts
from tracker.trusts.reference_csv import UnreadableReference
from tracker.trusts.register import read_trust_facts


class Command(BaseCommand):
    help = "Loads dated facts (segment, programme, size, teaching, rural, record_system) from a CSV file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            facts = read_trust_facts(file, codes=known_codes())
            self.stdout.write(load_trust_facts(facts).words())
        except (UnreadableReference, OSError) as problem:
            raise CommandError(f"{problem}\nNothing was loaded.") from problem
