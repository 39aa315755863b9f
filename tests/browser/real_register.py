"""The real register in the tests' database: committed, as the server reads it over a connection of its own."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from projects.services.imports import import_table
from proposals.services.roles import sync_roles
from reference.services import load_parameters, load_sectors, load_territories, load_working_days

DATA = Path(settings.BASE_DIR) / "projects" / "data"
PASSWORD = "ұзын құпия сөз"
SECRETARIES = {"kk": "Әсел Қызғалдақ", "ru": "Ирина Щукина", "en": "Ann Mark"}


def _refuse_other_databases() -> None:
    """Stop where the tests' database was not made: pytest-django makes it only for tests marked `django_db`."""
    name = str(connection.settings_dict["NAME"])
    if not name.startswith(TEST_DATABASE_PREFIX):
        raise RuntimeError(f"“{name}” is not a database of tests: mark the module with pytest.mark.django_db.")


@transaction.atomic
def load() -> None:
    """Enter the shipped files as `make demo` does, and a secretary for each language of the staff site."""
    _refuse_other_databases()
    load_territories()
    load_sectors()
    load_parameters()
    load_working_days()
    sync_roles()
    projects, papers = DATA / "real_projects.csv", DATA / "real_resolutions.csv"
    with projects.open("rb") as rows, papers.open("rb") as resolutions:
        result = import_table(rows, projects.name, resolutions=(resolutions, papers.name))
    assert result.ok, result.as_dict()
    for language, name in SECRETARIES.items():
        secretary = User.objects.create_user(
            email_of(language), PASSWORD, full_name=name, language=language, is_staff=True
        )
        secretary.groups.add(Group.objects.get(name=Role.SECRETARY))


def email_of(language: str) -> str:
    """Return the login of the secretary who reads this language."""
    return f"secretary.{language}@example.kz"


def session_of(person: User) -> str:
    """Log a person in; return the value of the session's cookie."""
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def clear() -> None:
    """Leave the database as the other tests expect it: tables empty, permissions there."""
    _refuse_other_databases()
    call_command("flush", verbosity=0, interactive=False)
