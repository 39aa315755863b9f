"""Give the role the application runs as exactly what it needs; the owner of the tables runs this after migrating."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg import sql

APPEND_ONLY = (
    "projects_statuschange",
    "projects_listchange",
    "projects_contractchange",
    "projects_toldnews",
    "proposals_stagechange",
    "proposals_paperreading",
    "proposals_opening",
    "proposals_reporttaking",
    "proposals_declaration",
    "proposals_refusal",
    "proposals_refusal_reasons",
    "django_admin_log",
)
"""Tables the application may read and add to, but never change or empty."""


ADDED_UP = ("projects_registercell", "projects_registercube", "projects_registerchange", "projects_registerversion")
"""Tables that triggers keep: the application reads what stands there and writes nothing past the triggers."""

FIXED_COLUMNS = {
    "proposals_paper": (
        *("id", "proposal_id", "kind", "series", "version"),
        *("file", "sha256", "size", "content_type", "original_name"),
    ),
}
"""Columns that say which file a row stands for: the application writes them once, with the row."""

READ, ADD, WRITE = {"SELECT"}, {"SELECT", "INSERT"}, {"SELECT", "INSERT", "UPDATE", "DELETE"}
_WRITERS = "^pgtrigger_(insert_insert|update_update|delete_delete|cells_gain|cells_lose|cells_follow)_"
# A replaced function forgets both that it runs as the owner and where it looks for tables.
_LOOSE_FUNCTIONS = """
    SELECT p.oid::regprocedure::text, bool_or(t.tgname ~ %s)
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND p.pronamespace = 'public'::regnamespace
    GROUP BY p.oid HAVING p.proconfig IS NULL OR bool_or(t.tgname ~ %s) AND
        (NOT p.prosecdef OR coalesce(p.proacl, acldefault('f', p.proowner))::text ~ '[{,]=X')
"""
# The library lets anybody switch its triggers off by a setting of the session. Nothing of ours needs that.
_NEVER_IGNORED = """
    CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
    LANGUAGE sql IMMUTABLE AS 'SELECT FALSE'
"""
_IGNORED = "SELECT 1 FROM pg_proc WHERE proname = '_pgtrigger_should_ignore' AND prosrc <> 'SELECT FALSE'"
_RIGHTS = """
    SELECT c.relname, c.relkind = 'S',
           ARRAY(SELECT privilege_type || CASE WHEN is_grantable THEN '*' ELSE '' END
                 FROM aclexplode(c.relacl) WHERE grantee = to_regrole(quote_ident(%(role)s))),
           ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
           ARRAY(SELECT attname || ' ' || privilege_type
                 FROM pg_attribute, aclexplode(attacl)
                 WHERE attrelid = c.oid AND NOT attisdropped AND grantee IN (0, to_regrole(quote_ident(%(role)s)))),
           EXISTS (SELECT 1 FROM aclexplode(c.relacl) WHERE grantee = 0)
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    ORDER BY c.oid
"""
_DATABASE = """
    SELECT quote_ident(datname), pg_has_role(datdba, 'USAGE') AND has_database_privilege('public', oid, 'TEMP, CREATE')
    FROM pg_database WHERE datname = current_database()
"""


def history_tables() -> list[str]:
    """Return the tables of history: only their triggers write there, as the owner of the tables."""
    return sorted(model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_trackers"))


def append_only_tables() -> list[str]:
    """Return every table that the application may never change or empty."""
    return sorted([*history_tables(), *ADDED_UP, *APPEND_ONLY])


def rights_of(table: str) -> set[str]:
    """Return what the application may do with a table; a table nobody named it may write, unless it is history."""
    if table in ADDED_UP or table == "django_migrations" or table in history_tables():
        return READ
    return ADD if table in APPEND_ONLY else WRITE


def guard_functions() -> None:
    """Let triggers look into no table of a session, writers of history run as the owner, and no setting stop them."""
    with connection.cursor() as cursor:
        cursor.execute(_IGNORED)
        if cursor.fetchone():
            cursor.execute(_NEVER_IGNORED)
        cursor.execute(_LOOSE_FUNCTIONS, [_WRITERS, _WRITERS])
        for function, writes in cursor.fetchall():
            as_whom = "SECURITY DEFINER" if writes else ""
            cursor.execute(f"ALTER FUNCTION {function} {as_whom} SET search_path = public, pg_temp")
            if writes:
                # Else the application could hang the function on a table of its own and write history with it.
                cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")


def grant_to(role: str) -> None:
    """Bring the rights of a role to what they should be; what is right already is not touched."""
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute(_DATABASE)
        database, is_open = cursor.fetchone()
        if is_open:
            # A temporary table of the same name would stand before the real one.
            cursor.execute(f"REVOKE TEMPORARY, CREATE ON DATABASE {database} FROM PUBLIC")
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        cursor.execute(_RIGHTS, {"role": role})
        for relation, is_sequence, rights, columns, of_columns, is_public in cursor.fetchall():
            kind, wanted = ("SEQUENCE", {"USAGE", "SELECT"}) if is_sequence else ("TABLE", rights_of(relation))
            changeable: list[str] = []
            if fixed := FIXED_COLUMNS.get(relation):
                wanted = wanted - {"UPDATE"}
                changeable = [column for column in columns if column not in fixed]
            wanted_of_columns = {f"{column} UPDATE" for column in changeable}
            if set(rights) == wanted and set(of_columns) == wanted_of_columns and not is_public:
                continue
            place = {"kind": sql.SQL(kind), "relation": sql.Identifier(relation), "name": name}
            cursor.execute(sql.SQL("REVOKE ALL ON {kind} {relation} FROM {name}, PUBLIC").format(**place))
            given: list[sql.Composable] = [sql.SQL(right) for right in sorted(wanted)]
            if changeable:
                given.append(sql.SQL("UPDATE ({})").format(sql.SQL(", ").join(map(sql.Identifier, changeable))))
            statement = sql.SQL("GRANT {rights} ON {kind} {relation} TO {name}")
            cursor.execute(statement.format(rights=sql.SQL(", ").join(given), **place))


def secure() -> str:
    """Guard the functions and grant; return what was done, for people. Raise CommandError when there is no role."""
    role = settings.APP_DATABASE_ROLE
    with transaction.atomic():
        guard_functions()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, to_regrole(quote_ident(%s)) IS NOT NULL", [role])
            current, exists = cursor.fetchone()
        if current == role:
            return f"The application runs as the owner {role}: nothing to grant."
        if not exists:
            raise CommandError(f"There is no database role {role}. Create it, or set APP_DATABASE_ROLE.")
        grant_to(role)
    return f"{role} may read and write, and owns nothing."


class Command(BaseCommand):
    """Idempotent: gives what is missing and takes back what is too much; `migrate` does the same by itself."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant; raise CommandError when the role does not exist."""
        self.stdout.write(secure())
