"""Turning a list that is longer than its numbered pages: every row once, in the order of the view, by its links."""

import re
from html import unescape

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from projects.api.paging import View
from projects.filters import ProjectFilter
from projects.models import Project
from projects.queries.register import register
from projects.services.register import approve, enter_all
from projects.views import pages, turning
from tests import factories
from tests.registry.pages import parse
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

PAGE_SIZE, ROWS, LIST = 5, 23, "/kk/projects/"
SECTORS = ("education", "health", "sport")


@pytest.fixture
def client(monkeypatch):
    """A register that is twice as long as its numbered pages; every sixth cost and year is not known."""
    monkeypatch.setattr(turning, "LAST_NUMBER", 2)
    for module in (pages, turning):
        monkeypatch.setattr(module, "PAGE_SIZE", PAGE_SIZE)
    entries = [
        factories.entry(
            title_kk=f"Жоба {place * 37 % 50:02}",
            sector=SECTORS[place % 3],
            cost=place % 7 if place % 6 else None,
            year=2015 + place % 5 if place % 6 else None,
        )
        for place in range(ROWS)
    ]
    approve(enter_all(entries), resolution=factories.resolution(adopted="2021-03-04"), by=None)
    return Browser()


def numbers(answer):
    return [int(number) for number in re.findall(rf'<th scope="row"><a href="{LIST}(\d+)/"', answer.content.decode())]


def link(answer, **attributes):
    return next((one["href"] for one in parse(answer).one("nav", "pages").all("a", **attributes)), "")


VIEWS = ["", "ordering=-number", "ordering=-cost", "ordering=cost", "ordering=-title&view=table", "ordering=sector",
         "ordering=year&as_of=2022-01-01", "sector=education&sector=health&ordering=-year"]  # fmt: skip


def test_numbered_pages_and_those_behind_them_are_the_view_in_its_order(client):
    """Asked of what makes the rows of a page, by the addresses that the page links to."""
    for query in VIEWS:
        filters = ProjectFilter(QueryDict(query), queryset=register())
        assert filters.form.is_valid()
        wanted = [record["number"] for record in filters.records()]
        address, pages = f"?{query}", []
        while address:
            found = turning.turned(filters, RequestFactory().get(LIST + address), len(wanted))
            pages.append([getattr(row, "project", row).number for row in found["rows"]])
            address = found.get("next", "")
        assert [number for page in pages for number in page] == wanted, query
        assert [len(page) for page in pages[:-1]] == [PAGE_SIZE] * (len(pages) - 1)
        assert len(pages) > 2


def test_the_last_rows_are_the_first_ones_in_the_other_direction(client):
    first = client.get(LIST)
    other_end = link(first, rel="nofollow")
    assert numbers(client.get(LIST + other_end)) == list(range(ROWS, ROWS - PAGE_SIZE, -1))
    assert numbers(client.get(LIST + link(client.get(LIST + other_end), rel="nofollow"))) == numbers(first)


def test_a_page_without_a_number_leads_back_and_keeps_nothing_of_its_place_elsewhere(client):
    second = client.get(f"{LIST}?page=2&ordering=-cost")
    links = [one["href"] for one in parse(second).one("nav", "pages").all("a")]
    assert links[:3] == ["?ordering=-cost&page=1", "?ordering=-cost&page=1", "?ordering=-cost&page=2"]
    assert links[3:] == [link(second, rel="next"), "?ordering=cost"]
    answer = client.get(LIST + link(second, rel="next"))
    addresses = [one["href"] for one in parse(answer).all("a") if one.get("href").startswith("?")]
    assert [address for address in addresses if "after=" in address] == [link(answer, rel="next")]
    assert numbers(client.get(LIST + parse(answer).one("nav", "pages").all("a")[0]["href"])) == numbers(second)


def test_rows_entered_while_a_reader_turns_the_pages_double_and_hide_none(client):
    address, seen = "?page=2", numbers(client.get(LIST))
    while address:
        answer = client.get(LIST + address)
        seen += numbers(answer)
        address = link(answer, rel="next")
        Project.objects.filter(number__in=seen[:3]).update(jobs=5)
        if len(seen) == 3 * PAGE_SIZE:
            enter_all([factories.entry(), factories.entry()])
    assert seen == list(range(1, ROWS + 3))


def test_a_place_that_is_cut_foreign_or_behind_the_numbers_is_told_in_words(client):
    place = unescape(link(client.get(f"{LIST}?page=2&ordering=title"), rel="next"))
    assert client.get(LIST + place).status_code == 200
    other_language = client.get(f"/ru/projects/{place}")
    wrong = [place[:-3], place.replace("title", "-title"), f"{place}&sector=health", "?after=1", "?page=3"]
    api = client.get("/api/v1/projects/?ordering=title&page_size=5").json()["next"].partition("cursor=")[2]
    answers = [other_language, *(client.get(LIST + one) for one in [*wrong, f"?ordering=title&after={api}"])]
    for answer in answers:
        assert answer.status_code == 400
        notice = parse(answer).one("div", role="alert")
        assert notice.all("p")[0].text
        assert client.get(answer.wsgi_request.path + notice.one("a")["href"]).status_code == 200
    assert [client.get(f"{LIST}?page={one}").status_code for one in ("0", "x", "2")] == [404, 404, 200]
    # Where no word decides, the place is the same in every language.
    place = unescape(link(client.get(f"{LIST}?page=2&ordering=-cost"), rel="next"))
    assert numbers(client.get(LIST + place)) != []
    assert client.get(f"/ru/projects/{place}").status_code == 200


def test_pages_behind_the_numbers_pass_over_no_row(client):
    place = link(client.get(f"{LIST}?page=2"), rel="next")
    with CaptureQueriesContext(connection) as behind:
        client.get(LIST + place)
    assert [query["sql"] for query in behind if "OFFSET" in query["sql"]] == []
    with CaptureQueriesContext(connection) as numbered:
        client.get(f"{LIST}?page=2")
    (passing,) = [query["sql"] for query in numbered if "OFFSET" in query["sql"]]
    assert passing.startswith('SELECT "projects_project"."number"')
    assert "title" not in passing


def test_rows_are_passed_over_also_where_the_order_knows_nothing_of_some(client):
    filters = ProjectFilter(QueryDict("ordering=-cost"), queryset=register())
    assert filters.form.is_valid()
    wanted = [record["number"] for record in filters.records()]
    view = View(filters.rows(without=("ordering",)), filters.order_terms(), {"number": "number"}, "costs")
    for skip in range(0, ROWS + 3, 3):
        rows, after = view.page(None, PAGE_SIZE, skip=skip)
        assert [row["number"] for row in rows] == wanted[skip : skip + PAGE_SIZE], skip
        assert bool(after) == (skip + PAGE_SIZE < ROWS)
