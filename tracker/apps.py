from django.apps import AppConfig


class TrackerConfig(AppConfig):
    """Ratings, findings, plans, reminders and what the sector can learn from them."""

    name = "tracker"
