"""Two people at one agenda: one wins, the other is told, and nobody waits for ever."""

import pytest
from django.core.exceptions import ValidationError
from post_office.models import Email

from proposals.models import AgendaItem, Outcome, Proposal
from proposals.models.letter import kind_of
from proposals.services.agenda import put_project, put_proposals, take_off
from proposals.services.moves import StepNotAllowed
from proposals.services.withdrawing import withdraw
from tests import factories
from tests.projects.test_at_once import at_once, winners
from tests.proposals import sittings
from tests.proposals.applications import applicant, proposal_at, staff
from tests.proposals.sittings import SITE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference_data")]


def stage_of(proposal):
    return Proposal.objects.get(pk=proposal.pk).stage


def _told(act):
    """Make of a refused step what ``at_once`` returns."""

    def run():
        try:
            return act()
        except StepNotAllowed as refusal:
            return ValidationError(str(refusal))

    return run


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_of_two_secretaries_who_put_on_the_same_proposals_one_wins(attempt):
    proposals = [proposal_at("supported"), proposal_at("supported")]
    pairs = [(staff("secretary"), sittings.session(), order) for order in (proposals, proposals[::-1])]
    results = at_once(
        [_told(lambda p=pair: put_proposals(p[1], p[2], by=p[0], site=SITE)) for pair in pairs],
    )
    assert len(winners(results)) == 1
    assert AgendaItem.objects.count() == 2
    assert AgendaItem.objects.values("session").distinct().count() == 1
    assert [kind_of(letter) for letter in Email.objects.all()].count("tabled") == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_secretaries_who_put_on_the_same_project_of_the_register_one_wins():
    planned = factories.project()
    pairs = [(staff("secretary"), sittings.session()) for _ in range(2)]
    results = at_once([lambda p=pair: put_project(p[1], planned, by=p[0]) for pair in pairs])
    assert sorted(type(result).__name__ for result in results) == ["AgendaItem", "ValidationError"]
    assert AgendaItem.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_taking_off_and_withdrawing_at_once_never_block_each_other(attempt):
    person, secretary = applicant(), staff("secretary")
    proposal = proposal_at("supported", person)
    item = sittings.tabled(proposal, by=secretary)
    results = at_once(
        [
            _told(lambda: take_off(item, by=secretary, note="Себебі", site=SITE)),
            _told(lambda: withdraw(proposal, by=person, note="Себебі", site=SITE)),
        ]
    )
    # Whoever withdraws first has left the agenda already; the other is told so.
    assert len(winners(results)) in (1, 2)
    assert stage_of(proposal) == "withdrawn"
    assert AgendaItem.objects.get().outcome == Outcome.REMOVED
