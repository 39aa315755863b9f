"""What must hold of the database role and its letters before the site runs; asked once when a worker starts.

Not a system check: those also run for `migrate`, which is the owner's work.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection

_ROLE = """
    SELECT current_user,
           (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
           EXISTS (SELECT 1 FROM pg_tables
                   WHERE schemaname = 'public' AND pg_has_role(current_user, tableowner, 'MEMBER')),
           lower('ҚӘ') = 'қә'
"""


@dataclass(frozen=True)
class Fault:
    """What is wrong, what to do, and whether the site must not start."""

    message: str
    remedy: str
    is_fatal: bool


def faults() -> list[Fault]:
    """Return what is wrong; a mighty role is fatal in production and a warning in a demo. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLE)
        role, is_mighty, is_owner, folds_kazakh = cursor.fetchone()
    in_production = not settings.PLAIN_HTTP
    found = []
    if is_mighty:
        found.append(
            Fault(f"The database role {role} is a superuser.", "Run the site as a role that is not.", in_production)
        )
    if is_owner:
        found.append(
            Fault(
                f"The database role {role} owns the tables and could switch their rules off.",
                "Migrate as an owner (MIGRATE_DATABASE_URL) and run the site as another role.",
                in_production,
            )
        )
    if not folds_kazakh:
        found.append(
            Fault(
                "The database does not know Kazakh capitals.",
                "Create it with a UTF-8 locale, for example C.UTF-8.",
                True,
            )
        )
    return found
