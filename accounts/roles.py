"""The roles people of the chamber have; what each may do stands in proposals/roles.py."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """A role is a group of this name; a person may have several."""

    CLERK = "clerk", _("Clerk")
    EXPERT = "expert", _("Chamber expert")
    HEAD = "head", _("Head")
    SECRETARY = "secretary", _("Secretary")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("System administrator")


def role_label(name: str) -> str:
    """Return the role's name in the reader's language; a group that is no role of ours keeps its own."""
    return str(Role(name).label) if name in Role else name
