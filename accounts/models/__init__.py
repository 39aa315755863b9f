"""People and the organisations they work for."""

from accounts.models.organisation import Invitation, Membership, Organisation
from accounts.models.second_factor import RecoveryCode, SecondFactor
from accounts.models.user import RoleHeld, User, UserManager

__all__ = [
    "Invitation",
    "Membership",
    "Organisation",
    "RecoveryCode",
    "RoleHeld",
    "SecondFactor",
    "User",
    "UserManager",
]
