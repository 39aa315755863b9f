"""What applicant and chamber see of the maslikhat's part of the road: the session, and only what is published."""

import pytest

from accounts.roles import Role
from proposals.models import AgendaItem, Outcome
from proposals.queries.sittings import hearings
from proposals.services.agenda import take_off
from proposals.workflow import Stage
from tests.proposals import sittings
from tests.proposals.applications import applicant, proposal_at, staff
from tests.registry.people import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.fixture
def tabled():
    """A proposal on an agenda with its owner."""
    owner = applicant()
    proposal = proposal_at(Stage.AGENDA, owner)
    return proposal, AgendaItem.objects.get(proposal=proposal), owner


def page_of(owner, proposal) -> str:
    browser = Browser()
    browser.force_login(owner)
    return browser.get(f"/kk/applications/{proposal.application_id}/proposals/{proposal.pk}/").content.decode()


def test_a_decision_is_seen_when_it_is_published_and_not_before(tabled):
    proposal, item, owner = tabled
    secretary, head = staff(Role.SECRETARY), staff(Role.HEAD)
    draft = sittings.counted(sittings.begun(item.session, by=secretary), by=secretary)
    draft = sittings.recorded(draft, by=secretary)
    assert [hearing.decision for hearing in hearings(proposal)] == [None]
    assert draft.number not in page_of(owner, proposal)
    draft = sittings.confirmed(draft, head=head)
    (hearing,) = hearings(proposal)
    assert hearing.decision.outcome == Outcome.APPROVED
    proposal.refresh_from_db()
    page = page_of(owner, proposal)
    assert draft.number in page
    assert f"/kk/projects/{proposal.project.number}/" in page


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.POSTPONED])
def test_who_was_not_approved_reads_why(tabled, outcome):
    proposal, item, owner = tabled
    sittings.decided(item, outcome, secretary=staff(Role.SECRETARY), head=staff(Role.HEAD), note="Қаржы жетпейді.")
    assert "Қаржы жетпейді." in page_of(owner, proposal)
    proposal.refresh_from_db()
    assert proposal.stage == {Outcome.DECLINED: Stage.REFUSED, Outcome.POSTPONED: Stage.SUPPORTED}[outcome]


def test_every_session_stays_in_the_story(tabled):
    proposal, item, owner = tabled
    secretary = staff(Role.SECRETARY)
    take_off(item, by=secretary, note="Кворум болмады.", site=sittings.SITE)
    again = sittings.tabled(proposal, by=secretary)
    assert [hearing.item for hearing in hearings(proposal)] == [again, item]
    assert "Кворум болмады." in page_of(owner, proposal)
