"""What a confirmed resolution says is not corrected by hand: the staff site completes blanks and shows the rest."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from projects.models import DeclaredShare, Document, ListChange, Obligation, ObligationCeiling
from projects.services import listing
from projects.services.lists import Entering, Share, pass_resolution
from tests import factories
from tests.registry.pages import complaints, controls, parse
from tests.registry.people import SECRETARY, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

LISTED = {"title_kk", "title_ru", "title_en", "cost", "term_years"}


@pytest.fixture
def desk():
    made = logged_in(SECRETARY)
    made.raise_request_exception = False
    return made


def entered(**facts):
    """Return a project that a confirmed resolution put into the list, with its resolution."""
    paper = factories.confirmed(declared_count=1, confirmed_at=None)
    facts = {"status": "approved", "resolution": paper, "approved_sum": facts.get("cost", 7), "cost": 7, **facts}
    (made,) = pass_resolution(
        paper, by=None, shares=[Share("sme", 1, None)], entering=[Entering(entry=factories.entry(**facts))]
    )
    factories.long_published(paper)
    return made, paper


def page_of(row):
    return f"/admin/projects/{row._meta.model_name}/{row.pk}/change/"


def form_of(desk, row):
    return controls(parse(desk.get(page_of(row))).one("form", id=f"{row._meta.model_name}_form"))


def change(desk, row, **facts):
    return desk.post(page_of(row), {**form_of(desk, row), **facts})


def test_what_a_confirmed_resolution_says_of_a_project_has_no_box(desk):
    made, _paper = entered()
    shown = form_of(desk, made)
    assert set(shown) & {*LISTED, "approved_sum"} == {"title_en", "term_years"}
    page = parse(desk.get(page_of(made)))
    assert page.text.count("Changed by an amendment of the maslikhat only.") == 4
    assert change(desk, made, cost="9", title_ru="Иначе", jobs="5").status_code == 302
    made.refresh_from_db()
    assert (made.cost, made.title_ru != "Иначе", made.jobs) == (7, True, 5)
    assert made.list_changes.count() == 1


def test_a_blank_of_a_confirmed_line_is_completed_and_remembered(desk):
    made, paper = entered(cost=None, approved_sum=None)
    assert change(desk, made, cost="1,1 млрд", term_years="25", title_en="School").status_code == 302
    last = made.list_changes.last()
    assert (last.act, last.resolution, last.cost, last.title_en, last.recorded_by) == (
        "completed", paper, 1_100_000_000, "School", desk.user,
    )  # fmt: skip
    assert "cost" not in form_of(desk, made)


def test_a_correction_of_a_line_from_public_sources_is_remembered(desk):
    made = factories.project_in("approved", cost=5)
    assert change(desk, made, cost="6", title_ru="Иначе").status_code == 302
    assert list(made.list_changes.values_list("act", "cost")) == [("entered", 5), ("completed", 6)]
    connection.check_constraints()


def test_a_project_known_from_public_sources_only_has_no_line_to_remember(desk):
    made = factories.project(cost=5)
    assert change(desk, made, cost="6").status_code == 302
    assert not ListChange.objects.exists()


def test_a_refusal_of_the_database_at_the_very_end_is_told_and_no_fault(desk, monkeypatch):
    made = factories.project_in("approved", cost=5)
    monkeypatch.setattr(listing, "complete", lambda project, by: None)
    answer = change(desk, made, cost="6")
    assert answer.status_code == 302
    assert "Nothing is saved" in parse(desk.get(answer["Location"])).text
    made.refresh_from_db()
    assert made.cost == 5
    monkeypatch.undo()
    assert change(desk, made, cost="6").status_code == 302
    assert made.list_changes.last().cost == 6


def test_a_confirmed_resolution_takes_only_what_comes_later(desk):
    _made, paper = entered()
    boxes = {name for name in form_of(desk, paper) if not name.startswith(("documents-", "csrf", "_", "opened"))}
    assert {name for name in boxes if not name.startswith("declared_shares-")} == {
        "justice_number", "justice_date", "link",
    }  # fmt: skip
    forged = {"number": "999", "adopted": "2001", "declared_count": "9", "note_ru": "Иначе", "confirmed_at": ""}
    later = {"justice_number": "1400", "justice_date": "30.09.2017", "link": "https://example.kz/277"}
    assert change(desk, paper, **forged, **later).status_code == 302
    before = paper.number
    paper.refresh_from_db()
    assert (paper.number, paper.adopted, paper.declared_count, paper.note_ru) == (before, "2017-09-14", 1, "")
    assert (paper.justice_number, str(paper.justice_date), paper.link) == ("1400", "2017-09-30", later["link"])
    assert paper.is_confirmed
    assert {"justice_number", "justice_date", "link"} & set(form_of(desk, paper)) == set()


def test_what_a_confirmed_resolution_declares_stays(desk):
    _made, paper = entered()
    share = DeclaredShare.objects.get()
    row = {"declared_shares-TOTAL_FORMS": "2", "declared_shares-INITIAL_FORMS": "1", "declared_shares-0-count": "9"}
    row |= {"declared_shares-0-id": share.pk, "declared_shares-0-initiator_type": "sme"}
    row |= {"declared_shares-1-initiator_type": "state_body", "declared_shares-1-count": "3"}
    change(desk, paper, **row)
    assert list(DeclaredShare.objects.values_list("initiator_type", "count")) == [("sme", 1)]


def test_a_paper_is_added_to_a_confirmed_resolution(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    _made, paper = entered()
    row = {"documents-TOTAL_FORMS": "1", "documents-0-file": SimpleUploadedFile("көшірме.pdf", b"%PDF-1.7 x %%EOF")}
    assert change(desk, paper, **row).status_code == 302
    assert Document.objects.get().resolution == paper


def test_state_obligations_stand_on_the_page_of_the_project(desk):
    made = factories.project()
    row = {"obligations-TOTAL_FORMS": "2", "obligations-0-year": "2027", "obligations-0-amount": "1,1 млрд"}
    row |= {"obligations-1-year": "2028", "obligations-1-amount": "5"}
    assert change(desk, made, **row).status_code == 302
    assert list(made.obligations.values_list("year", "amount")) == [(2027, 1_100_000_000), (2028, 5)]
    again = {"obligations-TOTAL_FORMS": "3", "obligations-2-year": "2028", "obligations-2-amount": "6"}
    answer = change(desk, made, **again)
    assert (answer.status_code, len(complaints(parse(answer))) > 0) == (200, True)
    early = {"obligations-TOTAL_FORMS": "3", "obligations-2-year": "2014", "obligations-2-amount": "6"}
    assert change(desk, made, **early).status_code == 200
    assert Obligation.objects.count() == 2


def test_a_ceiling_names_its_paper_and_stands_once_a_year(desk):
    address = "/admin/projects/obligationceiling/add/"
    facts = {"territory": factories.ALMATY, "year": "2027", "amount": "45 млрд"}
    assert complaints(parse(desk.post(address, facts))) == ["Say which paper sets the ceiling, or give its address."]
    assert desk.post(address, {**facts, "source": "№ 5"}).status_code == 302
    answer = desk.post(address, {**facts, "source": "№ 6"})
    assert complaints(parse(answer)) == ["This territory already has a ceiling for this year."]
    row = ObligationCeiling.objects.get()
    assert (row.amount, row.source) == (45_000_000_000, "№ 5")
    page = parse(desk.get("/admin/projects/obligationceiling/"))
    assert page.one("td", "field-shown_amount").text.replace("\xa0", " ") == "45 000 000 000 ₸"
    assert desk.get(f"/admin/projects/obligationceiling/{row.pk}/history/").status_code == 200
