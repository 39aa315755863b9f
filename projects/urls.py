"""Addresses of the public register, below /kk/, /ru/ and /en/."""

from django.urls import path

from projects import views

urlpatterns = [
    path("", views.home, name="home"),
    path("projects/", views.project_list, name="projects"),
    path("projects/<int:number>/", views.project_detail, name="project"),
    path("resolutions/", views.resolution_list, name="resolutions"),
    path("resolutions/<int:pk>/", views.resolution_detail, name="resolution"),
    path("documents/<uuid:pk>/", views.document, name="document"),
]
