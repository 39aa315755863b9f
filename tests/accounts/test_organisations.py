"""Organisations: one number each, people by invitation, always an owner, and nothing for strangers."""

import datetime
import threading
import time
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, Membership, Organisation
from accounts.queries.organisations import organisations_of
from accounts.queries.sizes import size_limits
from accounts.services import organisations as services
from reference.services import load_parameters
from tests import factories
from tests.accounts.makers import BIN, FACTS, IIN, member, organisation
from tests.accounts.outbox import kinds, letters, link_in

pytestmark = pytest.mark.django_db

NEW = "/kk/account/organisations/new/"
INDIVIDUAL = {"legal_form": "individual", "name": "ЖК «Ұлағат»", "bin": "", "iin": IIN, "size": "micro"}


@pytest.fixture
def owner():
    return factories.user(email="owner@example.kz", full_name="Әсем Иесі")


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def ours(owner):
    return organisation(owner)


def page_of(made, rest=""):
    return f"/kk/account/organisations/{made.pk}/{rest}"


def logged_in(user):
    browser = Client()
    browser.force_login(user)
    return browser


# --- entering and changing


def test_whoever_enters_an_organisation_owns_it(browser, owner):
    assert browser.get(NEW).status_code == 200
    answer = browser.post(NEW, FACTS)
    assert (answer.status_code, answer.url) == (302, "/kk/applications/")
    made = organisations_of(owner).get()
    assert (made.name, made.bin, made.iin, made.size) == (FACTS["name"], BIN, "", "small")
    assert Membership.objects.get(organisation=made).is_owner
    assert "«Көктем &amp; Қайрат» ЖШС" in browser.get("/kk/account/").content.decode()


def test_an_individual_entrepreneur_has_an_iin_and_no_bin(browser):
    assert browser.post(NEW, {**FACTS, **INDIVIDUAL}).status_code == 302
    made = Organisation.objects.get()
    assert (made.bin, made.iin, made.initiator_type, made.initiator_size) == ("", IIN, "sme", "micro")


@pytest.mark.parametrize("typed", ["150140 000002", " 1501 4000 0002 ", "150140\u00a0000002", "150140000002"])
def test_blanks_in_a_number_are_dropped(browser, typed):
    assert browser.post(NEW, {**FACTS, "bin": typed}).status_code == 302
    assert Organisation.objects.get().bin == BIN


def test_leading_zeros_stay(browser):
    assert browser.post(NEW, {**FACTS, "bin": "050140000001"}).status_code == 302
    assert Organisation.objects.get().bin == "050140000001"


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"bin": ""}, ["bin"]),
        ({"bin": "150140000003"}, ["bin"]),
        ({"bin": "15014000000"}, ["bin"]),
        ({"bin": "١٥٠١٤٠٠٠٠٠٠٢"}, ["bin"]),
        ({"bin": "1501-4000-0002"}, ["bin"]),
        ({"bin": "150140000002\x00"}, ["bin"]),
        ({"iin": IIN}, ["iin"]),
        ({"bin": "", "iin": IIN}, ["bin", "iin"]),
        ({**INDIVIDUAL, "iin": ""}, ["iin"]),
        ({**INDIVIDUAL, "bin": BIN}, ["bin"]),
        ({**INDIVIDUAL, "iin": BIN}, ["iin"]),
        ({"size": ""}, ["size"]),
        ({"legal_form": "association"}, ["size"]),
        ({"legal_form": ""}, ["legal_form"]),
        ({"legal_form": "gmbh"}, ["legal_form"]),
        ({"size": "huge"}, ["size"]),
        ({"name": ""}, ["name"]),
        ({"name": f"Дүкен {IIN}"}, ["name"]),
        ({"name": "а" * 301}, ["name"]),
        ({"name": "а\x00б"}, ["name"]),
        ({"phone": "қоңырау"}, ["phone"]),
        ({"phone": "+7 727 123 45 67\x00"}, ["phone"]),
        ({"phone": ""}, ["phone"]),
        ({"email": "office"}, ["email"]),
        ({"contact_person": ""}, ["contact_person"]),
        ({"address": f"үй {IIN}"}, ["address"]),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_the_rest_stays(browser, wrong, fields):
    answer = browser.post(NEW, {**FACTS, **wrong})
    assert (answer.status_code, sorted(answer.context["form"].errors)) == (200, fields)
    assert not Organisation.objects.exists()
    if "contact_person" not in fields:
        assert FACTS["contact_person"] in answer.content.decode()


@pytest.mark.parametrize("form", ["association", "state_body"])
def test_associations_and_state_bodies_have_no_size(browser, form):
    assert browser.post(NEW, {**FACTS, "legal_form": form, "size": ""}).status_code == 302
    assert Organisation.objects.get().initiator_size == ""


def test_a_bin_is_a_claim_and_may_be_made_twice(browser, ours):
    stranger = logged_in(factories.user())
    assert stranger.post(NEW, FACTS).status_code == 302
    assert Organisation.objects.filter(bin=BIN).count() == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"bin": "", "iin": IIN},
        {"bin": BIN, "iin": IIN},
        {"bin": "", "iin": ""},
        {"legal_form": "individual", "bin": BIN},
        {"size": ""},
        {"legal_form": "association"},
    ],
)
def test_the_database_keeps_the_rules_too(facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(**{**FACTS, **facts})
    Organisation.objects.create(**FACTS)


def test_an_owner_changes_and_a_member_reads(browser, ours):
    assert browser.post(page_of(ours), {**FACTS, "name": "«Күз» ЖШС"}).status_code == 302
    colleague = logged_in(member(ours))
    seen = colleague.get(page_of(ours))
    assert seen.status_code == 200
    assert "«Күз» ЖШС" in seen.content.decode()
    assert colleague.post(page_of(ours), FACTS).status_code == 403
    ours.refresh_from_db()
    assert ours.name == "«Күз» ЖШС"


def test_only_owners_see_the_iin_and_history_does_not_keep_it(owner):
    made = organisation(owner, **INDIVIDUAL)
    assert IIN in logged_in(owner).get(page_of(made)).content.decode()
    assert IIN not in logged_in(member(made)).get(page_of(made)).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(event::text, ' ') FROM accounts_organisationevent event")
        assert IIN not in cursor.fetchone()[0]


def test_history_tells_who_joined_and_left(ours):
    colleague = member(ours)
    services.remove_member(ours.memberships.get(user=colleague), by=colleague)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_label FROM accounts_membershipevent WHERE user_id = %s ORDER BY 1", [colleague.pk])
        assert [label for (label,) in cursor.fetchall()] == ["delete", "insert"]


def test_a_person_has_at_most_twenty_organisations(owner, monkeypatch):
    monkeypatch.setattr(services, "MOST_ORGANISATIONS", 2)
    organisation(owner)
    organisation(owner)
    with pytest.raises(ValidationError):
        organisation(owner)
    assert logged_in(owner).post(NEW, FACTS).status_code == 200


def test_the_limits_of_sizes_are_counted_with_the_mci_of_the_day():
    assert size_limits() == []
    load_parameters()
    limits = size_limits(datetime.date(2026, 11, 22))
    assert [(limit.staff, limit.income_mci, limit.income) for limit in limits] == [
        (15, 30_000, 129_750_000),
        (100, 300_000, 1_297_500_000),
        (250, 3_000_000, 12_975_000_000),
    ]
    assert size_limits(datetime.date(2017, 9, 14))[0].income == 30_000 * 2_269


# --- people


def test_strangers_find_nothing(ours, owner):
    colleague = ours.memberships.get(user=member(ours))
    services.invite(ours, "x@example.kz", by=owner, site="http://testserver/")
    invitation = Invitation.objects.get()
    stranger = logged_in(factories.user())
    other = organisation()
    paths = [
        *("", "invite/", f"invitations/{invitation.pk}/withdraw/"),
        *(f"people/{colleague.pk}/remove/", f"people/{colleague.pk}/owner/"),
    ]
    for path in paths:
        assert stranger.post(page_of(ours, path), FACTS).status_code == 404, path
    assert stranger.get(page_of(ours)).status_code == 404
    assert stranger.get(f"/kk/account/organisations/{uuid.uuid4()}/").status_code == 404
    assert (ours.memberships.count(), Invitation.objects.get().withdrawn_at) == (2, None)
    # Nor does an owner of another organisation reach these people through its own address.
    boss = logged_in(other.memberships.get().user)
    assert boss.post(page_of(other, f"people/{colleague.pk}/remove/")).status_code == 404
    assert boss.post(page_of(other, f"invitations/{invitation.pk}/withdraw/")).status_code == 404


def test_the_last_owner_can_neither_leave_nor_be_made_a_plain_member(browser, owner, ours):
    own = ours.memberships.get(user=owner)
    colleague = ours.memberships.get(user=member(ours))
    for path, sent in ((f"people/{own.pk}/remove/", {}), (f"people/{own.pk}/owner/", {"owner": "no"})):
        assert browser.post(page_of(ours, path), sent).url == page_of(ours)
        own.refresh_from_db()
        assert own.is_owner
    assert browser.post(page_of(ours, f"people/{colleague.pk}/owner/"), {"owner": "yes"}).status_code == 302
    assert browser.post(page_of(ours, f"people/{own.pk}/remove/")).url == "/kk/account/"
    assert browser.get(page_of(ours)).status_code == 404
    assert list(ours.memberships.values_list("user", "is_owner")) == [(colleague.user_id, True)]


def test_an_owner_who_was_switched_off_does_not_count(owner, ours):
    member(ours, owner=True, is_active=False)
    with pytest.raises(ValidationError):
        services.remove_member(ours.memberships.get(user=owner), by=owner)
    member(ours, owner=True)
    services.remove_member(ours.memberships.get(user=owner), by=owner)


def test_a_member_leaves_but_removes_and_promotes_nobody(owner, ours):
    one, two = member(ours), member(ours)
    theirs = ours.memberships.get(user=two)
    browser = logged_in(one)
    assert browser.post(page_of(ours, f"people/{theirs.pk}/remove/")).status_code == 403
    mine = ours.memberships.get(user=one)
    assert browser.post(page_of(ours, f"people/{mine.pk}/owner/"), {"owner": "yes"}).status_code == 403
    assert browser.post(page_of(ours, "invite/"), {"invite-email": "x@example.kz"}).status_code == 403
    assert browser.post(page_of(ours, f"people/{mine.pk}/remove/")).url == "/kk/account/"
    services.remove_member(theirs, by=owner)
    assert ours.memberships.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_remove_each_other_leave_one(monkeypatch):
    asked = services._is_last_owner
    # Time enough between the question and the act for the other one to ask too.
    monkeypatch.setattr(services, "_is_last_owner", lambda row: (asked(row), time.sleep(0.3))[0])
    first = factories.user()
    made = organisation(first)
    second = member(made, owner=True)
    rows = {user.pk: made.memberships.get(user=user) for user in (first, second)}
    together, refused = threading.Barrier(2), []

    def remove(by, whom):
        together.wait()
        try:
            services.remove_member(rows[whom.pk], by=by)
        except (PermissionDenied, ValidationError, Membership.DoesNotExist) as error:
            refused.append(error)
        connection.close()

    acts = [threading.Thread(target=remove, args=pair) for pair in ((first, second), (second, first))]
    for act in acts:
        act.start()
    for act in acts:
        act.join(20)
    assert (len(refused), made.memberships.filter(is_owner=True).count()) == (1, 1)


# --- invitations


def invite(browser, made, email="qairat@example.kz"):
    return browser.post(page_of(made, "invite/"), {"invite-email": email})


def test_an_invited_person_joins(browser, owner, ours):
    assert invite(browser, ours, "Qairat@Example.kz").url == page_of(ours)
    (letter,) = letters("Qairat@example.kz")
    assert "«Көктем & Қайрат» ЖШС" in letter.subject
    path = link_in(letter)
    qairat = factories.user(email="qairat@example.kz")
    assert Client().get(path).url == f"/kk/account/login/?next={path}"
    joining = logged_in(qairat)
    assert "Әсем Иесі" in joining.get(path).content.decode()
    assert not organisations_of(qairat).exists()
    assert joining.post(path).url == page_of(ours)
    assert Membership.objects.get(user=qairat).is_owner is False
    assert joining.get(path).url == page_of(ours)


def test_an_invitation_works_once(browser, owner, ours):
    invite(browser, ours)
    qairat = factories.user(email="qairat@example.kz")
    joining, path = logged_in(qairat), link_in(letters()[0])
    joining.post(path)
    services.remove_member(ours.memberships.get(user=qairat), by=owner)
    assert joining.post(path).status_code == 410
    assert not organisations_of(qairat).exists()


def test_an_invitation_is_for_its_address_alone(browser, ours):
    invite(browser, ours)
    path = link_in(letters()[0])
    wrong = logged_in(factories.user(email="other@example.kz"))
    for answer in (wrong.get(path), wrong.post(path)):
        text = answer.content.decode()
        assert answer.status_code == 403
        assert ("Көктем" in text, "qairat@" in text) == (False, False)
    assert ours.memberships.count() == 1


@pytest.mark.parametrize(("days", "status"), [(13, 302), (15, 410)])
def test_an_invitation_lasts_fourteen_days(browser, ours, days, status):
    invite(browser, ours)
    Invitation.objects.update(created_at=timezone.now() - datetime.timedelta(days=days))
    assert logged_in(factories.user(email="qairat@example.kz")).post(link_in(letters()[0])).status_code == status


def test_a_withdrawn_invitation_works_no_more(browser, ours):
    invite(browser, ours)
    made = Invitation.objects.get()
    assert browser.post(page_of(ours, f"invitations/{made.pk}/withdraw/")).url == page_of(ours)
    assert logged_in(factories.user(email="qairat@example.kz")).post(link_in(letters()[0])).status_code == 410
    invite(browser, ours)
    assert logged_in(factories.user(email="q2@example.kz")).post(link_in(letters()[-1])).status_code == 403


def test_a_second_invitation_renews_the_first(browser, ours):
    invite(browser, ours)
    Invitation.objects.update(created_at=timezone.now() - datetime.timedelta(days=20))
    invite(browser, ours, "QAIRAT@example.kz")
    assert (Invitation.objects.count(), Invitation.objects.get().is_open, len(letters())) == (1, True, 2)


def test_who_works_here_is_not_invited(browser, ours):
    member(ours, email="qairat@example.kz")
    answer = invite(browser, ours, "QAIRAT@example.kz")
    assert (answer.status_code, list(answer.context["invite"].errors)) == (200, ["email"])
    assert letters() == []


def test_a_person_sends_twenty_invitations_a_day_withdrawn_ones_counted(browser, ours, monkeypatch):
    monkeypatch.setattr(services, "DAILY_INVITATIONS", 2)
    for turn in range(2):
        invite(browser, ours, f"a{turn}@example.kz")
        Invitation.objects.update(withdrawn_at=timezone.now())
    assert invite(browser, ours, "a9@example.kz").status_code == 200
    assert kinds() == ["invitation"] * 2
    Invitation.objects.update(created_at=timezone.now() - datetime.timedelta(days=2))
    assert invite(browser, ours, "a9@example.kz").status_code == 302


def test_an_invitation_that_fails_leaves_neither_row_nor_letter(owner, ours, monkeypatch):
    monkeypatch.setattr(services, "send_letter", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.invite(ours, "x@example.kz", by=owner, site="http://testserver/")
    assert (Invitation.objects.count(), letters()) == (0, [])


def test_an_unknown_invitation_is_not_found(browser):
    assert browser.get(f"/kk/account/invitations/{uuid.uuid4()}/").status_code == 404
