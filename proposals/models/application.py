"""What one applicant files on one day: one or more proposals, one number, one receipt."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Concat, LPad
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.models import Organisation
from reference.codelists import Channel, CompanySize, InitiatorType
from reference.constraints import known_code
from reference.fields import BinField, CleanCharField
from reference.languages import LANGUAGES

FROZEN = (
    "organisation_id",
    "channel",
    "received_on",
    "year",
    "sequence",
    "filed_at",
    "filed_by_id",
    "consent_at",
    "publish_agreed",
    "initiator_type",
    "initiator_size",
    "applicant_name",
    "applicant_bin",
    "filed_copy",
    "filed_sha256",
)
"""Columns that never change once the application is filed."""


def number_of(year: int, sequence: int) -> str:
    """Return the number of an application as the database makes it of these two."""
    return f"{year}-{sequence:06d}"


class Application(models.Model):
    """An application. Its key is random; the number, which tells the order of arrival, stands in no address."""

    id = models.UUIDField(_("key"), primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="applications", verbose_name=_("applicant")
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel, default=Channel.ONLINE, help_text=_("How the application came.")
    )
    received_on = models.DateField(
        _("date it came"), null=True, blank=True, help_text=_("Only for an application on paper.")
    )
    language = models.CharField(
        _("language of the letters"),
        max_length=2,
        choices=[(code, code) for code in LANGUAGES],
        default="kk",
        help_text=_("Letters and the receipt are written in it."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("begun by")
    )
    creation_key = models.UUIDField(
        _("key of the form"),
        default=uuid.uuid4,
        editable=False,
        help_text=_("A form sent twice makes one application."),
    )
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("copied from")
    )
    version = models.PositiveIntegerField(_("version"), default=1, help_text=_("Counts the changes of the draft."))
    publish_agreed = models.BooleanField(
        _("title and company may be shown"),
        default=False,
        help_text=_("In the public queue. Without it only number, sector, district, sum and stage are shown."),
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    deletion_told_at = models.DateTimeField(
        _("told that the draft will be deleted"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Only of a draft that nobody touched for long (apply_retention)."),
    )

    year = models.PositiveSmallIntegerField(_("year of filing"), null=True, editable=False)
    sequence = models.PositiveIntegerField(
        _("number of arrival"), null=True, editable=False, help_text=_("Without gaps within a year.")
    )
    # Concat alone would make “-” of the unknown number of a draft.
    number = models.GeneratedField(
        expression=Case(
            When(
                sequence__isnull=False,
                then=Concat(
                    Cast(F("year"), models.TextField()),
                    Value("-"),
                    LPad(Cast(F("sequence"), models.TextField()), 6, Value("0")),
                    output_field=models.TextField(),
                ),
            ),
            default=Value(""),
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
        editable=False,
        verbose_name=pgettext_lazy("application", "number"),
    )
    filed_at = models.DateTimeField(_("filed"), null=True, editable=False)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("filed by"),
    )
    consent_at = models.DateTimeField(_("consent given"), null=True, editable=False)
    initiator_type = models.CharField(
        _("initiator type"), max_length=20, choices=InitiatorType, blank=True, editable=False
    )
    initiator_size = models.CharField(
        _("size of the enterprise"), max_length=10, choices=CompanySize, blank=True, editable=False
    )
    applicant_name = CleanCharField(_("name of the applicant"), max_length=300, blank=True, editable=False)
    applicant_bin = BinField(_("BIN of the applicant"), blank=True, editable=False)
    filed_copy = models.JSONField(
        _("copy of what was filed"), null=True, editable=False, help_text=_("Without personal data.")
    )
    filed_sha256 = models.CharField(_("SHA-256 of the copy"), max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = [F("filed_at").desc(nulls_first=True), "-created_at"]
        permissions = [("enter_paper_application", "Can enter an application that came on paper")]
        indexes = [models.Index(fields=["organisation", "filed_at"], name="proposals_application_mine")]
        constraints = [
            known_code("channel", Channel.values),
            known_code("language", LANGUAGES),
            known_code("initiator_type", InitiatorType.values, may_be_empty=True),
            known_code("initiator_size", CompanySize.values, may_be_empty=True),
            models.UniqueConstraint(
                fields=["created_by", "creation_key"],
                name="%(app_label)s_%(class)s_one_a_form",
                violation_error_message=_("This form was already sent."),
            ),
            models.UniqueConstraint(
                fields=["year", "sequence"],
                name="%(app_label)s_%(class)s_one_number",
                violation_error_message=_("This number is already given."),
            ),
            models.CheckConstraint(
                condition=Q(
                    year__isnull=True,
                    sequence__isnull=True,
                    filed_at__isnull=True,
                    filed_by__isnull=True,
                    consent_at__isnull=True,
                    filed_copy__isnull=True,
                    filed_sha256="",
                    initiator_type="",
                )
                | (
                    Q(
                        year__range=(2015, 2100),
                        sequence__gte=1,
                        filed_at__isnull=False,
                        filed_by__isnull=False,
                        consent_at__isnull=False,
                        filed_copy__isnull=False,
                    )
                    & ~Q(filed_sha256="")
                    & ~Q(initiator_type="")
                    & ~Q(applicant_name="")
                ),
                name="%(app_label)s_%(class)s_filed_whole_or_not",
                violation_error_message=_("A filed application has number, day, consent and copy."),
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.PAPER, received_on__isnull=False)
                | Q(channel=Channel.ONLINE, received_on__isnull=True),
                name="%(app_label)s_%(class)s_paper_has_a_date",
                violation_error_message=_("Give the day on which the paper application came."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="filed_stays_as_filed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=f"""
                IF OLD.filed_at IS NOT NULL AND (TG_OP = 'DELETE' OR
                   ({", ".join(f"OLD.{name}" for name in FROZEN)}) IS DISTINCT FROM
                   ({", ".join(f"NEW.{name}" for name in FROZEN)})) THEN
                    RAISE EXCEPTION 'application % is filed and cannot be changed', OLD.number
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_application_filed_stays_as_filed';
                END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(_("Draft without a number"))

    @property
    def is_filed(self) -> bool:
        """Tell whether the application has left the applicant's hands."""
        return self.filed_at is not None

    def get_absolute_url(self) -> str:
        """Return the applicant's page of this application."""
        return reverse("application", args=[self.pk])


class ArrivalCounter(models.Model):
    """The last number given in a year. Its row is the queue: who holds it gets the next number, without gaps."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("counter of arrivals")
        verbose_name_plural = _("counters of arrivals")

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
