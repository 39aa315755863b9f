"""Who reviews what, and whether that person may."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from proposals.models.proposal import Proposal
from reference.constraints import known_code
from reference.fields import CleanTextField
from reference.models import Sector


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class ExpertSector(models.Model):
    """A sector in which a person gives opinions; an expert sees the proposals of these sectors only."""

    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="expert_sectors", verbose_name=_("expert")
    )
    sector = models.ForeignKey(Sector, models.PROTECT, related_name="experts", verbose_name=_("sector"))

    class Meta:
        verbose_name = _("sector of an expert")
        verbose_name_plural = _("sectors of experts")
        ordering = ["sector__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "sector"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message=_("This expert already has this sector."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.expert} – {self.sector}"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class Assignment(models.Model):
    """An expert is asked for an opinion on a proposal by a day."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="assignments", verbose_name=_("proposal"))
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="assignments", verbose_name=_("expert")
    )
    due_on = models.DateField(_("opinion by"))
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("assigned by")
    )
    assigned_at = models.DateTimeField(_("assigned"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "expert"],
                name="%(app_label)s_%(class)s_an_expert_once",
                violation_error_message=_("This expert is already assigned to the proposal."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.proposal} – {self.expert}"


class ConflictGround(models.TextChoices):
    """Why a person may not judge a proposal."""

    OWN_COMPANY = "own_company", _("I work for the applicant or its partner")
    FAMILY = "family", _("Family of somebody of the applicant")
    SHARES = "shares", _("Shares in the applicant or its partner")
    OTHER = "other", pgettext_lazy("conflict of interest", "Something else")


class Declaration(models.Model):
    """What a person said about a conflict of interest before opening a file. Added to and never changed."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="declarations", verbose_name=_("proposal"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="declarations", verbose_name=_("person")
    )
    has_conflict = models.BooleanField(_("conflict of interest"))
    ground = models.CharField(_("ground"), max_length=12, choices=ConflictGround, blank=True)
    text = CleanTextField(_("explanation"), max_length=2000, blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("declaration of interest")
        verbose_name_plural = _("declarations of interest")
        ordering = ["id"]
        indexes = [models.Index(fields=["person", "proposal"], name="proposals_declaration_who")]
        constraints = [
            known_code("ground", ConflictGround.values, may_be_empty=True),
            models.CheckConstraint(
                condition=models.Q(has_conflict=False, ground="")
                | (models.Q(has_conflict=True) & ~models.Q(ground="")),
                name="%(app_label)s_%(class)s_conflict_has_ground",
                violation_error_message=_("Say what kind of conflict it is."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person} – {self.proposal}"
