"""Recording and publishing resolutions: what is kept, what is refused, and what the register says afterwards."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.roles import Role
from projects.models import Document, Project, Resolution
from proposals.models import AgendaItem, DraftResolution, DraftState, Outcome
from proposals.services import agenda, recording
from proposals.services.publishing import publish_due
from proposals.services.withdrawing import withdraw
from proposals.workflow import Stage
from tests.proposals import sittings
from tests.proposals.applications import PDF, proposal_at, staff
from tests.proposals.sittings import SITE, begun, confirmed, counted, days, kept, recorded, state_project, tabled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "in_english", "own_files")]
BILLION = 1_000_000_000


# --- begin, decide


def test_open_items_stand_as_recommended_and_the_session_is_held(secretary):
    sitting = sittings.session()
    first = state_project(sitting, by=secretary, asked_sum=5, recommended_sum=4)
    gone = state_project(sitting, by=secretary)
    agenda.take_off(gone, by=secretary, note="Кейін.", site=SITE)
    draft = begun(sitting, by=secretary)
    decision = draft.decisions.get()
    assert (decision.item, decision.outcome, decision.approved_sum) == (first, Outcome.APPROVED, 4)
    sitting.refresh_from_db()
    assert sitting.state == "held"
    assert (draft.session_number, draft.convocation) == (sitting.number, sitting.convocation)
    # What one recording decides about does not come into another.
    assert not begun(sitting, by=secretary).decisions.exists()
    assert not begun(sitting, by=secretary, kind="yearly_report").decides_items


def test_a_session_to_come_is_not_recorded_and_a_cancelled_one_neither(secretary):
    later = sittings.session(held_on=days(1))
    with pytest.raises(ValidationError, match="not come"):
        begun(later, by=secretary)
    assert not DraftResolution.objects.exists()
    agenda.reorder(later, [], by=secretary)
    off = sittings.session(state="cancelled")
    with pytest.raises(ValidationError, match="cancelled"):
        begun(off, by=secretary)
    begun(sittings.session(held_on=days(-1)), by=secretary)


def test_only_a_secretary_begins_and_nobody_begins_twice(secretary, head):
    draft = begun(None, by=secretary)
    same = {"number": draft.number, "adopted": draft.adopted}
    with pytest.raises(PermissionDenied):
        begun(None, by=head)
    with pytest.raises(recording.AlreadyRecorded) as told:
        begun(None, by=staff(Role.SECRETARY), **same)
    assert told.value.draft.created_by == secretary
    recording.discard(draft, by=secretary, version=draft.version, note="Қате басталды.")
    begun(None, by=secretary, **same)


def test_decisions_lack_no_words_and_touch_no_foreign_items(secretary):
    sitting = sittings.session()
    items = [state_project(sitting, by=secretary) for _turn in range(3)]
    draft = begun(sitting, by=secretary)
    one, two, three = (item.pk for item in items)
    bare = {one: {"outcome": "conditions"}, two: {"outcome": "declined"}, three: {"outcome": "removed"}}
    with pytest.raises(ValidationError) as told:
        recording.decide(draft, bare, by=secretary, version=draft.version)
    assert set(told.value.message_dict) == {f"{one}-outcome", f"{two}-outcome", f"{three}-outcome"}
    assert set(draft.decisions.values_list("outcome", flat=True)) == {Outcome.APPROVED}
    other = begun(sitting, by=secretary)
    with pytest.raises(ValidationError) as told:
        recording.decide(other, {one: {"outcome": "approved"}}, by=secretary, version=other.version)
    assert set(told.value.message_dict) == {f"{one}-outcome"}
    stranger = state_project(sittings.session(), by=secretary)
    with pytest.raises(ValidationError, match="changed"):
        recording.decide(draft, {stranger.pk: None}, by=secretary, version=draft.version)
    draft = recording.decide(draft, {one: None, two: {"outcome": "approved"}}, by=secretary, version=draft.version)
    assert draft.decisions.count() == 2
    recording.decide(other, {one: {"outcome": "approved"}}, by=secretary, version=other.version)
    with pytest.raises(recording.StaleDraft):
        recording.decide(draft, {one: None}, by=secretary, version=draft.version - 1)


# --- the check


def test_a_difference_in_number_sum_or_initiator_needs_its_reason(secretary):
    sitting = sittings.session()
    state_project(sitting, by=secretary, asked_sum=BILLION)
    draft = begun(sitting, by=secretary)
    right = {"declared_count": 1, "declared_total": BILLION, "shares": {"state_body": (1, BILLION)}}
    wrong = (
        {"declared_count": 2},
        {"declared_total": BILLION - 1},
        {"shares": {"state_body": (2, BILLION)}},
        {"shares": {"state_body": (1, BILLION), "sme": (None, 1)}},
    )
    for facts in wrong:
        draft = kept(draft, by=secretary, **{**right, **facts})
        with pytest.raises(ValidationError) as told:
            recorded(draft, by=secretary, reason=" ")
        assert set(told.value.message_dict) == {"difference_reason"}, facts
    draft.refresh_from_db()
    assert draft.state == DraftState.DRAFT
    recorded(draft, by=secretary, reason="Қағазда қате басылған.")
    draft = begun(sittings.session(), by=secretary)
    with pytest.raises(ValidationError):
        recorded(draft, by=secretary, reason="Тармақтар жоқ.")


def test_an_unknown_cost_differs_from_a_declared_sum_only(secretary):
    sitting = sittings.session()
    state_project(sitting, by=secretary, asked_sum=None)
    draft = kept(begun(sitting, by=secretary), by=secretary, declared_count=1, declared_total=0)
    with pytest.raises(ValidationError):
        recorded(draft, by=secretary)
    draft = kept(draft, by=secretary, declared_total=None)
    assert recorded(draft, by=secretary).state == DraftState.RECORDED


def test_a_paper_that_agrees_needs_no_reason(secretary):
    sitting = sittings.session()
    state_project(sitting, by=secretary, asked_sum=BILLION)
    right = {"declared_count": 1, "declared_total": BILLION, "shares": {"state_body": (1, BILLION)}}
    assert recorded(kept(begun(sitting, by=secretary), by=secretary, **right), by=secretary).difference_reason == ""


# --- the hour


def test_nothing_is_public_before_the_hour_and_everything_after(client, secretary, head):
    sitting = sittings.session()
    item = tabled(proposal_at(Stage.SUPPORTED), by=secretary, sitting=sitting)
    moment = timezone.now() + datetime.timedelta(hours=3)
    draft = kept(begun(sitting, by=secretary), by=secretary, publish_at=moment, scan=SimpleUploadedFile("a.pdf", PDF))
    draft = confirmed(recorded(counted(draft, by=secretary), by=secretary), head=head)
    assert (draft.state, draft.resolution) == (DraftState.CONFIRMED, None)
    assert publish_due(moment - datetime.timedelta(seconds=1)) == (0, 0)
    item.proposal.refresh_from_db()
    assert item.proposal.stage == Stage.AGENDA
    assert not any(model.objects.exists() for model in (Project, Resolution, Document))
    with pytest.raises(ValidationError, match="cannot be withdrawn"):
        withdraw(item.proposal, by=item.proposal.application.created_by, note="Бас тарттық.", site=SITE)
    assert draft.number not in client.get("/en/resolutions/").content.decode()
    assert publish_due(moment) == (1, 0)
    assert publish_due(moment) == (0, 0)
    item.proposal.refresh_from_db()
    assert item.proposal.stage == Stage.APPROVED
    assert draft.number in client.get("/en/resolutions/").content.decode()
    assert Document.objects.get().is_public


def test_a_proposal_may_be_withdrawn_once_the_recording_is_given_back(secretary, head):
    item = tabled(proposal_at(Stage.SUPPORTED), by=secretary)
    draft = recorded(counted(begun(item.session, by=secretary), by=secretary), by=secretary)
    applicant = item.proposal.application.created_by
    with pytest.raises(ValidationError, match="cannot be withdrawn"):
        withdraw(item.proposal, by=applicant, note="Бас тарттық.", site=SITE)
    with pytest.raises(ValidationError):
        recording.give_back(draft, by=head, version=draft.version, note=" ")
    with pytest.raises(PermissionDenied):
        recording.give_back(draft, by=secretary, version=draft.version, note="Қате.")
    draft = recording.give_back(draft, by=head, version=draft.version, note="Қате.")
    assert (draft.state, draft.recorded_by, draft.returned_note) == (DraftState.DRAFT, None, "Қате.")
    withdraw(item.proposal, by=applicant, note="Бас тарттық.", site=SITE)
    with pytest.raises(ValidationError, match="no lines yet"):
        recorded(draft, by=secretary)


def test_a_head_who_leaves_before_the_hour_stops_the_list(secretary, head):
    sitting, moment = sittings.session(), timezone.now() + datetime.timedelta(hours=1)
    state_project(sitting, by=secretary)
    draft = counted(kept(begun(sitting, by=secretary), by=secretary, publish_at=moment), by=secretary)
    draft = confirmed(recorded(draft, by=secretary), head=head)
    roles = list(head.groups.all())
    head.groups.clear()
    assert publish_due(moment) == (0, 1)
    draft.refresh_from_db()
    assert "confirmed it no longer may" in draft.obstacle
    assert not Resolution.objects.exists()
    head.groups.set(roles)
    assert publish_due(moment) == (1, 0)


def test_what_stands_in_the_way_of_one_does_not_hold_up_the_others(secretary, head):
    moment = timezone.now() + datetime.timedelta(hours=1)
    drafts = []
    for _turn in range(2):
        sitting = sittings.session()
        state_project(sitting, by=secretary)
        draft = counted(kept(begun(sitting, by=secretary), by=secretary, publish_at=moment), by=secretary)
        drafts.append(confirmed(recorded(draft, by=secretary), head=head))
    AgendaItem.objects.filter(session=drafts[0].session).update(outcome=Outcome.REMOVED)
    assert publish_due(moment) == (1, 1)
    for draft in drafts:
        draft.refresh_from_db()
    assert [draft.state for draft in drafts] == [DraftState.CONFIRMED, DraftState.PUBLISHED]
    assert (bool(drafts[0].obstacle), drafts[1].obstacle) == (True, "")
    assert recording.give_back(drafts[0], by=head, version=drafts[0].version, note="Түзетіңіз.").obstacle == ""


# --- four eyes


def test_a_recorder_without_the_right_publishes_nothing(secretary, head):
    sitting = sittings.session()
    state_project(sitting, by=secretary)
    draft = recorded(counted(begun(sitting, by=secretary), by=secretary), by=secretary)
    groups = list(secretary.groups.all())
    secretary.groups.clear()
    with pytest.raises(PermissionDenied):
        confirmed(draft, head=head)
    draft.refresh_from_db()
    assert (draft.state, Project.objects.exists()) == (DraftState.RECORDED, False)
    secretary.groups.set(groups)
    assert confirmed(draft, head=head).state == DraftState.PUBLISHED


def test_a_head_who_recorded_or_began_it_does_not_confirm_and_the_second_is_told(secretary, head):
    both = staff(Role.SECRETARY)
    both.groups.add(head.groups.get())
    sitting = sittings.session()
    state_project(sitting, by=secretary)
    draft = counted(begun(sitting, by=both), by=both)
    for recorder in (both, secretary):
        handed = recorded(draft, by=recorder)
        with pytest.raises(PermissionDenied):
            confirmed(handed, head=both)
        if recorder == both:
            draft = recording.give_back(handed, by=head, version=handed.version, note="Қате.")
    confirmed(handed, head=head)
    with pytest.raises(ValidationError, match="any more"):
        confirmed(handed, head=staff(Role.HEAD))
    assert Resolution.objects.count() == 1


# --- what the database keeps


def refused(statement, key):
    with connection.cursor() as cursor, transaction.atomic():
        try:
            with transaction.atomic():
                cursor.execute(statement, [key])
        except DatabaseError:
            return True
    return False


def test_plain_sql_changes_neither_lines_with_the_head_nor_a_published_resolution(secretary, head):
    sitting = sittings.session()
    state_project(sitting, by=secretary, asked_sum=BILLION)
    draft = kept(counted(begun(sitting, by=secretary), by=secretary), by=secretary, shares={"state_body": (1, BILLION)})
    lines = (
        "UPDATE proposals_itemdecision SET approved_sum = 2 WHERE draft_id = %s",
        "DELETE FROM proposals_itemdecision WHERE draft_id = %s",
        "UPDATE proposals_draftshare SET count = 1 WHERE draft_id = %s",
    )
    assert not refused(lines[2], draft.pk)
    draft = recorded(draft, by=secretary)
    assert [refused(line, draft.pk) for line in lines] == [True] * 3
    draft = confirmed(draft, head=head)
    published = (
        "UPDATE projects_resolution SET declared_total = 1 WHERE id = %s",
        "UPDATE projects_resolution SET number = 'x' WHERE id = %s",
        "UPDATE projects_resolution SET confirmed_at = NULL WHERE id = %s",
        "DELETE FROM projects_resolution WHERE id = %s",
    )
    assert [refused(line, draft.resolution_id) for line in published] == [True] * 4
    justice = "UPDATE projects_resolution SET justice_number = justice_number || '7' WHERE id = %s"
    assert [refused(justice, draft.resolution_id) for _turn in range(2)] == [False, True]
    closed = (
        "UPDATE proposals_draftresolution SET number = 'x' WHERE id = %s",
        "DELETE FROM proposals_draftresolution WHERE id = %s",
    )
    assert [refused(line, draft.pk) for line in closed] == [True] * 2
