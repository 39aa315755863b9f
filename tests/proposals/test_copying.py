"""An old application becomes a new draft: words and figures, no papers, and never another's."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied

from proposals.models import Application
from proposals.models.proposal import CONTENT
from proposals.queries.progress import progress, with_details
from proposals.services.copying import copy_application
from proposals.services.drafts import add_proposal
from tests.factories import user
from tests.proposals.applications import applicant, complete, complete_draft, draft, filed, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def test_everything_said_is_copied_but_no_paper_and_nothing_of_the_filing():
    by = applicant()
    old = draft(by, language="ru")
    add_proposal(old, by=by)
    complete(old, by)
    old.proposals.first().payments.create(year=2030, amount=5)
    complete(old, by)
    new = copy_application(old, by=by, key=uuid.uuid4())
    assert (new.copied_from, new.organisation, new.language, new.is_filed) == (old, old.organisation, "ru", False)
    for was, now in zip(with_details(old), with_details(new), strict=True):
        assert [getattr(was, name) for name in CONTENT] == [getattr(now, name) for name in CONTENT]
        assert (now.stage, now.version, now.position) == ("draft", 1, was.position)
        for rows in ("answers", "payments", "responsibilities", "explanations"):
            columns = [
                [
                    {key: value for key, value in row.__dict__.items() if key not in ("id", "proposal_id", "_state")}
                    for row in getattr(proposal, rows).all()
                ]
                for proposal in (was, now)
            ]
            assert columns[0] == columns[1], rows
        assert was.papers.exists()
        assert not now.papers.exists()
        assert {item.field for item in progress(now).missing} == {
            f"paper_{kind}" for kind in ("business_plan", "registration", "own_funds")
        }


def test_a_filed_application_is_copied_and_stays():
    by = applicant()
    old = filed(by)
    new = copy_application(old, by=by, key=uuid.uuid4())
    old.refresh_from_db()
    assert (old.is_filed, new.is_filed, new.filed_copy, new.number or "") == (True, False, None, "")


@pytest.mark.parametrize("person", ["another", "clerk", "superuser", "former"])
def test_anothers_is_not_copied(person):
    by = applicant()
    old = filed(by)
    who = {
        "another": applicant,
        "clerk": lambda: staff("clerk"),
        "superuser": lambda: user(is_staff=True, is_superuser=True),
        "former": lambda: by,
    }[person]()
    if person == "former":
        by.memberships.all().delete()
    with pytest.raises(PermissionDenied):
        copy_application(old, by=who, key=uuid.uuid4())
    assert Application.objects.count() == 1


def test_the_buttons_of_the_list_share_a_key_and_copy_each_its_own(client):
    by = applicant()
    one, two = filed(by), complete_draft(by)
    client.force_login(by)
    body = {"key": str(uuid.uuid4())}
    first = client.post(f"/kk/applications/{one.pk}/copy/", body)
    second = client.post(f"/kk/applications/{two.pk}/copy/", body)
    assert client.post(f"/kk/applications/{one.pk}/copy/", body)["Location"] == first["Location"]
    made = {
        answer["Location"]: Application.objects.get(pk=answer["Location"].split("/")[3]) for answer in (first, second)
    }
    assert [row.copied_from for row in made.values()] == [one, two]
    assert client.post(f"/kk/applications/{one.pk}/copy/", {"key": "x"})["Location"] not in made
