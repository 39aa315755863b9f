"""What the registry holds at one moment, in figures that a restored one must show again."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from psycopg import sql

from projects.models import Project
from projects.queries.register import approved
from projects.queries.totals import Figures, totals
from proposals.models import ArrivalCounter
from proposals.queries.chain import head

_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname
"""
_SEQUENCES = """
    SELECT s.oid::regclass::text, t.relname, a.attname FROM pg_class s
    JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
    JOIN pg_class t ON t.oid = d.refobjid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
    JOIN pg_namespace n ON n.oid = s.relnamespace
    WHERE s.relkind = 'S' AND n.nspname = 'public' ORDER BY 1
"""


def tables() -> list[str]:
    """Return the tables of the database, those of extensions left out."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [name for (name,) in cursor.fetchall()]


def rows() -> dict[str, int]:
    """Return how many rows each table has; it reads them all."""
    counted = {}
    with connection.cursor() as cursor:
        for name in tables():
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
            counted[name] = cursor.fetchone()[0]
    return counted


def migrations() -> list[str]:
    """Return the migrations that made the tables, as ``app.name``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def meaning() -> dict[str, Any]:
    """Return sums in whole tenge, the last number of each year and the end of the chain of steps."""
    end = head()
    here = Project.objects.using(DEFAULT_DB_ALIAS)  # never of a replica: it has another moment
    return {
        "register": _figures(totals(here)),
        "approved": _figures(totals(approved(here))),
        "numbers": {str(counter.year): counter.last for counter in ArrivalCounter.objects.order_by("year")},
        "chain": {"sequence": end.sequence, "hash": end.hash},
    }


def behind() -> list[str]:
    """Return the sequences that would give out a number a second time."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(_SEQUENCES)
        for sequence, table, column in cursor.fetchall():
            query = sql.SQL(
                "SELECT (SELECT max({}) FROM {}) >= s.last_value + CASE WHEN s.is_called THEN 1 ELSE 0 END FROM {} AS s"
            )
            # The name comes quoted from the server.
            cursor.execute(query.format(sql.Identifier(column), sql.Identifier(table), sql.SQL(sequence)))
            if cursor.fetchone()[0]:
                found.append(sequence)
    return found


def _figures(found: Figures) -> dict[str, int]:
    return {"projects": found.projects, "cost_known": found.cost_known, "cost": found.cost}
