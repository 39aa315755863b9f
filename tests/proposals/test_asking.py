"""The chamber asks: a number, a day to answer by, a letter, and the clock that changes sides."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from post_office.models import Email

from proposals.models import Clarification
from proposals.models.clarification import ClarificationKind
from proposals.services.asking import ask
from proposals.services.withdrawing import answer
from proposals.workflow import Stage, StepNotAllowed
from reference.queries import add_working_days
from reference.services import load_parameters
from tests.proposals.applications import SITE, applicant, proposal_at, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

KIND = ClarificationKind.EXPLANATION


@pytest.fixture(autouse=True)
def _targets():
    load_parameters()


@pytest.mark.parametrize("stage", [Stage.FILED, Stage.REVIEW])
def test_a_request_is_numbered_dated_and_leads_back(stage):
    person = applicant()
    proposal, clerk = proposal_at(stage, person), staff("clerk")
    Email.objects.all().delete()
    for number in (1, 2):
        request = ask(proposal, by=clerk, kind=KIND, text="Жер кімдікі?", site=SITE)
        proposal.refresh_from_db()
        assert (request.number, request.came_from, proposal.stage) == (number, stage, Stage.CLARIFICATION)
        assert request.due_on == add_working_days(timezone.localdate(request.asked_at), 10)
        answer(request, by=person, text="Қаланікі.", site=SITE)
        proposal.refresh_from_db()
        assert proposal.stage == stage
    letter = Email.objects.order_by("pk").first()
    assert letter.to == [person.email]
    assert proposal.number in letter.subject
    assert "Жер кімдікі?" in letter.message
    assert f"/applications/{proposal.application_id}/" in letter.message


@pytest.mark.parametrize("stage", [Stage.CLARIFICATION, Stage.SUPPORTED, Stage.WITHDRAWN])
def test_at_other_stages_nobody_is_asked(stage):
    proposal = proposal_at(stage)
    with pytest.raises(StepNotAllowed):
        ask(proposal, by=staff("head"), kind=KIND, text="Неге?", site="")
    assert not Clarification.objects.exists()


@pytest.mark.parametrize("role", ["secretary", "auditor", "administrator"])
def test_others_do_not_ask(role):
    proposal = proposal_at("filed")
    with pytest.raises(PermissionDenied):
        ask(proposal, by=staff(role), kind=KIND, text="Неге?", site="")
    assert not Clarification.objects.exists()


@pytest.mark.parametrize("facts", [{"text": "  "}, {"text": "Неге?", "kind": "junk"}])
def test_a_request_without_sense_leaves_the_proposal_where_it_was(facts):
    proposal = proposal_at("filed")
    with pytest.raises(ValidationError):
        ask(proposal, by=staff("clerk"), **{"kind": KIND, "site": "", **facts})
    proposal.refresh_from_db()
    assert (proposal.stage, Clarification.objects.count()) == (Stage.FILED, 0)


def test_an_invented_history_says_its_own_day():
    proposal = proposal_at("filed")
    at = datetime.datetime(2026, 3, 3, 10, tzinfo=datetime.UTC)
    request = ask(proposal, by=staff("clerk"), kind=KIND, text="Неге?", site="", at=at)
    assert (request.asked_at, proposal.stage_changes.last().at) == (at, at)
    assert request.due_on == add_working_days(at.date(), 10)
