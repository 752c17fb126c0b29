"""The pages of peer review, under /peer/."""

from django.urls import path

from peerreview.web.views import rounds

urlpatterns = [
    path("rounds", rounds.rounds, name="rounds"),
    path("rounds/new", rounds.new_round, name="new_round"),
    path("rounds/<int:number>", rounds.board, name="round"),
    path("rounds/<int:number>/publish", rounds.publish, name="publish_round"),
    path("rounds/<int:number>/set-aside", rounds.set_aside, name="set_aside_round"),
    path("rounds/<int:number>/<str:code>", rounds.pair, name="round_pair"),
]
