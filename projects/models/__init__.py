"""The tables of the register."""

from projects.models.document import Document
from projects.models.project import Project
from projects.models.resolution import DeclaredShare, Maslikhat, Resolution
from projects.models.responsibility import Responsibility
from projects.models.status_change import StatusChange

__all__ = [
    "DeclaredShare",
    "Document",
    "Maslikhat",
    "Project",
    "Resolution",
    "Responsibility",
    "StatusChange",
]
