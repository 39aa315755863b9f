"""The guide for applicants: the road from the workflow, days from targets and history, papers, templates, the law."""

import datetime
import io
import re
from html import unescape

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from proposals.checklist import KINDS, papers_for
from proposals.documents.filling import BLANK
from proposals.models import StageChange
from proposals.queries.guide import days_by_targets, guide_papers, guide_stages
from proposals.queries.times import usual_time
from proposals.services.library import set_offered
from proposals.workflow import OPEN_STAGES, STEPS, Stage
from reference.models import LegalParameter, Sector
from reference.office_files import DOCX
from reference.services import load_parameters
from tests.promises.many_drafts import drafts_ready_to_file
from tests.proposals.applications import IIN, applicant, filed, organisation
from tests.proposals.templates import version
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def client():
    return Browser()


@pytest.fixture
def targets():
    load_parameters()


def read(client, language="en"):
    """Return the page as text without tags, spaces as one."""
    answer = client.get(f"/{language}/how-to-apply/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())))


def part(shown, heading, following):
    """Return the text between two headings."""
    return shown.split(f" {heading} ", 1)[1].split(f" {following} ", 1)[0]


@pytest.mark.usefixtures("targets")
def test_days_come_from_targets_and_from_history(client):
    by = applicant()
    rows = [row.proposals.get() for row in drafts_ready_to_file(by, 6)]
    left = timezone.now() - datetime.timedelta(days=5)

    def write(proposal, source, target, at):
        StageChange.objects.create(
            proposal=proposal, action="take_up", from_stage=source, to_stage=target, actor=by, channel="web", at=at
        )

    for days, proposal in zip((7, 7, 14, 21, 28), rows, strict=False):
        write(proposal, "draft", "filed", left - datetime.timedelta(days=days))
        write(proposal, "filed", "review", left)
    write(rows[5], "draft", "review", left)
    write(rows[5], "review", "supported", left)
    usual = usual_time("filed")
    assert usual.count == 5
    assert usual.days
    shown = read(client)
    whole = part(shown, "Who does what, and how long it takes", "Which papers")
    filing = part(whole, "Filed", "Clarification")
    assert "Target of the chamber 3 working days" in filing
    assert f"Really, last 180 days {usual.days} working days median of 5 cases" in filing
    review = part(whole, "Under review", "Supported by the chamber")
    assert "Target of the chamber 15 working days" in review
    assert "too few to say 1 case" in review
    assert "too few to say 0" not in shown
    assert f"Filed target: 3 working days usually: {usual.days} working days" in shown
    # filed 3, review 15, supported 10, agenda 20; the time of the applicant's answer is not in it.
    assert "By the chamber's targets 48 working days" in shown
    LegalParameter.objects.filter(code="target_days_review").update(value=16)
    assert "By the chamber's targets 49 working days" in read(client)
    LegalParameter.objects.filter(code="target_days_review").delete()
    shown = read(client)
    assert "Target of the chamber no target is set" in shown
    assert "has not set a target for every stage" in shown


def test_every_step_of_the_workflow_is_told_with_who_takes_it():
    with translation.override("en"):
        stages = {row.stage: row for row in guide_stages()}
        assert list(stages) == [Stage.DRAFT, *OPEN_STAGES, Stage.APPROVED]
        for step in STEPS:
            for source in step.sources:
                assert str(step.action.label) in [act.label for act in stages[source].acts]
        told = {(row.stage, act.label): act.who for row in stages.values() for act in row.acts}
        assert [stage for stage, row in stages.items() if row.is_yours] == [Stage.DRAFT, Stage.CLARIFICATION]
    assert told["draft", "File"] == told["agenda", "Withdraw"] == told["clarification", "Answer"] == "you"
    assert told["filed", "Take up"] == "clerk, head"
    assert told["review", "Support"] == "head"
    assert told["agenda", "Approve"] == "the maslikhat by its resolution; entered by: secretary"
    assert stages[Stage.APPROVED].acts == ()
    assert days_by_targets(list(stages.values())) is None


def test_the_papers_are_those_of_the_checklist():
    with translation.override("en"):
        found = guide_papers(list(Sector.objects.order_by("order")))
        asked = {case.when: [paper.code for paper in case.papers] for case in found.in_cases}
        by_sector = {case.when: [paper.code for paper in case.papers] for case in found.by_sector}
    needed = [paper.code for paper in papers_for("", "sme", "", None) if paper.required]
    assert [paper.code for paper in found.required] == needed == ["business_plan", "registration", "own_funds"]
    assert not {paper.code for paper in found.helpful} & {*needed, "other"}
    assert list(asked.values()) == [["financial_model"], ["object_document"], ["owner_consent"]]
    assert next(iter(asked)).endswith("1\u00a0000\u00a0000\u00a0000\u00a0₸ or more")
    assert by_sector["Education"] == ["licence", "demand"]
    assert "Culture" not in by_sector


def test_every_blank_template_is_a_download_and_older_ones_are_not(client):
    for sector in (None, Sector.objects.get(pk="health")):
        for language in ("kk", "ru"):
            version("{{ title }}", code=f"plan_{sector.pk if sector else 'all'}", language=language, sector=sector)
    page = client.get("/kk/how-to-apply/").content.decode()
    links = set(re.findall(r'href="(/kk/how-to-apply/documents/[^"]+)"', page))
    assert len(links) == 4
    for link in links:
        answer = client.get(link)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, DOCX)
        assert answer.headers["Content-Disposition"].startswith("attachment; filename")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert [row.text for row in docx.Document(io.BytesIO(answer.content)).paragraphs] == [BLANK]
    older = version(code="letter")
    newer = version("{{ applicant_name }} келісті", code="letter")
    gone = client.get(f"/kk/how-to-apply/documents/{older.pk}/")
    shown = client.get(f"/kk/how-to-apply/documents/{newer.pk}/")
    assert (gone.status_code, shown.status_code) == (404, 200)
    assert "____ келісті" in docx.Document(io.BytesIO(shown.content)).paragraphs[0].text
    assert str(newer.pk) in client.get("/kk/how-to-apply/").content.decode()
    set_offered(newer, False)
    set_offered(older, False)
    assert client.get(f"/kk/how-to-apply/documents/{newer.pk}/").status_code == 404
    assert client.post("/kk/how-to-apply/").status_code == 405


def test_numbers_of_the_law_are_those_on_file_today_with_their_source(client, targets):
    shown = read(client)
    today = timezone.localdate()
    share = LegalParameter.objects.get(code="own_funds_share_min", valid_from__lte=today, valid_to=None)
    assert "At least 20 % of the value of the object." in shown
    assert share.source in shown
    assert "Shortest: 5 years; longest: 30 years." in shown
    assert "Arrears above 6 MCI" in shown
    assert "Since 12 January 2023 the akimat publishes" in shown
    assert "MCI) ₸4 325" in shown.replace("\u00a0", " ") or "MCI) 4 325 ₸" in shown.replace("\u00a0", " ")
    law = part(shown, "Numbers of the law today What Value Since Source", "Sums are in whole tenge.")
    assert "target" not in law
    assert "not verified" in law
    LegalParameter.objects.filter(code="own_funds_share_min").update(value="22.5")
    assert "At least 22.5 % of the value" in read(client)
    assert "22,5 %" in read(client, "ru")
    LegalParameter.objects.exclude(is_target=True).delete()
    shown = read(client)
    assert "How much money of my own" not in shown
    assert "Numbers of the law today" not in shown
    assert "What does it cost? Filing costs nothing." in shown


def test_the_guide_tells_nothing_of_anybody_and_costs_the_same_whoever_files(client, targets):
    read(client)
    with CaptureQueriesContext(connection) as queries:
        before = client.get("/en/how-to-apply/").content
    few = len(queries)
    person = applicant(full_name="gcanaryname")
    organisation(person, name="gcanarycompany", legal_form="individual", iin=IIN, contact_person="gcanarycontact")
    for _ in range(3):
        filed(person, title_kk="gcanarytitle", publish_agreed=True)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/en/how-to-apply/").content == before
    assert len(queries) <= few + 2 * len(OPEN_STAGES) < 50
    page = before.decode()
    for name in ("applications/new/", "applications/check/", "queue/", "projects/", "resolutions/"):
        assert f'href="/en/{name}"' in page
    assert "gcanary" not in page
    assert set(KINDS) > {paper.code for paper in papers_for("", "sme", "", None)}
