"""Why a proposal was refused: coded reasons that can be counted, and words that say what to mend."""

import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.models.proposal import Proposal
from proposals.models.stage_change import StageChange
from reference.fields import CleanCharField, CleanTextField, WebAddressField
from reference.languages import Localized, Named, localized


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class RefusalReason(Named):
    """A reason of the list. Staff edit it; a reason that was ever used is switched off, not deleted."""

    code = models.SlugField(_("code"), max_length=40, unique=True, help_text=_("Latin letters."))
    name_kk = CleanCharField(_("name in Kazakh"), max_length=300)
    name_ru = CleanCharField(_("name in Russian"), max_length=300)
    name_en = CleanCharField(_("name in English"), max_length=300)
    advice_kk = CleanTextField(
        _("advice in Kazakh"), max_length=1000, help_text=_("What the applicant should mend; stands in the letter.")
    )
    advice_ru = CleanTextField(_("advice in Russian"), max_length=1000)
    advice_en = CleanTextField(_("advice in English"), max_length=1000, blank=True)
    article = CleanCharField(
        _("article of the law"), max_length=200, blank=True, help_text=_("Empty: the chamber's own reason.")
    )
    source_url = WebAddressField(_("address of the source"), max_length=500, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("reason for refusal")
        verbose_name_plural = _("reasons for refusal")
        ordering = ["order", "code"]

    @property
    def advice(self) -> Localized:
        """Return what to mend, in the reader's language or the next best."""
        return localized(self, "advice")


class Refusal(models.Model):
    """The reasons of one step of refusal. Written with the step and never changed."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="refusal", verbose_name=_("proposal"))
    change = models.OneToOneField(StageChange, models.PROTECT, related_name="refusal", verbose_name=_("step"))
    reasons = models.ManyToManyField(RefusalReason, related_name="refusals", verbose_name=_("reasons"))
    text = CleanTextField(_("explanation"), max_length=5000)

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.proposal)
