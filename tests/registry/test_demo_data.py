"""The demo: one command fills an empty registry, a second one changes nothing, and none opens a door in production."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.utils import timezone
from post_office.models import Email

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from projects.models import ObligationCeiling, Project, Resolution, StatusChange
from proposals.models import (
    AgendaItem,
    Application,
    Clarification,
    DraftResolution,
    Opinion,
    Paper,
    Proposal,
    Session,
    StageChange,
    TypicalDocument,
)
from proposals.queries.agenda import agenda
from proposals.queries.chain import first_fault
from proposals.queries.times import usual_time
from proposals.workflow import Stage
from reference.identifiers import is_bin
from reference.models import LegalParameter, Sector, Territory
from tests.conftest import rolled_back

pytestmark = pytest.mark.django_db

PASSWORD = "demo-бір-екі-үш"


@contextmanager
def in_a_demo(folder: Path) -> Iterator[Callable[..., None]]:
    """Give what calls the command as `make demo` does."""
    with override_settings(PLAIN_HTTP=True, MEDIA_ROOT=folder), pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMO_PASSWORD", PASSWORD)
        yield partial(call_command, "demo_data")


@pytest.fixture
def demo(db, tmp_path):
    """Call the command in an empty registry."""
    with in_a_demo(tmp_path) as call:
        yield call


REGISTER = (Project, Resolution, StatusChange, Territory, Sector, LegalParameter, User)
INTAKE = (Organisation, Membership, Application, Proposal, Paper, StageChange, Clarification, TypicalDocument, Email)
SITTINGS = (Session, AgendaItem, DraftResolution, ObligationCeiling)
APPLICANTS = ("sme@demo.example", "sme2@demo.example")


def counted():
    return [model.objects.count() for model in (*REGISTER, *INTAKE, *SITTINGS)]


def test_a_clerk_who_lost_the_right_to_a_step_is_no_fault(demo, monkeypatch):
    monkeypatch.setattr("ppp_registry.demo.applications._may", lambda *args: False)
    demo()
    assert (Application.objects.count(), Organisation.objects.count()) == (0, 0)
    assert User.objects.filter(email__in=APPLICANTS).count() == 2


def test_production_gets_no_demo(demo, settings):
    settings.PLAIN_HTTP = False
    with pytest.raises(CommandError, match="not a demo"):
        demo()
    assert counted() == [0] * len(REGISTER + INTAKE + SITTINGS)


@pytest.mark.parametrize("password", [None, "", "short", "123456789"])
def test_a_demo_without_a_password_makes_nothing(demo, monkeypatch, password):
    monkeypatch.delenv("DEMO_PASSWORD") if password is None else monkeypatch.setenv("DEMO_PASSWORD", password)
    with pytest.raises(CommandError, match="Set DEMO_PASSWORD to ten or more characters"):
        demo()
    assert counted() == [0] * len(REGISTER + INTAKE + SITTINGS)


def test_a_demo_that_fails_leaves_nothing_behind(demo, monkeypatch):
    monkeypatch.setattr(User.objects, "create_user", lambda *args, **facts: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        demo()
    assert counted() == [0] * len(REGISTER + INTAKE + SITTINGS)


class TestFilled:
    """What the first run made is there once for all; each test undoes what it does."""

    @pytest.fixture(scope="class")
    @classmethod
    def first(cls, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[SimpleNamespace]:
        with django_db_blocker.unblock(), rolled_back(), in_a_demo(tmp_path_factory.mktemp("demo")) as call:
            call(stdout=(said := StringIO()))
            yield SimpleNamespace(said=said.getvalue(), again=call)

    def test_the_demo_has_the_real_register_and_a_login_for_each_role(self, first):
        projects, resolutions, steps, territories, sectors, parameters, users = counted()[: len(REGISTER)]
        assert (projects, resolutions, steps, users) == (106, 3, 106, 8)
        assert (territories > 20, sectors > 15, parameters > 0) == (True, True, True)
        assert "Register: 106 projects, 3 resolutions." in first.said
        assert all(f"{role}@demo.example" in first.said for role in Role.values)
        for role in Role.values:
            person = authenticate(username=f"{role}@demo.example", password=PASSWORD)
            assert [group.name for group in person.groups.all()] == [role]
            assert (person.is_staff, person.is_superuser) == (True, False)
            browser = Client()
            browser.force_login(person)
            assert browser.get("/admin/").status_code == 200

    def test_the_invented_applicants_have_applications_at_every_turn_of_the_road(self, first):
        stages = {
            email: sorted(
                Proposal.objects.filter(application__organisation__memberships__user__email=email).values_list(
                    "stage", flat=True
                )
            )
            for email in APPLICANTS
        }
        assert stages["sme@demo.example"] == sorted(
            ["draft", "draft", "filed", "clarification", "supported", "refused", "withdrawn"]
        )
        assert set(stages["sme2@demo.example"]) == {"agenda", "review"}
        assert [(row.state, row.decisions.count()) for row in DraftResolution.objects.all()] == [("recorded", 2)]
        coming = Session.objects.get(state="planned")
        assert (coming.held_on > timezone.localdate(), coming.items.count()) == (True, 2)
        assert [row.year for row in agenda(coming).years if row.over], "nothing to warn of"
        assert [row.answered_at for row in Clarification.objects.all()] == [None]
        assert Application.objects.filter(channel="paper", filed_at__isnull=False).exists()
        assert first_fault() is None
        expert = User.objects.get(email="expert@demo.example")
        assert set(expert.expert_sectors.values_list("sector", flat=True)) == {"education", "health", "housing"}
        under_review = Opinion.objects.filter(proposal__stage__in=("review", "clarification"))
        assert sorted(bool(row.given_at) for row in under_review) == [False, True]
        for row in Proposal.objects.filter(stage="supported"):
            opinion, step = row.opinions.get(), row.stage_changes.get(action="support")
            assert opinion.given_at < step.at < timezone.now()
            assert opinion.expert != step.actor
        refused = Proposal.objects.get(stage="refused").refusal
        assert (refused.change.action, refused.reasons.count()) == ("refuse", 1)
        assert expert.assignments.exclude(proposal__declarations__person=expert).exists()
        for stage in (Stage.FILED, Stage.REVIEW):
            assert usual_time(stage).days is not None
        filed = Application.objects.filter(filed_at__isnull=False)
        assert list(filed.order_by("filed_at")) == list(filed.order_by("year", "sequence"))
        for row in Organisation.objects.all():
            assert "(демо)" in row.name
            assert is_bin(row.bin)
        assert all("(демо)" in row.title_kk for row in Proposal.objects.all())
        assert Email.objects.count() == 0
        assert TypicalDocument.objects.count() == 16
        for email in APPLICANTS:
            assert email in first.said
            person = authenticate(username=email, password=PASSWORD)
            assert (person.is_staff, "(демо)" in person.full_name) == (False, True)
            browser = Client()
            browser.force_login(person)
            assert browser.get("/kk/applications/").status_code == 200

    def test_where_somebody_works_already_no_application_is_invented(self, first):
        kept = Organisation.objects.filter(name__startswith="«Үлгі»").get()
        Proposal.objects.filter(stage="draft").delete()
        Application.objects.filter(filed_at__isnull=True).delete()
        kept.name = "«Басқа» ЖШС"
        kept.save()
        before = counted()
        first.again()
        assert counted() == before
        kept.refresh_from_db()
        assert kept.name == "«Басқа» ЖШС"

    def test_a_second_run_changes_nothing(self, first):
        before = counted()
        project = Project.objects.get(number=1)
        project.note_ru, project.jobs = "Исправлено", 5
        project.save()
        person = User.objects.get(email="clerk@demo.example")
        person.set_password("өз құпия сөзім")
        person.full_name = "Айгүл"
        person.save()
        sector = Sector.objects.get(pk="education")
        sector.name_ru = "Исправлено"
        sector.save()
        first.again()
        assert counted() == before
        project.refresh_from_db()
        sector.refresh_from_db()
        assert (project.note_ru, project.jobs, sector.name_ru) == ("Исправлено", 5, "Исправлено")
        assert authenticate(username="clerk@demo.example", password="өз құпия сөзім").full_name == "Айгүл"

    def test_a_role_taken_from_a_demo_person_is_not_given_back(self, first):
        person = User.objects.get(email="head@demo.example")
        person.groups.clear()
        first.again()
        assert list(person.groups.all()) == []
