"""Words sent after the session has ended come back after the login: reasons and answers as well as steps."""

import pytest
from django.urls import reverse

from proposals.services.asking import ask
from proposals.workflow import Stage
from reference.services import load_parameters
from tests.proposals.applications import SITE, applicant, proposal_at, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
WORDS = "Жер учаскесі берілмеді"


def test_a_reason_for_withdrawing_comes_back(client):
    person = applicant()
    row = proposal_at(Stage.FILED, person)
    page = reverse("proposal_withdraw", args=[row.application_id, row.pk])
    sent = client.post(page, {"note": WORDS})
    assert sent.url.endswith(f"?next={page}")
    client.force_login(person)
    assert WORDS in client.get(page).content.decode()
    assert WORDS not in client.get(page).content.decode()  # once
    row.refresh_from_db()
    assert row.stage == Stage.FILED


def test_an_answer_comes_back(client):
    person = applicant()
    row = proposal_at(Stage.FILED, person)
    load_parameters()
    asked = ask(row, by=staff("clerk"), kind="explanation", text="Неге?", site=SITE)
    sent = client.post(reverse("proposal_answer", args=[row.application_id, row.pk, asked.number]), {"answer": WORDS})
    assert sent.url.endswith(f"?next={row.get_absolute_url()}")
    client.force_login(person)
    assert WORDS in client.get(row.get_absolute_url()).content.decode()
    asked.refresh_from_db()
    assert asked.answer == ""


def test_somebody_else_who_logs_in_sees_nothing_of_it(client):
    row = proposal_at(Stage.FILED, applicant())
    page = reverse("proposal_withdraw", args=[row.application_id, row.pk])
    client.post(page, {"note": WORDS})
    client.force_login(applicant())
    answer = client.get(page)
    assert answer.status_code == 404
    assert WORDS not in answer.content.decode()
