"""Every address.  Together with `sources.py` the only place that knows both applications."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# One way to sign in, with its limits, for the administration pages too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("tracker.web.urls")),
    path("peer/", include("peerreview.web.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("administration/", admin.site.urls),
    path("api/v1/", include("peerreview.api.urls")),
    path("api/v1/", include("tracker.api.urls")),  # last: it answers for every address there is not
]

handler400 = "tracker.web.views.service.bad_request"
handler403 = "tracker.web.views.service.not_allowed"
handler404 = "tracker.web.views.service.not_found"
handler500 = "tracker.web.views.service.broken"
