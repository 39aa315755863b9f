"""The clock of the machine jumps back an hour: what came later still comes later, and nothing is refused."""

import datetime
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from accounts.roles import Role
from proposals.models import Application, StageChange
from proposals.models.stage_change import StepChannel
from proposals.queries.chain import first_fault
from proposals.services.asking import ask
from proposals.services.moves import move
from proposals.workflow import Action, Stage
from tests.proposals.applications import SITE, applicant, filed, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def test_order_is_that_of_numbers_and_steps_though_the_clock_jumps_back():
    real = timezone.now()
    early = filed(applicant())
    clerk = staff(Role.CLERK)
    with mock.patch("django.utils.timezone.now", return_value=real - datetime.timedelta(hours=1)):
        late = filed(applicant())
        first = early.proposals.get()
        move(first, Action.TAKE_UP, by=clerk, channel=StepChannel.ADMIN)
        first.refresh_from_db()
        due = timezone.localdate() + datetime.timedelta(days=10)
        ask(first, by=clerk, kind="other", text="Неге?", site=SITE, due_on=due)
    assert late.filed_at < early.filed_at
    assert [row.pk for row in Application.objects.order_by("year", "sequence")] == [early.pk, late.pk]
    steps = list(StageChange.objects.order_by("sequence").values_list("sequence", "proposal__application", "to_stage"))
    assert steps == [
        (1, early.pk, Stage.FILED),
        (2, late.pk, Stage.FILED),
        (3, early.pk, Stage.REVIEW),
        (4, early.pk, Stage.CLARIFICATION),
    ]
    assert first_fault() is None
    first.refresh_from_db()
    assert first.stage == Stage.CLARIFICATION
    client = Client()
    client.force_login(early.filed_by)
    assert client.get(f"/kk/applications/{early.pk}/proposals/{first.pk}/").status_code == 200
    client.force_login(clerk)
    assert client.get(f"/admin/proposals/proposal/{first.pk}/change/").status_code == 200
    assert client.get("/kk/statistics/").status_code == 200
    assert client.get("/kk/queue/").status_code == 200
