"""The addresses of the API under `/api/v1/`.  The last one answers for all that are none, so include this last."""

from django.urls import path

from tracker.api import actions, findings, history, measures, ratings, sector, service, trusts

urlpatterns = [
    path("schema/", service.Description.as_view(), name="api-schema"),
    path("regions", trusts.Regions.as_view(), name="api-regions"),
    path("systems", trusts.Systems.as_view(), name="api-systems"),
    path("trusts", trusts.Trusts.as_view(), name="api-trusts"),
    path("trusts/<str:code>", trusts.OneTrust.as_view(), name="api-trust"),
    path("sites", trusts.Sites.as_view(), name="api-sites"),
    path("ratings", ratings.Ratings.as_view(), name="api-ratings"),
    path("ratings/history", history.History.as_view(), name="api-ratings-history"),
    path("rating-changes", history.Changes.as_view(), name="api-rating-changes"),
    path("imports", history.Imports.as_view(), name="api-imports"),
    path("sector/distribution", sector.Distribution.as_view(), name="api-distribution"),
    path("findings", findings.Findings.as_view(), name="api-findings"),
    path("readings", findings.Readings.as_view(), name="api-readings"),
    path("actions", actions.Actions.as_view(), name="api-actions"),
    path("actions/<str:reference>", actions.OneAction.as_view(), name="api-action"),
    path("actions/<str:reference>/updates", actions.Progress.as_view(), name="api-action-updates"),
    path("measures", measures.Measures.as_view(), name="api-measures"),
    path("measures/<int:measure_id>", measures.OneMeasure.as_view(), name="api-measure"),
    path("measures/<int:measure_id>/values", measures.Values.as_view(), name="api-measure-values"),
    path("<path:nowhere>", service.Nowhere.as_view(), name="api-nowhere"),
]
