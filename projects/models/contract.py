"""The contract of a project: what was signed with whom, where it is registered, and how it was changed since."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from projects.models.project import Project, term_field
from reference.fields import BinField, CleanCharField, CleanTextField, TengeField


class _Terms(models.Model):
    """What a contract or its change says: sum in whole tenge, term in years; empty: not known or not changed."""

    number = CleanCharField(pgettext_lazy("contract", "number"), max_length=60)
    signed_on = models.DateField(_("signed on"))
    sum = TengeField(_("sum, tenge"), null=True, blank=True)
    term_years = term_field()
    treasury_number = CleanCharField(
        _("treasury registration number"),
        max_length=60,
        blank=True,
        help_text=_("The registration with the treasury, from which the obligations are in force."),
    )
    treasury_date = models.DateField(_("date of treasury registration"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(treasury_date__isnull=True) | ~Q(treasury_number=""),
                name="%(app_label)s_%(class)s_treasury_date_has_number",
                violation_error_message=_("Give the treasury registration number that belongs to this date."),
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class Contract(_Terms):
    """The signed contract with its newest sum and term; what was signed first stands in the first history row."""

    project = models.OneToOneField(Project, models.PROTECT, related_name="contract", verbose_name=_("project"))
    partner = CleanCharField(
        _("private partner"), max_length=300, help_text=_("Name of the company, as it writes itself.")
    )
    partner_bin = BinField(
        _("BIN of the private partner"), blank=True, help_text=_("12 digits; empty for an individual entrepreneur.")
    )

    class Meta(_Terms.Meta):
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")


class ContractChange(_Terms):
    """An additional agreement: the values after it. Written with the contract and never changed."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="changes", verbose_name=_("contract"))
    old_sum = TengeField(_("sum before, tenge"), null=True, blank=True)
    old_term_years = models.DecimalField(_("term before, years"), max_digits=4, decimal_places=2, null=True, blank=True)
    reason_kk = CleanTextField(_("reason in Kazakh"), max_length=2000, blank=True)
    reason_ru = CleanTextField(_("reason in Russian"), max_length=2000, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta(_Terms.Meta):
        verbose_name = _("change of a contract")
        verbose_name_plural = _("changes of contracts")
        ordering = ["id"]
        constraints = [
            *_Terms.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(reason_kk="") | ~Q(reason_ru=""),
                name="%(app_label)s_%(class)s_has_a_reason",
                violation_error_message=_("Give the reason in Kazakh or in Russian."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
