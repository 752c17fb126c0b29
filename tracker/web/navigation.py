"""This application's places in the main navigation, for the person who is looking."""

from django.urls import reverse

from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.sources import NavigationItem


def items(access: Access) -> list[NavigationItem]:
    """Only what the person may open: a link that answers "not found" is worse than none."""
    places = [NavigationItem("Today", reverse("today"), 10)]
    if access.may(Can.SEE_RATINGS):
        places.append(NavigationItem("Ratings", reverse("trusts"), 20))
    if access.may(Can.SEE_SECTOR):
        places.append(NavigationItem("Sector", reverse("sector"), 30))
        places.append(NavigationItem("Reminders", reverse("reminders"), 50))
    if access.may(Can.SEE_PLANS):
        places.append(NavigationItem("Actions", reverse("actions"), 40))
        places.append(NavigationItem("Measures", reverse("measures"), 45))
    if access.may(Can.LOAD_RATINGS):
        places.append(NavigationItem("Imports", reverse("imports"), 60))
    if access.may(Can.SEE_OPERATIONS):
        places.append(NavigationItem("Outbox", reverse("outbox"), 70))
        places.append(NavigationItem("Operations", reverse("operations"), 75))
        places.append(NavigationItem("Audit log", reverse("audit"), 75))
    return places
