"""Addresses below /api/v1/. They name no language and stay as they are."""

from django.urls import path

from projects.api import views
from projects.api.docs import docs
from projects.api.schema import Schema

urlpatterns = [
    path("projects/", views.Projects.as_view(), name="api-projects"),
    path("projects/<int:number>/", views.OneProject.as_view(), name="api-project"),
    path("resolutions/", views.Resolutions.as_view(), name="api-resolutions"),
    path("resolutions/<int:id>/", views.OneResolution.as_view(), name="api-resolution"),
    path("sectors/", views.Sectors.as_view(), name="api-sectors"),
    path("territories/", views.Territories.as_view(), name="api-territories"),
    path("totals/", views.TotalsBy.as_view(), name="api-totals"),
    path("schema/", Schema.as_view(), name="api-schema"),
    path("docs/", docs, name="api-docs"),
]
