"""Files whose rows are gone are deleted, but never while a backup may still need them."""

import logging
from typing import Any

from django.db import DatabaseError, connection

from reference.locks import Turn

logger = logging.getLogger(__name__)


def forget_file(storage: Any, name: str) -> bool:
    """Delete a file whose row is gone for good; return False when it stays because a backup runs.

    To be called after the commit that took the row away: a backup that begins later does not see the row, and one that
    began before holds the turn until it has copied its files. What stays is found by `remove_lost_files`.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [Turn.BACKUP.value])
            may = bool(cursor.fetchone()[0])
    except DatabaseError:
        logger.exception("A file without a row stays: nobody could ask whether a backup runs.")
        may = False
    if may:
        storage.delete(name)
    return may
