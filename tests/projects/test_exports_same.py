"""One filter, one answer: page, API and every file show the same rows in the same order and the same sum."""

import datetime
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given, settings, strategies as st

from projects.services.register import approve
from reference.codelists import InitiatorType, ProjectStatus
from tests import factories
from tests.projects.exported import API, FORMS, body, costs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

SECTORS, TERRITORIES = ("education", "health", "sport"), (factories.ALMATY, factories.MEDEU, factories.ASTANA)
YEARS = (None, 2016, 2017)
COSTS = st.sampled_from([None, 0, 1, 10**9, 10**9 + 1, 10**14])
TITLES = ("Әуе жолы", "Мектеп салу", "=Жаңа мектеп", "Ғимарат")
FACTS = st.fixed_dictionaries(
    {
        "sector": st.sampled_from(SECTORS),
        "territory": st.sampled_from(TERRITORIES),
        "initiator_type": st.sampled_from(InitiatorType.values[:2]),
        "year": st.sampled_from(YEARS),
        "cost": COSTS,
        "title_kk": st.sampled_from(TITLES),
    }
)
ROWS = st.lists(st.tuples(FACTS, st.booleans(), st.lists(FACTS, max_size=2)), max_size=6)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "sector": st.lists(st.sampled_from(SECTORS), min_size=1, max_size=2, unique=True),
        "territory": st.lists(st.sampled_from(TERRITORIES), min_size=1, max_size=2, unique=True),
        "initiator_type": st.lists(st.sampled_from(InitiatorType.values[:2]), min_size=1, max_size=1),
        "status": st.lists(st.sampled_from(ProjectStatus.values[:2]), min_size=1, max_size=1),
        "year": st.lists(st.sampled_from(["none", "2016", "2017"]), min_size=1, max_size=2, unique=True),
        "cost_min": st.sampled_from(["0", "1", "1 bn"]),
        "cost_max": st.sampled_from(["1 bn", "100000000000000"]),
        "resolution": st.just("none"),
        "search": st.sampled_from(["мектеп", "салу", "Алматы", "2"]),
        "ordering": st.sampled_from(
            ["title", "-title", "year", "-year", "cost", "-cost", "sector", "status", "-number"]
        ),
        "as_of": st.sampled_from(["2017-09-14", "2017-09-13", "2026-01-01"]),
    },
)


def enter(rows):
    """Enter the rows; those marked so are approved by one resolution, those with members are groups."""
    by_paper = []
    for facts, on_paper, members in rows:
        made = factories.group_of(*members, **facts) if members else factories.project(**facts)
        if on_paper:
            by_paper.append(made)
    if by_paper:
        approve(by_paper, resolution=factories.resolution(adopted="2017-09-14"), by=None)


def on_the_page(client, query):
    """Return numbers, count and sum of the page; the register of the test fits on one."""
    answer = client.get(f"/en/projects/?{query}")
    assert answer.status_code == 200
    rows = answer.context["page"].object_list
    numbers = [getattr(row, "number", None) or row.project.number for row in rows]
    figures = answer.context["totals"]
    assert len(numbers) == answer.context["rows_in_all"]
    return numbers, figures.projects, figures.cost


def by_the_api(client, query):
    """Walk the API page by page."""
    rows, address, told = [], f"{API}projects/?{query}&lang=en&page_size=5", None
    while address:
        answer = client.get(address).json()
        told = told or (answer["count"], answer["cost"])
        rows += [(row["number"], row["cost"], row["group"]) for row in answer["results"]]
        address = answer["next"]
    found = costs(rows)
    assert found[1:] == told
    return found


@settings(max_examples=12)
@given(rows=ROWS, chosen=FILTERS)
def test_page_api_and_files_give_the_same_rows_and_the_same_sum(rolled_back, rows, chosen):
    client = Client()
    with rolled_back():
        enter(rows)
        query = urlencode(chosen, doseq=True)
        expected = on_the_page(client, query)
        assert by_the_api(client, query) == expected
        for name, rows_of in FORMS.items():
            assert costs(rows_of(body(client.get(f"{API}{name}?{query}&lang=en")))) == expected, name


def test_the_files_of_a_past_day_tell_what_stood_then(client):
    made = factories.project(title_ru="Прежнее", cost=5)
    approve([made], resolution=factories.resolution(adopted="2017-09-14"), by=None)
    factories.project(cost=7)
    day = datetime.date(2017, 9, 14)
    for name, rows_of in FORMS.items():
        assert rows_of(body(client.get(f"{API}{name}?as_of={day}"))) == [(1, 5, None)]
        assert rows_of(body(client.get(f"{API}{name}?as_of={day - datetime.timedelta(1)}"))) == []
