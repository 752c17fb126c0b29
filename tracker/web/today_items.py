"""This application's parts of the page Today."""

from tracker.clock import Moment
from tracker.people.access import Access
from tracker.sources import TodaySection


def items(access: Access, moment: Moment) -> list[TodaySection]:
    return []
