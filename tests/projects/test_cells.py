"""The register added up beforehand says what its rows say, whatever was done to them, in whatever way."""

from dataclasses import replace

import pytest
from django.db import connection, transaction
from hypothesis import given, settings, strategies as st

from projects.models import Project, RegisterCell, RegisterCube
from projects.models.register_cell import adding
from projects.queries.cells import PARTS, Choice, totals_of, totals_of_by, totals_of_each, totals_of_faces
from projects.queries.cells_against_rows import differences
from projects.queries.register import approved, register
from projects.queries.totals import totals, totals_by, totals_by_each
from reference.codelists import InitiatorType, ProjectStatus
from tests import factories
from tests.projects.registers import REGISTERS, SECTORS, TERRITORIES, YEARS, papers_on_file, written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("sector_id"), st.sampled_from(SECTORS)),
        st.tuples(st.just("territory_id"), st.sampled_from(TERRITORIES)),
        st.tuples(st.just("initiator_type"), st.sampled_from(InitiatorType.values)),
        st.tuples(st.just("year"), st.sampled_from(YEARS)),
        st.tuples(st.just("status"), st.sampled_from([ProjectStatus.APPROVED, ProjectStatus.OPERATION])),
        st.tuples(st.just("jobs"), st.just(5)),
    ),
    max_size=6,
)


def agrees():
    """Compare every cell and every row of the cube with the rows, and what is read of them."""
    assert differences() == []
    assert totals_of(Choice()) == totals()
    assert totals_of(Choice(is_approved=True)) == totals(approved())
    for grouping in ("year", "region"):
        assert totals_of_by(grouping, Choice(is_approved=True)) == totals_by(grouping, approved())
    assert totals_of_each(["region", "status"], Choice()) == totals_by_each(["region", "status"])


@settings(max_examples=25)
@given(rows=REGISTERS, changes=CHANGES, which=st.integers(0, 5))
def test_cells_follow_every_change_of_the_rows(rolled_back, rows, changes, which):
    with rolled_back():
        written(rows, papers_on_file())
        agrees()
        for column, value in changes:
            some = Project.objects.filter(number__lte=which + 1)
            if column == "status":
                some = some.filter(status__in=[ProjectStatus.APPROVED, ProjectStatus.OPERATION])
            some.update(**{column: value})
        agrees()


@settings(max_examples=20)
@given(
    rows=REGISTERS,
    years=st.sets(st.sampled_from(YEARS)),
    first=st.none() | st.integers(2016, 2018),
    last=st.none() | st.integers(2016, 2018),
    chosen=st.fixed_dictionaries(
        {
            "sector": st.sets(st.sampled_from(SECTORS)),
            "initiator_type": st.sets(st.sampled_from(InitiatorType.values), max_size=2),
            "status": st.sets(st.sampled_from(ProjectStatus.values), max_size=3),
            "territory": st.sets(st.sampled_from(TERRITORIES)),
        }
    ),
)
def test_a_choice_is_that_choice_of_rows(rolled_back, rows, years, first, last, chosen):
    with rolled_back():
        written(rows, papers_on_file())
        choice = Choice(first_year=first, last_year=last)
        rows = register()
        for name, values in chosen.items():
            choice = replace(choice, **{PARTS[name]: frozenset(values)})
            rows = rows.filter(**{f"{name}__in": values}) if values else rows
        if first is not None:
            rows = rows.filter(year__gte=first)
        if last is not None:
            rows = rows.filter(year__lte=last)
        assert totals_of(choice) == totals(rows)
        assert totals_of_by("territory", replace(choice, is_approved=True)) == totals_by("territory", approved(rows))
        assert totals_of_each(["status", "year"], choice) == totals_by_each(["status", "year"], rows)
        if years:
            numbers = [row.number for row in rows if row.year in years]
            assert totals_of(replace(choice, years=frozenset(years))) == totals(register().filter(number__in=numbers))


def test_every_face_at_once_asks_for_a_choice_without_faces():
    with pytest.raises(ValueError, match="at once"):
        totals_of_faces(Choice(statuses=frozenset({"planned"})))
    with pytest.raises(KeyError):
        totals_of_by("resolution", Choice())


def test_cells_made_anew_are_the_cells_that_grew():
    factories.group_of({"cost": 1}, cost=5)
    factories.project_in(ProjectStatus.EXCLUDED, cost=None)
    factories.project_in(ProjectStatus.OPERATION, year=None)
    values = ("face", "key", "sector", "year", "is_approved", "projects", "cost", "on_file_cost", "groups", "members")
    empty = {"projects": 0, "groups": 0, "members": 0}
    grown = set(RegisterCell.objects.exclude(**empty).values_list(*values))
    with transaction.atomic(), connection.cursor() as cursor:
        RegisterCell.objects.all().delete()
        RegisterCube.objects.all().delete()
        cursor.execute(adding("SELECT 1 AS sign, * FROM projects_project"))
    assert set(RegisterCell.objects.values_list(*values)) == grown != set()
