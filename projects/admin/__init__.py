"""The register on the staff site: it shows and asks; services decide."""

from projects.admin.maslikhat import MaslikhatAdmin
from projects.admin.obligation_ceiling import ObligationCeilingAdmin
from projects.admin.project import ProjectAdmin
from projects.admin.resolution import ResolutionAdmin

__all__ = ["MaslikhatAdmin", "ObligationCeilingAdmin", "ProjectAdmin", "ResolutionAdmin"]
