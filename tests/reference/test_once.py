"""A question that is written once gives what the same queryset gives, whatever the values."""

import datetime

import pytest
from django.db import connection
from django.db.models import Q

from proposals.models import Application, Paper, Proposal
from proposals.queries.progress import with_details
from reference.models import Sector
from reference.once import Once
from tests.proposals.applications import applicant, complete_draft, draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


@pytest.mark.parametrize(
    "name", ["typed", "cost", "payment_sources", "implementation_start", "term_years", "stage_since"]
)
def test_objects_are_those_of_the_queryset_with_every_kind_of_column(name):
    asked = Once(lambda pk: Proposal.objects.filter(pk=pk))
    for application in (complete_draft(), draft()):
        (expected,) = application.proposals.all()
        (found,) = asked.objects(expected.pk)
        fresh = Proposal.objects.get(pk=expected.pk)
        assert found == fresh
        assert (getattr(found, name), type(getattr(found, name))) == (getattr(fresh, name), type(getattr(fresh, name)))
        found.save()  # it is known to be in the table already


def test_rows_follow_the_values_and_a_value_may_stand_twice():
    def between(code, *, of):
        return Sector.objects.filter(Q(code=code) | Q(code__gt=code), code__in=of).values_list("code", "order")

    asked, codes, found = Once(between), tuple(Sector.objects.values_list("code", flat=True)), []
    for code in codes[:3]:
        for of in (codes[:3], codes[2:5]):
            assert sorted(asked.rows(code, of=of)) == sorted(between(code, of=of))
            found.append(tuple(sorted(asked.rows(code, of=of))))
    assert len(set(found)) > 3


def test_it_is_written_once_and_the_server_plans_it_once(monkeypatch):
    times = []

    def sectors(code):
        times.append(code)
        return Sector.objects.filter(code=code).values_list("code", "order")

    asked = Once(sectors)
    codes = list(Sector.objects.values_list("code", flat=True))[:4]
    assert [asked.rows(code)[0][0] for code in codes] == codes
    assert asked.rows("nowhere") == []
    assert len(times) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%reference_sector%%$1%%'")
        assert cursor.fetchone()[0] >= 1


def test_hostile_text_is_a_value():
    asked = Once(lambda code: Sector.objects.filter(code=code).values_list("code"))
    assert asked.rows("x' OR '1'='1") == asked.rows('"; DROP TABLE reference_sector; --') == []


@pytest.mark.parametrize("value", [None, True, [1], 1.5, datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)])
def test_a_value_that_could_change_the_statement_is_refused(value):
    with pytest.raises(TypeError):
        Once(lambda one: Sector.objects.filter(order=one)).rows(value)


def test_a_value_that_the_statement_does_not_hold_is_refused():
    with pytest.raises(ValueError, match="does not stand"):
        Once(lambda code: Sector.objects.filter(code__icontains=code)).rows("edu")
    with pytest.raises(ValueError, match="does not stand"):
        Once(lambda code: Sector.objects.all()).rows("edu")


def test_what_belongs_to_proposals_is_theirs_alone_and_may_be_narrowed():
    by = applicant()
    one, two = complete_draft(by), complete_draft()
    rows = with_details(one) + with_details(two)
    for row in rows:
        fresh = Proposal.objects.get(pk=row.pk)
        for name in ("answers", "payments", "responsibilities", "papers", "explanations"):
            mine = getattr(row, name)
            assert list(mine.all()) == list(getattr(fresh, name).all())
            assert all(child.proposal is row for child in mine.all())
        assert row.answers.filter(code="nothing").count() == 0
        assert row.papers.filter(is_current=True).count() == fresh.papers.count() < Paper.objects.count()
        assert [paper.scan_state for paper in row.papers.all()] == [paper.scan_state for paper in fresh.papers.all()]
    assert Application.objects.count() == 2


def test_what_select_related_names_comes_with_it():
    (proposal,) = complete_draft().proposals.all()
    asked = Once(lambda pk: Proposal.objects.filter(pk=pk).select_related("application__organisation", "project"))
    (found,) = asked.objects(proposal.pk)
    expected = Proposal.objects.select_related("application__organisation").get(pk=proposal.pk)
    with connection.execute_wrapper(lambda *_asked: pytest.fail("it is asked again")):
        assert found.application.organisation.name == expected.application.organisation.name
        assert found.project is None
    assert (found, found.application) == (expected, expected.application)
