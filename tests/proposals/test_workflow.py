"""The table of the road, and who may take which step."""

from itertools import permutations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Membership, User
from accounts.roles import Role
from proposals.models import StageChange
from proposals.models.stage_change import StepChannel
from proposals.services.moves import move, remember
from proposals.workflow import LAWFUL_PAIRS, ROAD, STEPS, Action, Stage, StepNotAllowed, as_mermaid, find_step
from tests.conftest import rolled_back
from tests.proposals.applications import IIN, applicant, clear, opinion_on, proposal_at, staff

TABLE = {
    ("draft", "file"): "filed",
    ("filed", "take_up"): "review",
    ("filed", "ask"): "clarification",
    ("review", "ask"): "clarification",
    ("clarification", "answer"): "filed review",
    ("review", "support"): "supported",
    ("filed", "refuse"): "refused",
    ("review", "refuse"): "refused",
    ("supported", "refuse"): "refused",
    ("clarification", "refuse"): "refused",
    ("supported", "table"): "agenda",
    ("agenda", "postpone"): "supported",
    ("agenda", "approve"): "approved",
    ("agenda", "decline"): "refused",
    ("filed", "withdraw"): "withdrawn",
    ("clarification", "withdraw"): "withdrawn",
    ("review", "withdraw"): "withdrawn",
    ("supported", "withdraw"): "withdrawn",
    ("agenda", "withdraw"): "withdrawn",
}
"""The table of the product, written a second time."""

PAIRS = {(source, target) for (source, _), targets in TABLE.items() for target in targets.split()}
STAFF_STEPS = {
    "take_up": {Role.CLERK, Role.HEAD},
    "ask": {Role.CLERK, Role.EXPERT, Role.HEAD},
    "support": {Role.HEAD},
    "refuse": {Role.HEAD},
    "table": {Role.SECRETARY},
    "postpone": {Role.SECRETARY},
    "decline": {Role.SECRETARY},
}
FROM = {
    "take_up": Stage.FILED,
    "ask": Stage.FILED,
    "answer": Stage.CLARIFICATION,
    "support": Stage.REVIEW,
    "refuse": Stage.FILED,
    "table": Stage.SUPPORTED,
    "postpone": Stage.AGENDA,
    "decline": Stage.AGENDA,
    "withdraw": Stage.FILED,
}


@pytest.mark.parametrize("stage", Stage.values)
@pytest.mark.parametrize("action", Action.values)
def test_every_action_at_every_stage(stage, action):
    targets = TABLE.get((stage, action))
    if targets is None:
        with pytest.raises(StepNotAllowed):
            find_step(stage, action)
    else:
        step = find_step(stage, action)
        assert step.action == action
        assert " ".join(step.targets) == targets


def test_twenty_of_seventy_two_pairs_are_lawful():
    assert len(list(permutations(Stage.values, 2))) == 72
    assert len(LAWFUL_PAIRS) == 20
    assert {(str(source), str(target)) for source, target in LAWFUL_PAIRS} == PAIRS


def test_the_usual_way_is_lawful_from_point_to_point():
    assert all(pair in LAWFUL_PAIRS for pair in zip((Stage.DRAFT, *ROAD), ROAD, strict=False))


@pytest.mark.parametrize("came_from", ["", "draft", "approved", "clarification", "nowhere"])
def test_an_answer_leads_only_back(came_from):
    step = find_step(Stage.CLARIFICATION, Action.ANSWER)
    assert [step.target(stage) for stage in ("filed", "review")] == ["filed", "review"]
    with pytest.raises(StepNotAllowed):
        step.target(came_from)


def test_the_diagram_names_every_pair_once():
    lines = as_mermaid().splitlines()
    arrows = [tuple(line.split(":")[0].split(" --> ")) for line in lines if ": " in line]
    assert sorted({(source.strip(), target) for source, target in arrows}) == sorted(PAIRS)


def test_the_steps_of_staff_name_a_right_and_the_applicants_none():
    assert {step.action for step in STEPS if not step.permission} == {Action.FILE, Action.ANSWER, Action.WITHDRAW}


# --- the service -----------------------------------------------------------------------------------------------------


def act(proposal, action, by):
    return move(proposal, action, by=by, channel=StepChannel.ADMIN, note="Себебі.", came_from="filed")


@pytest.fixture(scope="class")
def people(django_db_setup, django_db_blocker, reference_rows):
    """A chamber, an applicant and a proposal at each open stage, made once and undone in the end."""
    import copy

    from reference.models import Sector, Territory

    with django_db_blocker.unblock(), rolled_back():
        Territory.objects.bulk_create(copy.deepcopy(reference_rows[0]), ignore_conflicts=True)
        Sector.objects.bulk_create(copy.deepcopy(reference_rows[1]), ignore_conflicts=True)
        owner = applicant()
        stages = {*FROM.values(), Stage.DRAFT, Stage.REFUSED, Stage.WITHDRAWN}
        chamber = {role: staff(role) for role in Role}
        chamber[Role.EXPERT].expert_sectors.create(sector_id="education")
        proposals = {stage: proposal_at(stage, owner) for stage in stages}
        for proposal in proposals.values():
            clear(chamber[Role.EXPERT], proposal)
            clear(chamber[Role.HEAD], proposal)
        opinion_on(proposals[Stage.REVIEW])
        yield owner, applicant(), chamber, proposals


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)  # rights are remembered on the object


@pytest.mark.django_db
class TestWhoMay:
    @pytest.mark.parametrize("action", FROM)
    def test_each_role(self, people, action, django_db_blocker):
        owner, other, chamber, proposals = people
        with django_db_blocker.unblock():
            able = set()
            for who, person in {**chamber, "owner": owner, "other": other}.items():
                with transaction.atomic():
                    try:
                        assert act(proposals[FROM[action]], action, fresh(person)).actor == person
                        able.add(who)
                    except PermissionDenied:
                        pass
                    transaction.set_rollback(True)
        assert able == STAFF_STEPS.get(action, {"owner"})

    @pytest.mark.parametrize("action", STAFF_STEPS)
    def test_nobody_of_the_chamber_decides_about_the_own_organisation(self, people, action, django_db_blocker):
        owner, _other, chamber, proposals = people
        with django_db_blocker.unblock(), rolled_back():
            organisation = owner.memberships.get().organisation
            for role in STAFF_STEPS[action]:
                Membership.objects.create(organisation=organisation, user=chamber[role])
                with pytest.raises(PermissionDenied):
                    act(proposals[FROM[action]], action, fresh(chamber[role]))

    @pytest.mark.parametrize("action", FROM)
    def test_rights_without_the_staff_site_are_no_rights(self, people, action, django_db_blocker):
        _owner, _other, chamber, proposals = people
        with django_db_blocker.unblock(), rolled_back():
            User.objects.filter(pk__in=[person.pk for person in chamber.values()]).update(is_staff=False)
            for person in chamber.values():
                with pytest.raises(PermissionDenied):
                    act(proposals[FROM[action]], action, fresh(person))

    @pytest.mark.parametrize("action", ["refuse", "postpone", "withdraw"])
    @pytest.mark.parametrize("note", ["", "  \n"])
    def test_some_steps_need_a_reason(self, people, action, note, django_db_blocker):
        owner, _other, chamber, proposals = people
        who = {"refuse": chamber[Role.HEAD], "postpone": chamber[Role.SECRETARY], "withdraw": owner}[action]
        with django_db_blocker.unblock(), rolled_back(), pytest.raises(ValidationError):
            move(proposals[FROM[action]], action, by=fresh(who), note=note)

    @pytest.mark.parametrize("stage", [Stage.DRAFT, *dict.fromkeys(FROM.values()), Stage.REFUSED, Stage.WITHDRAWN])
    def test_the_service_refuses_what_the_table_does_not_know(self, people, stage, django_db_blocker):
        _owner, _other, _chamber, proposals = people
        with django_db_blocker.unblock(), rolled_back():
            mighty = staff(Role.HEAD, is_superuser=True)
            for action in Action.values:
                if (stage.value, action) not in TABLE:
                    with pytest.raises(StepNotAllowed):
                        act(proposals[stage], action, mighty)

    def test_filing_is_no_step_of_one_proposal(self, people, django_db_blocker):
        owner, _other, _chamber, proposals = people
        with django_db_blocker.unblock(), rolled_back(), pytest.raises(StepNotAllowed):
            act(proposals[Stage.DRAFT], Action.FILE, fresh(owner))

    def test_approval_needs_a_project(self, people, django_db_blocker):
        _owner, _other, chamber, proposals = people
        with django_db_blocker.unblock(), rolled_back(), pytest.raises(ValidationError):
            act(proposals[Stage.AGENDA], Action.APPROVE, fresh(chamber[Role.SECRETARY]))

    def test_a_step_is_remembered_with_actor_time_and_reason(self, people, django_db_blocker):
        owner, _other, _chamber, proposals = people
        with django_db_blocker.unblock(), rolled_back():
            proposal = proposals[Stage.REVIEW]
            change = move(proposal, Action.WITHDRAW, by=owner, note="  Қаржы табылмады.  ")
            assert (change.from_stage, change.to_stage, change.actor) == ("review", "withdrawn", owner)
            assert change.note == "Қаржы табылмады."
            row = type(proposal).objects.get(pk=proposal.pk)
            assert (row.stage, row.stage_since) == ("withdrawn", change.at)
            assert StageChange.objects.filter(proposal=proposal).last() == change

    def test_remember_keeps_a_personal_number_out_of_the_history(self, people, django_db_blocker):
        owner, _other, _chamber, proposals = people
        with django_db_blocker.unblock(), rolled_back(), pytest.raises(ValidationError):
            remember(
                proposals[Stage.FILED], Action.WITHDRAW, Stage.WITHDRAWN, by=owner, channel="web", note=f"ЖСН {IIN}"
            )
