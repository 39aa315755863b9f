"""What no migration may do to a table that is in use (docs/decisions/0029-migrations.md), read from its SQL."""

import re
from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

BASELINE = {
    "accounts": "0002_organisations",
    "projects": "0004_register_cells",
    "proposals": "0005_report_takings",
    "reference": "0001_initial",
}
"""The newest migrations from before the rules: no site was live."""

EXCUSED: dict[tuple[str, str], str] = {
    ("accounts", "0004_erased_people"): "organisations of one chamber are read in milliseconds",
    ("proposals", "0006_scans"): "texts of letters are some dozens",
    ("projects", "0006_register_cube"): "writers wait a second for 100 000 rows added up, readers do not",
}
"""Migrations that may, and why it harms nobody: ("proposals", "0009_x"): "the table has ten rows"."""

TABLE = r'(?:ONLY )?(?:IF EXISTS )?(?:"?public"?\.)?"?(?P<table>\w+)"?'
ALTER = rf"^ALTER TABLE {TABLE} (?:.*, )?"
RULES = {
    rf"^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(?:IF NOT EXISTS )?\S+ ON {TABLE}": (
        "writers wait while the index is built: AddIndexConcurrently, atomic = False"
    ),
    r"^DROP INDEX (?!CONCURRENTLY)": "everybody waits: RemoveIndexConcurrently, atomic = False",
    rf"{ALTER}ALTER COLUMN \S+ (?:SET DATA )?TYPE": "the table may be written anew: a new column, filled in batches",
    rf"{ALTER}ALTER COLUMN \S+ SET NOT NULL": "every row is read under a lock: CHECK … NOT VALID, VALIDATE, then this",
    rf"{ALTER}ALTER COLUMN \S+ DROP DEFAULT": "the old code does not fill the column: null=True or db_default",
    rf"{ALTER}ADD COLUMN (?!.*\bDEFAULT\b)(?!.*GENERATED).*NOT NULL": "the old code does not fill it: null=True",
    rf"{ALTER}ADD COLUMN .*(?:GENERATED ALWAYS AS \(|DEFAULT [^,]*(?:random|uuid|clock_timestamp|nextval)\w*\()": (
        "every row is written anew: add it empty, fill it in batches"
    ),
    rf"{ALTER}ADD CONSTRAINT (?!.*NOT VALID)(?!.*USING INDEX)": (
        "every row is read under a lock: NOT VALID and VALIDATE, or an index built CONCURRENTLY"
    ),
    rf"{ALTER}DROP COLUMN": "the old code still asks for the column: one release later",
    rf"^DROP TABLE {TABLE}": "the old code still asks for the table: one release later",
    rf"^ALTER TABLE {TABLE} RENAME": "the old code knows the old name: a new one beside it",
    r"^(?:VACUUM FULL|CLUSTER|REINDEX|TRUNCATE|LOCK)\b": "everybody waits",
    rf"^(?:UPDATE|DELETE FROM|INSERT INTO) {TABLE}": "rows are locked until the end: a command that works in batches",
}


def statements(sql: str) -> Iterator[str]:
    """Return the statements on one line each, without comments and without what stands in functions and texts."""
    bare = re.sub(r"--[^\n]*", "", re.sub(r"\$(\w*)\$.*?\$\1\$", "$$", sql, flags=re.DOTALL))
    bare = re.sub(r"'(?:[^']|'')*'", "''", bare)
    for part in bare.split(";"):
        if line := " ".join(part.split()):
            yield line


def heavy(sql: str) -> list[str]:
    """Return what is wrong with the SQL of one migration; what it does to tables of its own making is right."""
    found, own = [], set()
    for line in statements(sql):
        if made := re.match(rf"CREATE TABLE (?:IF NOT EXISTS )?{TABLE}", line):
            own.add(made["table"])
        for rule, reason in RULES.items():
            match = re.search(rule, line)
            if match and match.groupdict().get("table") not in own:
                found.append(f"{line[:90]}: {reason}")
    return found


def since_the_rules(loader: MigrationLoader) -> list[Migration]:
    """Return our migrations that are newer than the rules, in the order in which they are applied."""
    new = {key for key in loader.graph.nodes if key[0] in BASELINE and key[1] > BASELINE[key[0]]}
    order = dict.fromkeys(key for leaf in loader.graph.leaf_nodes() for key in loader.graph.forwards_plan(leaf))
    return [loader.graph.nodes[key] for key in order if key in new]


def state_before(loader: MigrationLoader, new: Iterable[Migration]) -> ProjectState:
    """Return the models as all other migrations leave them."""
    left_out = {(migration.app_label, migration.name) for migration in new}
    return loader.project_state([key for key in loader.graph.nodes if key not in left_out])


def sql_of(migration: Migration, state: ProjectState) -> str:
    """Return the SQL of a migration, and let the state move on; nothing is changed in the database."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(state, editor, collect_sql=True)
    return "\n".join(editor.collected_sql)
