"""Taking up, supporting, refusing, asking: what each service takes and refuses, and what the loser is told."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation
from post_office.models import Email

from proposals.models import Clarification, Refusal
from proposals.services.asking import ask
from proposals.services.deciding import refuse, support, take_up
from proposals.services.moves import Overtaken, hindrance
from proposals.services.opinions import write_opinion
from proposals.services.review import declare
from proposals.services.withdrawing import answer, withdraw
from proposals.workflow import Stage, StepNotAllowed
from tests.proposals.applications import (
    IIN,
    SITE,
    applicant,
    clear,
    expert_of,
    head_of,
    opinion_on,
    proposal_at,
    reason,
    reviewer,
    staff,
)
from tests.proposals.looks import joins, letters, stage_of, today
from tests.rules import refusals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


class TestSupporting:
    def test_the_head_supports_on_a_positive_opinion_of_somebody_else(self):
        for advice in ("for", "conditions"):
            proposal = proposal_at(Stage.REVIEW)
            head = head_of(proposal)
            words = "No expert has given a positive opinion yet."
            with translation.override("en"):
                assert hindrance(proposal, "support", by=head) == words
            opinion_on(proposal, "against")
            opinion_on(proposal, "for", give=False)
            assert refusals(support, proposal, by=head, site=SITE) == [words]
            assert stage_of(proposal)[0] == Stage.REVIEW
            opinion_on(proposal, advice)
            assert hindrance(proposal, "support", by=head) == ""
            change = support(proposal, by=head, site=SITE, note="Маңызды.")
            assert (change.actor, change.channel, stage_of(proposal)[0]) == (head, "admin", Stage.SUPPORTED)
        assert len(letters("supported")) == 2

    def test_an_open_request_comes_first(self):
        proposal = proposal_at(Stage.REVIEW)
        opinion_on(proposal)
        head = head_of(proposal)
        # A request without its step cannot come about by the services; the rule stands on its own feet.
        Clarification.objects.create(
            proposal=proposal, number=1, kind="other", text="Неге?", asked_by=head, due_on=today(), came_from="review"
        )
        assert refusals(support, proposal, by=head, site="") == ["A request to the applicant is still open."]

    def test_who_wrote_an_opinion_does_not_support(self):
        proposal = proposal_at(Stage.REVIEW)
        both = staff("head")
        both.groups.add(expert_of().groups.get())
        both.expert_sectors.create(sector_id="education")
        reviewer(proposal, both)
        opinion_on(proposal)
        kept = write_opinion(proposal, by=both, version=0, text="Ойланып жүрмін.", scores={})
        assert hindrance(proposal, "support", by=both) == "", "a draft is no opinion yet"
        opinion_on(proposal, by=both, version=kept.version)
        with pytest.raises(PermissionDenied):
            support(proposal, by=both, site="")
        with pytest.raises(PermissionDenied):
            hindrance(proposal, "support", by=both)
        assert stage_of(proposal)[0] == Stage.REVIEW
        assert support(proposal, by=head_of(proposal), site="").to_stage == Stage.SUPPORTED

    def test_heads_that_may_not(self):
        proposal = proposal_at(Stage.REVIEW)
        opinion_on(proposal)
        silent, torn, own = staff("head"), head_of(proposal), head_of(proposal)
        declare(proposal, by=torn, has_conflict=True, ground="family")
        joins(own, proposal)
        for head in (silent, torn, own):
            with pytest.raises(PermissionDenied):
                support(proposal, by=head, site="")
            with pytest.raises(PermissionDenied):
                refuse(proposal, by=head, reasons=[reason()], text="Себебі.", site="")
        assert (stage_of(proposal)[0], letters("supported"), letters("refused")) == (Stage.REVIEW, [], [])


class TestRefusing:
    def test_the_letter_names_reason_and_advice_in_the_language_of_the_application(self):
        proposal = proposal_at(Stage.REVIEW)
        chosen = [reason("no_ppp_signs"), reason("object_not_allowed")]
        made = refuse(proposal, by=head_of(proposal), reasons=chosen, text="Есептеуі жоқ.", site=SITE)
        assert list(Refusal.objects.get().reasons.all()) == chosen
        assert (made.text, made.change.note, made.change.to_stage) == ("Есептеуі жоқ.", "Есептеуі жоқ.", "refused")
        (letter,) = letters("refused")
        assert letter.to == [proposal.application.created_by.email]
        told = [words for row in chosen for words in (row.name_kk, row.advice_kk)]
        for words in (*told, "Есептеуі жоқ.", proposal.number):
            assert " ".join(str(words).split()) in " ".join((letter.subject + letter.message).split())

    def test_without_reason_or_words_nothing_is_refused(self):
        proposal = proposal_at(Stage.REVIEW)
        head = head_of(proposal)
        before = stage_of(proposal)
        facts = {"reasons": [reason()], "text": "Себебі."}
        for gap in ({"reasons": []}, {"text": "  "}, {"text": f"ЖСН {IIN}"}):
            with pytest.raises(ValidationError):
                refuse(proposal, by=head, site="", **{**facts, **gap})
        assert (stage_of(proposal), Refusal.objects.count(), letters("refused")) == (before, 0, [])
        assert refuse(proposal, by=head, site="", **facts).pk

    @pytest.mark.parametrize(("days", "is_over"), [(0, False), (1, False), (-1, True)])
    def test_a_request_may_be_closed_when_its_day_is_over(self, days, is_over):
        proposal = proposal_at(Stage.FILED)
        at = timezone.now() - datetime.timedelta(days=3)
        due = today() + datetime.timedelta(days=days)
        ask(proposal, by=staff("clerk"), kind="other", text="Неге?", site="", due_on=due, at=at)
        head, facts = head_of(proposal), {"reasons": [reason()], "text": "Жауап жоқ.", "site": ""}
        if is_over:
            assert refuse(proposal, by=head, **facts).change.from_stage == Stage.CLARIFICATION
        else:
            assert refusals(refuse, proposal, by=head, **facts) == ["The applicant still has time to answer."]
            assert stage_of(proposal)[0] == Stage.CLARIFICATION

    def test_a_refusal_stays_as_it_was_written(self):
        proposal_at(Stage.REFUSED)
        for change in ("UPDATE proposals_refusal SET text = 'x'", "DELETE FROM proposals_refusal"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change)


class TestTakingUpAndAsking:
    def test_a_proposal_is_taken_up_after_its_papers_were_looked_through(self):
        proposal, clerk = proposal_at(Stage.FILED), staff("clerk")
        assert "papers" in " ".join(refusals(take_up, proposal, by=clerk, complete=False, site=""))
        assert (stage_of(proposal)[0], letters("taken_up")) == (Stage.FILED, [])
        assert take_up(proposal, by=clerk, complete=True, site=SITE).to_stage == Stage.REVIEW
        assert len(letters("taken_up")) == 1
        with pytest.raises(StepNotAllowed):
            take_up(proposal, by=clerk, complete=True, site=SITE)

    def test_an_expert_asks_after_declaring_and_in_the_own_sector_only(self):
        proposal = proposal_at(Stage.REVIEW)
        facts = {"kind": "other", "text": "Неге?", "site": "", "due_on": today()}
        for person in (expert_of(), clear(expert_of("health"), proposal)):
            with pytest.raises(PermissionDenied):
                ask(proposal, by=person, **facts)
        assert not Clarification.objects.exists()
        assert ask(proposal, by=clear(expert_of(), proposal), **facts).number == 1

    def test_whoever_acts_from_an_old_page_is_told_who_did_what(self):
        owner = applicant()
        proposal, clerk = proposal_at(Stage.FILED, owner), staff("clerk")
        seen = proposal.stage_changes.get().pk
        facts = {"kind": "other", "text": "Неге?", "site": "", "due_on": today()}
        request = ask(proposal, by=clerk, seen=seen, **facts)
        answer(request, by=owner, text="Міне.", site="")
        before = stage_of(proposal)
        head = head_of(proposal)
        acts = (
            lambda: take_up(proposal, by=head, complete=True, site="", seen=seen),
            lambda: ask(proposal, by=clerk, seen=seen, **facts),
            lambda: refuse(proposal, by=head, reasons=[reason()], text="Себебі.", site="", seen=seen),
        )
        for act in acts:
            with pytest.raises(Overtaken) as late:
                act()
            assert (late.value.change.actor, late.value.change.action) == (owner, "answer")
            assert late.value.change.at <= timezone.now()
        assert stage_of(proposal) == before
        assert take_up(proposal, by=head, complete=True, site="", seen=late.value.change.pk).to_stage == Stage.REVIEW

    def test_a_step_undone_leaves_no_letter(self):
        owner = applicant()
        proposal = proposal_at(Stage.FILED, owner)
        before = Email.objects.count()
        with transaction.atomic():
            take_up(proposal, by=staff("clerk"), complete=True, site="")
            withdraw(proposal, by=owner, note="Керек емес.", site="")
            assert Email.objects.count() > before
            transaction.set_rollback(True)
        assert (stage_of(proposal)[0], Email.objects.count()) == (Stage.FILED, before)
