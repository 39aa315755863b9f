"""Filing: complete, numbered, frozen, once."""

import datetime
import hashlib
import json
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from proposals.models import Application, ArrivalCounter, StageChange
from proposals.queries.progress import with_details
from proposals.services import intake
from proposals.services.intake import Incomplete
from proposals.workflow import Stage
from reference.codelists import CompanySize, LegalForm
from tests.accounts.outbox import kinds, letters
from tests.conftest import rolled_back
from tests.factories import user
from tests.proposals.applications import (
    IIN,
    SITE,
    applicant,
    complete,
    complete_draft,
    draft,
    filed,
    filled,
    organisation,
    proposal_at,
    staff,
    with_papers,
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

YEAR = timezone.localdate().year


def press(application, by=None, **more):
    facts = {"consent": True, "publish_agreed": False, "site": SITE, **more}
    return intake.file(application, by=by or application.created_by, **facts)


def numbers():
    return list(
        Application.objects.filter(filed_at__isnull=False).order_by("sequence").values_list("number", flat=True)
    )


def test_a_complete_draft_is_filed_with_number_and_step():
    application = filed()
    assert application.number == f"{YEAR}-000001"
    proposal = application.proposals.get()
    assert proposal.stage == Stage.FILED
    assert proposal.number == f"{YEAR}-000001/1"
    change = StageChange.objects.get(proposal=proposal)
    assert (change.from_stage, change.to_stage, change.actor) == ("draft", "filed", application.created_by)


def test_an_empty_draft_is_refused_and_told_everything_that_is_missing():
    by = applicant()
    application = draft(by)
    with pytest.raises(Incomplete) as refusal:
        press(application)
    ((_proposal, missing),) = refusal.value.missing.items()
    named = {item.field for item in missing}
    assert {"title_kk", "problem", "sector", "cost", "term_years", "area_land", "paper_business_plan"} <= named
    assert not ArrivalCounter.objects.exists()
    application.refresh_from_db()
    assert not application.is_filed


@pytest.mark.parametrize("gap", ["cost", "title", "paper", "area", "answer", "typed", "reason", "second"])
def test_one_thing_missing_is_enough_to_refuse_and_is_named(gap):
    by = applicant()
    application = complete_draft(by)
    proposal = application.proposals.get()
    field = {
        "cost": "cost", "title": "title_kk", "paper": "paper_business_plan", "area": "area_land",
        "answer": "answer_education_age", "typed": "jobs", "reason": "reason_cost_small", "second": "title_kk",
    }[gap]  # fmt: skip
    if gap == "title":
        proposal.title_kk = proposal.title_ru = ""
    elif gap == "paper":
        proposal.papers.filter(kind="business_plan").delete()
    elif gap == "area":
        proposal.responsibilities.filter(area="land").delete()
    elif gap == "answer":
        proposal.answers.filter(code="education_age").delete()
    elif gap == "typed":
        proposal.typed = {"jobs": "алпыс"}
    elif gap == "second":
        application.proposals.create(position=2)
    else:
        proposal.cost = None if gap == "cost" else 900_000
    proposal.save()
    with pytest.raises(Incomplete) as refusal:
        press(application)
    assert field in {item.field for items in refusal.value.missing.values() for item in items}
    assert numbers() == []
    complete(application, by)
    for row in application.proposals.all():
        row.typed = {}
        row.save()
    assert press(application).number == f"{YEAR}-000001"


def test_without_consent_nothing_is_filed():
    application = complete_draft()
    with pytest.raises(ValidationError) as refusal:
        press(application, consent=False)
    assert "consent" in refusal.value.message_dict
    assert numbers() == []
    assert letters() == []


def test_only_the_applicants_people_file():
    application = complete_draft()
    for stranger in (applicant(), staff("head"), user(is_superuser=True, is_staff=True)):
        with pytest.raises(Application.DoesNotExist):
            press(application, by=stranger)
    colleague = user()
    application.organisation.memberships.create(user=colleague)
    assert press(application, by=colleague).filed_by == colleague


def test_numbers_follow_the_order_of_arrival_without_gaps_also_after_a_filing_that_failed():
    one, two, three = complete_draft(), complete_draft(), complete_draft()
    press(two)
    with rolled_back():
        assert press(one).number == f"{YEAR}-000002"
    with mock.patch("proposals.notifications.filed", side_effect=RuntimeError), pytest.raises(RuntimeError):
        press(one)
    press(three)
    press(one)
    rows = Application.objects.filter(filed_at__isnull=False).order_by("sequence")
    assert list(rows) == [two, three, one]
    assert [row.number for row in rows] == [f"{YEAR}-00000{place}" for place in (1, 2, 3)]
    assert [row.filed_at for row in rows] == sorted(row.filed_at for row in rows)


def test_filed_twice_it_is_the_same_application():
    application = complete_draft()
    first, second = press(application), press(application)
    assert (first.pk, first.number, first.filed_at) == (second.pk, second.number, second.filed_at)
    assert press(application, consent=False).number == first.number
    assert StageChange.objects.count() == 1
    assert kinds() == ["proposal:filed"]
    assert ArrivalCounter.objects.get().last == 1


ALMATY = ZoneInfo("Asia/Almaty")


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (datetime.datetime(2026, 12, 31, 18, 30, tzinfo=datetime.UTC), 2026),
        (datetime.datetime(2026, 12, 31, 18, 59, 59, tzinfo=datetime.UTC), 2026),
        (datetime.datetime(2026, 12, 31, 19, 0, tzinfo=datetime.UTC), 2027),
        (datetime.datetime(2026, 12, 31, 23, 59, tzinfo=datetime.UTC), 2027),
    ],
)
def test_the_year_is_almatys(moment, year):
    application = complete_draft()
    with mock.patch("django.utils.timezone.now", return_value=moment):
        press(application)
    application.refresh_from_db()
    assert application.number == f"{year}-000001"
    assert application.filed_at == moment


def test_each_year_counts_from_one_and_a_year_that_ends_while_one_waits_leaves_no_gap():
    old, new = complete_draft(), complete_draft()
    last = datetime.datetime(2026, 12, 31, 23, 59, 59, tzinfo=ALMATY)
    first = datetime.datetime(2027, 1, 1, tzinfo=ALMATY)
    press(old, at=last)
    moments = iter([last])
    with mock.patch("django.utils.timezone.now", side_effect=lambda: next(moments, first)):
        assert intake.arrive() == (first, 2027, 1)
    assert dict(ArrivalCounter.objects.values_list("year", "last")) == {2026: 1, 2027: 1}
    assert press(new, at=first).number == "2027-000002"


def test_type_and_size_are_frozen_on_the_day():
    application = filed()
    organisation = application.organisation
    was = (
        application.initiator_type,
        application.initiator_size,
        application.applicant_name,
        application.applicant_bin,
    )
    assert was == ("sme", "small", organisation.name, organisation.bin)
    organisation.size, organisation.name = CompanySize.LARGE, "Басқа атау"
    organisation.save()
    application.refresh_from_db()
    assert (
        application.initiator_type, application.initiator_size, application.applicant_name, application.applicant_bin,
    ) == was  # fmt: skip
    assert application.filed_copy["applicant"]["size"] == "small"


@pytest.mark.parametrize(
    ("facts", "kind", "size"),
    [
        ({"legal_form": LegalForm.LLP, "size": CompanySize.MICRO}, "sme", "micro"),
        ({"legal_form": LegalForm.LLP, "size": CompanySize.LARGE}, "large_business", ""),
        ({"legal_form": LegalForm.ASSOCIATION, "size": ""}, "association", ""),
        ({"legal_form": LegalForm.STATE_BODY, "size": ""}, "state_body", ""),
        ({"legal_form": LegalForm.INDIVIDUAL, "iin": IIN, "size": CompanySize.MICRO}, "sme", "micro"),
    ],
)
def test_every_kind_of_initiator(facts, kind, size):
    by = user()
    organisation(by, **facts)
    application = filed(by)
    assert (application.initiator_type, application.initiator_size) == (kind, size)


def test_the_copy_holds_everything_that_was_said_and_nothing_personal():
    by = user()
    person = organisation(
        by, legal_form=LegalForm.INDIVIDUAL, iin=IIN, name="«Үлгі» ЖК", contact_person="Құпия Адам",
        phone="+7 727 111 22 33", email="qupiya@example.kz", address="Құпия көшесі, 1",
    )  # fmt: skip
    application = complete_draft(by)
    proposal = application.proposals.get()
    proposal.payments.create(year=YEAR + 2, amount=7)
    complete(application, by)
    copy = press(application).filed_copy
    plain = json.dumps(copy, ensure_ascii=False)
    for secret in (IIN, person.contact_person, person.phone, person.email, person.address, by.email, by.full_name):
        assert secret not in plain
    (said,) = copy["proposals"]
    (row,) = with_details(application)
    assert said["title_kk"] == row.title_kk
    assert (said["cost"], said["sector"], said["term_years"]) == (row.cost, "education", "10.00")
    assert said["payments"] == {str(YEAR + 2): 7}
    assert said["answers"] == {answer.code: answer.text for answer in row.answers.all()} != {}
    assert {paper["sha256"] for paper in said["papers"]} == {paper.sha256 for paper in row.papers.all()}
    assert copy["applicant"]["bin"] == ""


def test_anybody_can_compute_the_fingerprint_again():
    application = filed()
    application.refresh_from_db()
    plain = json.dumps(application.filed_copy, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(plain.encode()).hexdigest() == application.filed_sha256
    changed = {**application.filed_copy, "channel": "paper"}
    assert intake.fingerprint(changed) != application.filed_sha256


@pytest.mark.parametrize(("language", "word"), [("kk", "өңірлік"), ("ru", "региональная"), ("en", "regional")])
def test_the_letter_speaks_the_language_of_the_application(language, word):
    by = applicant(language="en" if language != "en" else "ru")
    application = complete(draft(by, language=language), by)
    press(application)
    (letter,) = letters(by.email)
    assert kinds() == ["proposal:filed"]
    assert word in (letter.subject + letter.message).lower()
    assert application.pk.hex in letter.message.replace("-", "")
    assert Application.objects.get().number in letter.message
    assert f"/{language}/applications/" in letter.message


def test_a_filing_that_is_undone_writes_no_letter():
    application = complete_draft()
    with transaction.atomic():
        press(application)
        assert len(letters()) == 1
        transaction.set_rollback(True)
    assert letters() == []


def test_answers_of_a_sector_chosen_before_are_kept_but_not_filed():
    by = applicant()
    application = complete_draft(by)
    proposal = application.proposals.get()
    proposal.typed = {"answer_education_queue": "көп"}
    filled(proposal, sector_id="health")
    with_papers(proposal, by)
    copy = press(complete(application, by, sector_id="health")).filed_copy["proposals"][0]
    assert "health_profile" in copy["answers"]
    assert not [code for code in copy["answers"] if code.startswith("education")]
    proposal.refresh_from_db()
    assert proposal.answers.filter(code="education_age").exists()
    assert proposal.typed == {}


def test_a_second_press_on_the_page_leads_to_the_same_receipt(client):
    by = applicant()
    application = complete_draft(by)
    client.force_login(by)
    page = f"/kk/applications/{application.pk}/file/"
    assert client.get(page).status_code == 200
    refused = client.post(page, {})
    assert refused.status_code == 422
    assert numbers() == []
    answers = [client.post(page, {"consent": "on"}) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    assert {answer["Location"] for answer in answers} == {f"/kk/applications/{application.pk}/receipt/"}
    assert numbers() == [f"{YEAR}-000001"]
    assert client.get(page)["Location"] == answers[0]["Location"]
    assert proposal_at(Stage.DRAFT, by).stage == Stage.DRAFT
