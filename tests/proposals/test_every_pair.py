"""All seventy-two pairs of stages on every channel: twenty lead somewhere, the others leave no trace."""

import copy
import datetime
from collections.abc import Iterator
from itertools import permutations
from types import SimpleNamespace

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from post_office.models import Email

from accounts.models import User
from accounts.roles import Role
from proposals.models import Application, Assignment, Clarification, Opinion, Proposal, Refusal, StageChange
from proposals.services.asking import ask
from proposals.services.intake import file
from proposals.services.moves import move
from proposals.workflow import LAWFUL_PAIRS, STEPS, Action, Stage, StepNotAllowed
from reference.models import Sector, Territory
from tests.application_role import application, grant
from tests.conftest import rolled_back
from tests.factories import project
from tests.proposals.applications import SITE, applicant, clear, filed, opinion_on, proposal_at, reason, staff
from tests.registry.people import Browser

pytestmark = pytest.mark.django_db

PAIRS = list(permutations(Stage.values, 2))
LAWFUL = [pair for pair in PAIRS if pair in LAWFUL_PAIRS]
UNLAWFUL = [pair for pair in PAIRS if pair not in LAWFUL_PAIRS]
ACTION = {(source, target): step.action for step in STEPS for source in step.sources for target in step.targets}
MAY = {
    "file": {"owner"},
    "take_up": {Role.CLERK, Role.HEAD, "mighty"},
    "ask": {Role.CLERK, Role.EXPERT, Role.HEAD, "mighty"},
    "answer": {"owner"},
    "support": {Role.HEAD, "mighty"},
    "refuse": {Role.HEAD, "mighty"},
    "table": {Role.SECRETARY, "mighty"},
    "postpone": {Role.SECRETARY, "mighty"},
    "approve": {Role.SECRETARY, "mighty"},
    "decline": {Role.SECRETARY, "mighty"},
    "withdraw": {"owner"},
}
"""Who may take which step; a superuser counts as every role of the chamber, for emergencies."""

BY_RESOLUTION = {"approve", "decline"}
"""The service alone is not enough for these: the database asks for the published resolution."""

ON_PAGES = {"take_up", "ask", "support", "refuse"}
YESTERDAY = timezone.localdate() - datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, reference_rows) -> Iterator[SimpleNamespace]:
    """A proposal at each stage with all that any step needs, and everybody; made once and undone in the end."""
    with django_db_blocker.unblock(), rolled_back():
        Territory.objects.bulk_create(copy.deepcopy(reference_rows[0]), ignore_conflicts=True)
        Sector.objects.bulk_create(copy.deepcopy(reference_rows[1]), ignore_conflicts=True)
        owner = applicant()
        people: dict[str, User] = {role: staff(role) for role in Role}
        people |= {"mighty": staff(Role.CLERK, is_superuser=True), "owner": owner, "other": applicant()}
        people |= {"silent head": staff(Role.HEAD), "silent expert": staff(Role.EXPERT)}
        for name in (Role.EXPERT, "silent expert"):
            people[name].expert_sectors.create(sector_id="education")
        rows = {stage: proposal_at(stage, owner) for stage in Stage.values if stage != Stage.CLARIFICATION}
        rows[Stage.CLARIFICATION] = filed(owner).proposals.get()
        at = timezone.now() - datetime.timedelta(days=2)
        facts = {"kind": "other", "text": "Неге?", "site": SITE, "due_on": YESTERDAY, "at": at}
        ask(rows[Stage.CLARIFICATION], by=people[Role.CLERK], **facts)
        for row in rows.values():
            for name in (Role.EXPERT, Role.HEAD, "mighty"):
                clear(people[name], row)
            row.refresh_from_db()
        opinion_on(rows[Stage.REVIEW])
        # Each test undoes what it does: its own transaction lies within this one.
        yield SimpleNamespace(rows=rows, people=people, project=project(), reason=reason())


def traces() -> list:
    """Return everything a step could leave behind."""
    others = [model.objects.count() for model in (StageChange, Email, Clarification, Refusal, Assignment, Opinion)]
    return [*others, *Proposal.objects.order_by("pk").values_list("pk", "stage", "version", "project", "stage_since")]


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)  # rights are remembered on the object


def take(world, action: str, source: str, target: str, name: str):
    """Take a step by its service."""
    row, by = world.rows[source], fresh(world.people[name])
    if action == Action.FILE:
        return file(row.application, by=by, consent=True, publish_agreed=False, site=SITE)
    made = world.project if action == Action.APPROVE else None
    return move(row, action, by=by, note="Себебі.", came_from=target, project=made)


def test_there_are_seventy_two_pairs_and_twenty_are_lawful():
    assert (len(PAIRS), len(LAWFUL), len(UNLAWFUL)) == (72, 20, 52)
    assert set(ACTION) == set(LAWFUL)


class TestService:
    @pytest.mark.parametrize(("source", "target"), LAWFUL)
    def test_a_lawful_pair_works_for_the_right_person_and_for_nobody_else(self, world, source, target):
        action, before, able = ACTION[source, target], traces(), set()
        for name in world.people:
            with rolled_back():
                try:
                    take(world, action, source, target, name)
                except (PermissionDenied, Application.DoesNotExist):
                    assert traces() == before, name
                    continue
                if action in BY_RESOLUTION:
                    with pytest.raises(DatabaseError, match="by a published resolution only"), transaction.atomic():
                        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
                else:
                    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
                row = Proposal.objects.get(pk=world.rows[source].pk)
                last = row.stage_changes.order_by("id").last()
                assert (row.stage, last.from_stage, last.to_stage) == (target, source, target)
                assert last.actor == world.people[name]
                assert StageChange.objects.count() == before[0] + 1
                able.add(name)
        assert able == MAY[action]

    @pytest.mark.parametrize("source", Stage.values)
    def test_an_unlawful_pair_is_no_step_for_anybody(self, world, source):
        before = traces()
        for target in (target for start, target in UNLAWFUL if start == source):
            for step in (step for step in STEPS if target in step.targets):
                for name in ("mighty", "owner", *MAY[step.action]):
                    if step.action == Action.FILE and name == "owner":
                        take(world, step.action, source, target, name)  # what is filed is returned as it is
                        continue
                    if step.action == Action.FILE:
                        continue
                    with pytest.raises(StepNotAllowed), transaction.atomic():
                        take(world, step.action, source, target, name)
        assert traces() == before


class TestPlainSql:
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _granted(cls, world, django_db_blocker):
        """Grant once: each more is a second change of PostgreSQL's catalogue in the transaction of the module."""
        with django_db_blocker.unblock():
            grant()

    def write(self, world, source, target, *, with_history: bool) -> None:
        """Set a stage as the application's role could, with a row of history or without."""
        row, by = world.rows[source], world.people["mighty"]
        made = world.project.pk if target == Stage.APPROVED else None
        with application(), connection.cursor() as cursor:
            if target == Stage.FILED and source == Stage.DRAFT:
                self.file(cursor, row)
            if with_history:
                cursor.execute(
                    "INSERT INTO proposals_stagechange (proposal_id, action, from_stage, to_stage, actor_id, channel,"
                    " note, at) VALUES (%s, 'refuse', %s, %s, %s, 'web', '', now())",
                    [row.pk, source, target, by.pk],
                )
            change = "UPDATE proposals_proposal SET stage = %s, project_id = %s WHERE id = %s"
            cursor.execute(change, [target, made, row.pk])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def file(self, cursor, row) -> None:
        columns = "year, filed_at, filed_by_id, consent_at, initiator_type, applicant_name, filed_copy, filed_sha256"
        cursor.execute(
            f"UPDATE proposals_application SET ({columns}) = (SELECT {columns} FROM proposals_application"
            " WHERE filed_at IS NOT NULL LIMIT 1), sequence = 999 WHERE id = %s",
            [row.application_id],
        )

    @pytest.mark.parametrize("source", Stage.values)
    def test_every_pair_of_a_stage(self, world, source):
        before = traces()
        for target in (target for start, target in PAIRS if start == source):
            is_lawful = (source, target) in LAWFUL
            with pytest.raises(DatabaseError) as refusal:
                self.write(world, source, target, with_history=False)
            said = refusal.value.__cause__.diag.constraint_name
            rule = "decides_by_resolution" if ACTION.get((source, target)) in BY_RESOLUTION else "step_is_remembered"
            assert (rule in said) is is_lawful, (source, target, said)
            assert traces() == before
            if is_lawful and ACTION[source, target] not in BY_RESOLUTION:
                with rolled_back():
                    self.write(world, source, target, with_history=True)
                    assert Proposal.objects.get(pk=world.rows[source].pk).stage == target
            else:
                with pytest.raises(DatabaseError):
                    self.write(world, source, target, with_history=True)
            assert traces() == before

    def test_history_is_neither_back_dated_nor_taken_out(self, world):
        before = list(StageChange.objects.values())
        for change in (
            "UPDATE proposals_stagechange SET at = now()",
            "DELETE FROM proposals_stagechange",
            "TRUNCATE proposals_stagechange CASCADE",
            "ALTER TABLE proposals_proposal DISABLE TRIGGER ALL",
        ):
            with pytest.raises(DatabaseError), application(), connection.cursor() as cursor:
                cursor.execute(change)
        assert list(StageChange.objects.values()) == before


class TestStaffSite:
    def browser(self, world, name: str) -> Browser:
        made = Browser()
        made.force_login(world.people[name])
        return made

    def body(self, world, row, target: str = "approved") -> dict:
        """Return all that any form of a step asks for, and what none asks for."""
        last = row.stage_changes.order_by("id").last()
        return {
            "seen": last.pk if last else 0,
            "complete": "on",
            "note": "Себебі.",
            "kind": "other",
            "text": "Себебі.",
            "due_on": timezone.localdate().isoformat(),
            "reasons": [world.reason.pk],
            "stage": target,
            "came_from": target,
            "project": world.project.pk,
            "confirmed": "1",
        }

    @pytest.mark.parametrize("source", Stage.values)
    def test_only_the_steps_of_the_table_are_taken_by_a_forged_post(self, world, source):
        row, before, mighty = world.rows[source], traces(), self.browser(world, "mighty")
        reached = {}
        for name in [*Action.values, *Stage.values, "move", "delete"]:
            with rolled_back():
                body = self.body(world, row, name)
                answer = mighty.post(f"/admin/proposals/proposal/{row.pk}/step/{name}/", body)
                now = Proposal.objects.get(pk=row.pk)
                if now.stage != source:
                    reached[name] = now.stage
                    assert (answer.status_code, StageChange.objects.count()) == (302, before[0] + 1), name
                    continue
                assert answer.status_code in ({404} if source == Stage.DRAFT or name not in ON_PAGES else {409}), name
                assert traces() == before, name
        assert reached == {ACTION[pair]: pair[1] for pair in LAWFUL if pair[0] == source and ACTION[pair] in ON_PAGES}

    @pytest.mark.parametrize(("source", "target"), [pair for pair in LAWFUL if ACTION[pair] in ON_PAGES])
    def test_a_step_is_taken_by_the_right_role_and_by_no_other(self, world, source, target):
        row, action, before, able = world.rows[source], ACTION[source, target], traces(), set()
        for name in world.people:
            browser = self.browser(world, name)
            with rolled_back():
                address = f"/admin/proposals/proposal/{row.pk}/step/{action}/"
                answer = browser.post(address, self.body(world, row))
                if Proposal.objects.get(pk=row.pk).stage == target:
                    able.add(name)
                    continue
                assert traces() == before, name
                # The secretary knows of nothing before the agenda.
                expected = {"owner": 302, "other": 302, Role.SECRETARY: 404}.get(name, 403)
                assert answer.status_code == expected, name
                assert "/admin/login/" in answer.headers.get("Location", "/admin/login/"), name
        assert able == MAY[action]

    def test_no_bulk_action_takes_a_step(self, world):
        before = traces()
        keys = [row.pk for row in world.rows.values()]
        names = [*Action.values, *Stage.values, "delete_selected", "support_selected", "move", ""]
        for name, some in {"mighty": names, Role.HEAD: names[:5], Role.CLERK: names[:5]}.items():
            browser = self.browser(world, name)
            for forged in some:
                body = {"action": forged, "post": "yes", "index": 0, "select_across": 1, ACTION_CHECKBOX_NAME: keys}
                answer = browser.post("/admin/proposals/proposal/", {**self.body(world, row_of(world)), **body})
                assert answer.status_code in (200, 302), (name, forged)
                assert traces() == before, (name, forged)

    def test_the_page_itself_takes_no_post(self, world):
        before = traces()
        for source, row in world.rows.items():
            answer = self.browser(world, "mighty").post(
                f"/admin/proposals/proposal/{row.pk}/change/", self.body(world, row)
            )
            assert answer.status_code == (404 if source == Stage.DRAFT else 403)
        assert traces() == before


def row_of(world) -> Proposal:
    return world.rows[Stage.REVIEW]
