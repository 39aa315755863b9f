"""What the chamber sees of a filed proposal: everything filed, its papers, its road, and what is like it."""

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation
from proposals.models import Application, PaperReading, Proposal
from proposals.models.clarification import ClarificationKind
from proposals.services.asking import ask
from proposals.services.drafts import add_proposal
from proposals.services.intake import file
from reference.codelists import LegalForm
from reference.services import load_parameters
from tests import factories
from tests.proposals.applications import (
    IIN,
    applicant,
    complete,
    complete_draft,
    draft,
    filed,
    organisation,
    proposal_at,
    staff,
)
from tests.registry.pages import parse, whole
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

LIST = "/admin/proposals/proposal/"


def page_of(proposal, role="clerk"):
    return logged_in(role).get(f"{LIST}{proposal.pk}/change/")


def listed(browser, words=""):
    page = parse(browser.get(LIST, {"q": words}))
    rows = page.all("table", id="result_list")
    return [row.one("th", "field-shown_number").text for row in rows[0].one("tbody").all("tr")] if rows else []


def test_the_page_says_everything_that_was_filed():
    proposal = proposal_at("filed", title_kk="Медеу ауданында бассейн салу", cost=1_100_000_000, own_funds=100_000_000)
    text = parse(page_of(proposal)).text.replace("\xa0", " ")
    for said in (
        proposal.number,
        "Медеу ауданында бассейн салу",
        proposal.application.applicant_name,
        proposal.application.applicant_bin,
        "1 100 000 000 ₸",
        "Кезекте 300 бала тұр.",
        "Достық даңғылы",
    ):
        assert said in text


def test_the_reasons_for_doubts_stand_on_the_page():
    load_parameters()
    proposal = proposal_at("filed", cost=1_000_000_000, own_funds=50_000_000)
    assert "Есептеуі қосымшада." in page_of(proposal).content.decode()


def test_papers_are_listed_with_hash_and_lead_to_the_one_download():
    proposal = proposal_at("filed")
    page = parse(page_of(proposal))
    links = {link["href"] for link in page.all("a")}
    for paper in proposal.papers.all():
        assert f"/en/papers/{paper.pk}/" in links
        assert paper.sha256 in page.text


def test_whoever_of_the_chamber_takes_a_paper_leaves_one_row_and_the_applicant_none():
    person = applicant()
    paper = filed(person).proposals.get().papers.first()
    own = Client()
    own.force_login(person)
    assert b"".join(own.get(f"/kk/papers/{paper.pk}/").streaming_content)
    assert PaperReading.objects.count() == 0
    clerk = logged_in("clerk")
    answer = clerk.get(f"/kk/papers/{paper.pk}/")
    assert answer.status_code == 200
    assert list(PaperReading.objects.values_list("paper", "reader")) == [(paper.pk, clerk.user.pk)]
    for role in ("expert", "secretary", "administrator"):
        assert logged_in(role).get(f"/kk/papers/{paper.pk}/").status_code == 404
    assert PaperReading.objects.count() == 1


def test_a_paper_whose_reading_cannot_be_written_down_is_not_handed_out(monkeypatch):
    paper = proposal_at("filed").papers.first()
    clerk = logged_in("clerk")
    clerk.raise_request_exception = False

    def full(*args, **facts):
        raise DatabaseError("no space left")

    monkeypatch.setattr(PaperReading.objects, "create", full)
    answer = clerk.get(f"/kk/papers/{paper.pk}/")
    assert answer.status_code >= 500
    assert not answer.streaming
    assert b"%PDF" not in answer.content


def test_similar_proposals_and_others_of_the_applicant_are_shown():
    person = applicant()
    like = proposal_at("review", title_kk="Медеу ауданында 280 орындық балабақша салу", title_ru="")
    far = proposal_at("filed", title_kk="Мектеп асханасын жаңарту", title_ru="")
    own = filed(person, title_kk="Спорт алаңы", title_ru="").proposals.get()
    shown = filed(person, title_kk="Медеу ауданында 240 орындық балабақша салу", title_ru="").proposals.get()
    hidden = complete_draft(title_kk="Медеу ауданында 250 орындық балабақша салу", title_ru="").proposals.get()
    links = [link["href"] for link in parse(page_of(shown)).all("a")]
    assert f"{LIST}{like.pk}/change/" in links
    assert f"{LIST}{own.pk}/change/" in links
    assert f"{LIST}{far.pk}/change/" not in links
    assert f"{LIST}{hidden.pk}/change/" not in links


def test_another_organisation_with_the_same_bin_is_a_warning():
    proposal = proposal_at("filed")
    same = proposal.application.organisation.bin
    assert not parse(page_of(proposal)).all("li", "warning")
    other = organisation(bin=same)
    assert other.name in parse(page_of(proposal)).one("li", "warning").text


def test_history_and_requests_stand_on_the_page():
    load_parameters()
    proposal = proposal_at("review")
    ask(proposal, by=staff("clerk"), kind=ClarificationKind.OTHER, text="Жер кімдікі?", site="")
    page = parse(page_of(proposal))
    assert "Жер кімдікі?" in page.text
    steps = page.one("ol", "story").all("li", "story-step")
    assert [row.one("strong").text for row in steps] == ["File", "Take up", "Ask the applicant"]
    assert "Жер кімдікі?" in steps[-1].text


def test_the_list_is_searched_by_number_title_applicant_and_bin():
    first = filed(title_kk="Қызылорда көшесінде бассейн", title_ru="").proposals.get()
    second = filed(title_kk="Мектеп", title_ru="").proposals.get()
    browser = logged_in("clerk")
    assert sorted(listed(browser)) == sorted([first.number, second.number])
    company = first.application.applicant_name.split("»")[0].lstrip("«")
    for words in (
        "кызылорда",
        "бассейн КЫЗЫЛОРДА",
        first.number,
        first.application.number,
        f"№ {first.number}",
        first.application.applicant_bin,
        company.lower(),
    ):
        assert listed(browser, words) == [first.number], words
    for words in ("жоқ сөз", "%", "99999", "2026-999999/1"):
        assert listed(browser, words) == [], words


def test_a_personal_number_is_found_nowhere_and_stands_on_the_page_of_the_applicant_alone():
    person = factories.user()
    organisation(person, legal_form=LegalForm.INDIVIDUAL, iin=IIN, name="«Үлгі» ЖК")
    proposal = filed(person).proposals.get()
    applied = proposal.application.organisation
    clerk = logged_in("clerk")
    places = [
        LIST,
        f"{LIST}{proposal.pk}/change/",
        "/admin/proposals/application/",
        f"/admin/proposals/application/{proposal.application_id}/change/",
        "/admin/accounts/organisation/",
        "/admin/accounts/organisation/?q=Үлгі",
        "/admin/autocomplete/?app_label=proposals&model_name=application&field_name=organisation&term=",
    ]
    for place in places:
        assert IIN not in clerk.get(place).content.decode(), place
    assert listed(clerk, IIN) == []
    assert str(applied.pk) not in clerk.get("/admin/accounts/organisation/", {"q": IIN}).content.decode()
    own_page = f"/admin/accounts/organisation/{applied.pk}/change/"
    for role in ("clerk", "head", "auditor"):
        assert IIN in logged_in(role).get(own_page).content.decode()
    assert logged_in("expert").get(own_page).status_code == 403


def test_the_cover_says_whether_the_copy_is_still_the_one_that_was_filed(monkeypatch):
    application = filed()
    address = f"/admin/proposals/application/{application.pk}/change/"
    clerk = logged_in("clerk")
    page = clerk.get(address).content.decode()
    assert "unchanged since filing" in page
    assert application.filed_sha256 in page
    monkeypatch.setattr("proposals.admin.application.fingerprint", lambda copy: "0" * 64)
    assert "differs from its hash" in clerk.get(address).content.decode()


def test_the_desk_counts_filed_proposals_by_stage():
    for stage in ("draft", "filed", "filed", "review", "withdrawn"):
        proposal_at(stage)
    browser = logged_in("head")
    cells = parse(browser.get("/admin/")).one("section", "desk-filed").one("ul", "desk-stages").all("a")
    counts = {link["href"].split("=")[1]: whole(link.one("strong").text) for link in cells}
    assert counts == {
        **dict.fromkeys(("clarification", "supported", "agenda", "approved", "refused"), 0),
        "filed": 2,
        "review": 1,
        "withdrawn": 1,
    }
    for link in cells:
        assert len(parse(browser.get(link["href"])).all("th", "field-shown_number")) == whole(link.one("strong").text)
    for role in ("secretary", "administrator"):
        assert parse(logged_in(role).get("/admin/")).all("ul", "desk-stages") == []
    unassigned = parse(logged_in("expert").get("/admin/")).one("ul", "desk-stages").all("strong")
    assert {whole(count.text) for count in unassigned} == {0}


def test_only_who_enters_papers_is_led_there():
    def buttons(role):
        found = [link["href"] for link in parse(logged_in(role).get("/admin/")).all("a", "button")]
        return [address for address in found if address != "/admin/statistics/"]

    assert buttons("clerk") == ["/en/applications/new/?channel=paper", "/en/applications/"]
    for address in buttons("clerk"):
        assert logged_in("clerk").get(address).status_code == 200
    assert buttons("head") == buttons("auditor") == []


def test_the_desk_asks_once_for_all_stages():
    proposal_at("filed")
    browser = logged_in("head")
    with CaptureQueriesContext(connection) as captured:
        browser.get("/admin/")
    assert len([query for query in captured if 'COUNT("proposals_proposal"' in query["sql"]]) == 1


def test_a_longer_list_and_a_fuller_page_cost_the_same():
    person = applicant()
    browser = logged_in("clerk")

    def cost(address):
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    first = filed(person).proposals.get()
    cost(LIST)
    few, page = cost(LIST), cost(f"{LIST}{first.pk}/change/")
    more = draft(person)
    for _turn in range(3):
        add_proposal(more, by=person)
    file(complete(more, person), by=person, consent=True, publish_agreed=False, site="")
    assert (cost(LIST), cost(f"{LIST}{first.pk}/change/")) == (few, page)
    assert (Proposal.objects.count(), Application.objects.count(), Organisation.objects.count()) == (5, 2, 1)
