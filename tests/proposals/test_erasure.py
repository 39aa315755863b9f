"""Erasing a person: nothing personal is left in any table, what was filed stays, chain and totals are as before."""

import re
from pathlib import Path

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation
from django_otp.oath import TOTP
from post_office.models import Email

from accounts.models import Invitation, Membership, Organisation, RecoveryCode, SecondFactor, User
from accounts.roles import Role
from accounts.services import erasure as rows_of_accounts
from accounts.services.second_factor import new_secret, set_up
from projects.models import Follow, RegisterCell
from proposals.management.commands import erase_person
from proposals.models import Application, Paper, PaperScan, Proposal, StageChange
from proposals.queries import chain
from proposals.services.erasure import WAIT
from proposals.workflow import Stage
from reference.codelists import LegalForm
from tests.factories import user
from tests.proposals.applications import IIN, SITE, draft, filed, organisation, proposal_at, staff, with_papers
from tests.registry.people import Browser, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "own_files")]

NAME, EMAIL, PHONE, ADDRESS = "Құпияғали Канарейкин", "kanarejka@example.kz", "+7 701 765 43 21", "Канарейка көшесі 7"
FIRM = "«Канарейкин» ЖК"
CANARIES = ("Құпияғали", "Канарейк", "kanarejka", "765 43 21", IIN)
PAGE = "/en/account/erase/"


def entrepreneur():
    person = user(email=EMAIL, full_name=NAME)
    person.set_password("kanarejka-parol-9")
    person.save()
    organisation(
        person,
        legal_form=LegalForm.INDIVIDUAL,
        iin=IIN,
        name=FIRM,
        contact_person=NAME,
        phone=PHONE,
        email=EMAIL,
        address=ADDRESS,
    )
    return person


def erase(who, *, yes=True, reason="Жазбаша өтініш"):
    call_command("erase_person", str(who), reason=reason, yes=yes)


def found_in_tables():
    """Return every table and row of text in which a value of the person stands."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [(table, one) for (row,) in cursor.fetchall() for one in CANARIES if one.lower() in row.lower()]
    return sorted(set(found))


def everything_about(person):
    """Let the person leave traces wherever a person can."""
    web = Browser()
    web.force_login(person)
    web.get("/kk/account/")
    begun = draft(person)
    with_papers(begun.proposals.get(), person)
    PaperScan.objects.create(paper=begun.proposals.get().papers.first(), verdict="clean")
    secret = new_secret()
    set_up(person, secret, f"{TOTP(bytes.fromhex(secret)).token():06d}", site=SITE)
    web.post("/kk/account/login/", {"email": EMAIL, "password": "wrong"})
    Follow.objects.create(email=EMAIL.upper(), language="kk", confirmed_at=timezone.now(), token_hash="")
    Invitation.objects.create(organisation=organisation(user()), email=EMAIL, invited_by=user())
    LogEntry.objects.create(
        user=staff(Role.ADMINISTRATOR),
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(person.pk),
        object_repr=NAME,
        action_flag=CHANGE,
    )
    person.groups.add(staff(Role.CLERK).groups.get())
    return begun


def what_stays(done):
    """Return what erasing its applicant leaves of a decided proposal and of the register, read anew."""
    return (
        chain.head(),
        sorted(RegisterCell.objects.values_list()),
        list(StageChange.objects.order_by("id").values_list()),
        Proposal.objects.values_list("project__cost").get(pk=done.pk),
        list(Paper.objects.filter(proposal=done).order_by("pk").values_list()),
        Application.objects.filter(pk=done.application_id).values_list("filed_copy", "filed_sha256").get(),
    )


def test_nothing_personal_is_left_and_what_was_filed_stays(settings, django_capture_on_commit_callbacks):
    person = entrepreneur()
    done = proposal_at(Stage.APPROVED, person)
    begun = everything_about(person)
    files = [Path(settings.MEDIA_ROOT, paper.file.name) for paper in Paper.objects.filter(proposal__application=begun)]
    assert files
    assert all(file.exists() for file in files)
    before = what_stays(done)
    assert {table for table, _ in found_in_tables()} >= {
        "accounts_user",
        "accounts_organisation",
        "accounts_organisationevent",
        "django_admin_log",
        "post_office_email",
        "projects_follow",
        "accounts_invitation",
    }
    with django_capture_on_commit_callbacks(execute=True):
        erase(EMAIL)
    # The applicant of what was filed keeps the name it was filed under: copy and hash of the filing rest on it.
    assert {table for table, _ in found_in_tables()} <= {"proposals_application"}
    assert Application.objects.get(pk=done.application_id).applicant_name == FIRM
    assert what_stays(done) == before
    call_command("verify_history")
    call_command("verify_cells")
    assert not Application.objects.filter(pk=begun.pk).exists()
    assert not any(file.exists() for file in files)
    assert not Session.objects.exists()
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    row = User.objects.get(pk=person.pk)
    assert not row.is_active
    assert not row.has_usable_password()
    assert not row.groups.exists()
    for language, words in (("en", f"Erased person № {row.pk}"), ("kk", str(row.pk))):
        with translation.override(language):
            assert words in str(row)
    assert row.erasure_reason == "Жазбаша өтініш"


def test_without_yes_nothing_is_changed_and_twice_is_once(capsys):
    person = entrepreneur()
    everything_about(person)
    before = found_in_tables()
    erase(person.pk, yes=False)
    said = capsys.readouterr().out
    assert "drafts 1" in said
    assert "nothing is changed" in said
    assert NAME not in said
    assert found_in_tables() == before
    erase(person.pk)
    told = User.objects.values_list("erased_at").get(pk=person.pk)
    erase(person.pk)
    assert "nothing left to erase" in capsys.readouterr().out
    assert User.objects.values_list("erased_at").get(pk=person.pk) == told


def test_history_is_guarded_again_afterwards():
    person = entrepreneur()
    erase(EMAIL)
    for statement in ("UPDATE accounts_organisationevent SET name = 'x'", "DELETE FROM accounts_organisationevent"):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            connection.cursor().execute(statement)
    with pytest.raises(DatabaseError, match="erased_stays_closed"), transaction.atomic():
        User.objects.filter(pk=person.pk).update(is_active=True)


def test_a_company_and_its_colleagues_stay():
    person, colleague = entrepreneur(), user()
    Membership.objects.filter(user=person).delete()
    firm = organisation(person, contact_person=NAME, phone=PHONE)
    begun = draft(person, organisation=firm)
    Membership.objects.create(organisation=firm, user=colleague)
    erase(EMAIL)
    firm.refresh_from_db()
    assert (firm.contact_person, firm.phone) == ("", "")
    assert firm.name
    assert firm.memberships.get().user == colleague
    assert firm.memberships.get().is_owner
    assert Application.objects.filter(pk=begun.pk).exists()


def test_contacts_of_somebody_else_stay():
    person, colleague = entrepreneur(), user()
    firm = organisation(colleague, person)
    erase(EMAIL)
    firm.refresh_from_db()
    assert firm.phone
    assert firm.memberships.get().user == colleague


def test_an_applicant_on_paper_has_no_account_and_is_erased_by_key():
    firm = organisation(legal_form=LegalForm.INDIVIDUAL, iin=IIN, name=FIRM, contact_person=NAME, phone=PHONE)
    erase(firm.pk)
    assert found_in_tables() == []
    with translation.override("en"):
        assert str(Organisation.objects.get(pk=firm.pk)) == "Erased applicant"
    with pytest.raises(CommandError, match="People work for this applicant"):
        erase(filed().organisation.pk)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"who": "nobody@example.kz"}, "nobody with"),
        ({"who": "99999999"}, "nobody with"),
        ({"reason": " "}, "Give --reason"),
    ],
)
def test_the_command_refuses_in_words(facts, words):
    entrepreneur()
    with pytest.raises(CommandError, match=words):
        erase(**{"who": EMAIL, **facts})


def test_staff_are_not_erased_and_only_the_owner_erases(monkeypatch):
    with pytest.raises(CommandError, match="works on the staff site"):
        erase(staff(Role.HEAD).pk)

    def foreign():
        raise rows_of_accounts.NotTheOwner

    monkeypatch.setattr(erase_person, "require_owner", foreign)
    person = entrepreneur()
    with pytest.raises(CommandError, match="owner of the tables"):
        erase(EMAIL)
    assert User.objects.get(pk=person.pk).full_name == NAME


def test_a_person_closes_the_account_and_is_erased_a_week_later(monkeypatch, capsys):
    person = entrepreneur()
    web = Browser()
    web.force_login(person)
    assert "What is erased" in web.get(PAGE).text
    refused = web.post(PAGE, {"password": "wrong"})
    assert refused.status_code == 422
    assert User.objects.get(pk=person.pk).is_active
    assert web.post(PAGE, {"password": "kanarejka-parol-9"}).status_code == 302
    assert web.get("/en/account/").status_code == 302
    letter = Email.objects.get(to=EMAIL)
    assert letter.message
    administrator = logged_in(Role.ADMINISTRATOR)
    asked = administrator.get("/admin/accounts/user/?erasure_asked_at__isempty=0").text
    assert NAME in asked
    call_command("erase_person", asked=True, yes=True)
    assert User.objects.get(pk=person.pk).full_name == NAME
    User.objects.filter(pk=person.pk).update(erasure_asked_at=timezone.now() - WAIT)
    call_command("erase_person", asked=True, yes=True)
    assert User.objects.get(pk=person.pk).erased_at
    assert "1 people" in capsys.readouterr().out


def test_switched_on_again_in_time_nobody_is_erased():
    person = entrepreneur()
    User.objects.filter(pk=person.pk).update(is_active=False, erasure_asked_at=timezone.now() - WAIT)
    administrator = logged_in(Role.ADMINISTRATOR)
    facts = {"email": EMAIL, "full_name": NAME, "language": "kk", "is_active": "on"}
    assert administrator.post(f"/admin/accounts/user/{person.pk}/change/", facts).status_code == 302
    row = User.objects.get(pk=person.pk)
    assert (row.is_active, row.erasure_asked_at) == (True, None)
    call_command("erase_person", asked=True, yes=True)
    assert User.objects.get(pk=person.pk).full_name == NAME


def test_who_must_settle_something_first_is_told_what():
    person, colleague = entrepreneur(), user()
    firm = organisation(person)
    Membership.objects.create(organisation=firm, user=colleague)
    web = Browser()
    web.force_login(person)
    assert "would have no owner" in web.get(PAGE).text
    assert web.post(PAGE, {"password": "kanarejka-parol-9"}).status_code == 422
    assert "staff site" in logged_in(Role.CLERK).get(PAGE).text
    assert User.objects.get(pk=person.pk).is_active


def test_an_erased_account_is_changed_by_nobody():
    person = entrepreneur()
    erase(EMAIL)
    page = logged_in(Role.ADMINISTRATOR).get(f"/admin/accounts/user/{person.pk}/change/").text
    assert not re.search(r'<input[^>]+name="full_name"', page)


def test_one_who_cannot_be_erased_keeps_nobody_else_waiting(capsys):
    person, clerk = entrepreneur(), staff("clerk")
    long_ago = timezone.now() - WAIT
    User.objects.filter(pk=clerk.pk).update(is_active=False, erasure_asked_at=long_ago - WAIT)
    User.objects.filter(pk=person.pk).update(is_active=False, erasure_asked_at=long_ago)
    with pytest.raises(CommandError, match=f"№ {clerk.pk} works on the staff site"):
        call_command("erase_person", asked=True, yes=True)
    assert User.objects.get(pk=person.pk).erased_at
    assert User.objects.get(pk=clerk.pk).erased_at is None
    assert "2 people asked for it." in capsys.readouterr().out
