"""This application's place in the main navigation."""

from tracker.people.access import Access
from tracker.sources import NavigationItem


def items(access: Access) -> list[NavigationItem]:
    return []
