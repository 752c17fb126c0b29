"""The pages.  `tests/house/test_doors.py` holds the permission table: an address it does not know fails."""

from django.urls import path

from tracker.web.views import (
    actions,
    cells,
    inspections,
    movement,
    search,
    sector,
    service,
    sites,
    timeline,
    today,
    trusts,
)

urlpatterns = [
    path("", today.today, name="today"),
    path("livez", service.alive, name="livez"),
    path("readyz", service.ready, name="readyz"),
    path("accessibility", service.accessibility, name="accessibility"),
    path("account", service.account, name="account"),
    path("gallery", service.gallery, name="gallery"),
    path("search", search.search, name="search"),
    path("trusts", trusts.trusts, name="trusts"),
    path("trusts/<str:code>", trusts.trust, name="trust"),
    path("trusts/<str:code>/hospitals", sites.hospitals, name="hospitals"),
    path("trusts/<str:code>/timeline", timeline.timeline, name="timeline"),
    path("sector", sector.sector, name="sector"),
    path("sector/movement", movement.movement, name="movement"),
    path("sites/<str:cqc_id>", sites.site, name="site"),
    path("ratings/<str:level>/<str:cqc_id>/<path:service>/<str:domain>", cells.cell, name="cell"),
    path("trusts/<str:code>/inspections", inspections.inspections, name="inspections"),
    path("trusts/<str:code>/inspections/new", inspections.record_inspection, name="record_inspection"),
    path(
        "trusts/<str:code>/inspections/<int:inspection_id>/findings/new",
        inspections.record_finding,
        name="record_finding",
    ),
    path("actions", actions.actions, name="actions"),
    path("actions/new", actions.make_action, name="make_action"),
    path("actions/<str:reference>", actions.action, name="action"),
    path("actions/<str:reference>/progress", actions.record_progress, name="record_progress"),
    path("actions/<str:reference>/reassign", actions.reassign_action, name="reassign_action"),
]
