"""Addresses of the whole site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from ppp_registry import views

urlpatterns = [
    path("", views.root, name="root"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("favicon.ico", RedirectView.as_view(url="/static/mark.svg")),
    path("account/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("projects.download_urls")),
    path("api/v1/", include("projects.api.urls")),
    *i18n_patterns(
        path("accessibility/", views.accessibility, name="accessibility"),
        path("", include("projects.urls")),
        path("account/", include("accounts.page_urls")),
        path("", include("proposals.urls")),
    ),
]

handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.page_not_found
handler500 = views.server_error
