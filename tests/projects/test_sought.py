"""A search is answered at any size: the same rows in the same order, whichever way they are looked for."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import Phase, given, settings, strategies as st

from projects.filters import ProjectFilter
from projects.models import Project
from projects.queries import sought, totals as sums
from projects.queries.ordering import ORDERINGS
from projects.queries.register import names, register, search_condition
from projects.queries.totals import MoreThan, Totals, totals, totals_at_most
from projects.services.register import enter_all
from projects.views.downloads import FIGURES
from reference.kazakh import fold, search_words
from tests import factories
from tests.registry.registers import Register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

API, PAGE = "/api/v1/projects/", "/en/projects/"
VIEWS = ({"search": "мектеп"}, {"search": "көпір"}, {"search": "алматы а"}, {"cost_min": "1"}, {"resolution": "none"})
WAYS = ((10**6, 200), (0, 200), (0, 0))
"""Hits gathered; looked for along the order; looked for along an order that is left at once, then gathered."""


def filtered(**pairs):
    found = ProjectFilter(QueryDict(urlencode(pairs)), queryset=register())
    assert found.form.is_valid(), found.form.errors
    return found


@given(seed=st.integers(0, 10**6))
@settings(max_examples=2, phases=[Phase.generate])
def test_each_way_gives_the_rows_of_the_view_in_its_order(rolled_back, seed):
    with rolled_back(), pytest.MonkeyPatch.context() as patch:
        Register(seed, rows=14)
        Project.objects.filter(number__in=(2, 3, 4)).update(jobs=7)
        for turn, ordering in enumerate(sign + name for name in ORDERINGS for sign in ("", "-")):
            view, (few, walked) = VIEWS[turn % len(VIEWS)], WAYS[turn % len(WAYS)]
            patch.setattr(sought, "FEW", few)
            patch.setattr(sought, "WALKED", walked)
            chosen = filtered(ordering=ordering, **view)
            numbers = [row.number for row in chosen.rows()]
            assert chosen.shown == totals(chosen.rows())
            assert [row.number for first in range(0, 16, 5) for row in chosen.page(first, 5)] == numbers, ordering


def test_a_search_finds_what_reading_every_row_finds(rolled_back):
    Register(5, rows=40)
    known = names()
    rows = list(register().values_list("number", "search_text", "territory", "sector"))

    def holds(word, text, territory, sector):
        part = word if len(word) > 2 else f" {word}"
        territories, sectors = known.holding([part])
        return part in text or territory in territories or sector in sectors

    for text in ("мектеп", "Алматы мектеп", "көпір білім", "а б", "алматы білім мектеп спорт", "жоқжоба"):
        words = search_words(text)
        expected = {number for number, *row in rows if all(holds(word, *row) for word in words)}
        found = set(register().filter(search_condition(text)).values_list("number", flat=True))
        assert found == expected, (text, fold(text))


@pytest.mark.parametrize(("rows", "most", "is_more"), [(3, 3, False), (3, 2, True), (0, 0, False)])
def test_figures_are_exact_up_to_the_bound_and_none_beyond(rows, most, is_more):
    enter_all([factories.entry(cost=place) for place in range(rows)])
    found = totals_at_most(register(), most)
    assert found == (MoreThan(most) if is_more else totals())
    assert totals_at_most(register().none(), most) == Totals()


@pytest.fixture
def more_than_two(monkeypatch):
    monkeypatch.setattr(sums, "MOST", 2)
    factories.group_of({"cost": 5}, {"cost": None}, cost=100)
    enter_all([factories.entry(title_kk="Стадион", cost=7, sector="health") for _ in range(28)])


def test_the_api_says_that_there_are_more_and_turns_all_pages(client, more_than_two):
    address, seen = f"{API}?search=стадион&ordering=-cost&page_size=10", []
    while address:
        body = client.get(address).json()
        assert {name: body[name] for name in ("count", "cost", "cost_known", "cost_unknown", "rows", "more_than")} == {
            "count": None, "cost": None, "cost_known": None, "cost_unknown": None, "rows": None, "more_than": 2,
        }  # fmt: skip
        seen += [row["number"] for row in body["results"]]
        address = body["next"]
    assert seen == [row.number for row in filtered(search="стадион", ordering="-cost").rows()]
    whole = client.get(API).json()
    assert (whole["rows"], "more_than" in whole) == (31, False)
    assert client.get("/api/v1/totals/?by=sector&search=стадион").json()["whole"]["count"] == 28


def test_the_page_says_that_there_are_more_and_shows_no_sum(client, more_than_two, monkeypatch):
    page = client.get(f"{PAGE}?search=стадион&sector=health").content.decode()
    assert "More than 2 rows" in page
    assert "totals-now" not in page
    assert "₸196" not in page
    assert client.get(f"{PAGE}?search=стадион&page=2").status_code == 404
    monkeypatch.setattr(sums, "MOST", 28)
    page = client.get(f"{PAGE}?search=стадион").content.decode()
    assert "totals-now" in page
    assert "More than" not in page
    assert client.get(f"{PAGE}?search=стадион&page=2").status_code == 200


def test_files_hold_exact_figures_of_a_view_that_the_page_does_not_count(client, more_than_two):
    headers = client.head("/api/v1/projects.csv?search=стадион").headers
    assert [headers[name] for name in FIGURES] == ["28", "28", "0", "196"]


def test_hits_are_gathered_or_the_order_is_walked_so_far_and_never_the_whole(more_than_two, monkeypatch):
    def asked(**pairs):
        with CaptureQueriesContext(connection) as queries:
            list(filtered(search="стадион", **pairs).page(0, 25))
        return [query["sql"] for query in queries]

    assert any("LIMIT 5000" in text for text in asked(ordering="-cost"))
    assert not any("WITH hits (pk" in text for text in asked(ordering="-cost"))
    monkeypatch.setattr(sums, "MOST", 100)
    assert any("WITH hits (pk" in text for text in asked(ordering="-cost"))
