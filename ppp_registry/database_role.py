"""What must hold of the database role, its rights, the triggers and the letters before the site runs.

Asked once when a worker starts. Not a system check: those also run for `migrate`, which is the owner's work.
"""

from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import connection

from ppp_registry.management.commands.grant_application_role import ADDED_UP, APPEND_ONLY, history_tables

MIGHTY_GROUPS = (
    *("pg_read_server_files", "pg_write_server_files", "pg_execute_server_program", "pg_read_all_data"),
    *("pg_write_all_data", "pg_signal_backend", "pg_maintain", "pg_create_subscription", "pg_database_owner"),
)
"""Roles that PostgreSQL has by itself and that reach past the rights of tables."""

_ROLE = """
    SELECT current_user,
           (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
           EXISTS (SELECT 1 FROM pg_tables
                   WHERE schemaname = 'public' AND pg_has_role(current_user, tableowner, 'MEMBER')),
           lower('ҚӘ') = 'қә',
           (SELECT rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles WHERE rolname = current_user),
           ARRAY(SELECT one FROM unnest(%(groups)s::text[]) one
                 WHERE to_regrole(one) IS NOT NULL AND pg_has_role(current_user, to_regrole(one), 'MEMBER')),
           has_schema_privilege('public', 'CREATE') OR has_database_privilege(current_database(), 'CREATE, TEMP'),
           ARRAY(SELECT relname::text FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                   AND has_table_privilege(oid, 'TRUNCATE, TRIGGER')
                 UNION SELECT one FROM unnest(%(append)s::text[]) one
                 WHERE has_any_column_privilege(to_regclass(one), 'UPDATE')
                    OR has_table_privilege(to_regclass(one), 'DELETE')
                 UNION SELECT one FROM unnest(%(read)s::text[]) one
                 WHERE has_any_column_privilege(to_regclass(one), 'INSERT, UPDATE')
                    OR has_table_privilege(to_regclass(one), 'DELETE') ORDER BY 1),
           ARRAY(SELECT one FROM unnest(%(tables)s::text[]) one
                 WHERE has_table_privilege(to_regclass(one), 'SELECT') IS NOT TRUE ORDER BY 1),
           ARRAY(SELECT wanted.relation || ' ' || wanted.name
                 FROM unnest(%(trigger_tables)s::text[], %(triggers)s::text[]) AS wanted (relation, name)
                 LEFT JOIN pg_trigger ON tgrelid = to_regclass(wanted.relation) AND tgname = wanted.name
                 WHERE coalesce(tgenabled, 'D') NOT IN ('A', 'O') ORDER BY 1),
           current_setting('session_replication_role')
"""
GRANT = "Run `manage.py grant_application_role` as the owner of the tables (MIGRATE_DATABASE_URL)."


@dataclass(frozen=True)
class Fault:
    """What is wrong, what to do, and whether the site must not start."""

    message: str
    remedy: str
    is_fatal: bool


def faults() -> list[Fault]:
    """Return what is wrong; a mighty role is fatal in production and a warning in a demo. One query.

    Of a superuser or an owner only that is said: all else follows from it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROLE, _expected())
        role, is_mighty, is_owner, folds_kazakh, *powers = cursor.fetchone()
    told: list[tuple[str, str]] = []
    if is_mighty:
        told.append((f"The database role {role} is a superuser.", "Run the site as a role that is not."))
    if is_owner:
        told.append(
            (
                f"The database role {role} owns the tables and could switch their rules off.",
                "Migrate as an owner (MIGRATE_DATABASE_URL) and run the site as another role.",
            )
        )
    if not told:
        told = _excesses(role, *powers)
    in_production = not settings.PLAIN_HTTP
    found = [Fault(message, remedy, in_production) for message, remedy in told]
    if not folds_kazakh:
        found.append(
            Fault(
                "The database does not know Kazakh capitals.",
                "Create it with a UTF-8 locale, for example C.UTF-8.",
                True,
            )
        )
    return found


def _expected() -> dict[str, list[str]]:
    """Return the names of all tables and triggers that this code relies on."""
    models = apps.get_models(include_auto_created=True)
    triggers = sorted((model._meta.db_table, trigger.get_pgid(model)) for model, trigger in pgtrigger.registered())
    return {
        "groups": list(MIGHTY_GROUPS),
        "tables": sorted({model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}),
        "read": [*history_tables(), *ADDED_UP, "django_migrations"],
        "append": list(APPEND_ONLY),
        "trigger_tables": [table for table, _name in triggers],
        "triggers": [name for _table, name in triggers],
    }


def _excesses(
    role: str,
    makes_roles: bool,
    groups: list[str],
    builds: bool,
    rewrites: list[str],
    unreadable: list[str],
    silent: list[str],
    replication: str,
) -> list[tuple[str, str]]:
    """Return what a role that owns nothing may too much or too little, and the remedies."""
    said: list[tuple[Any, str, str]] = [
        (
            makes_roles,
            f"The database role {role} may make roles or databases, or replicate.",
            f"ALTER ROLE {role} NOCREATEROLE NOCREATEDB NOREPLICATION;",
        ),
        (
            groups,
            f"The database role {role} is a member of {', '.join(groups)}.",
            f"REVOKE {', '.join(groups)} FROM {role};",
        ),
        (
            builds,
            f"The database role {role} may build tables that stand before the real ones.",
            f"{GRANT} Or, as the owner of the database, REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}; REVOKE"
            f" CREATE, TEMPORARY ON DATABASE … FROM PUBLIC, {role};",
        ),
        (rewrites, f"The database role {role} may rewrite, empty or guard anew: {_some(rewrites)}.", GRANT),
        (unreadable, f"The database role {role} may not read: {_some(unreadable)}.", "Run `manage.py migrate`."),
        (silent, f"Triggers that do not watch: {_some(silent)}.", "Run `manage.py migrate`, or ENABLE TRIGGER."),
        (
            replication != "origin",
            f"session_replication_role is {replication}, so triggers do not watch.",
            f"ALTER ROLE {role} RESET session_replication_role; the same for the database.",
        ),
    ]
    return [(message, remedy) for applies, message, remedy in said if applies]


def _some(names: list[str]) -> str:
    """Return the first names and how many more there are."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
