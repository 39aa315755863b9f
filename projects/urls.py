"""Addresses of the public register, below /kk/, /ru/ and /en/."""

from django.urls import path

from projects import views
from projects.api.docs import docs_page

urlpatterns = [
    path("", views.home, name="home"),
    path("projects/", views.project_list, name="projects"),
    path("projects/<int:number>/", views.project_detail, name="project"),
    path("projects/<int:number>/extract.pdf", views.project_extract, name="project_extract"),
    path("projects/<int:number>/feed.atom", views.project_feed, name="project_feed"),
    path("feed.atom", views.feed, name="feed"),
    path("follow/", views.follow, name="follow"),
    path("follow/sent/", views.follow_sent, name="follow_sent"),
    path("follow/confirm/<str:token>/", views.follow_confirm, name="follow_confirm"),
    path("follow/stop/<str:token>/", views.follow_stop, name="follow_stop"),
    path("resolutions/", views.resolution_list, name="resolutions"),
    path("resolutions/<int:pk>/", views.resolution_detail, name="resolution"),
    path("documents/<uuid:pk>/", views.document, name="document"),
    path("data/", views.open_data, name="open_data"),
    path("api/", docs_page, name="api_docs"),
]
