"""A person logs in by e-mail, whatever the case of its letters, and is one account."""

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests import factories
from tests.rules import sentences

pytestmark = pytest.mark.django_db

PASSWORD = "ұзын құпия сөз"


def test_our_user_is_the_user_of_the_site():
    assert get_user_model() is User
    assert (User.USERNAME_FIELD, User.EMAIL_FIELD, User.REQUIRED_FIELDS) == ("email", "email", ["full_name"])


@pytest.mark.parametrize("typed", ["aigul@example.kz", "Aigul@Example.KZ", "AIGUL@EXAMPLE.KZ"])
def test_a_person_logs_in_whatever_the_case_of_the_letters(typed):
    made = factories.user(email="Aigul@example.kz")
    assert authenticate(username=typed, password=PASSWORD) == made


@pytest.mark.parametrize(
    ("typed", "password"),
    [("aigul@example.kz", "wrong"), ("aigul@example.k", PASSWORD), ("", PASSWORD), ("%@example.kz", PASSWORD)],
)
def test_a_stranger_does_not_log_in(typed, password):
    factories.user(email="aigul@example.kz")
    assert authenticate(username=typed, password=password) is None


def test_a_switched_off_account_does_not_log_in():
    factories.user(email="aigul@example.kz", is_active=False)
    assert authenticate(username="aigul@example.kz", password=PASSWORD) is None


def test_an_account_without_a_password_lets_nobody_in():
    User.objects.create_user("aigul@example.kz", full_name="Айгүл")
    assert authenticate(username="aigul@example.kz", password=None) is None
    assert authenticate(username="aigul@example.kz", password="") is None


TAKEN = "There is already a user with this e-mail address."


@pytest.mark.parametrize(
    ("twin", "sentence"),
    [
        ("aigul@example.kz", "User with this E-mail already exists."),
        ("AIGUL@example.kz", TAKEN),
        ("Aigul@EXAMPLE.kz", TAKEN),
    ],
)
def test_one_address_is_one_account(twin, sentence):
    factories.user(email="aigul@example.kz")
    assert sentences(User(email=twin, full_name="Екінші", password="x")) == [sentence]
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.user(email=twin)


def test_two_addresses_are_two_accounts():
    factories.user(email="aigul@example.kz")
    User(email="aigul2@example.kz", full_name="Екінші", password="x").full_clean()
    factories.user(email="aigul2@example.kz")
    assert User.objects.count() == 2


def test_letters_that_only_look_alike_do_not_open_another_account():
    # Capital ı is I: a comparison in capitals would take both for one person.
    right = factories.user(email="ivan@example.kz")
    factories.user(email="ıvan@example.kz")
    assert authenticate(username="ivan@example.kz", password=PASSWORD) == right
    assert authenticate(username="IVAN@example.kz", password=PASSWORD) == right


def test_the_domain_of_an_address_is_stored_in_small_letters():
    assert factories.user(email="Aigul@EXAMPLE.KZ").email == "Aigul@example.kz"


@pytest.mark.parametrize("email", ["", None])
def test_a_user_needs_an_address(email):
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user(email, "x", full_name="Айгүл")


def test_a_new_user_is_neither_staff_nor_superuser_and_reads_kazakh():
    made = User.objects.create_user("aigul@example.kz", PASSWORD, full_name="Айгүл")
    assert (made.is_staff, made.is_superuser, made.is_active, made.language) == (False, False, True, "kk")
    assert made.password != PASSWORD
    assert made.check_password(PASSWORD)


def test_a_superuser_may_do_everything():
    made = User.objects.create_superuser("root@example.kz", PASSWORD, full_name="Әкімші")
    assert (made.is_staff, made.is_superuser) == (True, True)
    assert made.has_perm("projects.change_project")
    assert not factories.user(is_staff=True).has_perm("projects.change_project")


def test_the_command_makes_a_superuser(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--no-input", email="root@example.kz", full_name="Әкімші", verbosity=0)
    assert authenticate(username="root@example.kz", password=PASSWORD).is_superuser


@pytest.mark.parametrize(("name", "shown"), [("Айгүл Серік", "Айгүл Серік"), ("", "aigul@example.kz")])
def test_a_person_is_called_by_name_else_by_address(name, shown):
    person = User(email="aigul@example.kz", full_name=name)
    assert (str(person), person.get_full_name(), person.get_short_name()) == (shown, shown, shown)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_person_chooses_one_of_three_languages(language):
    User(email="a@example.kz", full_name="Айгүл", password="x", language=language).full_clean()


@pytest.mark.parametrize("language", ["de", "KK", "", "kz"])
def test_no_other_language_can_be_chosen(language):
    with pytest.raises(ValidationError) as refusal:
        User(email="a@example.kz", full_name="Айгүл", password="x", language=language).full_clean()
    assert list(refusal.value.message_dict) == ["language"]


def test_the_database_refuses_an_unknown_language():
    made = factories.user()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET language = 'ru' WHERE id = %s", [made.pk])
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("UPDATE accounts_user SET language = 'xx' WHERE id = %s", [made.pk])


@pytest.mark.parametrize("password", ["short", "123456789012345", "password1234", "aigul@example.kz"])
def test_a_weak_password_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, User(email="aigul@example.kz", full_name="Айгүл"))
    validate_password(PASSWORD, User(email="aigul@example.kz", full_name="Айгүл"))


def test_finding_a_person_at_login_uses_the_unique_index():
    with CaptureQueriesContext(connection) as captured, pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key("AIGUL@example.kz")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {captured.captured_queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using accounts_user_one_account_an_email" in plan
