"""Cells and cube of the register are kept by triggers; here they are written anew when something got past these."""

from django.db import connection, transaction

from projects.models import Project, RegisterCell, RegisterCube
from projects.models.register_cell import adding
from projects.queries.cells_against_rows import Difference, differences

_PATIENCE = "30s"


def mend_cells() -> list[Difference]:
    """Write cells and cube anew where they differ from the rows, and return what differed.

    Writers of the register wait meanwhile, readers do not. Raises OperationalError when writers keep the register for
    longer than half a minute, and ProgrammingError for a role that does not own the tables.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # A writer that waits behind this lock keeps everybody behind it waiting too.
        cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        # First of all: what is read before the lock could be changed by whoever holds it.
        cursor.execute(f"LOCK TABLE {Project._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
        found = differences()
        if found:
            RegisterCell.objects.all().delete()
            RegisterCube.objects.all().delete()
            cursor.execute(adding(f"SELECT 1 AS sign, * FROM {Project._meta.db_table}"))  # noqa: S608
            left = differences()
            if left:
                raise RuntimeError(f"The cells added up anew still differ from the rows: {left[0]}")
    return found
