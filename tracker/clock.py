"""The clock, read at the edge and passed in as `now` and `today`.

It is the database's clock, so that web servers and workers agree, plus, in the demonstration only, an
offset that `manage.py travel` stores.  Leases use the database's real clock, never this one.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, models

ENGLAND = ZoneInfo("Europe/London")


class ClockOffset(models.Model):
    """How far the demonstration's clock stands from the real one.  At most one row; none in the real world."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField()
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=200)

    class Meta:
        db_table = "clock_offset"
        app_label = "tracker"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_clock")]


@dataclass(frozen=True)
class Moment:
    """A moment as a person in England sees it."""

    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(ENGLAND).date()


def moment() -> Moment:
    """The present moment: the database's clock plus the demonstration's offset."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT clock_timestamp(), (SELECT "offset" FROM clock_offset WHERE id = 1)')
        real, offset = cursor.fetchone()
    travelled: timedelta = offset if offset is not None and settings.WORLD == "demo" else timedelta()
    return Moment(real + travelled)


def real_moment() -> datetime:
    """The database's clock as it is, for what is measured against files and leases."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        real: datetime = cursor.fetchone()[0]
    return real
