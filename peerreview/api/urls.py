"""The addresses of peer review under `/api/v1/`."""

from django.urls import path

from peerreview.api import rounds

urlpatterns = [
    path("rounds", rounds.Rounds.as_view(), name="api-rounds"),
    path("pairs", rounds.Pairs.as_view(), name="api-pairs"),
]
