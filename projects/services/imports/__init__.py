"""Tables into the register: a whole file enters or nothing does, and no row ever overwrites another."""

from projects.services.imports.project_table import import_table
from projects.services.imports.resolution_table import import_resolution_table
from projects.services.imports.result import ImportResult, Progress

__all__ = ["ImportResult", "Progress", "import_resolution_table", "import_table"]
