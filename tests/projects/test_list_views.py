"""The list as list, table and map: the same rows and sums, every column sorts, the address of a view is one."""

from itertools import pairwise
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given, settings, strategies as st

from projects.models import Project
from projects.queries import tile_map
from projects.queries.ordering import ORDERINGS
from projects.queries.tile_map import ALMATY, COUNTRY, DISTRICTS, shades, short_name
from projects.queries.totals import totals_by
from projects.services.register import enter_all
from reference.codelists import ProjectStatus
from reference.models import Territory
from tests import factories
from tests.registry.pages import chips, facets, numbers, parse, query, strip, whole
from tests.registry.people import Browser
from tests.registry.registers import Register, chosen_numbers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
LIST = "/en/projects/"
ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"


@pytest.fixture
def client():
    return Browser()


def at(client, pairs=(), path=LIST, status=200):
    """Return the page of the list at these parameters."""
    answer = client.get(f"{path}?{urlencode(pairs)}")
    assert answer.status_code == status
    return parse(answer)


# --- order ---


def said(project, name, language):
    """Return what a row is sorted by, as a person would put it; None: not known."""
    if name in ("sector", "territory"):
        return [ALPHABET.find(letter) for letter in getattr(getattr(project, name), f"name_{language}").lower()]
    if name == "initiator_type":
        if project.initiator_type == "unknown":
            return None
        return [ALPHABET.find(letter) for letter in str(project.get_initiator_type_display()).lower()]
    if name == "status":
        return list(ProjectStatus).index(project.status)
    if name == "title":
        return getattr(project, f"order_{language}")
    return getattr(project, name)


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_column_sorts_both_ways_with_the_unknown_last(client, language):
    Register(7)
    for place, project in enumerate(Project.objects.all()):
        # Titles, sums and terms of the list are the resolutions' to change.
        listed = project.resolution_id or project.excluded_by_id
        facts = {} if listed else {"term_years": place % 3 + 1 if place % 4 else None}
        Project.objects.filter(pk=project.pk).update(jobs=place % 5 or None, **facts)
    rows = {project.number: project for project in Project.objects.select_related("sector", "territory")}
    with translation.override(language):
        for name in ORDERINGS:
            for sign in ("", "-"):
                page = at(client, [("ordering", f"{sign}{name}"), ("view", "table")], f"/{language}/projects/")
                shown = [said(rows[number], name, language) for number in numbers(page)]
                known = [value for value in shown if value is not None]
                assert known == sorted(known, reverse=bool(sign)), (name, sign)
                assert shown[len(known) :] == [None] * (len(shown) - len(known)), (name, sign)
                assert sorted(numbers(page)) == sorted(rows)


def test_the_table_has_a_head_for_every_order_and_a_cell_for_every_head(client):
    factories.project(term_years=12, jobs=0)
    table = at(client, [("view", "table")]).one("table", "cards")
    heads = table.one("thead").all("th")
    assert [query(head.one("a")["href"])[0] for head in heads] == [("ordering", name) for name in ORDERINGS]
    (row,) = table.one("tbody").all("tr")
    cells = [cell for cell in row if cell.tag in ("th", "td")]
    assert len(cells) == len(heads)
    assert [cell.get("data-label") for cell in cells if cell.tag == "td"] == [
        head.text for head in heads if head.text != "Project"
    ]
    assert [cell.text for cell in cells[6:8]] == ["12", "0"]


# --- one view, three ways to show it ---


@pytest.mark.parametrize("day", [[], [("as_of", "2018-01-01")]])
def test_totals_facets_and_chips_are_the_same_in_every_view(client, day):
    paper = factories.resolution(adopted="2017-09-13")
    enter_all(
        [
            factories.entry(sector=sector, status="approved", resolution=paper, cost=cost)
            for sector, cost in (("education", 5), ("health", None), ("education", None))
        ]
    )
    seen = set()
    for view in ([], [("view", "list")], [("view", "table")], [("view", "map")]):
        pairs = [("sector", "education"), *day, *view]
        page = at(client, pairs)
        offered = facets(page, f"?{urlencode(pairs)}")
        counted = [(name, choice.value, choice.rows) for name, choices in offered.items() for choice in choices]
        kept = {tuple(pair for pair in query(chip["href"]) if pair[0] == "view") for chip in chips(page)}
        assert kept <= {tuple(view)}
        figures = page.one("section", "totals").one("dl", "totals-main").text
        seen.add((figures, page.one("div", "totals-now").text, *counted))
        assert numbers(page) == ([] if view == [("view", "map")] else [1, 3])
    assert len(seen) == 1


@pytest.mark.parametrize("values", [["tiles"], ["LIST"], ["\0"], ["list", "map"], ["__class__"]])
def test_a_view_that_is_not_there_is_refused_and_named(client, values):
    factories.project()
    page = at(client, [("view", value) for value in values], status=400)
    assert [item.one("b").text for item in page.one("div", "notice-bad").all("li")] == ["View:"]
    assert numbers(page) == numbers(at(client, [("view", "map")])) == []
    assert numbers(at(client, [("view", " ")])) == [1]


def test_a_forgiven_search_says_so_aloud(client):
    factories.project(title_kk="Стадион", title_ru="")
    page = at(client, [("search", "стадеон"), ("view", "table")])
    assert numbers(page) == [1]
    words = "Nothing holds “стадеон”. Shown are rows with similar words: Стадион."
    assert page.one("div", "notice", role="status").text == words
    assert at(client, [("search", "стадион")]).all("div", "notice") == []
    assert at(client, [("search", "аэропорт")]).all("div", "notice") == []


# --- the address of a view ---


def test_the_address_of_a_view_is_one_and_shows_it(client):
    factories.project()
    factories.project(sector="health")
    pairs = [("view", "table"), ("status", "planned"), ("sector", "health"), ("sector", "education"), ("page", "1")]
    pairs += [("unheard", "1"), ("year", ""), ("sector", "health"), ("ordering", "-number")]
    shared = {at(client, given).one("input", id="share-address")["value"] for given in (pairs, pairs[::-1])}
    (address,) = shared
    assert address == (
        "http://testserver/en/projects/?sector=education&sector=health&status=planned&ordering=-number&view=table"
    )
    assert numbers(parse(client.get(address))) == numbers(at(client, pairs)) == [2, 1]
    assert at(client).one("input", id="share-address")["value"] == "http://testserver/en/projects/"
    assert at(client).one("p", "only-print").text.startswith("http://testserver/en/projects/This page was made on ")


def test_downloads_lead_to_exactly_the_view(client):
    factories.project()
    page = at(client, [("view", "map"), ("page", "1"), ("sector", "health"), ("search", "мектеп & көпір")])
    links = [link["href"] for link in page.one("div", "list-tools").all("a") if "/api/" in link["href"]]
    assert any(".csv" in link for link in links)
    wanted = {("sector", "health"), ("search", "мектеп & көпір")}
    for link in links:
        assert (
            wanted <= set(query(link)) <= {*wanted, *(pair for pair in query(link) if pair[0] not in ("view", "page"))}
        )


# --- the map ---


def tiles(page, place=0):
    """Return number of projects and address of each tile by the first word of its name."""
    drawing = page.all("svg", "tiles", role="group")[place]
    return {
        " ".join(text.text for text in tile.all("text", "tile-name")): (
            whole(tile.one("text", "tile-count").text),
            tile.get("href"),
        )
        for tile in drawing
        if "tile" in tile.classes
    }


def test_every_region_has_a_place_of_its_own():
    regions = set(Territory.objects.filter(parent=None).values_list("code", flat=True))
    districts = set(Territory.objects.filter(parent=ALMATY).values_list("code", flat=True))
    assert (set(COUNTRY), set(DISTRICTS)) == (regions, districts)
    assert (len(set(COUNTRY.values())), len(set(DISTRICTS.values()))) == (20, 8)
    for language in ("kk", "ru", "en"):
        with translation.override(language):
            made = tile_map.country({}, Territory.objects.all())
            assert len({tile.lines for tile in made.tiles}) == 20
            assert max(len(line) for tile in made.tiles for line in tile.lines) <= 14


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=4)
def test_the_tiles_hold_what_the_totals_say_whatever_the_filter(client, rolled_back, seed):
    with rolled_back():
        pairs = Register(seed).filters()
        others = [pair for pair in pairs if pair[0] != "territory"]
        projects = Project.objects.filter(number__in=chosen_numbers(others))
        names = {territory.code: short_name(territory.name_en) for territory in Territory.objects.all()}
        shown = tiles(at(client, [*pairs, ("view", "map")]), -1)
        for group in totals_by("region", projects):
            name = "Almaty city" if group.key == ALMATY else " ".join(names[group.key])
            assert shown.pop(name)[0] == group.totals.projects
        assert all(count == 0 for count, _ in shown.values())


def test_a_tile_adds_its_region_and_takes_it_away(client):
    factories.project(territory=factories.ALMATY)
    factories.project(territory="430000000")
    kept = [("sector", "education"), ("view", "map")]
    shown = tiles(at(client, kept))
    assert query(shown["Kyzylorda"][1]) == sorted([*kept, ("territory", "430000000")])
    assert shown["Pavlodar"] == (0, "")
    page = at(client, [*kept, ("territory", "430000000")])
    assert strip(page).projects == 1
    assert query(tiles(page)["Kyzylorda"][1]) == sorted(kept)
    assert "(chosen)" in page.one("a", "tile-chosen")["aria-label"]
    assert tiles(page)["Almaty city"][0] == 1


def test_almaty_opens_into_its_districts_and_tells_the_rest_apart(client):
    enter_all([factories.entry(territory=code, cost=7) for code in (ALMATY, ALMATY, factories.MEDEU)])
    page = at(client, [("view", "map"), ("territory", ALMATY)])
    districts = tiles(page)
    assert (len(districts), districts["Medeu"][0], tiles(page, 1)["Almaty city"][0]) == (8, 1, 3)
    assert page.one("p", "not-told-apart").text.startswith("The city, no district named: 2 projects")
    assert query(districts["Medeu"][1]) == [("territory", factories.MEDEU), ("view", "map")]
    inside = at(client, [("view", "map"), ("territory", factories.MEDEU)])
    assert strip(inside).projects == 1
    assert query(tiles(inside)["Medeu"][1]) == [("territory", ALMATY), ("view", "map")]
    assert len(at(client, [("view", "map")]).all("svg", "tiles", role="group")) == 1


def test_a_territory_without_a_place_is_in_the_table_and_a_group_counts_once(client):
    Territory.objects.create(
        code="990000000", name_kk="Жаңа облысы", name_ru="Новая область", name_en="New Region", level="region"
    )
    factories.group_of({"cost": 5}, {"cost": 7}, cost=100, territory="990000000")
    page = at(client, [("view", "map")])
    (row,) = [row for row in page.one("details", "tile-figures").one("tbody").all("tr") if "New" in row.text]
    assert row.all("td")[0].text == "1"
    assert query(row.one("a")["href"]) == [("territory", "990000000"), ("view", "map")]
    assert (strip(page).projects, {count for count, _ in tiles(page).values()}) == (1, {0})


@given(st.integers(0, 10**6))
def test_the_legend_is_without_gaps_and_ends_with_the_greatest(greatest):
    steps = shades(greatest)
    bounds = [bound for step in steps for bound in (step.least, step.greatest)]
    assert bounds == sorted(bounds)
    assert len(steps) <= tile_map.SHADES
    if greatest:
        assert (bounds[0], bounds[-1], steps[-1].level) == (1, greatest, tile_map.SHADES)
        assert all(after.least == before.greatest + 1 for before, after in pairwise(steps))


# --- cost of a page ---


@pytest.mark.parametrize(
    ("address", "most"),
    [("?view=map&territory=750000000", 12), ("?view=table&ordering=territory", 11), ("?ordering=-sector", 11)],
)
def test_a_view_asks_the_same_number_of_queries_for_any_number_of_rows(client, address, most):
    counts, entered = set(), 0
    for rows in (1, 30):
        enter_all([factories.entry() for _ in range(rows - entered)])
        entered = rows
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST + address).status_code == 200
        counts.add(len(asked))
    assert len(counts) == 1
    assert max(counts) <= most
