"""The lines of a resolution that is being recorded: what it says of items, and which lines of the list it changes."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from projects.models import ListChange, Project
from projects.models.project import term_field
from proposals.models.draft_resolution import DraftResolution
from proposals.models.session import DECIDED, AgendaItem, Outcome
from reference.codelists import InitiatorType, ResolutionKind
from reference.constraints import known_code
from reference.fields import CleanCharField, CleanTextField, TengeField


def only_while_being_recorded(table: str) -> pgtrigger.Trigger:
    """Return the rule that the lines of a resolution change only before it is handed to the head."""
    return pgtrigger.Trigger(
        name="only_while_being_recorded",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
        IF EXISTS (SELECT 1 FROM proposals_draftresolution
                   WHERE id IN (OLD.draft_id, NEW.draft_id) AND state <> 'draft' FOR SHARE) THEN
            RAISE EXCEPTION 'the resolution is recorded and its lines cannot be changed'
                USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_only_while_being_recorded';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
        """,  # noqa: S608
    )


class DraftShare(models.Model):
    """What the paper declares for one initiator type."""

    draft = models.ForeignKey(DraftResolution, models.CASCADE, related_name="shares", verbose_name=_("resolution"))
    initiator_type = models.CharField(_("initiator type"), max_length=20, choices=InitiatorType)
    count = models.PositiveIntegerField(_("declared number of projects"), null=True, blank=True)
    total = TengeField(_("declared sum, tenge"), null=True, blank=True)

    class Meta:
        verbose_name = _("declared by initiator")
        verbose_name_plural = _("declared by initiator")
        ordering = ["initiator_type"]
        constraints = [
            known_code("initiator_type", InitiatorType.values),
            models.UniqueConstraint(
                fields=["draft", "initiator_type"],
                name="%(app_label)s_%(class)s_one_row_an_initiator_type",
                violation_error_message=_("This initiator type already has a row."),
            ),
        ]
        triggers = [only_while_being_recorded("proposals_draftshare")]

    def __str__(self) -> str:
        return self.get_initiator_type_display()


class ItemDecision(models.Model):
    """What the resolution says of one item of the agenda."""

    draft = models.ForeignKey(DraftResolution, models.CASCADE, related_name="decisions", verbose_name=_("resolution"))
    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="decisions", verbose_name=_("item"))
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=[(outcome.value, outcome.label) for outcome in DECIDED]
    )
    approved_sum = TengeField(
        _("approved sum, tenge"), null=True, blank=True, help_text=_("As in the list; empty when the list names none.")
    )
    conditions_kk = CleanTextField(_("conditions in Kazakh"), max_length=3000, blank=True)
    conditions_ru = CleanTextField(_("conditions in Russian"), max_length=3000, blank=True)
    note = CleanTextField(
        _("reason"),
        max_length=3000,
        blank=True,
        help_text=_("Why it was declined or postponed; the applicant reads it."),
    )

    class Meta:
        verbose_name = _("decision about an item")
        verbose_name_plural = _("decisions about items")
        ordering = ["item__position", "id"]
        constraints = [
            known_code("outcome", [outcome.value for outcome in DECIDED]),
            models.UniqueConstraint(
                fields=["draft", "item"],
                name="%(app_label)s_%(class)s_one_an_item",
                violation_error_message=_("This item already has a decision."),
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.CONDITIONS) | ~Q(conditions_kk="") | ~Q(conditions_ru=""),
                name="%(app_label)s_%(class)s_conditions_are_told",
                violation_error_message=_("Write the conditions in Kazakh or in Russian."),
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=(Outcome.DECLINED, Outcome.POSTPONED)) | ~Q(note=""),
                name="%(app_label)s_%(class)s_reason_is_told",
                violation_error_message=_("Say why the item was declined or postponed."),
            ),
        ]
        triggers = [only_while_being_recorded("proposals_itemdecision")]

    def __str__(self) -> str:
        return f"{self.item}: {self.get_outcome_display()}"


class RevisionAct(models.TextChoices):
    """What an amendment or exclusion does to a line of the list."""

    AMEND = "amend", pgettext_lazy("list", "Change the line")
    EXCLUDE = "exclude", pgettext_lazy("list", "Take out of the list")


REVISING = {ResolutionKind.AMENDMENT: RevisionAct.AMEND, ResolutionKind.EXCLUSION: RevisionAct.EXCLUDE}
"""Which kind of resolution does what to lines of the list."""


class ListRevision(models.Model):
    """A line of the list that the resolution changes or takes out. The new line stands here whole."""

    draft = models.ForeignKey(DraftResolution, models.CASCADE, related_name="revisions", verbose_name=_("resolution"))
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("project of the register"))
    act = models.CharField(_("act"), max_length=10, choices=RevisionAct)
    seen = models.ForeignKey(
        ListChange, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("line it starts from")
    )
    title_kk = CleanCharField(_("title in Kazakh"), max_length=500, blank=True)
    title_ru = CleanCharField(_("title in Russian"), max_length=500, blank=True)
    title_en = CleanCharField(_("title in English"), max_length=500, blank=True)
    cost = TengeField(_("cost, tenge"), null=True, blank=True, help_text=_("Empty when unknown: unknown is not zero."))
    term_years = term_field()
    reason_kk = CleanTextField(_("reason in Kazakh"), max_length=3000, blank=True)
    reason_ru = CleanTextField(_("reason in Russian"), max_length=3000, blank=True)

    class Meta:
        verbose_name = _("change of a line")
        verbose_name_plural = _("changes of lines")
        ordering = ["id"]
        constraints = [
            known_code("act", RevisionAct.values),
            models.UniqueConstraint(
                fields=["draft", "project"],
                name="%(app_label)s_%(class)s_one_a_project",
                violation_error_message=_("This project already has a line in this resolution."),
            ),
            models.CheckConstraint(
                condition=~Q(act=RevisionAct.EXCLUDE) | ~Q(reason_kk="") | ~Q(reason_ru=""),
                name="%(app_label)s_%(class)s_exclusion_has_a_reason",
                violation_error_message=_("Give the reason in Kazakh or in Russian."),
            ),
        ]
        triggers = [only_while_being_recorded("proposals_listrevision")]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.project}"
