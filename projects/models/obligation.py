"""What the budget owes a project year by year, and how much a territory may owe in a year."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.project import Project
from reference.fields import CleanCharField, CleanTextField, TengeField, WebAddressField
from reference.models import Territory

FIRST_YEAR, LAST_YEAR = 2015, 2100


class YearlySum(models.Model):
    """A year and an amount in whole tenge."""

    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    amount = TengeField(_("amount, tenge"))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(year__range=(FIRST_YEAR, LAST_YEAR)),
                name="%(app_label)s_%(class)s_year_is_2015_to_2100",
                violation_error_message=_("The year must lie between 2015 and 2100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.amount}"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class Obligation(YearlySum):
    """State obligations of one project in one year (Law 379-V, art. 1(4); Budget Code, art. 158)."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="obligations", verbose_name=_("project"))

    class Meta(YearlySum.Meta):
        verbose_name = _("state obligations of a year")
        verbose_name_plural = _("state obligations by year")
        ordering = ["year"]
        constraints = [
            *YearlySum.Meta.constraints,
            models.UniqueConstraint(
                fields=["project", "year"],
                name="%(app_label)s_%(class)s_one_a_year",
                violation_error_message=_("This year already has a row."),
            ),
        ]


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class ObligationCeiling(YearlySum):
    """The most that a territory's budget may owe for PPP projects in one year, as a paper says."""

    territory = models.ForeignKey(
        Territory, models.PROTECT, related_name="obligation_ceilings", verbose_name=_("territory")
    )
    source = CleanCharField(
        _("source"), max_length=300, blank=True, help_text=_("Number and date of the paper that sets the ceiling.")
    )
    source_url = WebAddressField(_("address of the source"), max_length=1000, blank=True)
    note = CleanTextField(_("note"), max_length=1000, blank=True)

    class Meta(YearlySum.Meta):
        verbose_name = _("ceiling of state obligations")
        verbose_name_plural = _("ceilings of state obligations")
        ordering = ["territory", "year"]
        constraints = [
            *YearlySum.Meta.constraints,
            models.UniqueConstraint(
                fields=["territory", "year"],
                name="%(app_label)s_%(class)s_one_a_year",
                violation_error_message=_("This territory already has a ceiling for this year."),
            ),
            models.CheckConstraint(
                condition=~models.Q(source="") | ~models.Q(source_url=""),
                name="%(app_label)s_%(class)s_has_a_source",
                violation_error_message=_("Say which paper sets the ceiling, or give its address."),
            ),
        ]
