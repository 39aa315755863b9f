"""The version of the register: what is kept under it is as good as read now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from projects.queries.reading import rows_of

_ASK: Final = """
    SELECT version, changed_at, EXISTS (
        SELECT FROM projects_registerchange WHERE id = pg_current_xact_id_if_assigned()::text::bigint)
    FROM projects_registerversion
"""


@dataclass(frozen=True)
class Version:
    """The register as one committed transaction left it, since ``changed_at``."""

    number: int
    changed_at: datetime

    def __str__(self) -> str:
        # A restored backup goes on counting from an older number: the moment tells its versions from those before.
        return f"{self.number:x}-{int(self.changed_at.timestamp() * 1_000_000):x}"


def register_version() -> Version | None:
    """Return the version that pages made from now on show; None where nothing may be kept. One query.

    Nothing may be kept of what a transaction under way has changed itself: it may still be taken back. Ask before the
    rows are read: what was committed in between is then kept under a version that nobody asks for again.
    """
    rows = rows_of(_ASK)
    if not rows or rows[0][2]:
        return None
    return Version(rows[0][0], rows[0][1])
