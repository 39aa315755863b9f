"""One resolution and its sixteen projects: register, pages and plain SQL agree to the tenge, or nothing is done."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from accounts.roles import Role
from projects.models import ListChange, Obligation, Project, Resolution
from projects.queries.register import approved, register
from projects.queries.summary import approved_summary
from projects.queries.totals import totals
from proposals.models import AgendaItem, DraftState, Outcome, Proposal, StageChange
from proposals.services import recording
from proposals.workflow import Stage
from reference.money import format_tenge
from tests.proposals import sittings
from tests.proposals.applications import proposal_at, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

SME_SUMS = (300_000_000, 800_000_000)
STATE_SUMS = [3_135_714_285] * 13 + [3_135_714_295]
TOTAL = 45_000_000_000


@pytest.fixture
def people():
    return staff(Role.SECRETARY), staff(Role.HEAD)


@pytest.fixture
def september(people):
    """An agenda of two proposals of SMEs and fourteen projects of state bodies."""
    secretary, _head = people
    sitting = sittings.session()
    for cost in SME_SUMS:
        sittings.tabled(proposal_at(Stage.SUPPORTED, cost=cost), by=secretary, sitting=sitting)
    for cost in STATE_SUMS:
        sittings.state_project(sitting, by=secretary, asked_sum=cost, payments={2027: 10, 2028: 20})
    return sitting


def test_sixteen_projects_enter_by_one_resolution(client, people, september):
    secretary, head = people
    assert sum(SME_SUMS) == 1_100_000_000
    assert sum(SME_SUMS) + sum(STATE_SUMS) == TOTAL
    draft = sittings.begun(september, by=secretary)
    draft = recording.save_paper(
        draft,
        by=secretary,
        version=draft.version,
        declared_count=16,
        declared_total=TOTAL,
        shares={"sme": (2, 1_100_000_000), "state_body": (14, TOTAL - 1_100_000_000)},
    )
    draft = sittings.confirmed(sittings.recorded(draft, by=secretary), head=head)
    assert draft.state == DraftState.PUBLISHED
    assert Resolution.objects.count() == 1
    whole = totals(approved(register()))
    assert (whole.projects, whole.cost, whole.cost_unknown) == (16, TOTAL, 0)
    sme = approved_summary(register()).sme
    assert (sme.totals.projects, sme.totals.cost) == (2, 1_100_000_000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(cost) FROM projects_project WHERE status = 'approved'")
        assert cursor.fetchone() == (16, TOTAL)
    assert sorted(Project.objects.values_list("number", flat=True)) == list(range(1, 17))
    assert Proposal.objects.filter(stage=Stage.APPROVED, project__resolution=draft.resolution).count() == 2
    assert ListChange.objects.filter(act="entered", resolution=draft.resolution).count() == 16
    assert Obligation.objects.filter(year=2028).count() == 14
    assert set(AgendaItem.objects.values_list("outcome", flat=True)) == {Outcome.APPROVED}
    page = client.get(f"/kk/resolutions/{draft.resolution.pk}/").content.decode()
    assert format_tenge(TOTAL) in page


def test_one_bad_item_and_nothing_is_stored(people, september):
    secretary, head = people
    draft = sittings.counted(sittings.begun(september, by=secretary), by=secretary)
    draft = sittings.recorded(draft, by=secretary)
    AgendaItem.objects.filter(position=16).update(outcome=Outcome.REMOVED)
    steps = StageChange.objects.count()
    with pytest.raises(ValidationError, match="16"):
        sittings.confirmed(draft, head=head)
    assert not Project.objects.exists()
    assert not Resolution.objects.exists()
    assert StageChange.objects.count() == steps


def test_who_recorded_does_not_confirm(people, september):
    secretary, _head = people
    draft = sittings.recorded(sittings.counted(sittings.begun(september, by=secretary), by=secretary), by=secretary)
    with pytest.raises(PermissionDenied):
        sittings.confirmed(draft, head=secretary)
