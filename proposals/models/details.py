"""What belongs to a proposal row by row: answers, payments by year, who answers for what, reasons."""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.models.proposal import Proposal
from reference.codelists import Bearer, ResponsibilityArea
from reference.constraints import known_code
from reference.fields import CleanTextField, TengeField


def only_while_editable(table: str) -> pgtrigger.Trigger:
    """Return the rule that rows of a proposal change only while it is a draft or answers a question."""
    return pgtrigger.Trigger(
        name="only_while_editable",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
        IF EXISTS (SELECT 1 FROM proposals_proposal
                   WHERE id IN (OLD.proposal_id, NEW.proposal_id)  -- a row must neither leave nor join
                         AND stage NOT IN ('draft', 'clarification') FOR SHARE) THEN
            RAISE EXCEPTION 'the proposal is filed and cannot be changed'
                USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_only_while_editable';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
        """,  # noqa: S608
    )


class Answer(models.Model):
    """The answer to a question that only this sector or kind of initiator is asked (proposals/questions.py)."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="answers", verbose_name=_("proposal"))
    code = models.SlugField(_("question"), max_length=50)
    text = CleanTextField(_("answer"), max_length=5000)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "code"],
                name="%(app_label)s_%(class)s_one_a_question",
                violation_error_message=_("This question is already answered."),
            )
        ]
        triggers = [only_while_editable("proposals_answer")]

    def __str__(self) -> str:
        return f"{self.code}: {self.text[:40]}"


class Payment(models.Model):
    """What the budget would pay in one year, in whole tenge."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="payments", verbose_name=_("proposal"))
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2015), MaxValueValidator(2100)])
    amount = TengeField(_("payment, tenge"))

    class Meta:
        verbose_name = _("payment of a year")
        verbose_name_plural = _("payments by year")
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "year"],
                name="%(app_label)s_%(class)s_one_a_year",
                violation_error_message=_("This year already has a payment."),
            ),
            models.CheckConstraint(
                condition=models.Q(year__range=(2015, 2100)),
                name="%(app_label)s_%(class)s_year_is_2015_to_2100",
                violation_error_message=_("The year must lie between 2015 and 2100."),
            ),
        ]
        triggers = [only_while_editable("proposals_payment")]

    def __str__(self) -> str:
        return f"{self.year}: {self.amount}"


class ProposalResponsibility(models.Model):
    """Who would answer for one area, as the applicant sees it."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="responsibilities", verbose_name=_("proposal"))
    area = models.CharField(_("area"), max_length=20, choices=ResponsibilityArea)
    bearer = models.CharField(_("who answers"), max_length=10, choices=Bearer)

    class Meta:
        verbose_name = _("proposed responsibility")
        verbose_name_plural = _("proposed responsibilities")
        ordering = ["id"]
        constraints = [
            known_code("area", ResponsibilityArea.values),
            known_code("bearer", Bearer.values),
            models.UniqueConstraint(
                fields=["proposal", "area"],
                name="%(app_label)s_%(class)s_one_bearer_an_area",
                violation_error_message=_("This area already has a row; choose “both” if both answer."),
            ),
        ]
        triggers = [only_while_editable("proposals_proposalresponsibility")]

    def __str__(self) -> str:
        return f"{self.get_area_display()}: {self.get_bearer_display()}"


class Explanation(models.Model):
    """The applicant's reason for a figure that looked odd (proposals/plausibility.py)."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="explanations", verbose_name=_("proposal"))
    code = models.SlugField(_("doubt"), max_length=50)
    reason = CleanTextField(_("reason"), max_length=2000)

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "code"],
                name="%(app_label)s_%(class)s_one_a_doubt",
                violation_error_message=_("This doubt is already answered."),
            )
        ]
        triggers = [only_while_editable("proposals_explanation")]

    def __str__(self) -> str:
        return f"{self.code}: {self.reason[:40]}"
