"""Projects enter the list, leave it and move on by acts of the staff site; each act is remembered with who did it."""

import pytest

from projects.models import Project, StatusChange
from projects.services.register import RECORDED_STATUSES, approve, enter_all
from reference.codelists import ENTERING_KINDS, ProjectStatus, ResolutionKind
from tests import factories
from tests.registry.pages import complaints, controls, numbers, parse, strip
from tests.registry.people import SECRETARY, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

LIST = "/admin/projects/project/"


@pytest.fixture
def desk():
    made = logged_in(SECRETARY)
    made.raise_request_exception = False
    return made


def act(desk, name, projects, paper="", **facts):
    """Send what the page of confirmation sends."""
    sent = {"action": name, "_selected_action": [getattr(project, "pk", project) for project in projects]}
    return desk.post(LIST, {**sent, "confirmed": "1", "resolution": getattr(paper, "pk", paper), **facts})


def record(desk, project, status="operation", **facts):
    return desk.post(f"{LIST}{getattr(project, 'pk', project)}/status/", {"status": status, **facts})


def steps(project):
    return list(project.status_changes.values_list("status", "resolution", "since", "recorded_by"))


def snapshot():
    return list(Project.objects.order_by("pk").values()), list(StatusChange.objects.order_by("pk").values())


def said(desk, answer):
    """Return the messages on the page that follows."""
    return [item.text for box in parse(desk.get(answer["Location"])).all("ul", "messagelist") for item in box.all("li")]


# --- entering ---


def test_the_confirmation_shows_number_and_sum_before_anything_happens(desk):
    made = [factories.project(cost=cost) for cost in (5, None, 7)]
    before = snapshot()
    sent = {"action": "enter_by_resolution", "_selected_action": [project.pk for project in made[:2]]}
    page = parse(desk.post(LIST, sent))
    assert (strip(page).projects, strip(page).cost, strip(page).cost_unknown) == (2, 5, 1)
    assert [item["value"] for item in page.one("ol", "declared-projects").all("li")] == ["1", "2"]
    assert snapshot() == before
    (form,) = page.all("form", action=LIST)
    assert desk.post(LIST, {**controls(form), "resolution": factories.resolution().pk}).status_code == 302
    assert [project.status for project in Project.objects.order_by("pk")] == ["approved", "approved", "planned"]


def test_a_long_confirmation_carries_every_row_along(desk):
    made = enter_all([factories.entry() for _ in range(60)])
    sent = {"action": "enter_by_resolution", "_selected_action": [made[0].pk], "select_across": "1"}
    page = parse(desk.post(LIST, sent))
    assert (strip(page).projects, len(page.one("ol", "declared-projects").all("li"))) == (60, 50)
    (form,) = page.all("form", action=LIST)
    desk.post(LIST, {**controls(form), "resolution": factories.resolution().pk})
    assert Project.objects.filter(status="approved").count() == 60


def test_entering_approves_the_planned_and_gives_the_others_their_paper(desk):
    paper = factories.resolution(adopted="2018-05-02")
    planned, running = factories.project(), factories.project(status=ProjectStatus.OPERATION)
    answer = act(desk, "enter_by_resolution", [planned, running], paper)
    assert (answer.status_code, said(desk, answer)) == (302, ["Done. Number of projects: 2."])
    assert list(Project.objects.order_by("number").values_list("status", "resolution")) == [
        ("approved", paper.pk),
        ("operation", paper.pk),
    ]
    assert steps(planned)[1:] == [("approved", paper.pk, "2018-05-02", desk.user.pk)]
    assert steps(running)[1:] == [("operation", paper.pk, "2018-05-02", desk.user.pk)]
    assert strip(parse(desk.get("/en/"))).on_file[0] == 2


@pytest.mark.parametrize("kind", [kind for kind in ResolutionKind if kind not in ENTERING_KINDS])
def test_nothing_enters_by_a_resolution_of_another_kind(desk, kind):
    made, paper = factories.project(), factories.resolution(kind)
    before = snapshot()
    answer = act(desk, "enter_by_resolution", [made], paper)
    assert complaints(parse(answer)) == ["Choose a resolution of a kind that fits."]
    assert snapshot() == before


def test_a_list_enters_whole_or_not_at_all(desk):
    made = [factories.project(), factories.project_in("approved"), factories.project()]
    before = snapshot()
    answer = act(desk, "enter_by_resolution", made, factories.resolution())
    assert complaints(parse(answer)) == ["Project No. 2 already rests on a resolution. Leave it out."]
    assert snapshot() == before
    assert act(desk, "enter_by_resolution", [made[0], made[2]], factories.resolution()).status_code == 302


# --- leaving ---


def test_an_excluded_project_leaves_the_totals_and_stays_visible(desk):
    made = [factories.project_in("approved", cost=cost) for cost in (5, 7)]
    assert (strip(parse(desk.get("/en/"))).projects, strip(parse(desk.get("/en/"))).cost) == (2, 12)
    paper = factories.resolution(ResolutionKind.EXCLUSION, adopted="2020")
    answer = act(desk, "exclude_by_resolution", made[:1], paper, note_ru="Инвестор отказался")
    assert (answer.status_code, said(desk, answer)) == (302, ["Done. Number of projects: 1."])
    assert (strip(parse(desk.get("/en/"))).projects, strip(parse(desk.get("/en/"))).cost) == (1, 7)
    assert numbers(parse(desk.get("/en/projects/"))) == [1, 2]
    assert "Инвестор отказался" in parse(desk.get("/en/projects/1/")).one("ol", "timeline").text
    gone = Project.objects.get(number=1)
    assert (gone.status, gone.excluded_by, gone.resolution) == ("excluded", paper, made[0].resolution)
    assert steps(gone)[-1] == ("excluded", paper.pk, "2020", desk.user.pk)


@pytest.mark.parametrize("kind", [kind for kind in ResolutionKind if kind != ResolutionKind.EXCLUSION])
def test_nothing_leaves_by_a_resolution_of_another_kind(desk, kind):
    made, paper = factories.project_in("approved"), factories.resolution(kind)
    before = snapshot()
    answer = act(desk, "exclude_by_resolution", [made], paper, note_ru="причина")
    assert complaints(parse(answer)) == ["Choose a resolution of a kind that fits."]
    assert snapshot() == before


@pytest.mark.parametrize("status", [ProjectStatus.PLANNED, ProjectStatus.EXCLUDED])
def test_only_what_is_in_the_list_can_leave_it_and_none_leaves_alone(desk, status):
    made = [factories.project_in("approved"), factories.project_in(status)]
    before, paper = snapshot(), factories.resolution(ResolutionKind.EXCLUSION)
    answer = act(desk, "exclude_by_resolution", made, paper, note_kk="себебі")
    assert complaints(parse(answer)) == ["Project No. 2 is not in the approved list. Leave it out."]
    assert snapshot() == before


def test_a_project_does_not_leave_without_a_reason(desk):
    made, paper = factories.project_in("approved"), factories.resolution(ResolutionKind.EXCLUSION)
    before = snapshot()
    answer = act(desk, "exclude_by_resolution", [made], paper)
    assert complaints(parse(answer)) == ["Give the reason in Kazakh or in Russian."]
    assert snapshot() == before
    assert act(desk, "exclude_by_resolution", [made], paper, note_kk="себебі").status_code == 302


# --- what is sent with an act ---

ACTS = ["enter_by_resolution", "exclude_by_resolution"]


@pytest.mark.parametrize("name", ACTS)
def test_a_resolution_that_is_not_there_is_refused(desk, rolled_back, name):
    made = factories.project_in("approved")
    before = snapshot()
    for paper in ("abc", "\0", "9" * 20, "-1", "²", ""):
        with rolled_back():
            answer = act(desk, name, [made], paper, note_kk="себебі")
        assert (answer.status_code, len(complaints(parse(answer)))) == (200, 1), ascii(paper)
    assert snapshot() == before


@pytest.mark.parametrize("name", ACTS)
def test_rows_that_are_not_there_are_no_fault_of_the_site(desk, rolled_back, name):
    factories.project_in("approved")
    before = snapshot()
    found = {}
    for row in ("abc", "\0", "", "9" * 20, "1 OR 1=1", "²"):
        with rolled_back():
            found[row] = act(desk, name, [row], factories.resolution(), note_kk="себебі").status_code
    assert {row: status for row, status in found.items() if status not in (200, 302, 400)} == {}
    assert snapshot() == before


@pytest.mark.parametrize("name", ["delete_selected", "approve", "__init__", "\0", "has_delete_permission"])
def test_an_act_that_there_is_not_does_nothing(desk, name):
    made = factories.project()
    before = snapshot()
    assert act(desk, name, [made], factories.resolution()).status_code == 302
    assert snapshot() == before


def test_a_repeated_confirmation_changes_nothing_more(desk):
    made, paper = factories.project(), factories.resolution()
    assert act(desk, "enter_by_resolution", [made], paper).status_code == 302
    before = snapshot()
    answer = act(desk, "enter_by_resolution", [made], paper)
    assert complaints(parse(answer)) == ["Project No. 1 already rests on a resolution. Leave it out."]
    assert snapshot() == before


# --- status ---


@pytest.mark.parametrize("status", RECORDED_STATUSES)
def test_a_recorded_status_is_remembered_with_who_when_and_from_where(desk, status):
    made = factories.project_in("approved")
    answer = record(desk, made, status, since="09.2020", source_url="https://example.kz/x", note_ru="Слово")
    assert (answer["Location"], said(desk, answer)) == (f"{LIST}{made.pk}/change/", ["The status is recorded."])
    made.refresh_from_db()
    assert (made.status, steps(made)[-1]) == (status, (status, None, "2020-09", desk.user.pk))
    last = made.status_changes.last()
    assert (last.source_url, last.note_ru) == ("https://example.kz/x", "Слово")


@pytest.mark.parametrize("status", ["planned", "approved", "excluded", "deleted", "", "\0"])
def test_what_only_a_resolution_gives_is_not_recorded(desk, status):
    made = factories.project_in("operation")
    before = snapshot()
    answer = record(desk, made, status)
    assert (answer.status_code, len(complaints(parse(answer))), snapshot()) == (200, 1, before)


@pytest.mark.parametrize("status", ["planned", "excluded"])
def test_what_is_not_in_the_list_gets_no_status(desk, status):
    made = factories.project_in(status)
    before = snapshot()
    answer = record(desk, made)
    assert complaints(parse(answer)) == ["Project No. 1 is not in the approved list."]
    assert snapshot() == before
    page = parse(desk.get(f"{LIST}{made.pk}/change/"))
    assert f"{LIST}{made.pk}/status/" not in [link.get("href") for link in page.all("a")]


@pytest.mark.parametrize(
    "facts",
    [
        {"since": "31.02.2020"},
        {"since": "1900"},
        {"source_url": "javascript:x"},
        {"note_ru": "x" * 2001},
        {"note_kk": "\0"},
    ],
)
def test_a_status_with_an_unreadable_fact_is_refused_and_the_text_stays(desk, facts):
    made = factories.project_in("approved")
    before = snapshot()
    answer = record(desk, made, **facts, note_en="", **({} if "note_kk" in facts else {"note_kk": "Сөз"}))
    assert (answer.status_code, len(complaints(parse(answer))), snapshot()) == (200, 1, before)
    assert "note_kk" in facts or parse(answer).one("textarea", name="note_kk").text == "Сөз"


def test_the_status_page_of_no_project_is_refused(desk, rolled_back):
    found = {}
    for key in ("abc", "9" * 20, "9" * 5000, "%D9%A3", "-1", "0", "%00", "1/2", "%C2%B2"):
        with rolled_back():
            found[key] = {desk.get(f"{LIST}{key}/status/").status_code, record(desk, key).status_code}
    assert {key: statuses for key, statuses in found.items() if not statuses <= {403, 404}} == {}


def test_two_acts_at_once_leave_one_step(desk):
    made, papers = factories.project(), [factories.resolution(), factories.resolution()]
    approve([made], resolution=papers[0], by=None)
    assert len(complaints(parse(act(desk, "enter_by_resolution", [made], papers[1])))) == 1
    assert [paper for _, paper, *_ in steps(made)] == [None, papers[0].pk]
