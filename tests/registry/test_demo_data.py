"""The demo: one command fills an empty registry, a second one changes nothing, and none opens a door in production."""

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from projects.models import Project, Resolution, StatusChange
from reference.models import LegalParameter, Sector, Territory

pytestmark = pytest.mark.django_db

PASSWORD = "demo-бір-екі-үш"


@pytest.fixture
def demo(settings, monkeypatch):
    """Call the command as `make demo` does."""
    settings.PLAIN_HTTP = True
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    return lambda: call_command("demo_data")


def counted():
    return [
        model.objects.count() for model in (Project, Resolution, StatusChange, Territory, Sector, LegalParameter, User)
    ]


def test_the_demo_has_the_real_register_and_a_login_for_each_role(demo, capsys):
    demo()
    projects, resolutions, steps, territories, sectors, parameters, users = counted()
    assert (projects, resolutions, steps, users) == (106, 3, 106, 6)
    assert (territories > 20, sectors > 15, parameters > 0) == (True, True, True)
    said = capsys.readouterr().out
    assert "Register: 106 projects, 3 resolutions." in said
    assert all(f"{role}@demo.example" in said for role in Role.values)
    for role in Role.values:
        person = authenticate(username=f"{role}@demo.example", password=PASSWORD)
        assert [group.name for group in person.groups.all()] == [role]
        assert (person.is_staff, person.is_superuser) == (True, False)
        browser = Client()
        browser.force_login(person)
        assert browser.get("/admin/").status_code == 200


def test_a_second_run_changes_nothing(demo):
    demo()
    before = counted()
    project = Project.objects.get(number=1)
    project.title_ru, project.jobs = "Исправлено", 5
    project.save()
    person = User.objects.get(email="clerk@demo.example")
    person.set_password("өз құпия сөзім")
    person.full_name = "Айгүл"
    person.save()
    sector = Sector.objects.get(pk="education")
    sector.name_ru = "Исправлено"
    sector.save()
    demo()
    assert counted() == before
    project.refresh_from_db()
    sector.refresh_from_db()
    assert (project.title_ru, project.jobs, sector.name_ru) == ("Исправлено", 5, "Исправлено")
    assert authenticate(username="clerk@demo.example", password="өз құпия сөзім").full_name == "Айгүл"


def test_a_role_taken_from_a_demo_person_is_not_given_back(demo):
    demo()
    person = User.objects.get(email="head@demo.example")
    person.groups.clear()
    demo()
    assert list(person.groups.all()) == []


def test_production_gets_no_demo(demo, settings):
    settings.PLAIN_HTTP = False
    with pytest.raises(CommandError, match="not a demo"):
        demo()
    assert counted() == [0] * 7


@pytest.mark.parametrize("password", [None, "", "short", "123456789"])
def test_a_demo_without_a_password_makes_nothing(demo, monkeypatch, password):
    monkeypatch.delenv("DEMO_PASSWORD") if password is None else monkeypatch.setenv("DEMO_PASSWORD", password)
    with pytest.raises(CommandError, match="Set DEMO_PASSWORD to ten or more characters"):
        demo()
    assert counted() == [0] * 7


def test_a_demo_that_fails_leaves_nothing_behind(demo, monkeypatch):
    monkeypatch.setattr(User.objects, "create_user", lambda *args, **facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        demo()
    assert counted() == [0] * 7
