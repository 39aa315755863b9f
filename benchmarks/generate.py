"""Fill a database with a made-up register: ``python -m benchmarks.generate --rows 100000``.

Rows enter by COPY, past the services but not past the database: constraints, triggers and history do their work.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from benchmarks import synthetic

BLANKS = {"text": "", "character varying": "", "boolean": False, "ARRAY": [], "smallint": 0, "integer": 0, "bigint": 0}
"""What stands in a column that must be filled and that a made-up row says nothing about."""


_LINES = """
    INSERT INTO projects_listchange
        (project_id, resolution_id, act, is_listed, title_kk, title_ru, title_en, cost, term_years,
         conditions_kk, conditions_ru, reason_kk, reason_ru, recorded_at)
    SELECT id, {paper}, %s, %s, title_kk, title_ru, title_en, cost, term_years, '', '', '', '', created_at
    FROM projects_project WHERE id BETWEEN %s AND %s AND {paper} IS NOT NULL ORDER BY id
"""


class RealRows(RuntimeError):
    """The register holds rows that nobody made up."""


def _blanks(connection: psycopg.Connection, table: str) -> dict[str, Any]:
    """Return every column that takes values, with what stands there when a row says nothing."""
    found = connection.execute(
        "SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' AND is_identity = 'NO'"
        " ORDER BY ordinal_position",
        [table],
    )
    return {name: None if optional else BLANKS.get(kind) for name, kind, optional in found}


def copy_rows(connection: psycopg.Connection, table: str, rows: Iterable[dict[str, Any]]) -> int:
    """Enter rows by COPY; columns that a row says nothing about stay blank. Return how many they were."""
    blanks = _blanks(connection, table)
    names = ["id", *(name for name in blanks if name != "id")]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([row.get(name, blanks.get(name)) for name in names])
            count += 1
    if "id" not in blanks:  # A key that counts; the others are random.
        connection.execute(
            sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT max(id) FROM {}))").format(
                sql.Literal(table), sql.Identifier(table)
            )
        )
    return count


def next_key(connection: psycopg.Connection, table: str, column: str = "id") -> int:
    """Return the first free number of a column."""
    statement = sql.SQL("SELECT coalesce(max({}), 0) + 1 FROM {}")
    return connection.execute(statement.format(sql.Identifier(column), sql.Identifier(table))).fetchone()[0]


def _reference(connection: psycopg.Connection) -> dict[str, int]:
    """Put the shipped territories, sectors and a maslikhat for each region where they are missing."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO reference_territory (code, name_kk, name_ru, name_en, level, parent_id)"
            " VALUES (%(code)s, %(kk)s, %(ru)s, %(en)s, %(level)s, nullif(%(parent)s, '')) ON CONFLICT DO NOTHING",
            synthetic.territories(),
        )
        cursor.executemany(
            'INSERT INTO reference_sector (code, name_kk, name_ru, name_en, oc4ids_codes, "order")'
            " VALUES (%(code)s, %(kk)s, %(ru)s, %(en)s, string_to_array(%(oc4ids)s, ' '), %(order)s::int)"
            " ON CONFLICT DO NOTHING",
            synthetic.sectors(),
        )
        cursor.execute(
            "INSERT INTO projects_maslikhat (territory_id, name_kk, name_ru, name_en)"
            " SELECT code, name_kk || ' мәслихаты', 'Маслихат: ' || name_ru, 'Maslikhat of ' || name_en"
            " FROM reference_territory WHERE parent_id IS NULL ON CONFLICT DO NOTHING"
        )
        return dict(cursor.execute("SELECT territory_id, id FROM projects_maslikhat").fetchall())


def _papers(connection: psycopg.Connection, maslikhats: dict[str, int]) -> list[dict[str, Any]]:
    """Return the made-up resolutions; make them when there are none."""
    known = connection.execute(
        "SELECT r.id, r.kind, m.territory_id"
        " FROM projects_resolution r JOIN projects_maslikhat m ON m.id = r.maslikhat_id"
        " WHERE r.note_kk = %s ORDER BY r.id",
        [synthetic.MARK],
    ).fetchall()
    if known:
        return [{"id": key, "kind": kind, "region": region} for key, kind, region in known]
    papers = list(synthetic.resolutions(maslikhats, next_key(connection, "projects_resolution")))
    copy_rows(connection, "projects_resolution", papers)
    return papers


def _refuse_real_rows(connection: psycopg.Connection) -> None:
    real = connection.execute(
        "SELECT count(*) FROM projects_project WHERE NOT starts_with(source, %s)", [synthetic.MARK]
    ).fetchone()[0]
    if real:
        raise RealRows(
            f"The register holds {real} rows that are not synthetic. Use another database, or --force to mix them."
        )


def generate(
    url: str, rows: int, *, seed: int = 1, force: bool = False, first: int | None = None, swept: bool = True
) -> dict[str, float]:
    """Add so many made-up projects, in one transaction; return the seconds spent on each table.

    ``first`` is the key and number of the first one, by default the first that is free; without ``swept`` the tables
    are left as they are, for whoever adds more.
    """
    spent = {}
    with psycopg.connect(url) as connection:
        if not force:
            _refuse_real_rows(connection)
        papers = _papers(connection, _reference(connection))
        # One key for row and number, so that groups can be named before they are stored.
        free = max(next_key(connection, "projects_project"), next_key(connection, "projects_project", "number"))
        first = free if first is None else first
        began = time.perf_counter()
        copy_rows(connection, "projects_project", synthetic.projects(rows, seed=seed, first=first, papers=papers))
        spent["projects"] = time.perf_counter() - began
        began = time.perf_counter()
        connection.execute(
            "INSERT INTO projects_statuschange"
            " (project_id, status, since, resolution_id, source_url, note_kk, note_ru, note_en, recorded_at)"
            " SELECT id, status, '', coalesce(excluded_by_id, resolution_id), '', '', '', '', created_at"
            " FROM projects_project WHERE id BETWEEN %s AND %s ORDER BY id",
            [first, first + rows - 1],
        )
        spent["status changes"] = time.perf_counter() - began
        began = time.perf_counter()
        for paper, act, is_listed in (("resolution_id", "entered", True), ("excluded_by_id", "excluded", False)):
            lines = sql.SQL(_LINES).format(paper=sql.Identifier(paper))
            connection.execute(lines, [act, is_listed, first, first + rows - 1])
        spent["lines of the list"] = time.perf_counter() - began
    if not swept:
        return spent
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "VACUUM (ANALYZE) projects_project, projects_resolution, projects_statuschange, projects_listchange"
        )
    return spent


def main(arguments: list[str]) -> int:
    """Read the command line, fill, and say how fast it went."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000, help="projects to add; default 1000")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same rows; default 1")
    parser.add_argument("--database", help="address; default MIGRATE_DATABASE_URL, else DATABASE_URL")
    parser.add_argument("--force", action="store_true", help="also where the register holds real rows")
    chosen = parser.parse_args(arguments)
    url = chosen.database or os.environ.get("MIGRATE_DATABASE_URL") or os.environ.get("DATABASE_URL")
    if not url:
        parser.error("give --database, or set MIGRATE_DATABASE_URL or DATABASE_URL")
    if chosen.rows < 1:
        parser.error("--rows must be 1 or more")
    try:
        spent = generate(url, chosen.rows, seed=chosen.seed, force=chosen.force)
    except (RealRows, psycopg.Error) as problem:
        print(problem, file=sys.stderr)
        return 1
    for table, seconds in spent.items():
        print(f"{chosen.rows} {table} in {seconds:.1f} s: {chosen.rows / seconds:,.0f} rows/s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
