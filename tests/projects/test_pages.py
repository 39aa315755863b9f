"""Home, projects, resolutions: what the pages say is what the register holds, at the same cost for any size."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import DeclaredShare, Document, Project, Responsibility
from projects.services.register import approve, enter_all, exclude, record_status
from reference.codelists import (
    NOT_APPROVED,
    Bearer,
    InitiatorType,
    ProjectStatus,
    ResolutionKind,
    ResponsibilityArea,
)
from reference.models import Territory
from tests import factories
from tests.registry.pages import numbers, parse, query, strip, whole
from tests.registry.people import Browser
from tests.registry.registers import Register, recomputed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def client():
    return Browser()


APPROVED = [("status", status.value) for status in ProjectStatus if status not in NOT_APPROVED]


def at(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return parse(answer)


def asked(client, address):
    """Return the number of queries of a page."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# --- home ---


def said_by(row):
    """Return count and known sum of a line; None where the page calls the cost unknown."""
    exact = row.all("data")
    count = (row.one("th").all("span", "sub") or row.all("td", "sum"))[0].text.split(" · ")[0]
    return whole(count), int(exact[0]["value"]) if exact else None


@pytest.mark.parametrize("seed", [1])
def test_home_shows_the_approved_totals_and_every_line_leads_to_its_rows(client, seed):
    Register(seed, rows=40)
    page = at(client, "/en/")
    figures = strip(page)
    assert (figures.projects, figures.cost, figures.cost_unknown) == recomputed(APPROVED)[:3]
    assert (figures.on_file, figures.public_sources) == (recomputed(APPROVED)[3:6], recomputed(APPROVED)[6:9])
    lines = [row for table in page.all("table") for row in table.one("tbody").all("tr")]
    followed = [row.one("th").one("a")["href"] for row in lines]
    assert {pair[0] for address in followed for pair in query(address)} == {
        *("status", "sector", "initiator_type", "year"),
    }
    for row, address in zip(lines, followed, strict=True):
        shown = strip(at(client, address))
        assert said_by(row) == (shown.projects, shown.cost), address
        assert said_by(row) == recomputed(query(address))[:2], address


def test_the_lines_of_each_breakdown_add_up_to_the_whole(client):
    Register(4, rows=40)
    page = at(client, "/en/")
    whole_count, whole_cost = strip(page).projects, strip(page).cost
    tables = [[said_by(row) for row in table.one("tbody").all("tr")] for table in page.all("table")]
    assert [sum(count for count, _ in lines) for lines in tables] == [whole_count] * 3
    assert [sum(cost or 0 for _, cost in lines) for lines in tables] == [whole_cost] * 3


def test_planned_and_excluded_stand_beside_the_approved_totals(client):
    factories.project_in(ProjectStatus.PLANNED, cost=1)
    factories.project_in(ProjectStatus.APPROVED, cost=10)
    factories.project_in(ProjectStatus.EXCLUDED, cost=100)
    page = at(client, "/en/")
    assert (strip(page).projects, strip(page).cost) == (1, 10)
    beside = {
        tuple(query(link["href"])): whole(link.text) for link in page.one("p", "after-totals").one("span").all("a")
    }
    assert beside == {(("status", "planned"),): 1, (("status", "excluded"),): 1}
    assert query(page.one("a", "button")["href"]) == sorted(APPROVED)
    assert numbers(at(client, "/en/projects/?status=excluded")) == [3]


def test_an_unapproved_project_changes_nothing_on_home_but_the_count_beside(client):
    factories.project_in(ProjectStatus.APPROVED, cost=10)
    before = client.get("/kk/").content.decode()
    factories.project(cost=99)
    assert client.get("/kk/").content.decode().replace(": 1</a>", ": 0</a>", 1) == before


def test_home_of_an_empty_register_says_so(client):
    page = at(client, "/en/")
    assert (strip(page).projects, strip(page).cost, len(page.all("div", "empty")), page.all("table")) == (0, 0, 1, [])


def test_home_shows_the_five_latest_resolutions(client):
    made = [factories.resolution(adopted=f"201{turn}") for turn in (3, 1, 6, 2, 5, 4)]
    shown = [link["href"] for link in at(client, "/en/").one("ul", "links").all("a")]
    assert shown == [f"/en/resolutions/{made[turn].pk}/" for turn in (2, 4, 5, 0, 3)]


# --- one project ---


@pytest.mark.parametrize("status", ProjectStatus)
def test_a_project_of_every_status_has_its_page(client, status):
    factories.project_in(status)
    page = at(client, "/en/projects/1/")
    assert page.one("p", "pills").one("span", "pill").classes == {"pill", f"pill-{status}"}
    road = [point.get("class") for point in page.all("li") if point.classes & {"now", "done", "ahead"}]
    places = ["approved", "partner_selection", "contract_signed", "implementation", "operation", "completed"]
    now = places.index(status) if status in places else None
    assert road == ([] if now is None else ["done"] * now + ["now"] + ["ahead"] * (5 - now))
    assert len(page.all("div", "notice")) == (status in ("planned", "excluded", "terminated"))


def test_an_excluded_project_stays_visible_and_names_the_paper(client):
    made = factories.project_in(ProjectStatus.EXCLUDED)
    papers = [f"/en/resolutions/{pk}/" for pk in (made.excluded_by_id, made.resolution_id)]
    page = at(client, "/en/projects/1/")
    assert page.one("div", "notice-bad").one("a")["href"] == papers[0]
    assert {link["href"] for link in page.one("ol", "timeline").all("a")} == set(papers)


def test_a_row_from_public_sources_says_so_and_names_its_source(client):
    factories.project(source_url="https://example.kz/a?b=1&c=2")
    page = at(client, "/en/projects/1/")
    assert len(page.one("p", "pills").all("span", "mark-source")) == 1
    assert page.one("a", "long-url")["href"] == "https://example.kz/a?b=1&c=2"
    factories.project_in(ProjectStatus.APPROVED)
    assert at(client, "/en/projects/2/").one("p", "pills").all("span", "mark-source") == []


@pytest.mark.parametrize(
    ("cost", "said"), [(None, None), (0, "0"), (1_100_000_000, "1100000000"), (10**14, "1" + "0" * 14)]
)
def test_the_cost_of_a_project_stands_in_full(client, cost, said):
    factories.project(cost=cost)
    fact = at(client, "/en/projects/1/").one("dl", "facts").all("div")[0]
    assert [exact["value"] for exact in fact.all("data")] == ([] if said is None else [said])
    assert [whole(full.text) for full in fact.all("dd", "quiet")] == ([] if cost is None else [cost])
    assert len(fact.all("i", "unknown")) == (cost is None)


def test_the_other_sums_stand_apart(client):
    sums = {"asked_sum": 4, "approved_sum": 3, "signed_sum": 2, "state_obligations": 1}
    factories.project(**sums, cost=5)
    shown = [whole(cell.text) for cell in at(client, "/en/projects/1/").all("dd", "sum")]
    assert shown == [4, 3, 2, 1]
    factories.project(cost=5, signed_sum=0)
    assert [whole(cell.text) for cell in at(client, "/en/projects/2/").all("dd", "sum")] == [0]


def test_a_group_lists_its_members_and_each_names_the_group(client):
    factories.group_of({"cost": 5}, {"cost": 7}, cost=100, group_size=2)
    assert numbers(at(client, "/en/projects/1/")) == [2, 3]
    assert [link["href"] for link in at(client, "/en/projects/3/").one("dl", "rows").all("a")] == ["/en/projects/1/"]


def test_a_page_shows_public_papers_only(client):
    made = factories.project()
    papers = [
        Document.objects.create(project=made, url=f"https://example.kz/{turn}", title_kk="Қағаз", is_public=turn != 1)
        for turn in range(3)
    ]
    shown = {link["href"] for link in at(client, "/en/projects/1/").one("ul", "links").all("a")}
    assert shown == {f"/en/documents/{papers[turn].pk}/" for turn in (0, 2)}


def test_a_text_in_another_language_is_marked_with_its_language(client):
    factories.project(title_kk="", title_ru="Школа", title_en="")
    mark = at(client, "/kk/projects/1/").one("h1").one("span")
    assert (mark["lang"], mark.text) == ("ru", "Школа")
    assert at(client, "/ru/projects/1/").one("h1").all("span") == []


@pytest.mark.parametrize(
    "number", ["0", "2", "2147483647", "2147483648", "9" * 30, "9" * 5000, "-1", "1.0", "abc", "١"]
)
@pytest.mark.parametrize("kind", ["projects", "resolutions"])
def test_what_is_not_there_is_not_found(client, kind, number):
    client.raise_request_exception = False
    assert client.get(f"/en/{kind}/{number}/").status_code == 404


# --- resolutions ---


def cells(page):
    """Return the lines of the comparison: the cells by their English labels."""
    rows = page.one("table", "inset").one("tbody").all("tr")
    return [{cell["data-label"]: cell.text.replace("\xa0", " ") for cell in row.all("td")} for row in rows]


def test_a_resolution_shows_declared_beside_entered_and_the_difference(client):
    paper = factories.resolution(
        declared_count=16, declared_total=45_000_000_000, declared_is_approximate=True, adopted="2017-09", number=""
    )
    DeclaredShare.objects.create(resolution=paper, initiator_type=InitiatorType.SME, count=2, total=1_100_000_000)
    facts = {"status": ProjectStatus.APPROVED, "resolution": paper, "cost": None}
    enter_all([factories.entry(**facts) for _ in range(6)])
    enter_all([factories.entry(**{**facts, "cost": 1_000_000_000}, initiator_type=InitiatorType.SME)])
    page = at(client, paper.get_absolute_url().replace("/kk/", "/en/"))
    assert cells(page) == [
        {
            "Declared projects": "16",
            "Entered projects": "7",
            "Difference": "9 not entered",
            "Declared sum": "about 45 000 000 000 ₸",
            "Entered sum": "1 000 000 000 ₸6 without cost",
            "Difference of sums": "about 44 000 000 000 ₸not counting 6 projects of unknown cost",
        },
        {
            "Declared projects": "2",
            "Entered projects": "1",
            "Difference": "1 not entered",
            "Declared sum": "about 1 100 000 000 ₸",
            "Entered sum": "1 000 000 000 ₸",
            "Difference of sums": "about 100 000 000 ₸",
        },
    ]
    assert len(numbers(page)) == 7


def test_a_paper_that_agrees_says_so_and_one_that_declares_nothing_too(client):
    paper = factories.resolution(declared_count=1, declared_total=5)
    enter_all([factories.entry(status="approved", resolution=paper, cost=5)])
    (line,) = cells(at(client, f"/en/resolutions/{paper.pk}/"))
    assert (line["Difference"], line["Difference of sums"]) == ("agrees", "agrees")
    enter_all([factories.entry(status="approved", resolution=paper, cost=5)])
    (line,) = cells(at(client, f"/en/resolutions/{paper.pk}/"))
    assert (line["Difference"], line["Difference of sums"]) == ("1 more than declared", "−5 ₸")
    silent = factories.resolution()
    (line,) = cells(at(client, f"/en/resolutions/{silent.pk}/"))
    assert [line[name] for name in ("Declared projects", "Entered projects", "Difference", "Entered sum")] == [
        *("not declared", "0", "nothing to compare", "0 ₸"),
    ]


def test_a_resolution_on_exclusion_lists_what_left_by_it(client):
    made = [factories.project_in(ProjectStatus.APPROVED) for _ in range(3)]
    paper = factories.resolution(ResolutionKind.EXCLUSION)
    exclude(made[:2], resolution=paper, by=None)
    assert numbers(at(client, f"/en/resolutions/{paper.pk}/")) == [1, 2]
    rows = at(client, "/en/resolutions/").one("tbody").all("tr")
    (row,) = [row for row in rows if row.all("a")[0]["href"] == f"/en/resolutions/{paper.pk}/"]
    assert whole(row.all("td")[2].children[0]) == 2


def test_resolutions_stand_newest_first_and_fill_their_pages_once(client):
    dates = [f"20{turn:02}" for turn in range(10, 37)]
    made = {factories.resolution(adopted=date).pk: date for date in dates}
    pages = [at(client, f"/en/resolutions/?page={page}") for page in (1, 2)]
    shown = [int(link["href"].split("/")[3]) for page in pages for link in page.one("tbody").all("a")]
    assert [made[pk] for pk in shown] == dates[::-1]
    assert (
        query(pages[0].one("a", rel="next")["href"])
        == query(pages[1].one("nav", "pages").one("a", rel="prev")["href"].replace("1", "2"))
        == [("page", "2")]
    )


@pytest.mark.parametrize("page", ["0", "-1", "2", "1e20", "9" * 5000, "%00", "abc", "١"])
def test_a_page_of_resolutions_that_is_not_there_is_not_found(client, page):
    factories.resolution()
    client.raise_request_exception = False
    assert client.get(f"/en/resolutions/?page={page}").status_code == 404
    assert client.get("/en/resolutions/?page=1").status_code == 200


# --- cost of a page ---


def test_home_asks_the_same_number_of_queries_for_any_register(client):
    counts = {}
    for rows in (1, 20, 200):
        Register(rows, rows)
        counts[rows] = asked(client, "/en/")
    assert counts == dict.fromkeys((1, 20, 200), 5)


def filled(members, steps):
    """Return a group with members in many places, and with that many steps, papers and responsibilities."""
    places = list(Territory.objects.values_list("pk", flat=True))
    group = factories.project(is_group=True)
    enter_all([factories.entry(group=group, territory=places[turn % len(places)]) for turn in range(members)])
    approve([group], resolution=factories.resolution(), by=factories.user())
    group.refresh_from_db()
    for turn in range(steps):
        record_status(group, ("implementation", "operation")[turn % 2], by=factories.user())
    for area in ResponsibilityArea.values[: max(1, steps // 3)]:
        Responsibility.objects.create(project=group, area=area, bearer=Bearer.STATE)
    for turn in range(steps):
        Document.objects.create(project=group, url=f"https://example.kz/{turn}", is_public=True)
    return group


def test_a_projects_page_asks_the_same_number_of_queries_for_1_and_30_members_and_steps(client):
    counts = [asked(client, f"/en/projects/{filled(size, size).number}/") for size in (1, 30)]
    assert counts == [10, 10]


def test_the_resolutions_ask_the_same_number_of_queries_for_1_and_20(client):
    places = list(Territory.objects.filter(parent=None).values_list("pk", flat=True)[:20])
    counts = []
    for number in (1, len(places)):
        for place in places[:number]:
            paper = factories.resolution(territory=place)
            enter_all([factories.entry(status="approved", resolution=paper)])
        counts.append(asked(client, "/en/resolutions/"))
    assert counts == [4, 4]


def test_a_resolutions_page_asks_the_same_number_of_queries_for_1_and_30_projects(client):
    counts = []
    for size in (1, 30):
        paper = factories.resolution(declared_count=3)
        DeclaredShare.objects.create(resolution=paper, initiator_type="sme", count=2)
        enter_all([factories.entry(status="approved", resolution=paper) for _ in range(size)])
        counts.append(asked(client, f"/en/resolutions/{paper.pk}/"))
    assert counts == [8, 8]


def test_a_long_list_of_a_resolution_goes_on_in_the_filtered_list(client):
    paper = factories.resolution()
    enter_all([factories.entry(status="approved", resolution=paper) for _ in range(201)])
    page = at(client, f"/en/resolutions/{paper.pk}/")
    assert len(numbers(page)) == 200
    assert f"/en/projects/?resolution={paper.pk}" in [link["href"] for link in page.all("a")]
    assert Project.objects.count() == strip(at(client, f"/en/projects/?resolution={paper.pk}")).projects == 201
