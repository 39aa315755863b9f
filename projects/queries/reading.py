"""The connection that the register is read by now, for the few questions that are no queries of a model."""

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper

from projects.models import Project


def reading() -> BaseDatabaseWrapper:
    """Return the connection that queries of the register use: both must see the same rows at the same moment."""
    return connections[router.db_for_read(Project)]
