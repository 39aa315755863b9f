"""Declaring interests, assigning experts, writing opinions: what each service takes and what it refuses."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from accounts.roles import Role
from proposals.models import Assignment, Criterion, Declaration, Opinion, Score
from proposals.queries.access import filed_proposals, readable_papers
from proposals.queries.review import may_open
from proposals.queries.staff import search_proposals, stage_counts
from proposals.services.asking import ask
from proposals.services.opinions import StaleOpinion, criteria_for, write_opinion
from proposals.services.review import assign, declare
from proposals.services.review_lists import load_review_lists
from proposals.workflow import Stage
from reference.queries import add_working_days, legal_value
from reference.services import load_parameters
from tests.proposals.applications import (
    IIN,
    SITE,
    clear,
    expert_of,
    head_of,
    opinion_on,
    proposal_at,
    reviewer,
    staff,
)
from tests.proposals.looks import joins, today
from tests.rules import refusals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


class TestDeclaring:
    @pytest.mark.parametrize("role", [Role.EXPERT, Role.HEAD])
    def test_a_conflict_hides_the_file_everywhere_and_for_good(self, client, role):
        proposal, other = proposal_at(Stage.REVIEW), proposal_at(Stage.REVIEW)
        person = expert_of() if role == Role.EXPERT else staff(role)
        client.force_login(person)
        paper, page = proposal.papers.first(), f"/admin/proposals/proposal/{proposal.pk}/change/"

        def known():
            return {
                "listed": proposal in filed_proposals(person),
                "found": proposal in search_proposals(filed_proposals(person), proposal.number),
                "counted": dict(stage_counts(person))[Stage.REVIEW],
                "papers": readable_papers(person).filter(proposal=proposal).exists(),
                "bytes": client.get(f"/kk/papers/{paper.pk}/").status_code,
                "page": client.get(page).status_code != 404,
                "list": str(proposal.pk) in client.get("/admin/proposals/proposal/").content.decode(),
            }

        assert known() == {
            "listed": True, "found": True, "counted": 2, "papers": False, "bytes": 404, "page": True, "list": True,
        }  # fmt: skip
        assert not may_open(person, proposal)
        declare(proposal, by=person, has_conflict=False)
        assert may_open(person, proposal)
        assert known() == {
            "listed": True, "found": True, "counted": 2, "papers": True, "bytes": 200, "page": True, "list": True,
        }  # fmt: skip
        said = declare(proposal, by=person, has_conflict=True, ground="family", text="Туысым істейді.")
        assert (said.person, said.ground, said.text) == (person, "family", "Туысым істейді.")
        hidden = {
            "listed": False, "found": False, "counted": 1, "papers": False, "bytes": 404, "page": False, "list": False,
        }  # fmt: skip
        assert known() == hidden
        assert filed_proposals(person).get() == other
        for has_conflict in (False, True):
            told = refusals(declare, proposal, by=person, has_conflict=has_conflict, ground="family")
            assert told == ["You have declared a conflict of interest already."]
        for change in ("UPDATE proposals_declaration SET has_conflict = false, ground = ''", "DELETE FROM {}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change.format("proposals_declaration"))
        assert known() == hidden

    def test_a_conflict_has_a_ground_of_the_list(self):
        proposal, person = proposal_at(Stage.FILED), expert_of()
        assert refusals(declare, proposal, by=person, has_conflict=True) == ["Say what kind of conflict it is."]
        assert refusals(declare, proposal, by=person, has_conflict=True, ground="junk")
        assert not Declaration.objects.exists()
        assert declare(proposal, by=person, has_conflict=False, ground="family", text="x").ground == ""

    @pytest.mark.parametrize("role", [Role.CLERK, Role.SECRETARY, Role.AUDITOR, Role.ADMINISTRATOR])
    def test_who_judges_nothing_declares_nothing(self, role):
        with pytest.raises(PermissionDenied):
            declare(proposal_at(Stage.FILED), by=staff(role), has_conflict=False)

    def test_who_works_for_the_applicant_cannot_declare_nothing(self):
        proposal = proposal_at(Stage.FILED)
        person = joins(expert_of(), proposal)
        told = refusals(declare, proposal, by=person, has_conflict=False)
        assert told == ["You work for this applicant: that is a conflict of interest."]
        assert declare(proposal, by=person, has_conflict=True, ground="own_company").has_conflict
        assert proposal not in filed_proposals(person)


class TestAssigning:
    def test_many_at_once_are_counted_and_have_a_day(self):
        load_parameters()
        rows, people, by = (
            [proposal_at(Stage.FILED), proposal_at(Stage.REVIEW)],
            [expert_of(), expert_of()],
            staff("clerk"),
        )
        assert assign(rows, people, by=by) == 4
        assert assign(rows, [*people, expert_of()], by=staff("head"), due_on=today()) == 2
        made = Assignment.objects.filter(expert__in=people).values_list("due_on", "assigned_by")
        assert set(made) == {(add_working_days(today(), int(legal_value("target_days_review", today()))), by.pk)}

    @pytest.mark.parametrize("role", [Role.EXPERT, Role.SECRETARY, Role.AUDITOR, Role.ADMINISTRATOR])
    def test_others_assign_nobody(self, role):
        proposal, person = proposal_at(Stage.REVIEW), expert_of()
        with pytest.raises(PermissionDenied):
            assign([proposal], [person], by=staff(role), due_on=today())
        assert assign([proposal], [person], by=staff("clerk"), due_on=today()) == 1

    def test_nobody_assigns_for_the_own_organisation_or_in_conflict(self):
        proposal, person = proposal_at(Stage.REVIEW), expert_of()
        torn = staff("head")
        declare(proposal, by=torn, has_conflict=True, ground="shares")
        for by in (joins(staff("clerk"), proposal), torn):
            with pytest.raises(PermissionDenied):
                assign([proposal], [person], by=by, due_on=today())
        assert not Assignment.objects.exists()

    def test_of_unfit_experts_none_is_assigned_and_nobody_beside(self):
        proposal, fit = proposal_at(Stage.REVIEW), expert_of()
        torn, left, plain = expert_of(), expert_of(is_active=False), expert_of()
        plain.is_staff = False
        declare(proposal, by=torn, has_conflict=True, ground="other")
        unfit = {
            "does not work in the sector": expert_of("health"),
            "is no expert": staff("clerk"),
            "has a conflict": torn,
        }
        pairs = [*unfit.items(), ("has a conflict", joins(expert_of(), proposal))]
        for word, person in [*pairs, ("is no expert", left), ("is no expert", plain)]:
            (told,) = refusals(assign, [proposal], [fit, person], by=staff("clerk"), due_on=today())
            assert word in told
            assert person.full_name in told
            assert not Assignment.objects.exists()
        assert assign([proposal], [fit], by=staff("clerk"), due_on=today()) == 1

    @pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.SUPPORTED, Stage.REFUSED])
    def test_one_past_review_stops_all(self, stage):
        good, past, person = proposal_at(Stage.REVIEW), proposal_at(stage), expert_of()
        before = Assignment.objects.count()
        assert refusals(assign, [good, past], [person], by=staff("clerk"), due_on=today())
        assert Assignment.objects.count() == before

    def test_a_day_that_is_over_is_no_day(self):
        yesterday = today() - datetime.timedelta(days=1)
        told = refusals(assign, [proposal_at(Stage.REVIEW)], [expert_of()], by=staff("clerk"), due_on=yesterday)
        assert told == ["The day lies in the past."]


class TestOpinions:
    @pytest.fixture
    def proposal(self):
        load_review_lists()
        return proposal_at(Stage.REVIEW)

    def scores(self, proposal, value=7):
        return {criterion.pk: (value, "") for criterion in criteria_for(proposal.sector_id)}

    def test_a_draft_grows_and_is_given_once(self, proposal):
        by = reviewer(proposal)
        first = criteria_for("education")[0]
        kept = write_opinion(proposal, by=by, version=0, text="Бастадым", scores={first.pk: (3, "аз")})
        assert (kept.version, kept.given_at, kept.scores.get().score) == (1, None, 3)
        with pytest.raises(StaleOpinion):
            write_opinion(proposal, by=by, version=0, text="Басқа терезе", scores={})
        kept = write_opinion(proposal, by=by, version=1, text="Бастадым", scores={first.pk: (None, "")})
        assert (kept.version, kept.scores.count(), Opinion.objects.get().text) == (2, 0, "Бастадым")
        facts = {"recommendation": "for", "text": "Негіз бар.", "scores": self.scores(proposal), "give": True}
        given = write_opinion(proposal, by=by, version=2, **facts)
        assert given.given_at
        assert given.share == 70
        for give in (False, True):
            again = refusals(write_opinion, proposal, by=by, version=3, **{**facts, "text": "Кері", "give": give})
            assert again == ["Your opinion is given and can no longer be changed."]
        first.weight = 99
        first.save()
        assert Opinion.objects.get().share == 70, "an opinion keeps its weights"

    def test_what_is_missing_is_named_and_nothing_is_given(self, proposal):
        by, whole = reviewer(proposal), self.scores(proposal)
        lacking = dict(list(whole.items())[1:])
        facts = {"recommendation": "for", "text": "Негіз бар.", "scores": whole, "give": True}
        for gap in (
            {"scores": lacking},
            {"text": " "},
            {"recommendation": ""},
            {"recommendation": "conditions"},
            {"recommendation": "junk"},
            {"scores": self.scores(proposal, 11)},
            {"text": f"ЖСН {IIN}"},
        ):
            with pytest.raises(ValidationError) as refusal:
                write_opinion(proposal, by=by, version=0, **{**facts, **gap})
            if "scores" in gap and gap["scores"] is lacking:
                assert set(refusal.value.error_dict) == {f"score_{next(iter(whole))}"}
            assert not Opinion.objects.exists()
        assert write_opinion(proposal, by=by, version=0, **facts).given_at

    def test_the_database_keeps_a_given_opinion(self, proposal):
        given, draft = opinion_on(proposal), opinion_on(proposal, give=False)
        spare = Criterion.objects.exclude(sector="education").exclude(sector=None).first()
        changes = {
            "UPDATE proposals_opinion SET text = 'x' WHERE id = %s": [],
            "UPDATE proposals_opinion SET given_at = NULL WHERE id = %s": [],
            "DELETE FROM proposals_opinion WHERE id = %s": [],
            "UPDATE proposals_score SET score = 0 WHERE opinion_id = %s": [],
            "DELETE FROM proposals_score WHERE opinion_id = %s": [],
            "INSERT INTO proposals_score (opinion_id, criterion_id, weight, score, text) VALUES (%s, %s, 1, 1, '')": [
                spare.pk
            ],
        }
        before = list(Score.objects.values())

        def run(change, opinion, more):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change, [opinion.pk, *more])
                done = cursor.rowcount
                transaction.set_rollback(True)
                return done

        for change, more in changes.items():
            with pytest.raises(DatabaseError):
                run(change, given, more)
            if not change.startswith("DELETE FROM proposals_opinion"):
                assert run(change, draft, more), "a draft may change"
        away = "UPDATE proposals_score SET opinion_id = %s WHERE opinion_id = %s"
        draft.scores.all().delete()
        with pytest.raises(DatabaseError, match="is given and cannot be changed"):
            run(away, draft, [given.pk])
        assert list(given.scores.values()) == [row for row in before if row["opinion_id"] == given.pk]

    def test_only_the_assigned_expert_who_declared_writes(self, proposal):
        facts = {"version": 0, "recommendation": "for", "text": "Негіз.", "scores": self.scores(proposal)}
        silent, torn, own = expert_of(), reviewer(proposal), reviewer(proposal)
        assign([proposal], [silent], by=staff("clerk"), due_on=today())
        declare(proposal, by=torn, has_conflict=True, ground="other")
        joins(own, proposal)
        moved = reviewer(proposal)
        moved.expert_sectors.update(sector="health")
        for person in (
            clear(expert_of(), proposal), silent, torn, own, head_of(proposal), staff("clerk"), staff("auditor")
        ):  # fmt: skip
            with pytest.raises(PermissionDenied):
                write_opinion(proposal, by=person, **facts)
        assert not Opinion.objects.exists()
        assert write_opinion(proposal, by=clear(silent, proposal), **facts).version == 1

    def test_before_and_after_the_review_nobody_writes(self, proposal):
        waiting = proposal_at(Stage.FILED)
        for row in (waiting, proposal_at(Stage.SUPPORTED)):
            by = expert_of()
            Assignment.objects.create(proposal=row, expert=by, due_on=today(), assigned_by=by)
            clear(by, row)
            told = refusals(write_opinion, row, by=by, version=0, text="x", scores={})
            assert told == ["Opinions are written while the proposal is under review."]
        by = reviewer(proposal)
        ask(proposal, by=staff("clerk"), kind="other", text="Неге?", site=SITE, due_on=today())
        assert write_opinion(proposal, by=by, version=0, text="x", scores={}).version == 1
