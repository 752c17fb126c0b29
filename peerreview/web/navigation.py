"""This application's place in the main navigation."""

from django.urls import reverse

from tracker.people.access import Access
from tracker.people.roles import Can
from tracker.sources import NavigationItem


def items(access: Access) -> list[NavigationItem]:
    """Peer review, for everybody who is signed in with a role: before a round is published, its page is empty."""
    if not access.may(Can.SEE_RATINGS):
        return []
    return [NavigationItem("Peer review", reverse("rounds"), 50)]
