"""Each role has exactly the rights that docs/roles.md promises, and nobody deletes."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from proposals.roles import ACTS, RIGHTS, as_markdown, permissions_of
from proposals.services.roles import sync_roles
from proposals.workflow import as_mermaid
from tests.registry.people import staff

pytestmark = pytest.mark.django_db

PAGE = Path(settings.BASE_DIR) / "docs" / "roles.md"


def promised():
    """Return what docs/roles.md says: the permissions of each role as app.action_model and app.act."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    head = [cell.strip() for cell in lines[0].strip("|").split("|")]
    found = {role: set() for role in head[1:]}
    for line in lines[2:]:
        table, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        if table == "act":
            break
        app, model = table.split(".")
        for role, cell in zip(head[1:], cells, strict=True):
            found[role] |= {f"{app}.{action}_{model}" for action in re.findall(r"[a-z]+", cell)}
    acts = lines[lines.index(next(line for line in lines[1:] if line.startswith("| act | clerk"))) + 2 :]
    for line in acts:
        act, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != len(head) - 1:
            break
        for role, cell in zip(head[1:], cells, strict=True):
            found[role] |= {act} if cell == "yes" else set()
    return found


def given():
    """Return what the groups of the database have."""
    return {
        group.name: {f"{right.content_type.app_label}.{right.codename}" for right in group.permissions.all()}
        for group in Group.objects.all()
    }


def test_the_groups_have_what_the_page_promises():
    sync_roles()
    assert given() == promised()
    assert list(promised()) == list(Role.values)


def test_the_page_holds_the_tables_as_they_are():
    assert as_markdown() in PAGE.read_text(encoding="utf-8")


def test_the_road_is_drawn_as_the_table_has_it():
    drawn = PAGE.with_name("workflow.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{as_mermaid()}```\n" in drawn


HOLDERS = {
    "proposals.view_proposal": "clerk expert head secretary auditor",
    "proposals.view_paper": "clerk expert head secretary auditor",
    "proposals.view_opinion": "expert head secretary auditor",
    "proposals.view_declaration": "expert head secretary auditor",
    "proposals.view_letter": "clerk head auditor",
    "accounts.view_organisation": "clerk head auditor",
    "proposals.enter_paper_application": "clerk",
    "proposals.see_every_sector": "clerk head auditor",
    "proposals.see_statistics": "clerk expert head secretary auditor",
    "proposals.see_tabled": "secretary",
    "proposals.assign_expert": "clerk head",
    "proposals.take_up_proposal": "clerk head",
    "proposals.ask_proposal": "clerk expert head",
    "proposals.write_opinion": "expert",
    "proposals.support_proposal": "head",
    "proposals.refuse_proposal": "head",
    "proposals.table_proposal": "secretary",
    "proposals.decide_proposal": "secretary",
    "proposals.confirm_resolution": "head",
    "proposals.view_draftresolution": "head secretary auditor",
    "projects.change_project": "secretary",
    "projects.change_resolution": "secretary",
    "projects.add_resolution": "",
    "projects.add_obligationceiling": "secretary",
    "accounts.change_user": "administrator",
    "accounts.view_user": "auditor administrator",
    "reference.change_legalparameter": "head administrator",
}
"""Who holds the rights that matter most, written a second time."""

WRITERS = {
    "typicaldocument": ["clerk", "head"],
    "criterion": ["head"],
    "refusalreason": ["head"],
    "expertsector": ["head"],
    "lettertext": ["head"],
    "session": ["secretary"],
    "agendaitem": ["secretary"],
    "draftresolution": ["secretary"],
}
"""Tables of proposals with rows that staff write; everything else there comes by filing and by steps."""


def test_the_roles_are_these():
    sync_roles()
    everything = given()
    for right, holders in HOLDERS.items():
        assert [role for role in Role.values if right in everything[role]] == holders.split(), right
    written = {}
    for role in Role.values:
        for right in everything[role]:
            app, name = right.split(".")
            if app == "proposals" and name.startswith(("add_", "change_")):
                written.setdefault(name.split("_")[1], set()).add(role)
    assert {table: sorted(roles) for table, roles in written.items()} == WRITERS
    assert {right for right in everything["auditor"] if "view" not in right} == {
        "proposals.see_every_sector",
        "proposals.see_statistics",
    }
    register = {right for right in everything["secretary"] if right.startswith("projects.")}
    written_register = ("project", "declaredshare", "responsibility", "document", "maslikhat")
    owed = ("obligation", "obligationceiling", "contract")
    assert {right for right in register if "view" not in right} == {
        "projects.change_resolution",
        *(f"projects.{action}_{model}" for action in ("add", "change") for model in (*written_register, *owed)),
    }
    assert {right for right in everything["administrator"] if right.startswith(("projects.", "proposals."))} == set()


def test_nobody_may_delete_and_nobody_may_write_history():
    sync_roles()
    rights = set().union(*given().values())
    assert {right for right in rights if "delete" in right} == set()
    assert {right for right in rights if right.endswith("event") or "logentry" in right} == set()
    assert {right for right in rights if right.split(".")[0] in ("auth", "admin", "contenttypes", "sessions")} == set()


def test_the_table_names_models_that_exist():
    for models in (model for rights in RIGHTS.values() for group in rights for model in group):
        assert apps.get_model(models)
    assert set(RIGHTS) == set(ACTS) == set(Role)


def test_a_second_run_changes_nothing():
    first = sync_roles()
    before = given()
    assert (sync_roles(), given()) == (first, before)
    assert Group.objects.count() == 6
    assert first == {role.value: len(permissions_of(role)) for role in Role}


def test_rights_that_somebody_added_or_took_are_put_right():
    sync_roles()
    clerk = Group.objects.get(name="clerk")
    clerk.permissions.add(Permission.objects.get(codename="delete_project"))
    clerk.permissions.remove(Permission.objects.get(codename="view_project"))
    sync_roles()
    assert given() == promised()


def test_people_keep_their_roles():
    person = staff(Role.HEAD)
    sync_roles()
    assert [group.name for group in person.groups.all()] == ["head"]


def test_a_group_that_is_no_role_of_ours_is_left_alone():
    other = Group.objects.create(name="бухгалтерия")
    other.permissions.add(Permission.objects.get(codename="view_project"))
    sync_roles()
    assert given()["бухгалтерия"] == {"projects.view_project"}


def test_two_roles_give_the_rights_of_both():
    person = staff(Role.CLERK, Role.ADMINISTRATOR)
    assert person.get_all_permissions() == promised()["clerk"] | promised()["administrator"]


def test_a_role_that_cannot_be_given_in_full_is_given_to_nobody(monkeypatch):
    sync_roles()
    before = given()
    monkeypatch.setitem(RIGHTS, Role.HEAD, {("projects.nothing",): {"view"}})
    with pytest.raises(KeyError):
        sync_roles()
    assert given() == before


def test_the_command_says_what_each_role_has(capsys):
    call_command("sync_roles")
    counts = {role: len(rights) for role, rights in promised().items()}
    assert capsys.readouterr().out.splitlines() == [f"{role}: {count} permissions" for role, count in counts.items()]


def test_a_run_is_cheap():
    sync_roles()
    with CaptureQueriesContext(connection) as captured:
        sync_roles()
    assert len(captured) <= 1 + 2 * 6 + 2
