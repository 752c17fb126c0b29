"""`manage.py check_ratings`: holds every current rating against the history; exit code 1 on any difference."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from tracker.ratings.verifying import check_ratings


class Command(BaseCommand):
    help = "Checks that current ratings are what their history says, and that every key names something."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            found = check_ratings()
        for what, rows in found:
            self.stdout.write(self.style.ERROR(f"{rows:,} {what}."))
        if found:
            sys.exit(1)
        self.stdout.write("Current ratings agree with their history.")
