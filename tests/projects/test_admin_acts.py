"""Projects move on by acts of the staff site, remembered with who did it; they enter and leave by resolutions only."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import Document, Project, StatusChange
from projects.services.register import RECORDED_STATUSES
from reference.codelists import ResolutionKind
from tests import factories
from tests.registry.pages import complaints, parse
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


# --- entering and leaving ---

GONE = ["enter_by_resolution", "exclude_by_resolution"]


@pytest.mark.parametrize("name", [*GONE, "delete_selected", "approve", "__init__", "\0", "has_delete_permission"])
def test_nothing_enters_or_leaves_by_an_act_on_the_list(desk, name):
    made = [factories.project(), factories.project_in("approved")]
    before = snapshot()
    for paper in (factories.resolution(), factories.resolution(ResolutionKind.EXCLUSION)):
        assert act(desk, name, made, paper, note_kk="себебі").status_code in (200, 302)
    assert snapshot() == before


def test_the_list_offers_no_act_and_says_where_resolutions_are_recorded(desk):
    factories.project()
    for address in (LIST, "/admin/projects/resolution/"):
        page = parse(desk.get(address))
        assert page.all("select", name="action") == []
        assert "/admin/proposals/draftresolution/" in [link.get("href") for link in page.all("a")]
    clerk = logged_in("clerk")
    assert "/admin/proposals/draftresolution/" not in [link.get("href") for link in parse(clerk.get(LIST)).all("a")]


def test_rows_that_are_not_there_are_no_fault_of_the_site(desk, rolled_back):
    factories.project_in("approved")
    before = snapshot()
    found = {}
    for row in ("abc", "\0", "", "9" * 20, "1 OR 1=1", "²"):
        with rolled_back():
            found[row] = act(desk, GONE[0], [row], factories.resolution(), note_kk="себебі").status_code
    assert {row: status for row, status in found.items() if status not in (200, 302, 400)} == {}
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
    assert (answer.status_code, len(complaints(parse(answer))), snapshot()) == (422, 1, before)


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
    assert (answer.status_code, len(complaints(parse(answer))), snapshot()) == (422, 1, before)
    assert "note_kk" in facts or parse(answer).one("textarea", name="note_kk").text == "Сөз"


def test_the_status_page_of_no_project_is_refused(desk, rolled_back):
    found = {}
    for key in ("abc", "9" * 20, "9" * 5000, "%D9%A3", "-1", "0", "%00", "1/2", "%C2%B2"):
        with rolled_back():
            found[key] = {desk.get(f"{LIST}{key}/status/").status_code, record(desk, key).status_code}
    assert {key: statuses for key, statuses in found.items() if not statuses <= {403, 404}} == {}


def test_a_termination_needs_its_reason(desk):
    made = factories.project_in("operation")
    before = snapshot()
    answer = record(desk, made, "terminated", since="2024")
    assert (answer.status_code, complaints(parse(answer))) == (
        422,
        ["Write in Kazakh or in Russian why the contract was terminated."],
    )
    assert snapshot() == before
    assert record(desk, made, "terminated", note_kk="Тараптар келісті.").status_code == 302


def pdf(name="акт.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.7 x %%EOF")


def test_a_status_is_recorded_with_a_new_paper(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = factories.project_in("approved")
    sent = {"file": pdf(), "document_type": "completionCertificate", "is_public": "on"}
    assert record(desk, made, "completed", **sent).status_code == 302
    paper = Document.objects.get()
    assert (paper.project, paper.original_name, paper.document_type, paper.is_public) == (
        made, "акт.pdf", "completionCertificate", True,
    )  # fmt: skip
    assert made.status_changes.last().document == paper
    road = parse(desk.get(f"/en/projects/{made.number}/")).one("ol", "timeline")
    assert f"/en/documents/{paper.pk}/" in [link["href"] for link in road.all("a")]


def test_a_paper_that_is_not_public_is_not_named_on_the_public_page(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = factories.project_in("approved")
    assert record(desk, made, "completed", file=pdf("құпия.pdf")).status_code == 302
    assert "құпия" not in desk.get(f"/en/projects/{made.number}/").content.decode()


def test_a_status_is_recorded_with_a_paper_on_file_of_this_project_only(desk):
    made, other = factories.project_in("approved"), factories.project_in("approved")
    papers = [Document.objects.create(project=row, url="https://example.kz/x") for row in (made, other)]
    before = snapshot()
    answer = record(desk, made, paper=papers[1].pk)
    assert (answer.status_code, len(complaints(parse(answer))), snapshot()) == (422, 1, before)
    answer = record(desk, made, paper=papers[0].pk, file=pdf())
    assert complaints(parse(answer)) == ["Choose a paper on file or upload a new one, not both."]
    assert record(desk, made, paper=papers[0].pk).status_code == 302
    assert made.status_changes.last().document == papers[0]


@pytest.mark.parametrize("content", [b"MZ\x90", b"<svg onload=x>"])
def test_a_file_that_is_no_paper_leaves_the_status_as_it_was(desk, settings, tmp_path, content):
    settings.MEDIA_ROOT = tmp_path
    made = factories.project_in("approved")
    before = snapshot()
    answer = record(desk, made, file=SimpleUploadedFile("x.pdf", content), note_ru="Слово")
    assert (answer.status_code, len(complaints(parse(answer))), snapshot()) == (422, 1, before)
    assert parse(answer).one("textarea", name="note_ru").text == "Слово"
    assert (Document.objects.count(), [path for path in tmp_path.rglob("*") if path.is_file()]) == (0, [])
