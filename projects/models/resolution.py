"""The paper a maslikhat passed: who, when, what kind, what it declares."""

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Left
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from reference.codelists import ENTERING_KINDS, InitiatorType, ResolutionKind
from reference.constraints import known_code
from reference.fields import (
    CleanCharField,
    CleanTextField,
    PartialDateField,
    RomanNumberField,
    TengeField,
    WebAddressField,
)
from reference.languages import Localized, Named, localized
from reference.models import Territory, kazakh_order
from reference.partial_dates import format_partial_date
from reference.transactions import CurrentTransaction

FACTS = (
    "maslikhat_id",
    "kind",
    "session",
    "convocation",
    "number",
    "adopted",
    "votes_for",
    "votes_against",
    "votes_abstained",
    "declared_count",
    "declared_total",
    "declared_is_approximate",
    "confirmed_at",
    "transaction",
)
"""What a confirmed resolution says once and for all."""
LATER = ("justice_number", "justice_date", "link")
"""What may be added to it later: registration and publication come weeks after the vote."""
_ROW = "({})".format
_FILLED = "(COALESCE(OLD.{name}::text, '') <> '' AND OLD.{name} IS DISTINCT FROM NEW.{name})"


class Maslikhat(Named):
    """A city or regional council (Law 379-V, art. 24)."""

    territory = models.OneToOneField(Territory, models.PROTECT, related_name="maslikhat", verbose_name=_("territory"))
    name_kk = CleanCharField(_("name in Kazakh"), max_length=200)
    name_ru = CleanCharField(_("name in Russian"), max_length=200)
    name_en = CleanCharField(_("name in English"), max_length=200)
    order_kk = kazakh_order("name_kk")

    class Meta:
        verbose_name = _("maslikhat")
        verbose_name_plural = _("maslikhats")
        ordering = ["order_kk"]


class PaperFacts(models.Model):
    """What stands on any paper of a maslikhat: votes, registration, address, and what the paper declares."""

    votes_for = models.PositiveSmallIntegerField(_("votes for"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(_("votes against"), null=True, blank=True)
    votes_abstained = models.PositiveSmallIntegerField(_("abstained"), null=True, blank=True)
    justice_number = CleanCharField(
        _("justice registration number"),
        max_length=40,
        blank=True,
        help_text=_("Number in the state register of acts."),
    )
    justice_date = models.DateField(_("date of justice registration"), null=True, blank=True)
    link = WebAddressField(_("link"), max_length=500, blank=True, help_text=_("Address of the published text."))
    declared_count = models.PositiveIntegerField(
        _("declared number of projects"), null=True, blank=True, help_text=_("As the paper or its publication says.")
    )
    declared_total = TengeField(
        _("declared sum, tenge"), null=True, blank=True, help_text=_("Whole tenge; 45 bn and 45 000 000 000 both do.")
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(justice_date__isnull=True) | ~Q(justice_number=""),
                name="%(app_label)s_%(class)s_justice_date_has_number",
                violation_error_message=_("Give the justice registration number that belongs to this date."),
            ),
        ]


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["adopted_year", "updated_at", "transaction"],
    meta={"ordering": ["-pgh_id"]},
)
class Resolution(PaperFacts):
    """A decision of a maslikhat. Old ones may lack number and day; they are completed later and keep their address."""

    maslikhat = models.ForeignKey(Maslikhat, models.PROTECT, related_name="resolutions", verbose_name=_("maslikhat"))
    kind = models.CharField(_("kind"), max_length=20, choices=ResolutionKind)
    session = RomanNumberField(
        pgettext_lazy("maslikhat", "session"),
        null=True,
        blank=True,
        help_text=_("Roman numerals or digits: XXXIV or 34."),
    )
    convocation = RomanNumberField(
        _("convocation"), null=True, blank=True, help_text=_("Roman numerals or digits: VI or 6.")
    )
    number = CleanCharField(
        pgettext_lazy("paper", "number"),
        max_length=40,
        blank=True,
        help_text=_("As on the paper: 277, 369/45, 8/2-VI. Empty when not known yet."),
    )
    adopted = PartialDateField(
        _("adopted on"), blank=True, help_text=_("14.09.2017, or 09.2017 or 2017 when the day is not known.")
    )
    declared_is_approximate = models.BooleanField(
        _("declared figures are approximate"), default=False, help_text=_("The source says “about”.")
    )
    note_kk = CleanTextField(_("note in Kazakh"), blank=True)
    note_ru = CleanTextField(_("note in Russian"), blank=True)
    note_en = CleanTextField(_("note in English"), blank=True)
    import_key = models.SlugField(
        _("key in import files"),
        max_length=60,
        null=True,
        blank=True,
        unique=True,
        help_text=_("Rows of an import file name the resolution by this key, for example almaty-2017-09."),
    )
    adopted_year = models.GeneratedField(
        expression=models.Case(
            models.When(~Q(adopted=""), then=Cast(Left(F("adopted"), 4), models.SmallIntegerField())),
            default=None,
        ),
        output_field=models.SmallIntegerField(null=True),
        db_persist=True,
        verbose_name=_("year"),
    )
    confirmed_at = models.DateTimeField(
        _("published"),
        null=True,
        editable=False,
        help_text=_("When one person had recorded the paper and another confirmed it; empty: from public sources."),
    )
    transaction = models.BigIntegerField(_("transaction"), db_default=CurrentTransaction(), editable=False)
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta(PaperFacts.Meta):
        verbose_name = _("resolution")
        verbose_name_plural = _("resolutions")
        ordering = ["-adopted", "-pk"]
        constraints = [
            *PaperFacts.Meta.constraints,
            models.UniqueConstraint(
                fields=["maslikhat", "number", "adopted"],
                condition=~Q(number="") & ~Q(adopted=""),
                name="%(app_label)s_%(class)s_one_number_a_day",
                violation_error_message=_("This maslikhat already has a resolution with this number and date."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ResolutionKind.values),
                name="%(app_label)s_%(class)s_kind_is_known",
                violation_error_message=_("Choose one of the kinds of resolution."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="confirmed_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__confirmed_at__isnull=False),
                func=f"""
                IF TG_OP = 'DELETE'
                   OR {_ROW(", ".join(f"OLD.{name}" for name in FACTS))}
                      IS DISTINCT FROM {_ROW(", ".join(f"NEW.{name}" for name in FACTS))}
                   OR {" OR ".join(_FILLED.format(name=name) for name in LATER)} THEN
                    RAISE EXCEPTION 'resolution % is published: only another resolution changes it', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_resolution_confirmed_stays';
                END IF;
                RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="kind_fits_its_projects",
                operation=pgtrigger.UpdateOf("kind"),
                when=pgtrigger.Before,
                func="""
                IF NEW.kind NOT IN ('list_approval', 'amendment')
                   AND EXISTS (SELECT 1 FROM projects_project WHERE resolution_id = NEW.id)
                   OR NEW.kind <> 'exclusion'
                   AND EXISTS (SELECT 1 FROM projects_project WHERE excluded_by_id = NEW.id) THEN
                    RAISE EXCEPTION 'projects hang on resolution % and its kind', NEW.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_resolution_kind_fits_its_projects';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        number = _("No. %(number)s") % {"number": self.number} if self.number else _("number unknown")
        return " · ".join(
            str(part) for part in (self.maslikhat.name, number, format_partial_date(self.adopted)) if part
        )

    def clean(self) -> None:
        """Refuse a kind at odds with the projects by this paper, and a second record of one paper.

        A second record has the same maslikhat and number, and one date is a part of the other.
        """
        super().clean()
        if self.pk and (
            (not self.enters_projects and self.projects.exists())
            or (not self.excludes_projects and self.excluded_projects.exists())
        ):
            raise ValidationError(
                {"kind": _("Projects entered or left the list by this resolution: its kind must fit them.")}
            )
        if not self.number or not self.maslikhat_id:
            return
        twins = Resolution.objects.filter(maslikhat=self.maslikhat_id, number=self.number).exclude(pk=self.pk)
        for twin in twins:
            if twin.adopted.startswith(self.adopted) or self.adopted.startswith(twin.adopted):
                raise ValidationError(
                    {"number": _("This resolution is already on file. Complete that record instead of adding another.")}
                )

    def get_absolute_url(self) -> str:
        """Return the public address; it never changes."""
        return reverse("resolution", args=[self.pk])

    @property
    def heading(self) -> str:
        """The body and what it decided, as one line: “Maslikhat of Almaty city: approval of a list”."""
        kind = self.get_kind_display()
        return f"{self.maslikhat.name}: {kind[:1].lower()}{kind[1:]}"

    @property
    def note(self) -> Localized:
        """The note in the reader's language."""
        return localized(self, "note")

    @property
    def is_confirmed(self) -> bool:
        """Whether it was recorded by one person and confirmed by another; its facts then stay."""
        return self.confirmed_at is not None

    @property
    def enters_projects(self) -> bool:
        """Whether projects enter the approved register by this resolution."""
        return self.kind in ENTERING_KINDS

    @property
    def excludes_projects(self) -> bool:
        """Whether projects leave the list by this resolution."""
        return self.kind == ResolutionKind.EXCLUSION


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class DeclaredShare(models.Model):
    """What the paper declares for one initiator type, beside its overall figures."""

    resolution = models.ForeignKey(
        Resolution, models.CASCADE, related_name="declared_shares", verbose_name=_("resolution")
    )
    initiator_type = models.CharField(_("initiator type"), max_length=20, choices=InitiatorType)
    count = models.PositiveIntegerField(_("declared number of projects"), null=True, blank=True)
    total = TengeField(_("declared sum, tenge"), null=True, blank=True)

    class Meta:
        verbose_name = _("declared by initiator")
        verbose_name_plural = _("declared by initiator")
        constraints = [
            known_code("initiator_type", InitiatorType.values),
            models.UniqueConstraint(
                fields=["resolution", "initiator_type"],
                name="%(app_label)s_%(class)s_one_row_an_initiator_type",
                violation_error_message=_("This initiator type already has a row."),
            ),
            models.CheckConstraint(
                condition=Q(count__isnull=False) | Q(total__isnull=False),
                name="%(app_label)s_%(class)s_says_something",
                violation_error_message=_("Give the number, the sum, or both."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="confirmed_stays",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                IF EXISTS (SELECT 1 FROM projects_resolution WHERE id IN (OLD.resolution_id, NEW.resolution_id)
                           AND confirmed_at IS NOT NULL AND transaction <> txid_current()) THEN
                    RAISE EXCEPTION 'a published resolution declares what it declares'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'projects_declaredshare_confirmed_stays';
                END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.get_initiator_type_display()
