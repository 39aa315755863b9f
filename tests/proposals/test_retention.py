"""What is past its period goes, by one command, after a letter where somebody may still want it; nothing filed goes."""

import datetime

import pytest
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from post_office.models import STATUS, Email

from accounts.models import Invitation
from projects.models import Follow
from proposals.models import Application, Paper, Proposal
from proposals.services import retention
from proposals.services.retention import DRAFT_TOLD, DRAFT_UNTOUCHED, apply_retention
from tests.factories import user
from tests.proposals.applications import SITE, applicant, draft, filed, organisation, with_papers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_files")]

DAY = datetime.timedelta(days=1)


def asleep(application, since, *, told=None):
    moment = timezone.now() - since
    Application.objects.filter(pk=application.pk).update(
        updated_at=moment, deletion_told_at=told and timezone.now() - told
    )
    Proposal.objects.filter(application=application).update(updated_at=moment)
    return application


def there(application):
    return Application.objects.filter(pk=application.pk).exists()


def test_an_old_draft_is_told_once_and_deleted_with_its_papers_a_month_later(django_capture_on_commit_callbacks):
    person = applicant(email="iesi@example.kz")
    old, fresh = asleep(draft(person), DRAFT_UNTOUCHED + DAY), asleep(draft(person), DRAFT_UNTOUCHED - DAY)
    with_papers(old.proposals.get(), person)
    asleep(old, DRAFT_UNTOUCHED + DAY)
    names = [paper.file.name for paper in Paper.objects.all()]
    for told in (1, 0):
        assert apply_retention(site=SITE)["drafts told"] == told
    (letter,) = Email.objects.filter(to="iesi@example.kz")
    assert f"/applications/{old.pk}/" in letter.message
    assert there(old)
    old.refresh_from_db()
    asleep(old, DRAFT_UNTOUCHED + DRAFT_TOLD + DAY, told=DRAFT_TOLD + DAY)
    with django_capture_on_commit_callbacks(execute=True):
        assert apply_retention(site=SITE)["drafts deleted"] == 1
    assert not there(old)
    assert there(fresh)
    assert names
    assert not any(default_storage.exists(name) for name in names)


def test_a_draft_touched_after_the_letter_stays_and_is_told_again_a_year_later():
    row = draft()
    asleep(row, DAY, told=DRAFT_TOLD + DAY)
    assert not apply_retention(site=SITE)["drafts deleted"]
    asleep(row, DRAFT_UNTOUCHED + DAY, told=DRAFT_UNTOUCHED * 2)
    Proposal.objects.filter(application=row).update(updated_at=timezone.now())
    assert apply_retention(site=SITE)["drafts told"] == 0
    asleep(row, DRAFT_UNTOUCHED + DAY, told=DRAFT_UNTOUCHED + 5 * DAY)
    done = apply_retention(site=SITE)
    assert there(row)
    assert done["drafts told"] == 1


def test_what_was_filed_is_never_touched():
    done = filed()
    before = Paper.objects.count()
    asleep(done, DRAFT_UNTOUCHED * 9, told=DRAFT_UNTOUCHED * 8)
    counted = apply_retention(site=SITE)
    assert counted["drafts deleted"] == counted["drafts told"] == 0
    assert there(done)
    assert Paper.objects.count() == before


def test_letters_sessions_invitations_and_follows_past_their_period_go():
    now = timezone.now()
    for status in (STATUS.sent, STATUS.failed, STATUS.queued):
        for age in (29, 31):
            letter = Email.objects.create(from_email="a@example.kz", to=["b@example.kz"], status=status)
            Email.objects.filter(pk=letter.pk).update(created=now - age * DAY)
    for place, expires in enumerate((now - DAY, now + DAY)):
        Session.objects.create(session_key=f"key{place}", session_data="", expire_date=expires)
    for age in (89, 91):
        facts = {"organisation": organisation(user()), "email": f"d{age}@example.kz", "invited_by": user()}
        Invitation.objects.create(**facts, created_at=now - age * DAY)
    for age in (1, 3):
        facts = {"email": "e@example.kz", "language": "kk", "token_hash": f"{age}" * 64}
        Follow.objects.create(**facts, asked_at=now - age * DAY)
    done = apply_retention(site=SITE)
    assert {kind: count for kind, count in done.items() if count} == {
        "letters": 2,
        "sessions": 1,
        "invitations": 1,
        "unconfirmed follows": 1,
    }
    assert Email.objects.count() == 4
    assert sum(apply_retention(site=SITE).values()) == 0


def test_looking_changes_nothing(capsys, monkeypatch):
    asleep(draft(), DRAFT_UNTOUCHED + DAY)
    call_command("apply_retention", dry_run=True)
    assert "drafts told 1" in capsys.readouterr().out
    assert not Email.objects.exists()
    call_command("apply_retention")
    assert Email.objects.count() == 1
    monkeypatch.setattr(retention, "DRAFT_UNTOUCHED", datetime.timedelta(days=3650))
    assert apply_retention(site=SITE)["drafts told"] == 0
