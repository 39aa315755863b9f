"""The register: what the maslikhat approved, and what public sources report."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    """Stands alone: most projects never were a proposal."""

    name = "projects"
    verbose_name = _("Register")
