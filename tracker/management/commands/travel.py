"""`manage.py travel`: the demonstration's clock on another day, so that what is due can be seen to come."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from tracker.clock import ENGLAND, ClockOffset, moment


class Command(BaseCommand):
    help = "Moves the demonstration's clock to another day, at this time of day, or back to the real one."

    def add_arguments(self, parser: CommandParser) -> None:
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--to", metavar="DATE", help="the day to travel to, e.g. 2026-12-24")
        where.add_argument("--back", action="store_true", help="return to the real clock")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.WORLD != "demo":
            raise CommandError("Only the demonstration's clock can be moved: here WORLD is not demo.")
        if options["back"]:
            ClockOffset.objects.all().delete()
        else:
            real = self.real_clock()
            travelled = {"offset": self.offset(options["to"], real), "set_at": real, "set_by": "manage.py travel"}
            ClockOffset.objects.update_or_create(id=1, defaults=travelled)
        here = moment().now.astimezone(ENGLAND)
        self.stdout.write(f"The demonstration's clock says {here:%A} {here.day} {here:%B %Y, %H:%M}.")

    def real_clock(self) -> datetime:
        """The database's clock in England, without the demonstration's offset."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            now: datetime = cursor.fetchone()[0]
        return now.astimezone(ENGLAND)

    def offset(self, text: str, real: datetime) -> timedelta:
        """How far away the day in `text` is, at this time of day by England's clocks."""
        try:
            day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day has no zone
            # In UTC: moments of one zone are subtracted by their wall clocks, an hour out where summer time begins.
            return datetime.combine(day, real.time(), ENGLAND).astimezone(UTC) - real.astimezone(UTC)
        except (ValueError, OverflowError) as problem:
            raise CommandError(f"“{text}” is not a day. Write it as 2026-12-24.") from problem
