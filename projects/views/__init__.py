"""Public pages of the register."""

from projects.views.documents import document
from projects.views.feeds import feed, project_feed
from projects.views.following import follow, follow_confirm, follow_sent, follow_stop
from projects.views.home import home
from projects.views.open_data import open_data
from projects.views.project_list import project_list
from projects.views.projects import project_detail, project_extract
from projects.views.resolutions import resolution_detail, resolution_list

__all__ = [
    "document",
    "feed",
    "follow",
    "follow_confirm",
    "follow_sent",
    "follow_stop",
    "home",
    "open_data",
    "project_detail",
    "project_extract",
    "project_feed",
    "project_list",
    "resolution_detail",
    "resolution_list",
]
