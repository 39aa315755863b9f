"""People and the organisations they work for."""

from accounts.models.organisation import Invitation, Membership, Organisation
from accounts.models.user import User, UserManager

__all__ = ["Invitation", "Membership", "Organisation", "User", "UserManager"]
