"""What the law, the classifiers and the calendar say; the register and the intake stand on it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from reference.codelists import TerritoryLevel
from reference.constraints import known_code
from reference.fields import CleanCharField, CleanTextField, WebAddressField
from reference.kazakh import sorting
from reference.languages import Named


def kazakh_order(column: str) -> models.GeneratedField:
    """Return a stored column by which the names in ``column`` sort in the order of the Kazakh alphabet."""
    return models.GeneratedField(
        expression=sorting(F(column)),
        output_field=models.CharField(max_length=300, db_collation="C"),
        db_persist=True,
        editable=False,
        verbose_name=_("sort key"),
    )


class Territory(Named):
    """A region, a city of republican significance or a district, by its KATO code."""

    code = models.CharField(_("KATO code"), max_length=9, primary_key=True, help_text=_("Nine digits."))
    name_kk = CleanCharField(_("name in Kazakh"), max_length=200)
    name_ru = CleanCharField(_("name in Russian"), max_length=200)
    name_en = CleanCharField(_("name in English"), max_length=200)
    level = models.CharField(_("level"), max_length=20, choices=TerritoryLevel)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="districts",
        verbose_name=_("part of"),
        help_text=_("For a district: the city or region it lies in."),
    )
    order_kk = kazakh_order("name_kk")

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        ordering = ["order_kk", "code"]
        constraints = [
            known_code("level", TerritoryLevel.values),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{9}$"),
                name="%(app_label)s_%(class)s_code_has_nine_digits",
                violation_error_message=_("A KATO code has nine digits."),
            ),
            models.CheckConstraint(
                condition=Q(level=TerritoryLevel.DISTRICT, parent__isnull=False)
                | (~Q(level=TerritoryLevel.DISTRICT) & Q(parent__isnull=True)),
                name="%(app_label)s_%(class)s_only_districts_lie_in_another",
                violation_error_message=_("A district lies in a city or region; a city or region stands alone."),
            ),
        ]


class Sector(Named):
    """A branch of the economy. Staff may add rows; each maps to codes of OC4IDS ``projectSector``."""

    code = models.SlugField(
        _("code"), max_length=40, primary_key=True, help_text=_("Latin letters; stands in addresses of pages.")
    )
    name_kk = CleanCharField(_("name in Kazakh"), max_length=200)
    name_ru = CleanCharField(_("name in Russian"), max_length=200)
    name_en = CleanCharField(_("name in English"), max_length=200)
    oc4ids_codes = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("OC4IDS codes"),
        help_text=_("Codes of the open codelist projectSector, separated by commas."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100, help_text=_("Place in lists, from 1."))

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ["order", "code"]


class LegalParameter(Named):
    """A number of the law, or a target the chamber set itself, with the days on which it holds."""

    code = models.SlugField(_("code"), max_length=60, help_text=_("For example mci or ppp_term_min."))
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=20, help_text=_("tenge, year, month, percent or working_day."))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("Last day; empty: still valid."))
    is_target = models.BooleanField(
        _("target of the chamber"), default=False, help_text=_("Not a rule of law: an aim the chamber set itself.")
    )
    name_kk = CleanCharField(_("name in Kazakh"), max_length=200)
    name_ru = CleanCharField(_("name in Russian"), max_length=200)
    name_en = CleanCharField(_("name in English"), max_length=200)
    source = CleanCharField(_("source"), max_length=300, help_text=_("Act and article."))
    source_url = WebAddressField(_("address of the source"), max_length=500, blank=True)
    note_kk = CleanTextField(_("note in Kazakh"), blank=True)
    note_ru = CleanTextField(_("note in Russian"), blank=True)
    note_en = CleanTextField(_("note in English"), blank=True)

    class Meta:
        verbose_name = _("legal parameter")
        verbose_name_plural = _("legal parameters")
        ordering = ["code", "valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="%(app_label)s_%(class)s_ends_after_it_begins",
                violation_error_message=_("“Valid to” lies before “valid from”."),
            ),
            ExclusionConstraint(
                name="%(app_label)s_%(class)s_one_value_a_day",
                expressions=[
                    (
                        Func(
                            "valid_from",
                            "valid_to",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("code", RangeOperators.EQUAL),
                ],
                violation_error_message=_("This parameter already has a value for some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.valid_from:%d.%m.%Y})"

    def clean(self) -> None:
        """Refuse days the wrong way round here: the rule about overlaps cannot even be asked for them."""
        super().clean()
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("“Valid to” lies before “valid from”.")})


class WorkingDayCorrection(Named):
    """A day on which Kazakhstan worked or rested otherwise than the calendar library says."""

    date = models.DateField(_("date"), primary_key=True)
    is_working = models.BooleanField(_("working day"))
    name_kk = CleanCharField(_("name in Kazakh"), max_length=200)
    name_ru = CleanCharField(_("name in Russian"), max_length=200)
    name_en = CleanCharField(_("name in English"), max_length=200)
    source_url = WebAddressField(_("address of the source"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("correction of the working calendar")
        verbose_name_plural = _("corrections of the working calendar")
        ordering = ["-date"]


class Tally(models.Model):
    """How often somebody did something lately. Whom a row counts, nobody can read from it; see reference/rates.py."""

    key = models.CharField(
        _("key"), max_length=40, primary_key=True, help_text=_("Keyed hash of what is counted and of whom.")
    )
    kind = models.CharField(_("what is counted"), max_length=20)
    count = models.PositiveIntegerField(_("wrong tries in a row"), default=0)
    until = models.DateTimeField(_("locked or filled until"))
    forget_at = models.DateTimeField(_("forgotten at"), help_text=_("After this moment the row counts nothing."))
    is_told = models.BooleanField(_("the owner was told"), default=False)

    class Meta:
        verbose_name = _("count of tries")
        verbose_name_plural = _("counts of tries")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:8]}"
