"""The pages.  `tests/house/test_doors.py` holds the permission table: an address it does not know fails."""

from django.urls import path

from tracker.web.views import cells, search, service, sites, today, trusts

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
    path("sites/<str:cqc_id>", sites.site, name="site"),
    path("ratings/<str:level>/<str:cqc_id>/<path:service>/<str:domain>", cells.cell, name="cell"),
]
