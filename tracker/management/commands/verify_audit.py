"""`manage.py verify_audit`: holds the audit log against its seals; exit code 1 when an entry was tampered with."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.audit.models import AuditSeal, AuditWaiting
from tracker.audit.verifying import verify_audit
from tracker.people.scope import whole_service


class Command(BaseCommand):
    help = "Checks that no entry of the audit log was changed, removed or put in, and names each that was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--known", metavar="PLACE:SEAL", help="a seal that the worker's log told, which must still stand"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        known = _known(options["known"])
        count = 0
        with whole_service():
            for problem in verify_audit(known=known):
                self.stdout.write(self.style.ERROR(problem))
                count += 1
            place, seal = AuditSeal.last()
            waiting = AuditWaiting.objects.count()
        if count:
            self.stdout.write(self.style.ERROR(f"{count:,} found. The audit log is not as it was written."))
            sys.exit(1)
        self.stdout.write(f"{place:,} entries stand as they were sealed; {waiting:,} wait for their seal.")
        if place:
            self.stdout.write(f"The last is {place}:{seal}. Keep it outside the database, and give it to --known.")


def _known(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    place, _, seal = text.partition(":")
    if not (place.isascii() and place.isdigit() and seal):
        raise CommandError("--known is a place and its seal, as in 17:4a6b…")
    return int(place), seal
