"""The staff site knows GET, HEAD and POST: by no other word does anybody take a page past the record of reading."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from proposals.models import Opening
from tests.proposals import sittings
from tests.registry.people import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_files")]


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_another_method_hands_nothing_out(method):
    secretary, session = logged_in(Role.SECRETARY), sittings.session()
    paper = reverse("admin:proposals_session_paper", args=[session.pk, "agenda", "kk", "docx"])
    for address in (paper, reverse("admin:index"), "/admin/nowhere/"):
        answer = secretary.generic(method, address)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
        assert "Content-Disposition" not in answer
    assert not Opening.objects.exists()
    assert secretary.get(paper).headers["Content-Disposition"].startswith("attachment")
    assert Opening.objects.count() == 1
