"""A table enters by COPY and set statements; what stands there is what entering row by row would have stored."""

import pghistory
import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from projects.models import ListChange, Project, RegisterCell, StatusChange
from projects.services.imports import known, project_table
from projects.services.register import ProjectEntry, enter_all
from reference.codelists import ResolutionKind
from reference.kazakh import fold, outline, outlined
from tests import factories
from tests.projects.import_files import good_row, run
from tests.projects.test_import_identity import FULL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

TABLES = {
    Project: {"id", "created_at", "updated_at"},
    Project.pgh_event_model: {"pgh_id", "pgh_created_at", "pgh_context_id", "pgh_obj_id", "id", "created_at"},
    StatusChange: {"id", "project_id", "recorded_at"},
    ListChange: {"id", "project_id", "recorded_at"},
    RegisterCell: {"id"},
}
"""What an entry leaves behind, and the columns that are its own each time."""


def left_behind() -> dict:
    """Return all rows of all tables that entering writes, in order of entry; projects by number."""
    found = {}
    for model, own in TABLES.items():
        number = {"of": F("project__number")} if {"project_id"} <= own else {}
        rows = model.objects.order_by("pk").annotate(**number).values()
        found[model] = [{name: value for name, value in row.items() if name not in own} for row in rows]
    found[RegisterCell].sort(key=str)
    return found


@pytest.fixture
def rich(reference_data) -> list[dict]:
    """Rows of every kind: full, bare, a member, approved, excluded with and without an entry, of odd letters."""
    factories.resolution(import_key="almaty-1", adopted="2017-09")
    factories.resolution(ResolutionKind.EXCLUSION, import_key="out", adopted="2019-02-03")
    group = factories.project(title_kk="Топ", title_ru="Группа", is_group=True, group_size=3)
    return [
        good_row(1, **FULL),
        good_row(2, status_code="approved", resolution_key="almaty-1", cost_tenge="", year=""),
        good_row(3, group=str(group.number), is_group="no", term_years="10", note="a\\b\tc\\N \\."),
        good_row(4, status_code="excluded", excluded_by="out", status="why\nit left"),
        good_row(5, status_code="excluded", excluded_by="out", resolution_key="almaty-1", term_years="1,25"),
        good_row(6, name_kk="Е\u0308лка «Ӯ»\u200b мектебі", name_ru="", source='{a,"b"}', source_url=""),
        good_row(7, status_code="operation", payment_sources="subsidy", source_url="https://example.kz/a?b=1"),
    ]


def test_sets_leave_the_same_rows_as_one_by_one(rich, monkeypatch, clerk):
    def one_by_one(rows, *, by, progress):
        enter_all([ProjectEntry(**row.values) for row in rows], by=by)

    entered = {}
    for way in (None, one_by_one):
        with monkeypatch.context() as patch:
            if way:
                patch.setattr(project_table, "store", way)
            mark = transaction.savepoint()
            result = run(rich, by=clerk)
            assert (result.errors, result.added) == ([], 7)
            entered[way] = left_behind()
            transaction.savepoint_rollback(mark)
    for model in TABLES:
        assert entered[None][model] == entered[one_by_one][model]
    assert [len(entered[None][model]) for model in TABLES][:4] == [8, 8, 8, 5]


def test_the_rich_file_again_changes_nothing(rich):
    assert run(rich).added == 7
    before = left_behind()
    result = run(rich)
    assert (result.errors, result.added, result.unchanged) == ([], 0, 7)
    assert left_behind() == before


def test_history_names_who_imported(rich, clerk):
    """COPY is no statement into which the library could write its context; it must be there before."""
    with pghistory.context(user=clerk.pk):
        assert run(rich[:2]).added == 2
    event = Project.pgh_event_model.objects.latest("pgh_id")
    assert event.pgh_context["user"] == clerk.pk


def test_a_tab_in_a_cell_is_no_difference_the_second_time():
    row = good_row(1, private_partner="ТОО\t«Жарық»")
    assert run([row]).added == 1
    assert Project.objects.get().private_partner == "ТОО «Жарық»"
    assert run([row]).unchanged == 1


def test_statements_are_the_same_for_one_row_and_for_many():
    counts = []
    for size in (1, 60):
        with CaptureQueriesContext(connection) as queries:
            assert run([good_row(100 * size + turn) for turn in range(size)], dry_run=True).errors == []
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "text", ["№ 5 Мектеп-балабақша «Ұя»", "İI School №12", "ЪЬЙЫЩЭЁһӘғ", "ΟΔΟΣ", "5\u2003а\u00a0b", ""]
)
def test_an_outline_is_the_same_in_python_in_sql_and_after_folding(text):
    stored = factories.project(title_ru=text or "х")
    text = stored.title_ru
    [in_sql] = Project.objects.filter(pk=stored.pk).values_list(outlined("title_ru"), flat=True)
    assert in_sql == outline(text) == outline(fold(text))


def test_titles_are_looked_for_in_the_index():
    """The expression asked must be the one indexed, letter by letter, or every import would read the register."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'projects_project_same_kk'")
        [definition] = cursor.fetchone()
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT 1 FROM projects_project WHERE {known._outline_of('title_kk')} = 'a'")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "USING hash" in definition
    assert "projects_project_same_kk" in plan
