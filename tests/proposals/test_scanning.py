"""Nobody takes a paper before the scanner has seen it, nor ever one in which it found something."""

import logging
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import translation
from post_office.models import Email

from proposals.models import Paper, PaperReading, PaperScan, ScanState
from proposals.queries.paper_list import paper_list
from proposals.queries.progress import progress, with_details
from proposals.services import drafts, intake, papers as services
from proposals.services.intake import Incomplete
from proposals.services.scanning import Scanned, scan_waiting
from proposals.workflow import Stage
from reference.scanner import ScannerDown
from tests.proposals.applications import (
    PDF,
    SITE,
    applicant,
    clear,
    complete_draft,
    draft,
    filed,
    pdf,
    proposal_at,
    staff,
)
from tests.proposals.form_pages import address
from tests.reference.hostile_files import archive
from tests.reference.stub_scanner import EICAR, SIGNATURE, scanner
from tests.registry.pages import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_files", "in_english")]

EICAR_PDF = PDF + EICAR + b"\n%%EOF\n"
EICAR_DOCX = archive("word/media/a.xml", content={"word/media/a.xml": b"<a>" + EICAR + b"</a>"})


@pytest.fixture
def stub(settings):
    with scanner(settings) as running:
        yield running


@pytest.fixture
def by():
    return applicant()


def uploaded(by, content=EICAR_PDF, name="Жоспар.pdf", kind="business_plan", proposal=None):
    return services.attach(proposal or draft(by).proposals.get(), kind=kind, upload=pdf(name, content), by=by)


def judged(paper, verdict="rejected", signature="X"):
    return PaperScan.objects.create(paper=paper, verdict=verdict, signature=signature if verdict == "rejected" else "")


def fresh(proposal):
    return with_details(proposal.application)[0]


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "content"), [("Жоспар.pdf", EICAR_PDF), ("Өтінім.docx", EICAR_DOCX)])
def test_a_virus_is_found_plain_and_inside_a_word_file_and_the_applicant_is_told(stub, by, name, content):
    paper = uploaded(by, content, name)
    assert scan_waiting() == Scanned(rejected=1)
    scan = Paper.objects.get().scan
    assert (scan.verdict, scan.signature, scan.at >= paper.uploaded_at) == ("rejected", SIGNATURE, True)
    letter = Email.objects.get()
    assert letter.to == [by.email]
    assert letter.subject == "Құжатыңыздан вирус табылды"
    assert f"«{name}»" in letter.message
    assert SIGNATURE in letter.message
    assert f"/kk/applications/{paper.proposal.application_id}/" in letter.message
    assert "{{" not in letter.message


def test_each_paper_is_scanned_once_and_every_version_of_it(stub, by):
    first = uploaded(by, PDF)
    uploaded(by, EICAR_PDF)
    services.attach(first.proposal, kind="business_plan", upload=pdf(content=PDF + b"2"), by=by, replaces=first)
    assert scan_waiting() == Scanned(clean=2, rejected=1)
    assert scan_waiting() == Scanned()
    assert len(stub.seen) == 3
    assert Email.objects.count() == 1


def test_papers_of_filed_proposals_are_scanned_too(stub, by):
    proposal = filed(by).proposals.get()
    scan_waiting()
    assert {paper.scan_state for paper in proposal.papers.all()} == {ScanState.CLEAN}


def test_while_the_scanner_is_down_nothing_is_lost_and_the_command_says_so(settings, by, caplog):
    settings.SCANNER_URL = "clamd://127.0.0.1:1"
    application = filed(by)
    assert application.number
    with pytest.raises(ScannerDown):
        scan_waiting()
    with pytest.raises(CommandError, match="nobody listens"):
        call_command("scan_papers")
    assert not PaperScan.objects.exists()
    with scanner(settings):
        call_command("scan_papers")
    assert not Paper.objects.exclude(scan__verdict="clean").exists()


@pytest.mark.parametrize("harm", ["changed", "missing", "error"])
def test_a_paper_without_a_verdict_waits_and_keeps_nobody_waiting(stub, by, caplog, capsys, harm):
    bad, good = uploaded(by, PDF + b"bad"), uploaded(by, PDF)
    path = Path(default_storage.path(bad.file.name))
    path.chmod(0o600)
    if harm == "changed":
        path.write_bytes(PDF)
    elif harm == "missing":
        path.unlink()
    else:
        stub.most = len(PDF)
    with caplog.at_level(logging.ERROR), pytest.raises(CommandError, match="Not judged: 1"):
        call_command("scan_papers")
    assert "Without a virus: 1. With one: 0." in capsys.readouterr().out
    assert str(bad.pk) in caplog.text
    assert list(PaperScan.objects.values_list("paper", "verdict")) == [(good.pk, "clean")]


def test_without_a_scanner_the_command_does_nothing_and_says_so(settings, by, capsys):
    settings.SCANNER_URL = ""
    uploaded(by)
    call_command("scan_papers")
    assert "No scanner is set up" in capsys.readouterr().out
    assert not PaperScan.objects.exists()


def test_a_paper_taken_away_while_it_was_scanned_is_forgotten(stub, by, monkeypatch):
    from proposals.services import scanning

    paper = uploaded(by)
    real = scanning._scan

    def scanned(pk):
        verdict = real(pk)
        services.remove(paper, by=by)
        return verdict

    monkeypatch.setattr(scanning, "_scan", scanned)
    assert scan_waiting() == Scanned()
    assert not Email.objects.exists()


# --- the row ----------------------------------------------------------------------------------------------------------


def test_a_verdict_stays(by):
    for paper, verdict in ((uploaded(by), "rejected"), (uploaded(by), "clean")):
        judged(paper, verdict)
        for change in ({"verdict": "clean", "signature": ""}, {"verdict": "rejected", "signature": "Y"}):
            with pytest.raises(ProgrammingError), transaction.atomic():
                PaperScan.objects.filter(paper=paper).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            judged(paper, "clean")


def test_a_verdict_about_a_filed_paper_cannot_be_taken_back_and_one_of_a_draft_goes_with_it(by):
    scan = judged(filed(by).proposals.get().papers.first())
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperScan.objects.all().delete()
    assert PaperScan.objects.get() == scan
    application = complete_draft(by)
    one, other = application.proposals.get().papers.all()[:2]
    judged(one)
    judged(other, "clean")
    services.remove(one, by=by)
    drafts.delete_draft(application, by=by)
    assert PaperScan.objects.get() == scan


@pytest.mark.parametrize(("verdict", "signature"), [("clean", "X"), ("rejected", ""), ("pending", ""), ("", "")])
def test_no_other_verdict_can_be_written(by, verdict, signature):
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperScan.objects.create(paper=uploaded(by), verdict=verdict, signature=signature)


# --- taking a paper ---------------------------------------------------------------------------------------------------


HELD = [("pending", "This paper is being checked for viruses"), ("rejected", "A virus was found in this paper")]


@pytest.mark.parametrize(("state", "heading"), HELD)
def test_a_paper_that_is_held_is_taken_by_nobody_and_strangers_do_not_learn_of_it(client, settings, by, state, heading):
    settings.SCANNER_URL = "clamd://127.0.0.1:1"
    proposal = filed(by).proposals.get()
    paper = proposal.papers.first()
    if state == "rejected":
        judged(paper)
    readers = [by, staff("clerk"), clear(staff("head"), proposal), staff("auditor")]
    for person in readers:
        client.force_login(person)
        answer = client.get(f"/en/papers/{paper.pk}/")
        assert (answer.status_code, parse(answer).one("h1").text) == (403, heading)
        back = parse(answer).one("main").one("a", "button")["href"]
        assert client.get(back).status_code == 200, f"the way back of {person.full_name}"
        assert b"%PDF" not in answer.content
        assert "Content-Disposition" not in answer
        assert "no-store" in answer["Cache-Control"]
        assert client.head(f"/en/papers/{paper.pk}/").status_code == 403
    assert not PaperReading.objects.exists()
    for person in (applicant(), staff("secretary"), staff("expert")):
        client.force_login(person)
        assert client.get(f"/en/papers/{paper.pk}/").status_code == 404


@pytest.mark.parametrize("configured", [True, False])
@pytest.mark.parametrize("verdict", ["clean", "rejected", None])
def test_what_may_be_taken(client, settings, by, configured, verdict):
    settings.SCANNER_URL = "clamd://127.0.0.1:1" if configured else ""
    paper = uploaded(by, PDF)
    if verdict:
        judged(paper, verdict)
    client.force_login(by)
    taken = verdict == "clean" or (verdict is None and not configured)
    assert client.get(f"/en/papers/{paper.pk}/").status_code == (200 if taken else 403)


# --- what people see --------------------------------------------------------------------------------------------------


def test_a_rejected_paper_is_missing_and_the_application_cannot_be_filed(client, stub, by):
    application = complete_draft(by)
    proposal = application.proposals.get()
    paper = proposal.papers.get(kind="business_plan")
    newer = services.attach(proposal, kind="business_plan", upload=pdf(content=EICAR_PDF), by=by, replaces=paper)
    assert progress(fresh(proposal)).is_complete, "while it waits, nothing is held up"
    scan_waiting()
    (gap,) = progress(fresh(proposal)).missing
    assert (gap.field, gap.step) == ("paper_business_plan", "papers")
    assert gap.label == "a virus was found in “Бизнес-жоспар.pdf”: replace or remove this paper"
    (line,) = [row for row in paper_list(fresh(proposal)) if row.kind.code == "business_plan"]
    assert line.is_missing
    with pytest.raises(Incomplete):
        intake.file(application, by=by, consent=True, publish_agreed=False, site=SITE)
    client.force_login(by)
    refused = client.post(f"/en/applications/{application.pk}/file/", {"consent": "on"})
    assert refused.status_code == 422
    assert "virus was found in “Бизнес-жоспар.pdf”" in parse(refused).one("div", "notice-bad").text
    page = parse(client.get(address(proposal, "papers", "en")))
    section = page.one("section", id="field-paper_business_plan")
    assert "required" in section.text
    assert SIGNATURE in section.text
    assert "save the paper anew on a clean one and replace it here" in section.text
    assert not [link for link in section.all("a") if str(newer.pk) in link["href"]]
    file = {"file": SimpleUploadedFile("жаңа.pdf", PDF)}
    assert client.post(address(proposal, f"papers/{newer.pk}/replace", "en"), file).status_code == 302
    assert progress(fresh(proposal)).is_complete
    assert intake.file(application, by=by, consent=True, publish_agreed=False, site=SITE).number


def test_a_rejected_extra_paper_holds_up_filing_until_it_is_removed(by):
    application = complete_draft(by)
    extra = uploaded(by, PDF, kind="other", proposal=application.proposals.get())
    judged(extra)
    assert not progress(fresh(extra.proposal)).is_complete
    services.remove(extra, by=by)
    assert progress(fresh(extra.proposal)).is_complete


def test_a_paper_that_waits_is_told_to_the_applicant(client, settings, by):
    settings.SCANNER_URL = "clamd://127.0.0.1:1"
    paper = uploaded(by, PDF)
    client.force_login(by)
    section = parse(client.get(address(paper.proposal, "papers", "en"))).one("section", id="field-paper_business_plan")
    assert "not scanned for viruses yet" in section.text
    assert "Go on meanwhile" in section.text
    assert "required" not in section.text


STATES = {
    "pending": "not scanned for viruses yet",
    "unscanned": "not scanned for viruses: no scanner is set up",
    "rejected": "a virus was found: X",
    "clean": "no virus found",
}


@pytest.mark.parametrize("state", STATES)
def test_staff_see_what_is_known_of_each_paper(client, settings, by, state):
    settings.SCANNER_URL = "" if state == "unscanned" else "clamd://127.0.0.1:1"
    proposal = filed(by).proposals.get()
    if state in ("rejected", "clean"):
        for paper in proposal.papers.all():
            judged(paper, state)
    client.force_login(staff("clerk", language="en"))
    with translation.override("en"):
        page = client.get(f"/admin/proposals/proposal/{proposal.pk}/change/").content.decode()
    assert STATES[state] in page
    is_linked = f'href="/en/papers/{proposal.papers.first().pk}/"' in page
    assert is_linked == (state in ("unscanned", "clean"))


def test_the_chamber_asks_for_a_rejected_paper_and_gets_a_clean_one(client, by):
    proposal = proposal_at(Stage.CLARIFICATION, by)
    paper = proposal.papers.first()
    judged(paper)
    client.force_login(by)
    page = parse(client.get(f"/en/applications/{proposal.application_id}/proposals/{proposal.pk}/"))
    assert "save the paper anew" in page.one("section", id=f"field-paper_{paper.kind}").text
    file = {"file": SimpleUploadedFile("жаңа.pdf", PDF)}
    assert client.post(address(proposal, f"papers/{paper.pk}/replace", "en"), file).status_code == 302
    assert not any(row.is_rejected for row in Paper.objects.filter(is_current=True))


@pytest.mark.parametrize("count", [1, 5])
def test_the_page_asks_for_verdicts_once(client, by, count, django_assert_max_num_queries):
    proposal = draft(by).proposals.get()
    for number in range(count):
        judged(uploaded(by, PDF + b"%d" % number, kind="other", proposal=proposal), "clean")
    client.force_login(by)
    with django_assert_max_num_queries(30) as asked:
        client.get(address(proposal, "papers", "en"))
    assert sum("proposals_paperscan" in query["sql"] for query in asked.captured_queries) == 1
