"""A new migration holds no long lock and leaves the old code working (docs/decisions/0029-migrations.md)."""

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from tests.registry.light_migrations import EXCUSED, RULES, heavy, since_the_rules, sql_of, state_before

HEAVY = [
    'CREATE INDEX "a" ON "projects_project" ("jobs")',
    'CREATE UNIQUE INDEX "a" ON "projects_project" ("jobs")',
    "DROP INDEX IF EXISTS a",
    'ALTER TABLE "projects_project" ALTER COLUMN "jobs" TYPE bigint USING "jobs"::bigint',
    'ALTER TABLE "projects_project" ALTER COLUMN "jobs" SET NOT NULL',
    'ALTER TABLE "projects_project" ALTER COLUMN "jobs" DROP DEFAULT',
    'ALTER TABLE "projects_project" ADD COLUMN "new" integer NOT NULL',
    'ALTER TABLE "projects_project" ADD COLUMN "new" uuid DEFAULT gen_random_uuid() NOT NULL',
    'ALTER TABLE "projects_project" ADD COLUMN "new" int GENERATED ALWAYS AS (jobs + 1) STORED',
    'ALTER TABLE "projects_project" ADD CONSTRAINT "new" CHECK ("jobs" > 0)',
    'ALTER TABLE "projects_project" ADD CONSTRAINT "new" FOREIGN KEY ("a") REFERENCES "b" ("id")',
    'ALTER TABLE "projects_project" ADD CONSTRAINT "new" UNIQUE ("jobs")',
    'ALTER TABLE "projects_project" DROP COLUMN "jobs" CASCADE',
    'DROP TABLE "projects_project" CASCADE',
    'ALTER TABLE "projects_project" RENAME COLUMN "jobs" TO "posts"',
    'ALTER TABLE "projects_project" RENAME TO "projects"',
    "LOCK TABLE projects_project",
    "TRUNCATE projects_project",
    "UPDATE projects_project SET jobs = 0",
    "DELETE FROM projects_project",
    "INSERT INTO projects_project SELECT 1",
    "SELECT 1;\n -- words\n UPDATE projects_project SET jobs = 0",
]
LIGHT = [
    'CREATE TABLE "new" ("id" int); CREATE INDEX "a" ON "new" ("id"); ALTER TABLE "new" ADD CONSTRAINT "c" CHECK (id)',
    'CREATE TABLE "new" ("id" int NOT NULL); INSERT INTO new VALUES (1)',
    'CREATE INDEX CONCURRENTLY "a" ON "projects_project" ("jobs")',
    'CREATE UNIQUE INDEX CONCURRENTLY "a" ON "projects_project" ("jobs")',
    'DROP INDEX CONCURRENTLY IF EXISTS "a"',
    'ALTER TABLE "projects_project" ADD COLUMN "new" integer NULL',
    'ALTER TABLE "projects_project" ADD COLUMN "new" bigint NULL CONSTRAINT "x" REFERENCES "b"("id")',
    'ALTER TABLE "projects_project" ADD COLUMN "new" integer DEFAULT 0 NOT NULL',
    'ALTER TABLE "projects_project" ADD CONSTRAINT "new" CHECK ("jobs" > 0) NOT VALID',
    'ALTER TABLE "projects_project" VALIDATE CONSTRAINT "new"',
    'ALTER TABLE "projects_project" ADD CONSTRAINT "new" UNIQUE USING INDEX "a"',
    'ALTER TABLE "projects_project" ALTER COLUMN "jobs" DROP NOT NULL',
    'ALTER TABLE "projects_project" DROP CONSTRAINT "old"',
    "CREATE FUNCTION f() RETURNS TRIGGER AS $$ BEGIN UPDATE projects_project SET jobs = 0; END; $$ LANGUAGE x",
    "COMMENT ON TRIGGER a ON projects_project IS 'UPDATE; DROP TABLE projects_project'",
]


@pytest.mark.parametrize("sql", HEAVY)
def test_what_holds_a_long_lock_or_breaks_the_old_code_is_found(sql):
    assert len(heavy(sql)) == 1


@pytest.mark.parametrize("sql", LIGHT)
def test_what_does_neither_is_let_through(sql):
    assert heavy(sql) == []


def test_no_rule_is_without_an_example():
    found = "".join(line for sql in HEAVY for line in heavy(sql))
    assert [reason for reason in RULES.values() if reason not in found] == []


def test_every_migration_since_the_rules_is_light(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        loader = MigrationLoader(connection)
        new = since_the_rules(loader)
        state = state_before(loader, new)
        found = {(one.app_label, one.name): heavy(sql_of(one, state)) for one in new}
    assert {key: faults for key, faults in found.items() if faults and key not in EXCUSED} == {}
    assert [key for key in EXCUSED if not found.get(key)] == []


def test_what_django_writes_is_understood(django_db_setup, django_db_blocker):
    """Of these operations the second and the last are what the rules ask for."""
    column = {"model_name": "legalparameter", "name": "new"}
    check = models.Q(new__gt=0)
    operations = [
        migrations.AddField(**column, field=models.IntegerField(default=0), preserve_default=False),
        migrations.AddField(**{**column, "name": "other"}, field=models.IntegerField(null=True)),
        migrations.AlterField(**{**column, "name": "other"}, field=models.BigIntegerField(null=True)),
        migrations.AddConstraint("legalparameter", models.CheckConstraint(condition=check, name="new")),
        migrations.AddIndex("legalparameter", models.Index(fields=["new"], name="new")),
        migrations.RenameField("legalparameter", "other", "another"),
        migrations.RemoveField("legalparameter", "another"),
        AddConstraintNotValid("legalparameter", models.CheckConstraint(condition=check, name="checked")),
    ]
    made = type("Migration", (migrations.Migration,), {"operations": operations})("9999_heavy", "reference")
    with django_db_blocker.unblock():
        loader = MigrationLoader(connection)
        found = heavy(sql_of(made, loader.project_state([("reference", "0001_initial")])))
    words = ["DROP DEFAULT", " TYPE bigint", "ADD CONSTRAINT", "CREATE INDEX", "RENAME COLUMN", "DROP COLUMN"]
    assert len(found) == len(words), found
    for word, fault in zip(words, found, strict=True):
        assert word in fault
