"""Who read what: every opening leaves a row before anything is shown, for the head and the auditor to see."""

import csv
import io
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from ppp_registry import readings
from proposals.models import Letter, Opened, Opening, Paper, PaperReading, ReportTaking
from proposals.services import intake
from proposals.services.drafts import begin_on_paper
from proposals.services.papers import attach
from proposals.workflow import Stage
from tests.proposals.applications import SITE, applicant, clear, complete, filed, organisation, pdf, proposal_at
from tests.registry.people import Browser, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_folder")]

PAGE, FILE = (reverse(f"admin:readings{end}", urlconf="ppp_registry.urls") for end in ("", "_csv"))


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def proposal():
    return filed().proposals.get()


def page_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def rows(**which):
    return list(Opening.objects.filter(**which).order_by("id").values_list("reader", "kind", "proposal", "detail"))


def test_every_page_with_confidential_or_contact_data_leaves_a_row(proposal):
    clerk = logged_in(Role.CLERK)
    asks = proposal.application.organisation
    before = timezone.now()
    assert clerk.get(page_of(proposal)).status_code == 200
    assert asks.phone in clerk.get(page_of(asks)).text
    who = clerk.user.pk
    assert rows() == [(who, "proposal", proposal.pk, ""), (who, "contacts", None, "")]
    assert Opening.objects.get(kind="contacts").organisation == asks
    assert before <= Opening.objects.earliest("at").at <= timezone.now()


def test_a_letter_shows_its_address_on_its_own_page_only_and_the_page_leaves_a_row():
    person = applicant(email="kanareika@example.kz")
    filed(person)
    letter = Letter.objects.get()
    clerk = logged_in(Role.CLERK)
    assert "kanareika" not in clerk.get(reverse("admin:proposals_letter_changelist")).text
    assert rows() == []
    assert "kanareika@example.kz" in clerk.get(page_of(letter)).text
    assert rows() == [(clerk.user.pk, "letter", None, f"№ {letter.pk}")]


def test_what_came_on_paper_leaves_rows_on_the_public_pages_too():
    """A clerk who typed it in opens it there, like an applicant; who works for the applicant leaves none."""
    clerk = logged_in(Role.CLERK)
    unknown = organisation()
    made = begin_on_paper(
        by=clerk.user, organisation=unknown, language="kk", key=uuid4(), received_on=timezone.localdate()
    )
    intake.file(complete(made, clerk.user), by=clerk.user, consent=True, publish_agreed=False, site=SITE)
    row = made.proposals.get()
    assert clerk.get(f"/en/applications/{made.pk}/proposals/{row.pk}/").status_code == 200
    assert clerk.get(f"/en/applications/{made.pk}/receipt/").status_code == 200
    assert rows() == [(clerk.user.pk, "proposal", row.pk, ""), (clerk.user.pk, "receipt", row.pk, "")]
    own = filed()
    person = Browser()
    person.force_login(own.created_by)
    assert person.get(f"/en/applications/{own.pk}/receipt/").status_code == 200
    assert person.get(own.proposals.get().get_absolute_url()).status_code == 200
    assert len(rows()) == 2


def test_papers_of_a_session_leave_rows():
    row = proposal_at(Stage.AGENDA)
    session = row.agenda_items.get().session
    secretary = logged_in(Role.SECRETARY)
    address = reverse("admin:proposals_session_paper", args=[session.pk, "agenda", "kk", "docx"])
    assert secretary.get(address).status_code == 200
    assert rows() == [(secretary.user.pk, "session_paper", None, "agenda, kk, docx")]


def test_older_versions_leave_rows_too(proposal):
    other = proposal.papers.filter(kind="business_plan").get()
    again = proposal_at(Stage.CLARIFICATION, applicant())
    owner = again.application.created_by
    first = again.papers.filter(kind="business_plan").get()
    attach(again, kind=first.kind, upload=pdf("жаңа.pdf"), by=owner, replaces=first)
    clerk = logged_in(Role.CLERK)
    for one in (first, other):
        assert clerk.get(one.get_absolute_url()).status_code == 200
    assert list(PaperReading.objects.order_by("id").values_list("reader", "paper")) == [
        (clerk.user.pk, first.pk),
        (clerk.user.pk, other.pk),
    ]
    assert not Paper.objects.get(pk=first.pk).is_current


@pytest.mark.parametrize("table", [Opening, PaperReading])
def test_without_the_row_nothing_is_shown(proposal, monkeypatch, table):
    def full(*args, **kwargs):
        raise DatabaseError("no space left")

    monkeypatch.setattr(table.objects, "create", full)
    clerk = logged_in(Role.CLERK)
    clerk.raise_request_exception = False
    paper = proposal.papers.first()
    pages = [page_of(proposal), page_of(proposal.application.organisation)]
    for address in pages if table is Opening else [paper.get_absolute_url()]:
        answer = clerk.get(address)
        assert answer.status_code >= 500
        assert "Content-Disposition" not in answer.headers
        assert proposal.description not in answer.text
        assert proposal.application.organisation.phone not in answer.text


def test_looking_for_the_headers_and_being_refused_leave_nothing(proposal):
    clerk = logged_in(Role.CLERK)
    assert clerk.head(page_of(proposal)).status_code == 200
    assert clerk.post(page_of(proposal)).status_code == 403
    assert logged_in(Role.ADMINISTRATOR).get(page_of(proposal)).status_code in (403, 404)
    # The cover, before interests are declared, shows nothing of the file.
    assert logged_in(Role.HEAD).get(page_of(proposal)).status_code == 200
    assert Browser().get(page_of(proposal)).status_code == 302
    assert rows() == []


def test_rows_stay_as_they_were_written(proposal):
    logged_in(Role.CLERK).get(page_of(proposal))
    for statement in ("UPDATE proposals_opening SET at = now()", "DELETE FROM proposals_opening"):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            connection.cursor().execute(statement)


def test_the_head_and_the_auditor_see_who_read_what_and_nobody_else(proposal):
    clerk = logged_in(Role.CLERK, full_name="Оқыған <b>")
    paper = proposal.papers.first()
    clerk.get(page_of(proposal))
    clerk.get(paper.get_absolute_url())
    head, auditor = logged_in(Role.HEAD, full_name="Басшы"), logged_in(Role.AUDITOR)
    page = head.get(PAGE).text
    assert page.count("Оқыған &lt;b&gt;</a>") == 2
    assert proposal.number in page
    assert f"{paper.original_name}, version 1" in page
    assert rows(kind="readings") == [(head.user.pk, "readings", None, "")]
    assert "Басшы</a>" in auditor.get(PAGE).text
    for role in (Role.CLERK, Role.EXPERT, Role.SECRETARY, Role.ADMINISTRATOR):
        other = logged_in(role)
        assert other.get(PAGE).status_code == 403
        assert other.get(FILE).status_code == 403
        assert PAGE not in other.get("/admin/").text
    assert PAGE in head.get("/admin/").text
    assert Browser().get(PAGE).status_code == 302
    assert head.post(PAGE).status_code == 405


def test_the_list_is_narrowed_by_proposal_reader_kind_and_day(proposal):
    other = filed().proposals.get()
    clerk, second = logged_in(Role.CLERK, full_name="Бірінші"), logged_in(Role.CLERK, full_name="Екінші")
    clerk.get(page_of(proposal))
    clerk.get(proposal.papers.first().get_absolute_url())
    second.get(page_of(other))
    ReportTaking.objects.create(taker=second.user, file_format="pdf", language="kk")
    head = logged_in(Role.HEAD)
    today = timezone.localdate().isoformat()

    def found(**filters):
        wanted = {name: str(value) for name, value in filters.items()}
        answer = head.get(PAGE, wanted)
        assert answer.status_code == 200
        return answer.text.count('<th scope="row">')

    assert found(kind="") == 4
    assert found(number=proposal.number) == 2
    assert found(number=proposal.application.number) == 2
    assert found(number=other.number, reader=clerk.user.pk) == 0
    assert found(reader=second.user.pk) == 2
    assert found(kind="paper") == found(kind="report") == 1
    assert found(kind="proposal") == 2
    assert found(first_day=today, last_day=today, reader=clerk.user.pk) == 2
    assert found(last_day="2020-01-01") == 0
    for bad in ({"number": "12"}, {"first_day": "31.02.2026"}, {"first_day": today, "last_day": "2020-01-01"}):
        answer = head.get(PAGE, bad)
        assert answer.status_code == 400
        assert 'class="errorlist"' in answer.text
    assert head.get(PAGE, {"page": "99"}).status_code == 404


def test_the_page_asks_the_same_number_of_queries_however_long(proposal, django_assert_max_num_queries):
    clerk, head = logged_in(Role.CLERK), logged_in(Role.HEAD)
    for one in (proposal, filed().proposals.get()):
        for _ in range(3):
            clerk.get(page_of(one))
            clerk.get(one.papers.first().get_absolute_url())
    with django_assert_max_num_queries(14):
        assert head.get(PAGE).text.count('<th scope="row">') == 12


def test_what_a_head_has_a_conflict_about_stays_hidden(proposal):
    logged_in(Role.CLERK).get(page_of(proposal))
    head = logged_in(Role.HEAD)
    assert proposal.number in head.get(PAGE).text
    proposal.declarations.create(person=head.user, has_conflict=True, ground="family")
    assert proposal.number not in head.get(PAGE).text
    assert proposal.number in logged_in(Role.AUDITOR).get(PAGE).text


def test_the_file_says_the_same_and_leaves_a_row(proposal, monkeypatch):
    clerk = logged_in(Role.CLERK, full_name="=cmd()")
    clerk.get(page_of(proposal))
    head = logged_in(Role.HEAD)
    answer = head.get(FILE, {"number": proposal.number})
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[1:5] for row in table[1:]] == [["'=cmd()", clerk.user.email, "Page of a proposal", proposal.number]]
    assert rows(kind=Opened.READINGS_FILE)[0][0] == head.user.pk
    monkeypatch.setattr(readings, "MOST", 0)
    refused = head.get(FILE)
    assert refused.status_code == 400
    assert "Choose fewer days" in refused.text


def test_the_page_of_a_proposal_names_its_readers_to_who_may_know(proposal):
    clerk = logged_in(Role.CLERK, full_name="Оқыған адам")
    clerk.get(page_of(proposal))
    head = logged_in(Role.HEAD)
    clear(head.user, proposal)
    page = head.get(page_of(proposal)).text
    assert "Оқыған адам" in page
    assert f"{PAGE}?number={proposal.number.replace('/', '%2F')}" in page
    assert "Readers of this proposal" not in clerk.get(page_of(proposal)).text


def test_a_list_without_rows_says_so_and_leads_back_to_the_whole_list():
    page = logged_in(Role.AUDITOR).get(f"{PAGE}?number=2030-000012/1").text
    assert "Nobody has read anything of that." in page
    assert f'href="{PAGE}"' in page
