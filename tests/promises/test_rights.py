"""What the application's role may do, table by table, and what it cannot reach at all."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from psycopg import sql as query

from ppp_registry.management.commands.grant_application_role import FIXED_COLUMNS, append_only_tables
from proposals.models import Paper, Proposal, StageChange
from proposals.queries.chain import first_fault
from proposals.services import papers
from tests.application_role import ROLE, application, grant
from tests.conftest import rolled_back
from tests.proposals.applications import applicant, complete_draft, filed, proposal_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

MAY_WRITE = [
    "accounts_invitation",
    "accounts_membership",
    "accounts_organisation",
    "accounts_user",
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "auth_group",
    "accounts_recoverycode",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_session",
    "pghistory_context",
    "post_office_attachment",
    "post_office_attachment_emails",
    "post_office_email",
    "post_office_emailtemplate",
    "post_office_log",
    "projects_contract",
    "projects_declaredshare",
    "projects_document",
    "projects_follow",
    "projects_maslikhat",
    "projects_obligation",
    "projects_obligationceiling",
    "projects_project",
    "projects_resolution",
    "projects_responsibility",
    "proposals_agendaitem",
    "proposals_answer",
    "proposals_application",
    "proposals_arrivalcounter",
    "proposals_assignment",
    "proposals_clarification",
    "proposals_criterion",
    "proposals_draftresolution",
    "proposals_draftshare",
    "proposals_expertsector",
    "proposals_explanation",
    "proposals_itemdecision",
    "proposals_itempayment",
    "proposals_lettertext",
    "proposals_listrevision",
    "proposals_opinion",
    "proposals_paper",
    "proposals_paperscan",
    "proposals_payment",
    "proposals_proposal",
    "proposals_proposalresponsibility",
    "proposals_refusalreason",
    "proposals_reminder",
    "proposals_score",
    "proposals_session",
    "proposals_typicaldocument",
    "otp_totp_totpdevice",
    "reference_legalparameter",
    "reference_sector",
    "reference_tally",
    "reference_territory",
    "reference_workingdaycorrection",
]
"""Tables whose rows the application changes and deletes. A new table stands here, or in APPEND_ONLY, or is history."""


def asked(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(autouse=True)
def granted(db) -> None:
    """Give the role its rights."""
    grant()


def refused(statement, *parameters, state="42501"):
    """Tell whether the database refuses the statement to the application, by this code (want of rights)."""
    with pytest.raises(DatabaseError) as refusal, application():
        asked(statement, *parameters)
    return refusal.value.__cause__.sqlstate == state or str(refusal.value)


def test_every_table_is_declared_with_what_the_application_may_do():
    """Red for a new table: name it here when its rows may change, else in APPEND_ONLY of grant_application_role."""
    found = asked(
        "SELECT relname, has_any_column_privilege(%s, oid, 'UPDATE'), has_table_privilege(%s, oid, 'DELETE')"
        " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
        *(ROLE, ROLE),
    )
    assert {name for name, changes, _deletes in found if changes} == set(MAY_WRITE)
    assert {name for name, _changes, deletes in found if deletes} == set(MAY_WRITE)
    others = {name for name, *_rights in found} - set(MAY_WRITE) - set(append_only_tables())
    assert others == {"django_migrations"}


def test_a_new_table_of_history_is_read_only_from_the_first_moment(monkeypatch):
    asked("CREATE TABLE projects_newevent (id int); CREATE TABLE projects_new (id int)")
    place = "ppp_registry.management.commands.grant_application_role.history_tables"
    monkeypatch.setattr(place, lambda: ["projects_newevent"])
    call_command("grant_application_role", verbosity=0)
    for act in ("INSERT INTO {} VALUES (1)", "UPDATE {} SET id = 1", "DELETE FROM {}", "TRUNCATE {}"):
        assert refused(act.format("projects_newevent")) is True
    with application():
        assert asked("SELECT count(*) FROM projects_newevent") == [(0,)]
        asked("INSERT INTO projects_new VALUES (1)")
    assert refused("TRUNCATE projects_new") is True


@pytest.mark.parametrize("column", FIXED_COLUMNS["proposals_paper"])
def test_the_application_never_changes_which_file_a_paper_is(column):
    complete_draft()
    assert refused(f"UPDATE proposals_paper SET {column} = {column}") is True


def test_the_application_changes_what_else_a_paper_says():
    by = applicant()
    paper = Paper.objects.filter(proposal__application=complete_draft(by)).first()
    with application():
        papers.set_confidential(paper, is_confidential=not paper.is_confidential, by=by)
        Paper.objects.select_for_update().get(pk=paper.pk)
    assert Paper.objects.get(pk=paper.pk).is_confidential is not paper.is_confidential


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TEMPORARY TABLE back_door (id int)",
        "CREATE TABLE back_door (id int)",
        "CREATE MATERIALIZED VIEW back_door AS SELECT 1",
        "CREATE SEQUENCE back_door",
        "CREATE TYPE back_door AS (id int)",
        "CREATE EXTENSION pgcrypto",
        "CREATE EVENT TRIGGER back_door ON ddl_command_end EXECUTE FUNCTION pgtrigger_none()",
        "CREATE PUBLICATION back_door FOR ALL TABLES",
        "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN"
        " LANGUAGE sql AS 'SELECT TRUE'",
        "ALTER TABLE proposals_stagechange DISABLE TRIGGER ALL",
        "ALTER TABLE proposals_stagechange ALTER COLUMN note DROP NOT NULL",
        "ALTER TABLE proposals_proposal DROP CONSTRAINT proposals_proposal_approved_has_project",
        "ALTER INDEX proposals_stagechange_story RENAME TO back_door",
        "ALTER FUNCTION _pgtrigger_should_ignore(NAME) OWNER TO CURRENT_USER",
        "ALTER SCHEMA public RENAME TO back_door",
        "COMMENT ON TABLE proposals_stagechange IS 'mine'",
        "DROP INDEX proposals_stagechange_story",
        "GRANT {owner} TO CURRENT_USER",
        "ALTER ROLE {owner} PASSWORD 'mine'",
        "ALTER ROLE CURRENT_USER CREATEROLE",
        "ALTER ROLE CURRENT_USER SET session_replication_role = replica",
        "ALTER DATABASE {database} SET session_replication_role = replica",
        "ALTER DATABASE {database} RENAME TO back_door",
        "SET session_replication_role = replica",
        "SET lo_compat_privileges = on",
        "ALTER SYSTEM SET fsync = off",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT pg_read_binary_file('PG_VERSION')",
        "SELECT pg_ls_dir('.')",
        "SELECT pg_stat_file('PG_VERSION')",
        "SELECT lo_import('/etc/hostname')",
        "SELECT lo_export(1, '/tmp/back_door')",
        "COPY proposals_stagechange TO '/tmp/back_door'",
        "COPY proposals_proposal FROM '/etc/hostname'",
        "COPY proposals_proposal TO PROGRAM 'cat'",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> '{role}' LIMIT 1",
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename <> '{role}' LIMIT 1",
        "SELECT pg_reload_conf()",
        "SELECT pg_switch_wal()",
        "SELECT * FROM pg_authid",
        "SELECT setval('proposals_stagechange_id_seq', 1)",
        "VACUUM FULL proposals_stagechange",
        "LOCK TABLE projects_projectevent IN ACCESS EXCLUSIVE MODE",
        "REINDEX TABLE proposals_stagechange",
    ],
)
def test_the_application_reaches_nothing_but_its_rows(statement):
    values = {"owner": asked("SELECT current_user")[0][0], "database": connection.settings_dict["NAME"], "role": ROLE}
    # VACUUM is refused before its rights are asked: a transaction is open.
    wanted = "25001" if statement.startswith(("VACUUM", "ALTER SYSTEM")) else "42501"
    assert refused(statement.format(**values), state=wanted) is True


def test_the_role_is_a_member_of_nobody():
    """Who was given no other role cannot become one, whatever the session of a test may."""
    assert (
        asked("SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'MEMBER') AND rolname <> %s", ROLE, ROLE) == []
    )


@contextmanager
def shadowed(table: str) -> Iterator[None]:
    """Act as the application with an empty table of the session before the real one, as TEMPORARY would allow."""
    with connection.cursor() as cursor:
        database = query.Identifier(connection.settings_dict["NAME"])
        cursor.execute(query.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(database, query.Identifier(ROLE)))
    asked("SET CONSTRAINTS ALL IMMEDIATE")
    with application():
        asked("SET CONSTRAINTS ALL DEFERRED")
        asked(f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING DEFAULTS)")
        yield


STEP = (
    "(id, proposal_id, action, from_stage, to_stage, actor_id, channel, note, at, transaction)"
    " VALUES (%s, %s, 'take_up', 'filed', 'review', %s, 'web', '', now(), txid_current())"
)


def test_a_table_of_the_session_does_not_stand_for_the_history_of_a_step():
    proposal = proposal_at("filed")
    step = (7_000_000, proposal.pk, proposal.application.created_by_id)
    with rolled_back(), shadowed("proposals_stagechange"):
        asked(f"INSERT INTO pg_temp.proposals_stagechange {STEP}", *step)
        asked("UPDATE proposals_proposal SET stage = 'review' WHERE id = %s", proposal.pk)
        with pytest.raises(DatabaseError, match="was not recorded"), transaction.atomic():
            asked("SET CONSTRAINTS ALL IMMEDIATE")
    assert Proposal.objects.get(pk=proposal.pk).stage == "filed"


def test_a_table_of_the_session_does_not_bend_the_chain():
    proposal = filed().proposals.get()
    before = StageChange.objects.order_by("sequence").last()
    with shadowed("proposals_stagechange"):
        step = (7_000_000, proposal.pk, proposal.application.created_by_id)
        asked(f"INSERT INTO public.proposals_stagechange {STEP}", *step)
        asked("DROP TABLE pg_temp.proposals_stagechange")
    last = StageChange.objects.order_by("sequence").last()
    assert (last.sequence, last.previous_hash) == (before.sequence + 1, before.hash)
    assert first_fault().where == f"proposal {proposal.pk}"  # the step was written, the stage was not set
