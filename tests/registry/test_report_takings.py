"""Whoever takes the monthly report away leaves a row: who, when, what of it, and the row stays."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from proposals.models import ReportTaking
from proposals.queries import takings
from tests.registry.people import Browser, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

PAGE, XLSX, PDF = (
    reverse(f"admin:statistics_report{ending}", urlconf="ppp_registry.urls") for ending in ("", "_xlsx", "_pdf")
)


def rows():
    return list(
        ReportTaking.objects.order_by("id").values_list("taker", "file_format", "language", "section", "filters")
    )


def test_a_taken_report_leaves_who_when_and_what():
    head = logged_in(Role.HEAD)
    before = timezone.now()
    assert (
        head.get(XLSX, {"section": "workload", "lang": "ru", "sector": "sport", "first_year": "2017"}).status_code
        == 200
    )
    assert head.get(PDF, {"section": "register"}).status_code == 200
    assert head.get(XLSX, {"section": "register"}).status_code == 200
    filters = {"sector": "sport", "first_year": "2017"}
    assert rows() == [
        (head.user.pk, "xlsx", "ru", "workload", filters),
        (head.user.pk, "pdf", "en", "register", {}),
        (head.user.pk, "xlsx", "en", "register", {}),
    ]
    assert before <= ReportTaking.objects.earliest("id").at <= timezone.now()


def test_what_is_refused_or_only_asked_about_leaves_nothing():
    head = logged_in(Role.HEAD)
    assert head.get(XLSX, {"first_year": "20x6"}).status_code == 400
    assert head.get(XLSX, {"nosuch": "1"}).status_code == 400
    assert head.get(PAGE).status_code == 200
    assert head.head(XLSX, {"section": "register"}).status_code == 200
    assert head.post(XLSX).status_code == 405
    assert logged_in(Role.EXPERT).get(XLSX).status_code == 403
    assert Browser().get(XLSX).status_code == 302
    assert rows() == []


def test_without_the_row_no_report_is_handed_out(monkeypatch):
    def full(*args, **kwargs):
        raise DatabaseError("no space left")

    monkeypatch.setattr(ReportTaking.objects, "create", full)
    head = logged_in(Role.HEAD)
    head.raise_request_exception = False
    answer = head.get(XLSX, {"section": "register"})
    assert answer.status_code >= 500
    assert "Content-Disposition" not in answer.headers


def test_the_page_names_the_last_takers_to_those_who_may_take_it(monkeypatch):
    monkeypatch.setattr(takings, "SHOWN", 2)
    head, auditor = logged_in(Role.HEAD, full_name="Басшы <b>"), logged_in(Role.AUDITOR, full_name="Аудитор")
    assert "Who took the report" not in auditor.get(PAGE).text
    auditor.get(XLSX, {"section": "register"})
    head.get(XLSX, {"section": "workload", "sector": "sport"})
    head.get(XLSX, {"section": "workload"})
    page = auditor.get(PAGE).text
    assert page.count("Басшы &lt;b&gt;") == 2
    assert '<td data-label="Who">Аудитор</td>' not in page
    assert 'href="?sector=sport"' in page
    assert logged_in(Role.SECRETARY).get(PAGE).status_code == 403


def test_a_taking_stays_as_it_was_written():
    head = logged_in(Role.HEAD)
    head.get(XLSX, {"section": "register"})
    for statement in ("UPDATE proposals_reporttaking SET at = now()", "DELETE FROM proposals_reporttaking"):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            connection.cursor().execute(statement)
    assert len(rows()) == 1
