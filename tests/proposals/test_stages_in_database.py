"""The database keeps the road and what was filed, whoever writes and however: here as the owner of the tables."""

import datetime
from itertools import permutations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from projects.models import Project
from proposals.models import Answer, Application, Paper, Payment, Proposal, StageChange
from proposals.models.application import FROZEN
from proposals.models.proposal import CONTENT
from proposals.queries.doubts import doubts_about
from proposals.queries.progress import with_details
from proposals.services.intake import file
from proposals.workflow import LAWFUL_PAIRS, Stage
from tests import factories
from tests.conftest import rolled_back
from tests.proposals.applications import SITE, applicant, complete_draft, draft, filed, proposal_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

BY_RESOLUTION = {("agenda", "approved"), ("agenda", "refused")}
"""Steps that only a published resolution takes (tests/proposals/test_approval.py)."""


def sql(statement, *values):
    """Run a statement in a savepoint of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.rowcount


def refused(rule, statement, *values):
    """Tell whether the database refuses the statement by the rule of this name."""
    with pytest.raises(DatabaseError) as refusal:
        sql(statement, *values)
    assert rule in (refusal.value.__cause__.diag.constraint_name or "") or rule in str(refusal.value)
    return True


def remembered(proposal, source, target, action="refuse"):
    by = proposal.application.created_by
    return StageChange.objects.create(
        proposal=proposal, action=action, from_stage=source, to_stage=target, actor=by, channel="web"
    )


@pytest.mark.parametrize("source", Stage.values)
def test_every_unlawful_pair_is_refused_and_every_lawful_one_taken(source):
    proposal = proposal_at(source)
    project = proposal.project or factories.project()
    for target in Stage.values:
        if target == source:
            continue
        change = "UPDATE proposals_proposal SET stage = %s, project_id = %s WHERE id = %s"
        values = target, project.pk if target == Stage.APPROVED else None, proposal.pk
        if (source, target) in LAWFUL_PAIRS and source != Stage.DRAFT:
            with transaction.atomic():
                sql("SET CONSTRAINTS ALL DEFERRED")  # a savepoint given up does not always bring this back
                remembered(proposal, source, target)
                assert sql(change, *values) == 1
                if (source, target) in BY_RESOLUTION:
                    with pytest.raises(IntegrityError, match="by a published resolution only"):
                        sql("SET CONSTRAINTS ALL IMMEDIATE")
                else:
                    sql("SET CONSTRAINTS ALL IMMEDIATE")
                transaction.set_rollback(True)
        elif source != Stage.DRAFT or target != Stage.FILED:
            assert refused("stage_moves_lawfully", change, *values)
            with pytest.raises(IntegrityError), transaction.atomic():
                Proposal.objects.filter(pk=proposal.pk).update(stage=target, project=values[1])
    proposal.refresh_from_db()
    assert proposal.stage == source


def test_the_pairs_tried_above_are_all_seventy_two():
    assert len(set(permutations(Stage.values, 2))) == 72


@pytest.mark.parametrize("stage", [stage for stage in Stage.values if stage != Stage.DRAFT])
def test_a_proposal_begins_as_a_draft(stage):
    application = draft()
    with pytest.raises(IntegrityError, match="begins as a draft"), transaction.atomic():
        Proposal.objects.create(application=application, position=2, stage=stage)
    with pytest.raises(IntegrityError, match="begins as a draft"), transaction.atomic():
        Proposal.objects.bulk_create([Proposal(application=application, position=2, stage=stage)])
    assert Proposal.objects.create(application=application, position=2).stage == Stage.DRAFT


def test_no_proposal_is_filed_without_its_application():
    proposal = proposal_at(Stage.DRAFT)
    remembered(proposal, "draft", "filed", "file")
    assert refused("filed_with_application", "UPDATE proposals_proposal SET stage = 'filed' WHERE id = %s", proposal.pk)


def test_nothing_joins_a_filed_application():
    application, other = filed(), draft()
    loose = other.proposals.get()
    with pytest.raises(IntegrityError, match="takes no further proposal"), transaction.atomic():
        Proposal.objects.create(application=application, position=2)
    move_there = "UPDATE proposals_proposal SET application_id = %s, position = 2 WHERE id = %s"
    assert refused("joins_a_draft", move_there, application.pk, loose.pk)
    assert sql(move_there, draft().pk, loose.pk) == 1


def test_a_changed_stage_without_its_step_does_not_last():
    proposal = proposal_at(Stage.FILED)
    with rolled_back():
        sql("UPDATE proposals_proposal SET stage = 'review' WHERE id = %s", proposal.pk)
        assert refused("step_is_remembered", "SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("source", "target"), [("filed", "refused"), ("review", "supported"), ("filed", "clarification")]
)
def test_a_step_of_another_pair_does_not_stand_for_it(source, target):
    proposal = proposal_at(Stage.FILED)
    with rolled_back():
        remembered(proposal, source, target)
        sql("UPDATE proposals_proposal SET stage = 'review' WHERE id = %s", proposal.pk)
        assert refused("step_is_remembered", "SET CONSTRAINTS ALL IMMEDIATE")


def test_a_step_of_another_proposal_does_not_stand_for_it():
    proposal, other = proposal_at(Stage.FILED), proposal_at(Stage.FILED)
    with rolled_back():
        remembered(other, "filed", "review", "take_up")
        sql("UPDATE proposals_proposal SET stage = 'review' WHERE id = %s", proposal.pk)
        assert refused("step_is_remembered", "SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
def test_at_commit_a_step_without_history_undoes_everything(reference_data):
    proposal = proposal_at(Stage.FILED)
    with pytest.raises(IntegrityError, match="was not recorded"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(stage=Stage.REVIEW)
    proposal.refresh_from_db()
    assert proposal.stage == Stage.FILED
    # A row of an earlier transaction does not stand for a later step either.
    with transaction.atomic():
        remembered(proposal, "filed", "review", "take_up")
    with pytest.raises(IntegrityError, match="was not recorded"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(stage=Stage.REVIEW)
    with transaction.atomic():
        remembered(proposal, "filed", "review", "take_up")
        Proposal.objects.filter(pk=proposal.pk).update(stage=Stage.REVIEW)
    proposal.refresh_from_db()
    assert proposal.stage == Stage.REVIEW


@pytest.mark.parametrize("act", ["UPDATE proposals_stagechange SET note = 'x'", "DELETE FROM proposals_stagechange"])
def test_history_is_added_to_and_never_changed(act):
    filed()
    assert refused("Cannot update or delete", act)


@pytest.mark.parametrize("stage", [stage for stage in Stage.values if stage not in (Stage.DRAFT, Stage.CLARIFICATION)])
def test_what_was_filed_stays(stage):
    proposal = proposal_at(stage)
    others = {
        "sector": "'health'", "territory": "'710000000'", "payment_sources": "ARRAY['budget']::varchar[]",
        "capacity": "1", "beneficiaries": "1", "cost": "1", "own_funds": "1", "asked_sum": "1",
        "state_obligations": "1", "term_years": "9", "preparation_cost": "1", "jobs": "1",
        "object_owner": "'new'", "capacity_unit": "'beds'", "contract_type": "'concession'",
        "preparation_paid_by": "'own'", "implementation_start": "'2031'",
    }  # fmt: skip
    for name in CONTENT:
        column = Proposal._meta.get_field(name).column
        change = f"UPDATE proposals_proposal SET {column} = {others.get(name, repr('Басқа'))} WHERE id = %s"
        assert refused("filed_content_stays", change, proposal.pk)
    assert refused(
        "filed_content_stays", "UPDATE proposals_proposal SET position = position + 7 WHERE id = %s", proposal.pk
    )
    assert refused("", "DELETE FROM proposals_proposal WHERE id = %s", proposal.pk)


def test_a_clarification_opens_the_words_but_not_the_number():
    proposal = proposal_at(Stage.CLARIFICATION)
    assert sql("UPDATE proposals_proposal SET jobs = 61 WHERE id = %s", proposal.pk) == 1
    assert refused("filed_content_stays", "UPDATE proposals_proposal SET position = 9 WHERE id = %s", proposal.pk)
    assert refused(
        "filed_content_stays",
        "UPDATE proposals_proposal SET application_id = %s, position = 9 WHERE id = %s",
        draft().pk,
        proposal.pk,
    )
    assert refused("", "DELETE FROM proposals_proposal WHERE id = %s", proposal.pk)


CHILDREN = {
    "proposals_answer": "text = 'басқа'",
    "proposals_payment": "amount = amount + 1",
    "proposals_proposalresponsibility": "bearer = 'both'",
    "proposals_explanation": "reason = 'басқа'",
    "proposals_paper": "is_confidential = NOT is_confidential",
}


def with_children(by=None) -> Application:
    application = complete_draft(by)
    proposal = application.proposals.get()
    proposal.payments.create(year=2030, amount=5)
    for doubt in doubts_about(with_details(application)[0]):
        proposal.explanations.update_or_create(code=doubt.code, defaults={"reason": "Себебі."})
    return application


@pytest.mark.parametrize("table", CHILDREN)
def test_rows_of_a_filed_proposal_stay(table):
    by = applicant()
    application = with_children(by)
    proposal, loose = application.proposals.get(), complete_draft(by).proposals.get()
    change = f"UPDATE {table} SET {CHILDREN[table]} WHERE proposal_id = %s"
    assert sql(change, proposal.pk) >= 1, "in a draft it is lawful"
    file(application, by=by, consent=True, publish_agreed=False, site=SITE)
    assert refused("only_while_editable", change, proposal.pk)
    assert refused("only_while_editable", f"DELETE FROM {table} WHERE proposal_id = %s", proposal.pk)
    away = f"UPDATE {table} SET proposal_id = %s WHERE proposal_id = %s"
    rule = "version_stays" if table == "proposals_paper" else "only_while_editable"
    with pytest.raises(DatabaseError):
        sql(f"DELETE FROM {table} WHERE proposal_id = %s; {away}", loose.pk, loose.pk, proposal.pk)
    if table != "proposals_paper":
        sql(f"DELETE FROM {table} WHERE proposal_id = %s", loose.pk)
        assert refused(rule, away, loose.pk, proposal.pk)


def test_no_row_joins_a_filed_proposal():
    by = applicant()
    proposal, loose = filed(by).proposals.get(), complete_draft(by).proposals.get()
    for model, facts in (
        (Answer, {"code": "late", "text": "кеш"}),
        (Payment, {"year": 2031, "amount": 1}),
    ):
        with pytest.raises(IntegrityError, match="filed and cannot be changed"), transaction.atomic():
            model.objects.create(proposal=proposal, **facts)
        row = model.objects.create(proposal=loose, **facts)
        assert refused(
            "only_while_editable",
            f"UPDATE {model._meta.db_table} SET proposal_id = %s WHERE id = %s",
            proposal.pk,
            row.pk,
        )
    late = Paper(
        proposal=proposal, kind="other", file="papers/x", original_name="x.pdf", content_type="application/pdf",
        size=1, sha256="0" * 64, uploaded_by=by,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="filed and cannot be changed"), transaction.atomic():
        late.save(force_insert=True)


@pytest.mark.parametrize("column", ["sha256", "size", "kind", "version", "original_name", "file"])
def test_a_version_of_a_paper_never_changes_even_in_a_draft(column):
    proposal = complete_draft().proposals.get()
    value = {"sha256": "repeat('0', 64)", "size": "size + 1", "version": "version + 1"}.get(column, "'other'")
    assert refused(
        "version_stays", f"UPDATE proposals_paper SET {column} = {value} WHERE proposal_id = %s", proposal.pk
    )


def test_a_filed_application_stays_as_filed():
    application = filed()
    other = draft()
    values = {
        "organisation_id": other.organisation_id, "channel": "paper", "received_on": datetime.date(2026, 1, 5),
        "year": application.year + 1, "sequence": application.sequence + 1, "filed_at": timezone.now(),
        "filed_by_id": other.created_by_id, "consent_at": timezone.now(), "publish_agreed": True,
        "initiator_type": "large_business", "initiator_size": "micro", "applicant_name": "Басқа",
        "applicant_bin": "", "filed_copy": "{}", "filed_sha256": "0",
    }  # fmt: skip
    assert set(values) == set(FROZEN)
    for name, value in values.items():
        assert refused("filed_stays_as_filed", f"UPDATE proposals_application SET {name} = %s", value)
    assert refused("", "DELETE FROM proposals_application WHERE id = %s", application.pk)
    assert sql("UPDATE proposals_application SET language = 'ru' WHERE id = %s", application.pk) == 1


def test_approved_and_a_project_go_together():
    proposal, project = proposal_at(Stage.AGENDA), factories.project()
    remembered(proposal, "agenda", "approved", "approve")
    approve = "UPDATE proposals_proposal SET stage = 'approved', project_id = %s WHERE id = %s"
    assert refused("approved_has_project", approve, None, proposal.pk)
    assert refused(
        "approved_has_project", "UPDATE proposals_proposal SET project_id = %s WHERE id = %s", project.pk, proposal.pk
    )
    other = proposal_at(Stage.AGENDA)
    with rolled_back():
        assert sql(approve, project.pk, proposal.pk) == 1
        assert Project.objects.get(pk=project.pk).proposal == proposal
        assert refused("project_id", approve, project.pk, other.pk)


def test_two_applications_never_have_one_number():
    one, two = filed(), complete_draft()
    columns = (
        "year, sequence, filed_at, filed_by_id, consent_at, initiator_type, applicant_name, filed_copy, filed_sha256"
    )
    steal = (
        f"UPDATE proposals_application SET ({columns}) = "
        f"(SELECT {columns} FROM proposals_application WHERE id = %s) WHERE id = %s"
    )
    assert refused("one_number", steal, one.pk, two.pk)
