from django.apps import AppConfig


class PeerReviewConfig(AppConfig):
    """Pairing trusts that have succeeded with trusts that struggle, and the reviews that follow."""

    name = "peerreview"
