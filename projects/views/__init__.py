"""Public pages of the register."""

from projects.views.documents import document
from projects.views.home import home
from projects.views.project_list import project_list
from projects.views.projects import project_detail
from projects.views.resolutions import resolution_detail, resolution_list

__all__ = ["document", "home", "project_detail", "project_list", "resolution_detail", "resolution_list"]
