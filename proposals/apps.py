"""Intake and review: what businesses ask, and who decides."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProposalsConfig(AppConfig):
    """Writes into the register through its front door; the register knows nothing of it."""

    name = "proposals"
    verbose_name = _("Proposals")
