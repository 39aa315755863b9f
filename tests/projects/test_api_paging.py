"""Pages by key: together they are the view, in its order, whatever is added meanwhile."""

import json
from itertools import chain

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import Phase, given, settings, strategies as st

from projects.filters import ProjectFilter
from projects.models import Project
from projects.queries.ordering import ORDERINGS
from projects.queries.register import register
from tests import factories
from tests.registry.registers import Register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

API = "/api/v1/projects/"
EVERY_ORDER = [sign + name for name in ORDERINGS for sign in ("", "-")]


def walked(client, query):
    """Return the pages of a view, one after the other by ``next``."""
    address, pages = f"{API}?{query}", []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        pages.append(answer.json())
        assert answer.headers.get("Link", "") == (f'<{pages[-1]["next"]}>; rel="next"' if pages[-1]["next"] else "")
        address = pages[-1]["next"]
    return pages


def expected(query, language):
    """Return the numbers of the view's rows as the filter itself puts them in order."""
    filters = ProjectFilter(QueryDict(query), queryset=register())
    assert filters.form.is_valid()
    with override(language):
        return [record["number"] for record in filters.records()]


def numbers(pages):
    return [row["number"] for page in pages for row in page["results"]]


@given(seed=st.integers(0, 10**6), size=st.integers(3, 9), language=st.sampled_from(["kk", "ru", "en"]))
@settings(max_examples=2, phases=[Phase.generate])
def test_all_pages_together_are_the_view_in_every_order(rolled_back, seed, size, language):
    with rolled_back():
        made = Register(seed, rows=14)
        Project.objects.filter(number__in=(2, 3, 4)).update(jobs=7)
        Project.objects.filter(number__in=(3, 5)).update(jobs=0)
        filters = "&".join(f"{name}={value}" for name, value in made.filters())
        client = Client()
        for turn, ordering in enumerate(EVERY_ORDER):
            views = ["", *([filters] if turn % 4 == 0 else []), *(["as_of=2020-01-01"] if turn % 3 == 0 else [])]
            for view in views:
                query = f"{view}&ordering={ordering}"
                pages = walked(client, f"{query}&page_size={size}&lang={language}")
                assert numbers(pages) == expected(query, language), query
                assert {page["rows"] for page in pages} == {len(numbers(pages))}
                assert all(len(page["results"]) == size for page in pages[:-1])


def test_rows_added_while_pages_are_turned_double_and_hide_none(client):
    Register(11, rows=14)
    for ordering in ("-cost", "title", "-year"):
        query = f"ordering={ordering}&page_size=5"
        stood = set(numbers(walked(client, query)))
        address, seen = f"{API}?{query}", []
        while address:
            body = client.get(address).json()
            seen += [row["number"] for row in body["results"]]
            address = body["next"]
            if len(seen) <= 10:
                factories.project(title_kk="Аа", cost=10**14, year=2018)
                factories.project(title_kk="Яя", cost=None, year=None)
        assert len(seen) == len(set(seen))
        assert stood <= set(seen)
        assert len(stood) < len(seen)


def test_every_page_tells_the_figures_of_the_whole_view(client):
    factories.group_of({"cost": 5}, {"cost": None}, cost=100)
    factories.project(cost=None)
    pages = walked(client, "page_size=1")
    told = {json.dumps({name: page[name] for name in page if name not in ("next", "results")}) for page in pages}
    assert told == {'{"count": 2, "cost": 100, "cost_known": 1, "cost_unknown": 1, "rows": 4}'}
    assert [row["group"] for row in chain.from_iterable(page["results"] for page in pages)] == [None, 1, 1, None]
    assert client.get(f"{API}?sector=health").json() == {
        "count": 0, "cost": 0, "cost_known": 0, "cost_unknown": 0, "rows": 0, "next": None, "results": [],
    }  # fmt: skip


def test_a_page_has_25_rows_unless_asked_otherwise(client):
    Register(1, rows=27)
    assert [len(page["results"]) for page in walked(client, "")] == [25, 2]
    assert [len(page["results"]) for page in walked(client, "page_size=100")] == [27]


def test_pages_cost_the_same_number_of_queries_and_never_an_offset(client):
    def asked(address):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(address)
        assert answer.status_code == 200
        texts = [query["sql"] for query in queries]
        assert [text for text in texts if "OFFSET" in text] == []
        return len(texts), answer.json()

    Register(1, rows=20)
    addresses = [f"{API}?ordering={name}&page_size=5" for name in ("number", "-cost", "title", "sector")]
    few = [asked(address)[0] for address in addresses]
    one = [asked(f"{API}1/")[0], asked("/api/v1/resolutions/")[0], asked("/api/v1/totals/?by=sector")[0]]
    Register(2, rows=180)
    assert [asked(address)[0] for address in addresses] == few
    assert [asked(f"{API}1/")[0], asked("/api/v1/resolutions/")[0], asked("/api/v1/totals/?by=sector")[0]] == one
    deep = addresses[1]
    for _ in range(20):
        count, body = asked(deep)
        assert count <= few[1] + 2
        deep = body["next"]
    assert max(few) <= 6
