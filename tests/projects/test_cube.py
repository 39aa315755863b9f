"""The cube and its readers: any choice at once, the facets of a page, and nothing left where nothing is."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings, strategies as st

from projects.models import Project, RegisterCube
from projects.models.register_cell import EVERYWHERE, MEASURES
from projects.queries import facets as facet_queries
from projects.queries.cells import PARTS, Choice, choice_of, source_of, statement_of, totals_of
from projects.queries.facets import FACETS, UNKNOWN_YEAR, counts_of, counts_of_rows
from projects.queries.register import register
from reference.codelists import APPROVED, NOT_APPROVED, InitiatorType, ProjectStatus
from tests import factories
from tests.projects.registers import REGISTERS, SECTORS, TERRITORIES, YEARS, papers_on_file, written
from tests.registry.pages import facets, parse, strip
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def some(values):
    return st.frozensets(st.sampled_from(values), max_size=2)


CHOICES = st.builds(
    Choice,
    sectors=some(SECTORS),
    years=some(YEARS),
    initiator_types=some(InitiatorType.values),
    statuses=some(ProjectStatus.values) | st.sampled_from([frozenset(APPROVED), frozenset(NOT_APPROVED)]),
    territories=some(TERRITORIES),
)
COLUMNS = dict(zip(FACETS, ("sector_id", "territory_id", "initiator_type", "status", "year"), strict=True))


def brute(choice):
    """Count every facet row by row, each without its own filter."""
    rows = [{name: getattr(row, column) for name, column in COLUMNS.items()} for row in register()]
    found = {}
    for facet in FACETS:
        others = {name: getattr(choice, part) for name, part in PARTS.items() if name != facet}
        fitting = [row for row in rows if all(not chosen or row[name] in chosen for name, chosen in others.items())]
        found[facet] = dict(Counter(str(row[facet] or UNKNOWN_YEAR) for row in fitting))
    return found


@settings(max_examples=25)
@given(rows=REGISTERS, choice=CHOICES)
def test_facets_say_what_counting_row_by_row_says(rolled_back, rows, choice):
    with rolled_back():
        written(rows, papers_on_file())
        wanted = brute(choice)
        assert counts_of(choice).rows == wanted
        assert counts_of_rows(register(), choice).rows == wanted
        dear = {facet: sum(counts.values()) for facet, counts in counts_of_rows(register().none(), choice).rows.items()}
        assert dear == dict.fromkeys(FACETS, 0)


def test_the_smallest_that_fits_is_read():
    sme, sport = frozenset({"sme"}), frozenset({"sport"})
    assert source_of(Choice()).table == source_of(Choice(sectors=sport, years=frozenset({None}))).table
    assert source_of(Choice(initiator_types=sme)).face == "initiator_type"
    assert source_of(Choice(initiator_types=sme), ["region"]).face is None
    assert source_of(Choice(initiator_types=sme, statuses=frozenset({"planned"}))).table == "projects_registercube"
    both = source_of(Choice(initiator_types=sme, statuses=frozenset({"planned"}), sectors=sport))
    assert dict(zip(both.parts, both.values, strict=True))["territories"] == [EVERYWHERE]
    every = Choice(initiator_types=sme, statuses=frozenset(APPROVED))
    assert (source_of(every).face, source_of(every).values) == ("initiator_type", (True, ["sme"]))


def test_the_text_of_a_statement_depends_on_its_shape_and_stands_within_another():
    factories.project(cost=5, initiator_type="sme", sector="sport")
    first, second = (
        Choice(sectors=frozenset(sectors), initiator_types=frozenset({"sme"}), statuses=frozenset({"planned"}))
        for sectors in (["sport"], ["sport", "waste", "1' OR 1=1"])
    )
    assert statement_of(first)[0] is statement_of(second)[0]
    text, values = statement_of(second)
    assert "OR 1=1" not in text
    with connection.cursor() as cursor:
        cursor.execute(f"WITH totals AS ({text}) SELECT * FROM totals", values)
        assert [column.name for column in cursor.description] == list(MEASURES)
        assert dict(zip(MEASURES, cursor.fetchone(), strict=True)) == dict.fromkeys(MEASURES, 0) | {
            "projects": 1,
            "cost_known": 1,
            "cost": 5,
        }


@pytest.mark.parametrize(
    ("name", "value"), [("search", "x"), ("cost_min", 0), ("cost_max", 0), ("resolution", "none"), ("as_of", "x")]
)
def test_what_only_rows_know_is_no_choice(name, value):
    cleaned = {"year": ["none", "2017"], "ordering": "-cost", "search": "", "cost_min": None, "as_of": None}
    assert choice_of(cleaned) == Choice(years=frozenset({None, 2017}))
    assert choice_of(cleaned | {name: value}) is None


KEY = ("status", "initiator_type", "territory", "sector")


def combinations():
    rows = set(Project.objects.values_list(*KEY))
    return rows | {(status, initiator, EVERYWHERE, sector) for status, initiator, _territory, sector in rows}


def cube():
    return set(RegisterCube.objects.values_list(*KEY))


def test_rows_of_the_cube_go_when_nothing_is_left_of_them():
    one, two = factories.project(), factories.project()
    for sector in ("sport", "waste", "health"):
        Project.objects.filter(pk=one.pk).update(sector=sector, cost=None)
        assert cube() == combinations()
    assert RegisterCube.objects.count() == 4
    # The last of a row joins a group: nothing counts there, but a member stands there.
    group = factories.project(is_group=True)
    Project.objects.filter(pk=one.pk).update(group=group)
    assert RegisterCube.objects.get(sector="health", territory=EVERYWHERE).members == 1
    Project.objects.filter(pk__in=[one.pk, two.pk]).update(sector="sport")
    assert cube() == combinations()


@pytest.fixture
def dear(reference_data, monkeypatch):
    """Let two rows be more than facets count."""
    factories.project(title_kk="Мектеп", sector="sport", cost=5)
    factories.project(title_kk="Мектеп", sector="waste", cost=5)
    monkeypatch.setattr(facet_queries, "MOST", 1)


@pytest.mark.usefixtures("dear")
@pytest.mark.parametrize(
    ("address", "numbers"),
    [
        ("?sector=sport", {"sport": 1, "waste": 1}),
        ("?sector=sport&status=planned", {"sport": 1, "waste": 1}),
        ("?sector=sport&cost_min=5", {"sport": None, "waste": None}),
        ("?sector=sport&search=мектеп", {"sport": None, "waste": None}),
        ("?sector=sport&cost_min=6", {"sport": 0}),
    ],
)
def test_choices_stand_without_numbers_where_too_many_rows_would_be_counted(address, numbers):
    answer = Browser().get("/en/projects/" + address)
    found = facets(parse(answer), address)["sector"]
    assert {choice.value: choice.rows for choice in found} == numbers
    assert [choice.value for choice in found if choice.is_chosen] == ["sport"]


def test_a_list_that_is_a_choice_asks_rows_for_nothing_but_its_page():
    factories.project(cost=5)
    factories.project(cost=7, sector="sport")
    for address in ("", "?sector=sport&status=planned&territory=750000000&view=table", "?view=map"):
        with CaptureQueriesContext(connection) as asked:
            page = parse(Browser().get("/en/projects/" + address))
        of_rows = [query["sql"] for query in asked if "projects_project" in query["sql"]]
        assert len(of_rows) == (0 if "map" in address else 1), of_rows
        assert (
            strip(page).projects
            == totals_of(Choice(sectors=frozenset({"sport"} if address[:3] == "?se" else {}))).projects
        )
