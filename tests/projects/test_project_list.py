"""The list of projects: its figures are the database's, its links lead where they say, its pages hold all rows once."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings, strategies as st

from projects.models import Project
from projects.services.register import enter_all
from projects.views.pages import PAGE_SIZE
from reference.codelists import ProjectStatus
from tests import factories
from tests.registry.pages import chips, facets, numbers, parse, query, strip
from tests.registry.people import Browser
from tests.registry.registers import Register, chosen_numbers, recomputed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def client():
    return Browser()


LIST = "/en/projects/"
seeds = st.integers(0, 2**32 - 1)


def at(client, pairs=(), path=LIST):
    """Return the page of the list at these filters."""
    answer = client.get(f"{path}?{urlencode(pairs)}")
    assert answer.status_code == 200
    return parse(answer)


def walked(client, address, path=LIST):
    """Return the numbers on every page of a list, by its link to the next page."""
    found = []
    while address:
        page = parse(client.get(path + address.removeprefix(path)))
        found.append(numbers(page))
        following = page.all("a", rel="next")
        address = following[0]["href"] if following else ""
    return found


def flat(figures):
    """Return the strip's figures in the order of the recomputation."""
    return (
        *(figures.projects, figures.cost, figures.cost_unknown),
        *(*figures.on_file, *figures.public_sources),
        *(figures.groups, figures.members),
    )


def said(row):
    """Return what a page says where SQL gives this row: a sum of no project is 0, of no known cost is not known."""
    projects, cost, *rest = row
    return (projects, 0 if not projects else cost, *rest)


# --- figures ---


@given(seed=seeds)
@settings(max_examples=8)
def test_the_pages_figures_are_what_sql_gives_for_any_filter(client, rolled_back, seed):
    with rolled_back():
        made = Register(seed)
        for pairs in [[], *(made.filters() for _ in range(3))]:
            page = at(client, pairs)
            assert flat(strip(page)) == said(recomputed(pairs)), pairs
            assert numbers(page) == chosen_numbers(pairs), pairs


def test_figures_stay_exact_beyond_what_a_float_holds(client):
    enter_all([factories.entry(cost=99_999_999_999_999), *[factories.entry(cost=10**14) for _ in range(110)]])
    assert strip(at(client)).cost == 11_099_999_999_999_999
    assert strip(at(client)).public_sources == (111, 11_099_999_999_999_999, 0)


def test_a_group_counts_once_and_its_members_stand_behind_it(client):
    factories.group_of({"cost": 5}, {"cost": 7}, {"cost": None}, cost=100)
    factories.project(cost=1)
    figures = strip(at(client))
    assert (figures.projects, figures.cost, figures.cost_unknown) == (2, 101, 0)
    assert (figures.groups, figures.members) == (1, 3)


def test_an_unknown_cost_is_said_to_be_unknown_and_not_nought(client):
    factories.project(cost=None)
    figures = strip(at(client))
    assert (figures.projects, figures.cost, figures.cost_unknown) == (1, None, 1)
    row = at(client).one("table", "cards").one("tbody")
    assert row.one("td", "sum").one("i", "unknown").text == "cost unknown"
    factories.project(cost=0)
    figures = strip(at(client))
    assert (figures.projects, figures.cost, figures.cost_unknown) == (2, 0, 1)


def test_the_split_tells_papers_on_file_from_public_sources(client):
    paper = factories.resolution()
    factories.project(cost=10, status=ProjectStatus.APPROVED, resolution=paper)
    factories.project(cost=None, status=ProjectStatus.OPERATION, resolution=paper)
    factories.project(cost=3)
    figures = strip(at(client))
    assert (figures.on_file, figures.public_sources) == ((2, 10, 1), (1, 3, 0))
    page = at(client, [("resolution", "none")])
    assert (numbers(page), strip(page).on_file) == ([3], (0, None, 0))
    marks = [len(row.all("span", "mark-source")) for row in at(client).one("table", "cards").one("tbody").all("tr")]
    assert marks == [0, 0, 1]


def test_an_empty_list_says_so_and_offers_the_way_back(client):
    factories.project()
    page = at(client, [("sector", "agriculture")])
    assert (numbers(page), page.all("table", "cards")) == ([], [])
    assert page.one("div", "empty").one("a")["href"] == LIST
    assert flat(strip(page)) == (0, 0, 0, 0, None, 0, 0, None, 0, 0, 0)


# --- facets and chips ---


@given(seed=seeds)
@settings(max_examples=8)
def test_every_count_of_a_facet_is_the_number_of_rows_it_leads_to(client, rolled_back, seed):
    with rolled_back():
        pairs = Register(seed).filters()
        page = at(client, pairs)
        for name, choices in facets(page, f"?{urlencode(pairs)}").items():
            others = [pair for pair in pairs if pair[0] != name]
            for choice in choices:
                alone = [*others, (name, choice.value)]
                assert choice.rows == len(chosen_numbers(alone)), (pairs, name, choice)
                assert choice.is_chosen == ((name, choice.value) in pairs)


@given(seed=seeds)
@settings(max_examples=3)
def test_a_link_of_a_facet_adds_its_choice_or_takes_it_away(client, rolled_back, seed):
    with rolled_back():
        pairs = Register(seed).filters()
        for name, choices in facets(at(client, pairs), f"?{urlencode(pairs)}").items():
            for choice in choices[:2]:
                wanted = sorted({*pairs} ^ {(name, choice.value)})
                assert query(choice.address) == wanted
                figures = strip(parse(client.get(LIST + choice.address)))
                assert figures.projects + figures.members == len(chosen_numbers(wanted))


def test_a_facet_offers_only_what_would_show_rows(client):
    factories.project(sector="education", year=2017)
    factories.project(sector="health", year=None)
    offered = facets(at(client, [("sector", "education")]), "?sector=education")
    assert {name: [(choice.value, choice.rows) for choice in choices] for name, choices in offered.items()} == {
        "sector": [("education", 1), ("health", 1)],
        "territory": [(factories.ALMATY, 1)],
        "initiator_type": [("unknown", 1)],
        "status": [("planned", 1)],
        "year": [("2017", 1)],
    }
    assert [choice.value for choice in facets(at(client), LIST)["year"]] == ["2017", "none"]


def test_a_chosen_district_is_offered_with_its_rows(client):
    factories.project(territory=factories.MEDEU)
    factories.project(territory=factories.ALMATY)
    pairs = [("territory", factories.MEDEU)]
    page = at(client, pairs)
    assert numbers(page) == [1]
    offered = {choice.value: choice.rows for choice in facets(page, f"?{urlencode(pairs)}")["territory"]}
    assert offered == {factories.ALMATY: 2, factories.MEDEU: 1}


ALL_FILTERS = [
    ("sector", "education"),
    ("sector", "health"),
    ("territory", factories.ALMATY),
    ("initiator_type", "unknown"),
    ("status", "planned"),
    ("year", "2017"),
    ("year", "none"),
    ("cost_min", "1 000"),
    ("cost_max", "2 bn"),
    ("resolution", "none"),
    ("search", "школа"),
]


def test_each_chip_removes_exactly_one_filter(client):
    factories.project()
    pairs = [*ALL_FILTERS, ("ordering", "-cost"), ("page", "1")]
    page = at(client, pairs)
    kept = sorted(pair for pair in pairs if pair[0] != "page")
    removed = [[pair for pair in kept if pair not in query(chip["href"])] for chip in chips(page)]
    assert sorted(removed) == [[pair] for pair in sorted(ALL_FILTERS)]
    assert all(set(query(chip["href"])) <= set(kept) for chip in chips(page))
    assert page.one("a", "clear")["href"] == LIST


def test_the_approved_statuses_together_are_one_chip(client):
    approved = [("status", status) for status in ProjectStatus if status not in ("planned", "excluded")]
    (chip,) = chips(at(client, [*approved, ("sector", "education")]))[1:]
    assert query(chip["href"]) == [("sector", "education")]
    assert len(chips(at(client, approved[:-1]))) == len(approved) - 1


def test_no_filter_no_chip(client):
    factories.project()
    assert (chips(at(client)), at(client).all("ul", "chips")) == ([], [])


def test_forms_carry_the_other_filters_along(client):
    page = at(client, ALL_FILTERS)
    hidden = {
        name: sorted((box["name"], box["value"]) for box in page.one("form", name).all("input", type="hidden"))
        for name in ("search", "cost-form")
    }
    assert hidden["search"] == sorted(pair for pair in ALL_FILTERS if pair[0] != "search")
    assert hidden["cost-form"] == sorted(pair for pair in ALL_FILTERS if not pair[0].startswith("cost_"))
    assert page.one("input", name="search", type="search")["value"] == "школа"
    assert [page.one("input", name=name, maxlength="60")["value"] for name in ("cost_min", "cost_max")] == [
        "1 000",
        "2 bn",
    ]


# --- order and pages ---

ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
TITLES = ["Яблоко", "Әлем", "Аула", "Ғимарат", "Гүл", "Қала", "Көпір", "Ң", "Ни", "Өзен", "Орман", "Ұя", "Үй", "Ура"]
TITLES += ["Ыстық", "Ілгек", "«Бақ» саябағы", "бала", "ҺА", "Ха"]


def by_the_alphabet(title):
    """Return the places of the letters in the Kazakh alphabet; quotation marks do not count."""
    return [ALPHABET.find(letter) for letter in title.lower() if letter not in "«»"]


@pytest.mark.parametrize(("language", "sign"), [("kk", ""), ("kk", "-"), ("ru", ""), ("en", "-")])
def test_titles_stand_in_the_order_of_the_kazakh_alphabet(client, language, sign):
    enter_all([factories.entry(title_kk=title, title_ru=title, title_en=title) for title in TITLES])
    page = at(client, [("ordering", f"{sign}title")], f"/{language}/projects/")
    shown = [TITLES[number - 1] for number in numbers(page)]
    assert shown == sorted(TITLES, key=by_the_alphabet, reverse=sign == "-")


def test_each_language_orders_by_the_title_it_shows(client):
    enter_all(
        [
            factories.entry(title_kk="Әлем", title_ru="Яблоко", title_en="Beta"),
            factories.entry(title_kk="Бала", title_ru="", title_en="Gamma"),
            factories.entry(title_kk="", title_ru="Арка", title_en="Alpha"),
        ]
    )
    order = {
        language: numbers(at(client, [("ordering", "title")], f"/{language}/projects/"))
        for language in ("kk", "ru", "en")
    }
    assert order == {"kk": [3, 1, 2], "ru": [3, 2, 1], "en": [3, 1, 2]}


@pytest.mark.parametrize("column", ["year", "cost"])
def test_unknown_stands_last_in_both_directions(client, column):
    values = [2018, None, 2016, None, 2017]
    enter_all([factories.entry(**{column: value}) for value in values])
    assert numbers(at(client, [("ordering", column)])) == [3, 5, 1, 2, 4]
    assert numbers(at(client, [("ordering", f"-{column}")])) == [1, 5, 3, 2, 4]


def test_numbers_and_sectors_have_an_order_too(client):
    enter_all([factories.entry(sector=sector) for sector in ("tourism", "education", "health", "education")])
    order = list(Project.objects.order_by("sector__order", "number").values_list("number", flat=True))
    assert numbers(at(client, [("ordering", "-number")])) == [4, 3, 2, 1]
    assert numbers(at(client, [("ordering", "number")])) == numbers(at(client)) == [1, 2, 3, 4]
    assert numbers(at(client, [("ordering", "sector")])) == order == [2, 4, 3, 1]


def test_statuses_stand_in_the_order_of_the_road(client):
    road = list(ProjectStatus.values)
    paper, out = factories.resolution(), factories.resolution("exclusion")
    enter_all(
        [
            factories.entry(
                status=status,
                resolution=None if status == "planned" else paper,
                excluded_by=out if status == "excluded" else None,
            )
            for status in sorted(road)
        ]
    )

    def shown(ordering):
        page = at(client, [("ordering", ordering)])
        pills = [row.one("span", "pill") for row in page.one("table", "cards").one("tbody").all("tr")]
        return [next(iter(pill.classes - {"pill"})).removeprefix("pill-") for pill in pills]

    assert shown("status") == road
    assert shown("-status") == road[::-1]


@pytest.mark.parametrize("column", ["title", "year", "cost", "status"])
def test_a_head_of_the_table_orders_up_and_then_down(client, column):
    factories.project()
    kept = ("sector", "education")

    def head(pairs):
        page = at(client, [kept, *pairs, ("page", "1")])
        return next(
            cell
            for cell in page.one("table", "cards").one("thead").all("th")
            if cell.all("a") and query(cell.one("a")["href"])[0][1].lstrip("-") == column
        )

    untouched, up, down = head([]), head([("ordering", column)]), head([("ordering", f"-{column}")])
    assert [cell.get("aria-sort") for cell in (untouched, up, down)] == ["", "ascending", "descending"]
    assert [query(cell.one("a")["href"]) for cell in (untouched, up, down)] == [
        [("ordering", column), kept],
        [("ordering", f"-{column}"), kept],
        [("ordering", column), kept],
    ]


@pytest.mark.parametrize("ordering", ["", "title", "-year", "cost", "-sector"])
def test_the_pages_hold_every_row_exactly_once(client, ordering):
    rows = 2 * PAGE_SIZE + 7
    enter_all([factories.entry(cost=turn % 3 or None, year=2016 + turn % 2) for turn in range(rows)])
    pages = walked(client, f"?ordering={ordering}" if ordering else "?")
    assert [len(page) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 7]
    assert sorted(number for page in pages for number in page) == list(range(1, rows + 1))


def test_the_pages_know_their_neighbours(client):
    enter_all([factories.entry(sector="education") for _ in range(2 * PAGE_SIZE + 1)])
    middle = at(client, [("sector", "education"), ("page", "2")]).one("nav", "pages")
    assert query(middle.one("a", rel="prev")["href"]) == [("page", "1"), ("sector", "education")]
    assert query(middle.one("a", rel="next")["href"]) == [("page", "3"), ("sector", "education")]
    assert middle.one("a", aria_current="page").text == "2"
    assert at(client, [("page", "3")]).one("nav", "pages").all("a", rel="next") == []
    assert strip(at(client, [("page", "3")])).projects == 2 * PAGE_SIZE + 1


def test_one_page_needs_no_links_to_pages(client):
    enter_all([factories.entry() for _ in range(PAGE_SIZE)])
    assert at(client).all("nav", "pages") == []
    assert client.get(LIST, {"page": 2}).status_code == 404


# --- cost of a page ---


def asked(client, address):
    """Return the queries of a page."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]


@pytest.mark.parametrize(
    ("address", "most"),
    [
        (LIST, 10),
        (f"{LIST}?sector=education&territory=750000000&year=2017&ordering=-cost", 12),
        (f"{LIST}?search=школа", 22),
    ],
)
def test_the_list_asks_the_same_number_of_queries_for_any_number_of_rows(client, address, most):
    counts, entered = {}, 0
    for rows in (1, 20, 200):
        enter_all([factories.entry() for _ in range(rows - entered)])
        entered = rows
        counts[rows] = len(asked(client, address))
    assert len(set(counts.values())) == 1, counts
    assert counts[200] <= most


@pytest.mark.parametrize("address", [LIST, f"{LIST}?search=школа", f"{LIST}?territory=750000000&sector=education"])
def test_the_list_asks_nothing_twice(client, address):
    factories.project()
    queries = asked(client, address)
    assert sorted(sql for sql in set(queries) if queries.count(sql) > 1) == []
