"""Adding a project to the register and changing it on the staff site: rules are sentences, nothing is forged."""

from functools import cache

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from projects.models import Document, Project
from projects.services.register import approve
from reference.codelists import ResolutionKind
from tests import factories
from tests.registry.pages import complaints, controls, parse, strip
from tests.registry.people import SECRETARY, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

LIST = "/admin/projects/project/"
ADD = f"{LIST}add/"
NEW = {"title_ru": "Школа в Алматы", "sector": "education", "territory": factories.ALMATY}


@pytest.fixture
def desk():
    made = logged_in(SECRETARY)
    made.raise_request_exception = False
    return made


def form_of(desk, address):
    return controls(parse(desk.get(address)).one("form", id="project_form"))


def page_of(project):
    return f"{LIST}{project.pk}/change/"


@cache
def new_form():
    """Return the form for adding as a browser would send it; it is the same for every register."""
    return form_of(logged_in(SECRETARY), ADD)


def add(desk, **facts):
    return desk.post(ADD, {**new_form(), **NEW, **facts})


def change(desk, project, **facts):
    return desk.post(page_of(project), {**form_of(desk, page_of(project)), **facts})


def refused(answer, *sentences):
    """Tell whether the form came back with exactly these sentences."""
    assert (answer.status_code, complaints(parse(answer))) == (200, list(sentences))
    return True


def steps(project):
    return list(project.status_changes.values_list("status", "resolution", "since", "recorded_by"))


# --- adding ---


def test_a_project_is_not_added_by_a_resolution(desk):
    paper = factories.resolution()
    assert "resolution" not in new_form()
    assert add(desk, source="газета", resolution=paper.pk, status="approved").status_code == 302
    made = Project.objects.get()
    assert (made.number, made.status, made.resolution, made.title_ru) == (1, "approved", None, "Школа в Алматы")
    assert steps(made) == [("approved", None, "", desk.user.pk)]
    assert [event.pgh_context for event in made.events.all()] == [{"user": desk.user.pk, "channel": "admin"}]
    assert strip(parse(desk.get("/en/"))).on_file[0] == 0


def test_a_planned_project_is_added_from_a_public_source_and_does_not_count(desk):
    assert add(desk, source_url="https://example.kz/news", status="planned", cost="5").status_code == 302
    made = Project.objects.get()
    assert (made.status, made.resolution, made.on_file) == ("planned", None, False)
    assert steps(made) == [("planned", None, "", desk.user.pk)]
    assert strip(parse(desk.get("/en/"))).projects == 0
    assert strip(parse(desk.get("/en/projects/"))).public_sources == (1, 5, 0)


def test_numbers_follow_the_order_of_entry(desk):
    for _ in range(3):
        add(desk, source="газета", status="planned")
    assert list(Project.objects.order_by("pk").values_list("number", flat=True)) == [1, 2, 3]


NO_BASIS = "Give the resolution or a public source."


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"status": "planned"}, NO_BASIS),
        ({"status": "approved"}, NO_BASIS),
        (
            {"status": "excluded", "source": "газета"},
            "Select a valid choice. excluded is not one of the available choices.",
        ),
        ({"title_ru": "", "source": "газета"}, "Give the title in Kazakh or in Russian."),
        ({"capacity": "5", "source": "газета"}, "Give the capacity together with its unit."),
        ({"initiator_size": "small", "source": "газета"}, "Only an SME has a size class."),
        ({"term_years": "60", "source": "газета"}, "The term must lie between 1 and 49 years."),
        ({"year": "1900", "source": "газета"}, "The year must lie between 1991 and 2100."),
        ({"group_size": "5", "source": "газета"}, "Only a row that is marked as a group has a number of projects."),
        ({"jobs": "99999999999", "source": "газета"}, None),
        ({"title_ru": "а\0б", "source": "газета"}, None),
        ({"source_url": "javascript:alert(1)"}, None),
        ({"implementation_start": "31.02.2020", "source": "газета"}, "There is no such day: check day and month."),
        ({"payment_sources": ["gold"], "source": "газета"}, None),
    ],
)
def test_what_breaks_a_rule_is_refused_with_a_sentence_and_stores_nothing(desk, facts, sentence):
    answer = add(desk, **facts)
    said = complaints(parse(answer))
    assert (answer.status_code, len(said), Project.objects.count()) == (200, 1, 0)
    assert sentence in (None, *said)


CHOSEN = ["group", "sector", "territory"]


@pytest.mark.parametrize("value", ["abc", "\0", "9" * 20, "²"])
def test_rows_that_are_not_there_cannot_be_chosen(desk, value):
    answer = add(desk, source="газета", status="approved", **dict.fromkeys(CHOSEN, value))
    assert (answer.status_code, Project.objects.count()) == (200, 0)
    assert len(complaints(parse(answer))) == len(CHOSEN)


def test_the_typed_text_of_a_refused_form_stands_where_it_was(desk):
    kept = {"title_kk": "Мектеп <b>", "cost": "1,1 млрд", "note_ru": "две\nстроки", "implementation_start": "09.2017"}
    answer = add(desk, **kept, status="planned")
    shown = controls(parse(answer).one("form", id="project_form"))
    assert {name: shown[name] for name in kept} == {name: [value] for name, value in kept.items()}
    assert (shown["sector"], shown["territory"], shown["status"]) == (["education"], [factories.ALMATY], ["planned"])


# --- money ---

WRITTEN = {
    "cost": ("1,1 млрд", 1_100_000_000, "1\xa0100\xa0000\xa0000"),
    "asked_sum": ("1 100 000 тыс. тг", 1_100_000_000, "1\xa0100\xa0000\xa0000"),
    "approved_sum": ("1\xa0100\xa0000\xa0000", 1_100_000_000, "1\xa0100\xa0000\xa0000"),
    "signed_sum": ("₸950 000", 950_000, "950\xa0000"),
    "state_obligations": ("0", 0, "0"),
}


def test_sums_are_taken_as_people_write_them_and_shown_back_in_full(desk):
    add(desk, source="газета", status="planned", **{name: typed for name, (typed, *_) in WRITTEN.items()})
    for _ in range(2):
        made = Project.objects.get()
        assert {name: getattr(made, name) for name in WRITTEN} == {name: sum_ for name, (_, sum_, _) in WRITTEN.items()}
        shown = form_of(desk, page_of(made))
        assert {name: shown[name] for name in WRITTEN} == {name: [shown] for name, (*_, shown) in WRITTEN.items()}
        assert desk.post(page_of(made), shown).status_code == 302


def test_an_empty_sum_is_not_known_and_not_nought(desk):
    add(desk, source="газета", status="planned", cost="")
    made = Project.objects.get()
    assert (made.cost, form_of(desk, page_of(made))["cost"]) == (None, [""])


@pytest.mark.parametrize(
    "wrong", [["1,250", "1.250", "1e9", "١٢", "12,5"], ["-1", "1_000", "100000000000001", "много", "１２"]]
)
def test_sums_that_can_be_read_in_two_ways_are_refused_and_stand_as_typed(desk, wrong):
    typed = dict(zip(WRITTEN, wrong, strict=True))
    answer = add(desk, source="газета", status="planned", **typed)
    shown = controls(parse(answer).one("form", id="project_form"))
    assert (len(complaints(parse(answer))), Project.objects.count()) == (5, 0)
    assert {name: shown[name] for name in WRITTEN} == {name: [text] for name, text in typed.items()}


# --- changing ---


def test_what_only_acts_may_change_cannot_be_forged(desk):
    paper, out = factories.resolution(), factories.resolution(ResolutionKind.EXCLUSION)
    made = factories.project()
    forged = {"number": "77", "status": "approved", "resolution": paper.pk, "excluded_by": out.pk, "id": "999"}
    forged |= {"created_at_0": "2001-01-01", "updated_at": "2001-01-01", "search_text": "x", "order_kk": "x"}
    assert change(desk, made, **forged, jobs="5").status_code == 302
    now = Project.objects.get()
    assert (now.pk, now.number, now.status, now.resolution, now.excluded_by) == (made.pk, 1, "planned", None, None)
    assert (now.created_at, now.jobs, now.search_text) == (made.created_at, 5, made.search_text)
    assert len(steps(now)) == 1


def test_the_road_cannot_be_forged(desk):
    made = factories.project()
    total = {"status_changes-TOTAL_FORMS": "2", "status_changes-INITIAL_FORMS": "1", "jobs": "5"}
    row = {"status_changes-1-status": "operation", "status_changes-1-project": made.pk}
    first = {"status_changes-0-id": made.status_changes.get().pk, "status_changes-0-status": "completed"}
    change(desk, made, **total, **row, **first)
    assert [status for status, *_ in steps(made)] == ["planned"]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"source_url": "", "source": ""}, NO_BASIS),
        ({"title_kk": "", "title_ru": ""}, "Give the title in Kazakh or in Russian."),
        ({"capacity_unit": "places"}, "Give the capacity together with its unit."),
        ({"initiator_type": "sme", "initiator_size": "small", "group_size": "3"}, None),
    ],
)
def test_a_rule_that_a_hidden_column_takes_part_in_is_a_sentence_and_no_fault(desk, facts, sentence):
    made = factories.project()
    answer = change(desk, made, **facts)
    said = complaints(parse(answer))
    assert (answer.status_code, len(said)) == (200, 1)
    assert sentence in (None, *said)
    assert made.events.count() == 1


def test_a_row_that_rests_on_a_resolution_may_lose_its_source(desk):
    made = factories.project_in("approved")
    assert change(desk, made, source_url="", source="").status_code == 302
    made.refresh_from_db()
    assert (made.source_url, made.on_file) == ("", True)


def test_a_group_with_members_stays_a_group_and_no_group_joins_another(desk):
    group = factories.group_of({"cost": 5})
    assert refused(change(desk, group, is_group=[]), "This row has members: it must stay a group.")
    other = factories.project(is_group=True)
    assert refused(change(desk, other, group=group.pk), "A row that stands for a group cannot be a member of another.")
    single = factories.project()
    assert len(complaints(parse(change(desk, single, group=single.pk)))) == 1
    assert change(desk, single, group=group.pk).status_code == 302
    assert Project.objects.filter(group=group).count() == 2


def test_a_save_over_somebody_elses_newer_save_is_refused_and_the_text_kept(desk):
    made = factories.project()
    mine = form_of(desk, page_of(made))
    assert change(logged_in(SECRETARY), made, jobs="7", title_ru="Чужая правка").status_code == 302
    answer = desk.post(page_of(made), {**mine, "title_ru": "Моя правка", "cost": "1,1 млрд"})
    (said,) = complaints(parse(answer))
    assert said.startswith("Somebody changed this record after you opened it.")
    kept = controls(parse(answer).one("form", id="project_form"))
    assert (kept["title_ru"], kept["cost"]) == (["Моя правка"], ["1,1 млрд"])
    assert desk.post(page_of(made), kept).status_code == 200
    made.refresh_from_db()
    assert (made.title_ru, made.jobs) == ("Чужая правка", 7)


@pytest.mark.parametrize("opened_at", ["", "2017-01-01T00:00:00+00:00", None])
def test_a_save_that_does_not_say_when_it_was_opened_is_refused(desk, opened_at):
    made = factories.project()
    sent = {**form_of(desk, page_of(made)), "jobs": "5", "opened_at": opened_at or ""}
    if opened_at is None:
        del sent["opened_at"]
    assert len(complaints(parse(desk.post(page_of(made), sent)))) == 1
    made.refresh_from_db()
    assert made.jobs is None


def test_an_act_between_opening_and_saving_is_noticed(desk):
    made = factories.project()
    mine = form_of(desk, page_of(made))
    approve([made], resolution=factories.resolution(), by=None)
    assert desk.post(page_of(made), {**mine, "jobs": "5"}).status_code == 200
    made.refresh_from_db()
    assert (made.status, made.jobs) == ("approved", None)


# --- papers ---


def upload(desk, project, content, name="план.pdf", **facts):
    form = form_of(desk, page_of(project))
    row = {"documents-0-file": SimpleUploadedFile(name, content), "documents-0-title_ru": "План", **facts}
    return desk.post(page_of(project), {**form, "documents-TOTAL_FORMS": "1", **row})


def test_an_uploaded_paper_is_examined_and_stored(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = factories.project()
    assert upload(desk, made, b"%PDF-1.7 x %%EOF").status_code == 302
    paper = Document.objects.get()
    assert (paper.project, paper.original_name, paper.content_type, paper.size) == (
        made,
        "план.pdf",
        "application/pdf",
        16,
    )
    assert (paper.is_public, len(paper.sha256), len(list(tmp_path.rglob("*.*"))), paper.file.size) == (False, 64, 0, 16)


@pytest.mark.parametrize("content", [b"MZ\x90", b"<svg onload=x>", b""])
def test_a_file_that_is_no_paper_is_refused_and_leaves_nothing(desk, settings, tmp_path, content):
    settings.MEDIA_ROOT = tmp_path
    made = factories.project()
    answer = upload(desk, made, content)
    assert (answer.status_code, len(complaints(parse(answer)))) == (200, 1)
    assert (Document.objects.count(), [path for path in tmp_path.rglob("*") if path.is_file()]) == (0, [])


def test_what_the_file_says_of_itself_cannot_be_forged(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    forged = {
        "documents-0-sha256": "0" * 64,
        "documents-0-original_name": "x.exe",
        "documents-0-content_type": "text/html",
    }
    upload(desk, factories.project(), b"%PDF-1.7 x %%EOF", **forged)
    paper = Document.objects.get()
    assert (paper.content_type, paper.original_name, paper.size) == ("application/pdf", "план.pdf", 16)
    assert paper.sha256 != "0" * 64
