"""The statistics of the register: every figure is what SQL and a pencil give, and leads to exactly its rows."""

from collections import defaultdict
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import given, settings, strategies as st

from projects.models import Project
from reference.codelists import APPROVED, InitiatorType, ProjectStatus
from tests import factories
from tests.proposals.applications import applicant, proposal_at
from tests.registry.pages import parse, query, strip, whole
from tests.registry.people import Browser
from tests.registry.registers import Register, recomputed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

PAGE = "/en/statistics/"
LIST = "/en/projects/"
COUNTED = [("status", status.value) for status in APPROVED]
BLOCKS = ("years", "sectors", "initiators", "statuses", "places")


@pytest.fixture
def client():
    return Browser()


def at(client, pairs=(), status=200):
    """Return the page of the statistics at these filters."""
    answer = client.get(f"{PAGE}?{urlencode(list(pairs))}")
    assert answer.status_code == status
    return parse(answer)


def block(page, name):
    """Return a section of the page; none where it is left out."""
    return next(iter(page.all("section", id=name)), None)


def known_sum(cell):
    """Return the sum that a cell says; None where it says that it is unknown."""
    exact = cell.all("data")
    return int(exact[0]["value"]) if exact else None


def figures(page):
    """Return every figure of the register's blocks with its address and the sum beside it."""
    found = []
    for name in BLOCKS:
        for row in block(page, name).one("tbody").all("tr") if block(page, name) else ():
            link = row.one("a", "figure")
            found.append((whole(link.text), link["href"], known_sum(row.all("td")[-1])))
    for cell in block(page, "cross").all("td") if block(page, "cross") else ():
        for link in cell.all("a", "figure"):
            found.append((whole(link.text), link["href"], known_sum(cell)))
    return found


def with_pencil(pairs):
    """Return number and known sum by sector and initiator of the approved rows that the list of projects would show."""
    chosen, whole_sum = defaultdict(lambda: [0, 0]), [0, 0]
    years = [None if value == "none" else int(value) for name, value in pairs if name == "year"]
    for row in Project.objects.select_related("sector"):
        if row.group_id or row.status not in APPROVED or (years and row.year not in years):
            continue
        for cell in (chosen[row.sector.name, row.initiator_type], chosen[row.sector.name, ""], whole_sum):
            cell[0] += 1
            cell[1] += row.cost or 0
    return {key: tuple(cell) for key, cell in chosen.items()}, tuple(whole_sum)


def cross(page):
    """Return the cross-table of a page by the words of its lines and columns, and its right lower corner."""
    table = block(page, "cross").one("table")
    names = {str(label): value for value, label in InitiatorType.choices} | {"Together": ""}
    *rows, foot = table.one("tbody").all("tr")
    cells = {
        (row.one("th").text, names[cell["data-label"]]): (whole(link.text), known_sum(cell) or 0)
        for row in rows
        for cell in row.all("td")
        for link in cell.all("a", "figure")
    }
    last = foot.all("td")[-1]
    return cells, (whole(last.one("a").text), known_sum(last) or 0)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=5)
def test_every_figure_is_what_sql_and_a_pencil_give_and_its_address_asks_for_it(client, rolled_back, seed):
    with rolled_back():
        made = Register(seed)
        some = [] if made.random.random() < 0.5 else [("year", made.random.choice(["2016", "2017", "none"]))]
        page = at(client, some)
        if strip(page).projects:
            assert cross(page) == with_pencil(some)
        for pairs in (some, made.filters()):
            page = at(client, pairs)
            base = pairs if any(name == "status" for name, _ in pairs) else [*pairs, *COUNTED]
            shown, (projects, cost, unknown, *_more) = strip(page), recomputed(base)
            assert (shown.projects, shown.cost, shown.cost_unknown) == (projects, cost if projects else 0, unknown)
            for number, address, said in figures(page):
                assert urlsplit(address).path == LIST
                assert (number, said) == recomputed(query(address))[:2], (pairs, address)


def test_every_link_opens_exactly_as_many_rows_as_its_figure_says(client):
    Register(3)
    proposal_at("approved")
    proposal_at("review")
    links = {(link["href"], whole(link.text)) for link in at(client).all("a", "figure")}
    assert len(links) > 50
    opened = {}
    for address, number in links:
        rows = parse(client.get(address))
        totals = {row.one("dt").text: row.one("dd").text for row in rows.one("dl", "totals-main").all("div")}
        opened[address, number] = whole(totals.get("Projects") or totals["Proposals"])
    assert {urlsplit(address).path for address, _ in links} == {LIST, "/en/queue/", "/en/statistics/projects/"}
    assert {key: rows for key, rows in opened.items() if rows != key[1]} == {}


def test_a_group_counts_once_and_an_unknown_cost_is_no_nought(client):
    facts = {"status": ProjectStatus.APPROVED, "initiator_type": InitiatorType.SME, "year": 2017}
    factories.group_of({**facts, "cost": 5}, {**facts, "cost": None}, **facts, cost=100)
    factories.project(**facts, cost=None, sector="health")
    factories.project(**facts | {"initiator_type": InitiatorType.STATE_BODY}, cost=300)
    factories.project(cost=7, sector="sport")
    page = at(client)
    lines = {row.one("th").text: row for row in block(page, "sectors").one("tbody").all("tr")}
    assert {name: (row.one("a").text, known_sum(row)) for name, row in lines.items()} == {
        "Education": ("2", 400),
        "Health care": ("1", None),
    }
    assert lines["Health care"].one("i", "unknown").text == "cost unknown"
    (of_all, of_known) = block(page, "smes").one("tbody").all("tr")
    assert [cell.text for cell in of_all.all("td")] == ["3", "2 66.7%", "₸4001 without cost", "₸1001 without cost 25%"]
    assert [cell.text for cell in of_known.all("td")] == [cell.text for cell in of_all.all("td")]
    apart = [row.one("th").text for row in block(page, "statuses").all("tr", "apart")]
    assert apart == ["Plannedin the register, not among the approved"]


def test_what_cannot_be_read_is_said_at_its_box_and_the_words_stay(client):
    factories.project(status=ProjectStatus.APPROVED)
    typed = {"sector": "nowhere", "cost_min": "abc", "filed": "20x6", "search": "мектеп", "year": "2017"}
    page = at(client, typed.items(), status=400)
    form = page.one("form", id="narrow")
    told = {box["id"].removeprefix("error_") for box in form.all("div", "field-error")}
    assert told == {"sector", "cost_min", "filed"}
    kept = {box["name"]: box["value"] for box in form.all("input")}
    kept |= {
        box["name"]: option["value"]
        for box in form.all("select")
        for option in box.all("option")
        if "selected" in option.attributes
    }
    assert kept == typed
    assert page.all("section", "totals") == []
    good = at(client, [("sector", "education"), ("search", "мектеп"), ("as_of", "2019-01-01"), ("utm", "x")])
    assert strip(good).projects == 1
    assert good.one("div", "notice").text.endswith("left out: as_of, utm.")
    assert good.one("form", id="narrow").one("input", name="search")["value"] == "мектеп"


def test_several_values_of_a_filter_stay_together_when_the_form_is_sent(client):
    for sector in ("education", "health", "sport"):
        factories.project(status=ProjectStatus.APPROVED, sector=sector)
    form = at(client, [("sector", "education"), ("sector", "sport")]).one("form", id="narrow")
    assert [box["value"] for box in form.all("input", type="hidden")] == ["education", "sport"]
    assert query(form.one("p", "stat-several").one("a")["href"]) == []


def test_an_empty_registry_says_so_and_draws_nothing(client):
    page = at(client)
    assert page.one("div", "empty").one("strong").text == "Nothing is approved yet."
    assert page.all("svg", role="img") == []
    factories.project(status=ProjectStatus.APPROVED)
    assert len(at(client).all("svg", role="img")) == 1
    narrowed = at(client, [("sector", "health")])
    assert narrowed.one("div", "empty").one("a")["href"] == PAGE


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_page_answers_in_every_language_with_everything_on_it(client, language):
    factories.project(status=ProjectStatus.APPROVED)
    proposal_at("refused", applicant())
    assert client.get(f"/{language}/statistics/?filed=2026&year=none").status_code == 200
