"""Resolutions on the staff site: entered with gaps, completed later, never at odds with the projects by them."""

import pytest

from projects.models import DeclaredShare, Maslikhat, Resolution
from reference.codelists import ResolutionKind
from tests import factories
from tests.registry.pages import complaints, controls, parse, strip, whole
from tests.registry.people import SECRETARY, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

LIST = "/admin/projects/resolution/"


@pytest.fixture
def desk():
    made = logged_in(SECRETARY)
    made.raise_request_exception = False
    return made


def form_of(desk, address):
    return controls(parse(desk.get(address)).one("form", id="resolution_form"))


def page_of(paper):
    return f"{LIST}{paper.pk}/change/"


def change(desk, paper, **facts):
    return desk.post(page_of(paper), {**form_of(desk, page_of(paper)), **facts})


def blank(**facts):
    """Return a paper known from public sources of which little is known yet."""
    return factories.resolution(**{"number": "", "adopted": "", "session": None, "convocation": None, **facts})


@pytest.mark.parametrize("is_root", [False, True])
def test_nobody_adds_a_resolution_here(desk, is_root):
    desk.be_superuser(is_root)
    sent = {**form_of(desk, page_of(factories.resolution())), "number": "999"}
    assert (desk.get(f"{LIST}add/").status_code, desk.post(f"{LIST}add/", sent).status_code) == (403, 403)
    assert Resolution.objects.count() == 1


def test_a_paper_is_entered_as_people_write_it(desk):
    facts = {
        "session": "XXXIV",
        "convocation": "6",
        "number": "8/2-VI",
        "adopted": "14.09.2017",
        "justice_number": "1400",
    }
    facts |= {"declared_count": "16", "declared_total": "45 млрд", "declared_is_approximate": "on", "votes_for": "30"}
    shares = {"declared_shares-TOTAL_FORMS": "1", "declared_shares-0-initiator_type": "sme"}
    shares |= {"declared_shares-0-count": "2", "declared_shares-0-total": "1,1 млрд"}
    made = blank()
    assert change(desk, made, **facts, justice_date="30.09.2017", **shares).status_code == 302
    made.refresh_from_db()
    assert (made.session, made.convocation, made.number, made.adopted) == (34, 6, "8/2-VI", "2017-09-14")
    assert (made.declared_count, made.declared_total, made.declared_is_approximate) == (16, 45_000_000_000, True)
    assert (str(made.justice_date), made.votes_for, made.votes_against) == ("2017-09-30", 30, None)
    assert list(made.declared_shares.values_list("initiator_type", "count", "total")) == [("sme", 2, 1_100_000_000)]
    shown = form_of(desk, page_of(made))
    written = {name: shown[name] for name in ("session", "convocation", "adopted", "declared_total", "justice_date")}
    assert written == {
        "session": ["XXXIV"],
        "convocation": ["VI"],
        "adopted": ["14.09.2017"],
        "declared_total": ["45\xa0000\xa0000\xa0000"],
        "justice_date": ["30.09.2017"],
    }
    assert shown["declared_shares-0-total"] == ["1\xa0100\xa0000\xa0000"]


def test_a_paper_with_gaps_is_completed_later_and_keeps_its_address(desk):
    made = blank(adopted="2017-09")
    assert (made.number, made.adopted, made.session) == ("", "2017-09", None)
    before = made.get_absolute_url()
    assert change(desk, made, number="277", adopted="14.09.2017").status_code == 302
    made.refresh_from_db()
    assert (made.number, made.adopted, made.get_absolute_url()) == ("277", "2017-09-14", before)
    assert desk.get(before).status_code == 200


TWIN = "This resolution is already on file. Complete that record instead of adding another."
HANGS = {
    "resolution": [kind for kind in ResolutionKind if kind not in ("list_approval", "amendment")],
    "excluded_by": [kind for kind in ResolutionKind if kind != "exclusion"],
}


@pytest.mark.parametrize("adopted", ["14.09.2017", "09.2017", "2017", ""])
def test_a_second_record_of_one_paper_is_refused(desk, adopted):
    factories.resolution(number="277", adopted="2017-09-14")
    other = blank()
    assert complaints(parse(change(desk, other, number="277", adopted=adopted))) == [TWIN]
    assert change(desk, other, number="277", adopted="15.09.2017").status_code == 302


@pytest.mark.parametrize(
    ("facts", "sentences"),
    [
        ({"adopted": "31.02.2017"}, ["There is no such day: check day and month."]),
        ({"adopted": "3017"}, ["The year must lie between 1991 and 2100."]),
        ({"session": "IIII"}, ["Write Roman numerals or digits from 1 to 399, for example XXXIV or 34."]),
        ({"session": "400"}, ["Write Roman numerals or digits from 1 to 399, for example XXXIV or 34."]),
        ({"justice_date": "30.09.2017"}, ["Give the justice registration number that belongs to this date."]),
        ({"votes_for": "-1"}, None),
        ({"votes_for": "99999"}, None),
        ({"declared_count": "9" * 20}, None),
        ({"declared_total": "1,250"}, None),
        ({"link": "javascript:x"}, None),
        ({"kind": "other"}, None),
        ({"number": "x" * 41}, None),
        ({"number": "1\0"}, None),
        ({"import_key": "a b"}, None),
        ({"declared_shares-TOTAL_FORMS": "1", "declared_shares-0-initiator_type": "sme"}, None),
    ],
)
def test_what_breaks_a_rule_is_refused_with_a_sentence(desk, facts, sentences):
    paper = blank()
    answer = change(desk, paper, **facts)
    said = complaints(parse(answer))
    assert (answer.status_code, len(said), paper.events.count()) == (200, 1, 1)
    assert sentences in (None, said)


@pytest.mark.parametrize("value", ["abc", "\0", ""])
def test_a_maslikhat_that_is_not_there_cannot_be_chosen(desk, value):
    paper = blank()
    answer = change(desk, paper, maslikhat=value)
    assert (answer.status_code, len(complaints(parse(answer))), paper.events.count()) == (200, 1, 1)


@pytest.mark.parametrize(("column", "kind"), [(name, kind) for name, kinds in HANGS.items() for kind in kinds])
def test_the_kind_stays_while_projects_hang_on_the_paper(desk, column, kind):
    made = factories.project_in("excluded")
    paper = getattr(made, column)
    answer = change(desk, paper, kind=kind)
    assert (answer.status_code, len(complaints(parse(answer)))) == (200, 1)
    paper.refresh_from_db()
    assert paper.kind != kind


def test_the_kind_may_change_to_another_that_fits_and_while_nothing_hangs_on_the_paper(desk):
    paper = factories.project_in("approved").resolution
    assert change(desk, paper, kind="amendment").status_code == 302
    free = factories.resolution()
    assert change(desk, free, kind="yearly_report").status_code == 302
    assert sorted(Resolution.objects.values_list("kind", flat=True)) == ["amendment", "yearly_report"]


def test_a_save_over_a_newer_save_is_refused_and_the_text_kept(desk):
    paper = factories.resolution()
    mine = form_of(desk, page_of(paper))
    change(logged_in(SECRETARY), paper, votes_for="7")
    answer = desk.post(page_of(paper), {**mine, "votes_for": "8", "note_ru": "Моё"})
    (said,) = complaints(parse(answer))
    assert said.startswith("Somebody changed this record after you opened it.")
    kept = controls(parse(answer).one("form", id="resolution_form"))
    assert (kept["votes_for"], kept["note_ru"]) == (["8"], ["Моё"])
    paper.refresh_from_db()
    assert (paper.votes_for, paper.note_ru) == (7, "")


def test_what_the_database_makes_itself_cannot_be_forged(desk):
    paper = factories.resolution(adopted="2017-09")
    change(desk, paper, adopted_year="1999", created_at_0="2001-01-01", id="7", votes_for="3")
    now = Resolution.objects.get()
    assert (now.pk, now.adopted_year, now.created_at, now.votes_for) == (paper.pk, 2017, paper.created_at, 3)


def test_the_page_shows_declared_beside_entered(desk):
    paper = factories.resolution(declared_count=16, declared_total=45_000_000_000)
    DeclaredShare.objects.create(resolution=paper, initiator_type="sme", count=2, total=1_100_000_000)
    for cost in (5, None):
        factories.project(status="approved", resolution=paper, cost=cost)
    table = parse(desk.get(page_of(paper))).one("table", "declared").one("tbody")
    rows = [[cell.text for cell in row.all("td")] for row in table.all("tr")]
    assert [[whole(row[0]), whole(row[1]), whole(row[3])] for row in rows] == [
        [16, 2, 45_000_000_000],
        [2, 0, 1_100_000_000],
    ]


def test_the_page_leads_nowhere_where_a_project_would_enter_or_leave_by_it(desk):
    for kind in ("list_approval", "exclusion"):
        links = [link.get("href", "") for link in parse(desk.get(page_of(factories.resolution(kind)))).all("a")]
        assert [link for link in links if link.startswith("/admin/projects/project/") and "?" in link] == []


def test_the_totals_under_the_list_are_of_the_projects_that_entered_by_it(desk):
    papers = [factories.resolution(adopted="2017"), factories.resolution(ResolutionKind.AMENDMENT, adopted="2018")]
    for paper, cost in zip([*papers, papers[0]], (5, 7, None), strict=True):
        factories.project(status="approved", resolution=paper, cost=cost)
    factories.project(cost=99)
    shown = strip(parse(desk.get(LIST)))
    assert (shown.projects, shown.cost, shown.cost_unknown) == (3, 12, 1)
    shown = strip(parse(desk.get(f"{LIST}?kind__exact=amendment")))
    assert (shown.projects, shown.cost, shown.cost_unknown) == (1, 7, 0)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("277", ["277"]),
        ("2018", ["369/45"]),
        ("кызылорда", ["369/45"]),
        ("ҚЫЗЫЛОРДА 369", ["369/45"]),
        ("алматы", ["277"]),
        ("алматы 369", []),
        ("%", []),
        ("_", []),
        ("", ["277", "369/45"]),
    ],
)
def test_papers_are_found_by_number_year_and_body(desk, words, found):
    factories.resolution(number="277", adopted="2017-09-14")
    factories.resolution(number="369/45", adopted="2018-05-02", territory="430000000")
    body = parse(desk.get(LIST, {"q": words})).all("td", "field-number")
    assert sorted(cell.text for cell in body) == found


def test_a_maslikhat_is_entered_once_for_its_territory(desk):
    names = {"name_kk": "Алматы қаласының мәслихаты", "name_ru": "Маслихат", "name_en": "Maslikhat"}
    for status in (302, 200):
        answer = desk.post("/admin/projects/maslikhat/add/", {**names, "territory": factories.ALMATY})
        assert answer.status_code == status
    assert Maslikhat.objects.count() == 1
