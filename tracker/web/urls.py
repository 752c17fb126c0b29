"""The pages.  `tests/house/test_doors.py` holds the permission table: an address it does not know fails."""

from django.urls import path

from tracker.web.views import service, today

urlpatterns = [
    path("", today.today, name="today"),
    path("livez", service.alive, name="livez"),
    path("readyz", service.ready, name="readyz"),
    path("accessibility", service.accessibility, name="accessibility"),
    path("account", service.account, name="account"),
    path("gallery", service.gallery, name="gallery"),
]
