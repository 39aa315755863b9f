"""State obligations by year: what approved projects bind, what is proposed, and the ceiling of the territory."""

import pytest
from django.db import IntegrityError

from projects.models import Obligation, ObligationCeiling
from projects.queries.obligations import bound, committed, without_obligations, years_of
from projects.queries.register import register
from tests import factories
from tests.registry.pages import parse
from tests.rules import constraint_sentences, update

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def owing(status="approved", payments=None, **facts):
    """Return a project of this status that owes so much by year."""
    made = factories.project_in(status, **facts)
    for year, amount in (payments or {}).items():
        Obligation.objects.create(project=made, year=year, amount=amount)
    return made


def test_a_territory_owes_what_its_approved_projects_owe_districts_included():
    owing(payments={2027: 10, 2028: 20})
    owing("operation", {2028: 5, 2030: 7}, territory=factories.MEDEU)
    for status in ("planned", "excluded", "terminated"):
        owing(status, {2027: 1_000})
    owing(payments={2027: 1_000}, territory=factories.ASTANA)
    assert committed(bound(factories.ALMATY)) == {2027: 10, 2028: 25, 2030: 7}
    assert committed(bound(factories.MEDEU)) == {2028: 5, 2030: 7}


def test_every_year_that_owes_is_proposed_or_has_a_ceiling_stands_in_order(django_assert_num_queries):
    owing(payments={2027: 10, 2029: 30})
    factories.ceiling(year=2027, amount=12)
    factories.ceiling(year=2031, amount=100)
    factories.ceiling(factories.ASTANA, year=2032)
    with django_assert_num_queries(2):
        years = years_of(factories.ALMATY, {2027: 5, 2028: 4})
    assert [(row.year, row.committed, row.proposed, row.ceiling, row.whole, row.over) for row in years] == [
        (2027, 10, 5, 12, 15, 3),
        (2028, 0, 4, None, 4, 0),
        (2029, 30, 0, None, 30, 0),
        (2031, 0, 0, 100, 0, 0),
    ]
    assert years_of(factories.MEDEU, {}) == []


@pytest.mark.parametrize(("proposed", "over"), [(2, 0), (3, 1)])
def test_a_ceiling_that_is_just_reached_is_not_passed(proposed, over):
    owing(payments={2027: 10})
    factories.ceiling(year=2027, amount=12)
    (year,) = years_of(factories.ALMATY, {2027: proposed})
    assert year.over == over


def test_projects_that_say_nothing_of_their_obligations_are_counted():
    owing(payments={2027: 10})
    factories.project_in("approved")
    factories.project_in("approved", state_obligations=5)
    factories.project_in("approved", state_obligations=0)
    assert without_obligations(register()) == 2


def test_the_rules_of_these_tables_are_those_tested_here():
    names = {constraint.name for model in (Obligation, ObligationCeiling) for constraint in model._meta.constraints}
    assert {name.removeprefix("projects_") for name in names} == {
        "obligation_year_is_2015_to_2100",
        "obligation_one_a_year",
        "obligationceiling_year_is_2015_to_2100",
        "obligationceiling_one_a_year",
        "obligationceiling_has_a_source",
    }


def test_a_year_lies_between_2015_and_2100_and_stands_once():
    row, ceiling = owing(payments={2027: 1, 2028: 2}).obligations.first(), factories.ceiling(year=2027)
    for each in (row, ceiling):
        for year in (2014, 2101):
            with pytest.raises(IntegrityError, match="year_is_2015_to_2100"):
                update(each, year=year)
            each.year = year
            assert constraint_sentences(each) == ["The year must lie between 2015 and 2100."]
        for year in (2015, 2100):
            update(each, year=year)
    with pytest.raises(IntegrityError, match="obligation_one_a_year"):
        update(row, year=2028)
    other = factories.ceiling(year=2030)
    with pytest.raises(IntegrityError, match="obligationceiling_one_a_year"):
        update(other, year=2100)
    update(other, territory_id=factories.ASTANA, year=2100)


def test_a_ceiling_names_its_paper():
    row = factories.ceiling()
    with pytest.raises(IntegrityError, match="has_a_source"):
        update(row, source="")
    row.source = ""
    assert constraint_sentences(row) == ["Say which paper sets the ceiling, or give its address."]
    update(row, source="", source_url="https://example.kz/5")


def test_the_page_of_a_project_draws_its_years(client):
    made = owing(payments={2028: 50, 2027: 100})
    table = parse(client.get(f"/en/projects/{made.number}/")).one("table", "years")
    rows = table.one("tbody").all("tr")
    assert [(row.one("th").text, row.one("td", "sum").text.replace("\xa0", " ")) for row in rows] == [
        ("2027", "100 ₸"),
        ("2028", "50 ₸"),
    ]
    assert [row.one("rect", "bar-fill")["width"] for row in rows] == ["100", "50"]
    plain = factories.project_in("approved")
    assert parse(client.get(f"/en/projects/{plain.number}/")).all("table", "years") == []
