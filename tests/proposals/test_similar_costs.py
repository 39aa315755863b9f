"""What similar projects cost is known from the last time while the register stands still, and never longer."""

import pytest
from django.db import transaction

from projects.models import Project
from proposals.models import Proposal
from proposals.queries import doubts
from proposals.queries.doubts import similar_costs
from tests import factories

ASKED = Proposal(sector_id="education", capacity_unit="places")


def project(cost: int) -> None:
    made = Project.objects.filter(pk=factories.project().pk)
    made.update(sector_id="education", capacity_unit="places", capacity=10, cost=cost)


def taken_back() -> None:
    with transaction.atomic():
        project(90)
        assert len(similar_costs(ASKED)) == 2
        raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("reference_data")
def test_costs_follow_the_register_at_once_and_are_read_once(monkeypatch):
    project(70)
    assert similar_costs(ASKED) == ((70, 10),)
    with monkeypatch.context() as shut:
        shut.setattr(doubts, "_known", None)
        assert similar_costs(ASKED) == ((70, 10),)
    Project.objects.update(cost=80)
    assert similar_costs(ASKED) == ((80, 10),)
    with pytest.raises(ZeroDivisionError):
        taken_back()
    assert similar_costs(ASKED) == ((80, 10),)
