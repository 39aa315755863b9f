"""Lists and desk of the staff site: the figures are the database's, any size costs the same, junk does no harm."""

from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings, strategies as st

from projects.models import DeclaredShare, Document, Responsibility
from projects.services.register import enter_all
from reference.codelists import NOT_APPROVED, ProjectStatus
from reference.models import Territory
from tests import factories
from tests.registry.pages import parse, query, strip, whole
from tests.registry.people import SECRETARY, logged_in, staff
from tests.registry.registers import SECTORS, Register, chosen_numbers, recomputed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

LIST = "/admin/projects/project/"
APPROVED = [("status", status.value) for status in ProjectStatus if status not in NOT_APPROVED]
OUTSIDE = [("status", status.value) for status in NOT_APPROVED]


@pytest.fixture
def desk():
    made = logged_in(SECRETARY)
    made.raise_request_exception = False
    return made


def at(desk, address):
    answer = desk.get(address)
    assert answer.status_code == 200
    return parse(answer)


def shown_numbers(page):
    return [int(cell.text) for cell in page.all("th", "field-number")]


def figures(page):
    shown = strip(page)
    return (shown.projects, shown.cost, shown.cost_unknown, *shown.on_file, *shown.public_sources)


def said(row):
    projects, cost, *rest = row[:9]
    return (projects, 0 if not projects else cost, *rest)


# --- figures ---

FILTERS = {
    "approved=yes": APPROVED,
    "approved=no": OUTSIDE,
    "basis=sources": [("resolution", "none")],
    "status__exact=operation": [("status", "operation")],
    "sector__code__exact=health": [("sector", "health")],
    "initiator_type__exact=sme": [("initiator_type", "sme")],
    "year=2017": [("year", "2017")],
    "year__isnull=True": [("year", "none")],
    "q=стадион": [("search", "стадион")],
}


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=3)
def test_the_totals_under_the_list_are_what_sql_gives_for_every_filter(desk, rolled_back, seed):
    with rolled_back():
        Register(seed)
        for address, pairs in {"": [], **FILTERS, "approved=yes&q=көпір": [*APPROVED, ("search", "көпір")]}.items():
            page = at(desk, f"{LIST}?{address}")
            assert figures(page) == said(recomputed(pairs)), address
            assert shown_numbers(page) == chosen_numbers(pairs), address


def test_the_totals_are_of_every_page_of_the_list(desk):
    enter_all([factories.entry(cost=1) for _ in range(60)])
    for page in ("", "?p=2"):
        assert figures(at(desk, LIST + page)) == (60, 60, 0, 0, None, 0, 60, 60, 0)
    assert len(shown_numbers(at(desk, f"{LIST}?p=2"))) == 10


def test_the_desk_opens_with_the_approved_totals_and_every_line_leads_to_its_rows(desk):
    Register(5, rows=40)
    page = at(desk, "/admin/")
    assert figures(page) == said(recomputed(APPROVED))
    lines = [row for part in page.all("section", "desk-card") for row in part.one("tbody").all("tr")]
    assert len(lines) >= len(SECTORS)
    for row in lines:
        links = row.one("th").all("a")
        cells = row.all("td")
        if links:
            there = strip(at(desk, links[0]["href"]))
            assert (whole(cells[0].text), whole(cells[2].text)) == (there.projects, there.cost_unknown), links
            exact = [int(sum_["value"]) for sum_ in cells[1].all("data")]
            assert exact == ([] if there.cost is None else [there.cost])


def test_the_desk_counts_what_stands_beside(desk):
    for status in ("planned", "planned", "excluded", "approved"):
        factories.project_in(status)
    links = at(desk, "/admin/").one("div", "desk").all("p", "quiet")[0].all("a")
    beside = {query(link["href"])[0]: whole(link.text) for link in links}
    assert beside == {("status__exact", "planned"): 2, ("status__exact", "excluded"): 1}
    for link in links:
        assert len(shown_numbers(at(desk, link["href"]))) == whole(link.text)


@pytest.mark.parametrize(
    ("words", "rows"), [("кызылорда", [1]), ("ҚЫЗЫЛОРДА", [1]), ("2", [2]), ("%", []), ("", [1, 2])]
)
def test_the_list_is_searched_as_the_public_page_is(desk, words, rows):
    enter_all([factories.entry(title_kk="Қызылорда", title_ru=""), factories.entry(title_kk="Бақ", title_ru="")])
    assert shown_numbers(at(desk, f"{LIST}?{urlencode({'q': words})}")) == rows


def test_a_sum_that_is_not_known_is_said_to_be_so(desk):
    enter_all([factories.entry(cost=None), factories.entry(cost=0), factories.entry(cost=1_100_000_000)])
    cells = [cell.text.replace("\xa0", " ") for cell in at(desk, LIST).all("td", "field-shown_cost")]
    assert cells == ["cost unknown", "0 ₸", "1 100 000 000 ₸"]


# --- cost of a page ---


def asked(desk, address):
    """Return the number of queries of a page that was opened before: kinds of rows are known then."""
    desk.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(address).status_code == 200
    return len(captured)


def test_the_list_of_projects_asks_the_same_number_of_queries_for_1_20_and_200_rows(desk):
    counts = {}
    for rows in (1, 20, 179):
        Register(rows, rows)
        counts[rows] = asked(desk, LIST)
    assert len(set(counts.values())) == 1, counts
    assert counts[179] <= 17


def test_the_desk_asks_the_same_number_of_queries_for_1_20_and_200_rows(desk):
    counts = {}
    for rows in (1, 20, 179):
        Register(rows, rows)
        counts[rows] = asked(desk, "/admin/")
    assert len(set(counts.values())) == 1, counts
    assert counts[179] <= 14


def test_the_other_lists_ask_the_same_number_of_queries_for_1_and_20_rows(desk):
    counts = {}
    places = list(Territory.objects.filter(parent=None).values_list("pk", flat=True)[:20])
    browser = logged_in("administrator", "secretary")
    for number in (1, 20):
        for place in places[:number]:
            factories.resolution(territory=place)
            staff("clerk", "auditor")
        for address in ("/admin/projects/resolution/", "/admin/projects/maslikhat/", "/admin/accounts/user/"):
            counts.setdefault(address, []).append(asked(browser, address))
    assert {address: len(set(found)) for address, found in counts.items()} == dict.fromkeys(counts, 1), counts


def test_the_page_of_a_project_asks_the_same_number_of_queries_for_1_and_12_rows_of_each_table(desk):
    counts = []
    for rows in (1, 12):
        made = factories.project()
        for turn in range(rows):
            made.status_changes.model.objects.create(
                project=made, status="operation", resolution=factories.resolution(), recorded_by=factories.user()
            )
            Document.objects.create(project=made, url=f"https://example.kz/{turn}")
            area = Responsibility._meta.get_field("area").choices[turn][0]
            Responsibility.objects.create(project=made, area=area, bearer="state")
        counts.append(asked(desk, f"{LIST}{made.pk}/change/"))
    assert len(set(counts)) == 1, counts


def test_the_page_of_a_resolution_asks_the_same_number_of_queries_for_1_and_30_projects(desk):
    counts = []
    for rows in (1, 30):
        paper = factories.resolution()
        DeclaredShare.objects.create(resolution=paper, initiator_type="sme", count=2)
        enter_all([factories.entry(status="approved", resolution=paper) for _ in range(rows)])
        counts.append(asked(desk, f"/admin/projects/resolution/{paper.pk}/change/"))
    assert len(set(counts)) == 1, counts


# --- junk in addresses ---

JUNK = [
    *(
        "q=\0",
        "q=%",
        "p=0",
        "p=-1",
        "p=abc",
        f"p={'9' * 30}",
        "o=abc",
        "o=999",
        f"o=-{'9' * 30}",
        "all=",
        "e=1",
        "_facets=1",
    ),
    *("year=abc", "year=\0", "year=2017&year=2018", "basis=x", "approved=x", "status__exact=x", "status__exact=\0"),
    *("sector__code__exact=x", "sector__code__exact=\0", "territory__code__exact=\0", "is_group__exact=abc"),
    *(
        "number__exact=abc",
        f"number__exact={'9' * 20}",
        "cost__gte=abc",
        "cost__gte=1e999",
        "cost__range=1",
        "id__in=abc",
    ),
    *("search_text__regex=(", "search_text__iregex=[", "source=\0", "title_ru__contains=\0", "created_at__gte=x"),
    *(f"created_at__year={'9' * 11}", "payment_sources__contains=x", "payment_sources__len=x", "nonsense=1", "\0=1"),
    *("number__isnull=abc", "group__isnull=x", "order_kk__gt=\0", "cost__in=", "id__in=abc", "_facets=1"),
]


def statuses(desk, rolled_back, addresses):
    """Return the status of each address; a statement that the database refused does not spoil the next one."""
    found = {}
    for address in addresses:
        with rolled_back():
            answer = desk.get(address)
            found[address] = (answer.status_code, answer.headers.get("Location"))
    return found


def test_junk_in_the_address_of_the_list_is_no_fault_of_the_site(desk, rolled_back):
    factories.project()
    found = statuses(desk, rolled_back, [f"{LIST}?{quote(junk, safe='=&%')}" for junk in JUNK])
    lawful = [(200, None), (400, None), (302, f"{LIST}?e=1")]
    assert {address: said for address, said in found.items() if said not in lawful} == {}
    assert len(found) > 40


@pytest.mark.parametrize(
    "path",
    [
        "status_changes__recorded_by__email__startswith=a",
        "status_changes__recorded_by__password__startswith=a",
        "resolution__maslikhat__territory__name_kk=x",
        "documents__sha256__startswith=a",
        "documents__original_name__contains=x",
        "members__documents__title_kk=x",
    ],
)
def test_the_list_cannot_be_asked_about_columns_of_other_tables(desk, path):
    factories.project()
    assert desk.get(f"{LIST}?{path}").status_code == 400


ADDING = ["resolution=abc", "resolution=\0", "group=abc", "sector=\0", "territory=nowhere", f"resolution={'9' * 20}"]
ADDING += ["cost=abc&year=abc&is_group=x", "payment_sources=x", "resolution=1&resolution=2", "nonsense=1", "_popup=1"]


def test_junk_in_the_address_of_the_form_is_no_fault_of_the_site(desk, rolled_back):
    found = statuses(desk, rolled_back, [f"{LIST}add/?{quote(junk, safe='=&')}" for junk in ADDING])
    assert {address: said for address, said in found.items() if said not in [(200, None), (400, None)]} == {}


def test_junk_in_a_box_that_completes_words_is_no_fault_of_the_site(desk, rolled_back):
    start = "/admin/autocomplete/?app_label=projects&model_name=project"
    addresses = [
        f"{start}&field_name={name}&{urlencode({'term': term})}"
        for name in ("group", "sector", "territory", "resolution")
        for term in ("", "а", "%", "\0", "x" * 5000, "\u202e")
    ]
    found = statuses(desk, rolled_back, addresses)
    assert {address: said for address, said in found.items() if said not in [(200, None), (400, None)]} == {}
    assert list(found.values()).count((200, None)) >= 20


MARKER = "<img src=x onerror=x()>\"'><script>x()</script>"


def test_nothing_typed_becomes_markup_on_the_staff_site(desk):
    texts = {"title_kk": MARKER, "title_ru": MARKER, "source": MARKER, "note_ru": MARKER, "private_partner": MARKER}
    made = factories.project(**texts, source_url="")
    paper = factories.resolution(number=MARKER[:40], note_ru=MARKER)
    Document.objects.create(project=made, url="https://example.kz/x", title_ru=MARKER)
    start = f"{LIST}{made.pk}"
    paths = ["/admin/", LIST, f"{LIST}?q={quote(MARKER)}", f"{LIST}?year={quote(MARKER)}", f"{start}/change/"]
    paths += [f"{start}/history/", f"{LIST}add/?title_ru={quote(MARKER)}", "/admin/projects/resolution/"]
    paths += [f"/admin/projects/resolution/{paper.pk}/change/", f"/admin/projects/resolution/{paper.pk}/history/"]
    sent = {"action": "enter_by_resolution", "_selected_action": [made.pk], "confirmed": "1", "note_kk": MARKER}
    answers = [desk.get(path, follow=True) for path in paths] + [desk.post(LIST, {**sent, "resolution": ""})]
    answers += [desk.post(f"{LIST}add/", texts), Client().post("/kk/account/login/", {"email": MARKER})]
    for answer in answers:
        page = parse(answer)
        assert answer.status_code == 200
        assert [image for image in page.all("img") if image["src"] == "x"] == []
        assert [script.text for script in page.all("script") if not script.get("src")] == []
        assert [name for element in page for name in element.attributes if name.startswith("on")] == []
    assert MARKER in parse(desk.get(LIST)).text
