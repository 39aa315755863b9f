"""The tables of the register."""

from projects.models.contract import Contract, ContractChange
from projects.models.document import Document
from projects.models.follow import Follow, ToldNews
from projects.models.list_change import ListAct, ListChange
from projects.models.obligation import Obligation, ObligationCeiling
from projects.models.project import Project
from projects.models.register_cell import Face, RegisterCell, RegisterCube
from projects.models.register_version import RegisterChange, RegisterVersion
from projects.models.resolution import DeclaredShare, Maslikhat, Resolution
from projects.models.responsibility import Responsibility
from projects.models.status_change import StatusChange

__all__ = [
    "Contract",
    "ContractChange",
    "DeclaredShare",
    "Document",
    "Face",
    "Follow",
    "ListAct",
    "ListChange",
    "Maslikhat",
    "Obligation",
    "ObligationCeiling",
    "Project",
    "RegisterCell",
    "RegisterChange",
    "RegisterCube",
    "RegisterVersion",
    "Resolution",
    "Responsibility",
    "StatusChange",
    "ToldNews",
]
