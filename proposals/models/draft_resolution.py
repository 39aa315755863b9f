"""A resolution before it is public: what the secretary recorded, line by line, and the head's confirmation."""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from projects.models import Maslikhat, Resolution
from projects.models.resolution import PaperFacts
from proposals.models.session import Session
from reference.codelists import ResolutionKind
from reference.constraints import known_code
from reference.fields import (
    CleanCharField,
    CleanTextField,
    PartialDateField,
    RomanNumberField,
)
from reference.file_names import shown_name
from reference.papers import examine
from reference.scanner import refuse_infected


class DraftState(models.TextChoices):
    """How far the recording of a resolution is."""

    DRAFT = "draft", pgettext_lazy("resolution", "Being recorded")
    RECORDED = "recorded", pgettext_lazy("resolution", "Waits for the head")
    CONFIRMED = "confirmed", pgettext_lazy("resolution", "Confirmed, waits for its hour")
    PUBLISHED = "published", pgettext_lazy("resolution", "Published")
    DISCARDED = "discarded", pgettext_lazy("resolution", "Discarded")


OPEN_STATES = (DraftState.DRAFT, DraftState.RECORDED, DraftState.CONFIRMED)


def stored_name(draft: "DraftResolution", filename: str) -> str:
    """Return a name nobody can guess; the scan is served to staff only until the resolution is public."""
    return f"documents/{uuid.uuid4().hex}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["updated_at"],
    meta={"ordering": ["-pgh_id"]},
)
class DraftResolution(PaperFacts):
    """A resolution as the secretary records it. Not in the register, on no public page, until it is published."""

    id = models.UUIDField(_("key"), primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=DraftState, default=DraftState.DRAFT, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=ResolutionKind)
    maslikhat = models.ForeignKey(Maslikhat, models.PROTECT, related_name="+", verbose_name=_("maslikhat"))
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="drafts", verbose_name=_("session")
    )
    completes = models.ForeignKey(
        Resolution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"confirmed_at__isnull": True},
        verbose_name=_("resolution known from public sources"),
        help_text=_("When the paper of a resolution that is in the register already has been found."),
    )
    session_number = RomanNumberField(
        pgettext_lazy("maslikhat", "session"),
        null=True,
        blank=True,
        help_text=_("Roman numerals or digits: XXXIV or 34."),
    )
    convocation = RomanNumberField(
        _("convocation"), null=True, blank=True, help_text=_("Roman numerals or digits: VI or 6.")
    )
    number = CleanCharField(
        pgettext_lazy("paper", "number"), max_length=40, help_text=_("As on the paper: 277, 369/45, 8/2-VI.")
    )
    adopted = PartialDateField(
        _("adopted on"), help_text=_("14.09.2017, or 09.2017 or 2017 when the day is not known.")
    )
    scan = models.FileField(
        _("scan"), upload_to=stored_name, blank=True, help_text=_("PDF, DOCX, XLSX, JPEG or PNG, up to 25 MB.")
    )
    scan_name = CleanCharField(_("name of the file"), max_length=255, blank=True, editable=False)
    scan_type = models.CharField(_("type of the file"), max_length=100, blank=True, editable=False)
    scan_size = models.PositiveIntegerField(_("size, bytes"), null=True, editable=False)
    scan_sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    difference_reason = CleanTextField(
        _("reason of the difference"),
        max_length=3000,
        blank=True,
        help_text=_("Why the paper's number or sum differs from its lines. Asked for only when it does."),
    )
    publish_at = models.DateTimeField(
        _("publish at"),
        null=True,
        blank=True,
        help_text=_("Almaty time. Empty: at once when the head confirms. The whole list appears at this moment."),
    )
    note_kk = CleanTextField(_("note in Kazakh"), max_length=3000, blank=True)
    note_ru = CleanTextField(_("note in Russian"), max_length=3000, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+", verbose_name=_("begun by")
    )
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    returned_note = CleanTextField(_("why it was given back"), max_length=3000, blank=True, editable=False)
    obstacle = CleanTextField(_("why it could not be published"), max_length=3000, blank=True, editable=False)
    resolution = models.OneToOneField(
        Resolution,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="recording",
        verbose_name=_("resolution of the register"),
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta(PaperFacts.Meta):
        verbose_name = _("resolution being recorded")
        verbose_name_plural = _("resolutions being recorded")
        ordering = ["-created_at"]
        permissions = [("confirm_resolution", "Can confirm a recorded resolution")]
        constraints = [
            *PaperFacts.Meta.constraints,
            known_code("state", DraftState.values),
            known_code("kind", ResolutionKind.values),
            models.UniqueConstraint(
                fields=["maslikhat", "number", "adopted"],
                condition=~Q(state=DraftState.DISCARDED),
                name="%(app_label)s_%(class)s_recorded_once",
                violation_error_message=_("This resolution is being recorded already, or is recorded."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("recorded_by")),
                name="%(app_label)s_%(class)s_four_eyes",
                violation_error_message=_("Whoever recorded a resolution does not confirm it."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=(DraftState.DRAFT, DraftState.DISCARDED))
                | Q(recorded_by__isnull=False, recorded_at__isnull=False),
                name="%(app_label)s_%(class)s_recorded_by_somebody",
                violation_error_message=_("Say who recorded the resolution."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(DraftState.CONFIRMED, DraftState.PUBLISHED))
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="%(app_label)s_%(class)s_confirmed_by_somebody",
                violation_error_message=_("Say who confirmed the resolution."),
            ),
            models.CheckConstraint(
                condition=Q(state=DraftState.PUBLISHED, resolution__isnull=False)
                | (~Q(state=DraftState.PUBLISHED) & Q(resolution__isnull=True)),
                name="%(app_label)s_%(class)s_published_is_in_the_register",
                violation_error_message=_("A published resolution stands in the register."),
            ),
            models.CheckConstraint(
                condition=Q(scan="") | (Q(scan_size__isnull=False) & ~Q(scan_sha256="")),
                name="%(app_label)s_%(class)s_scan_is_hashed",
                violation_error_message=_("The file was not examined; upload it again."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="closed_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                IF TG_OP = 'DELETE' OR OLD.state IN ('published', 'discarded') THEN
                    RAISE EXCEPTION 'recorded resolution % is closed', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_draftresolution_closed_stays';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} № {self.number}"

    def clean(self) -> None:
        """Examine a newly uploaded scan by its content."""
        super().clean()
        if self.scan and not getattr(self.scan, "_committed", True):
            try:
                facts = examine(self.scan.file)
                refuse_infected(self.scan.file)
            except ValidationError as error:
                raise ValidationError({"scan": error}) from error
            self.scan_type, self.scan_size, self.scan_sha256 = facts.content_type, facts.size, facts.sha256
            self.scan_name = shown_name(str(self.scan.name), facts.extension, "resolution")

    def get_absolute_url(self) -> str:
        """Return the page of the recording on the staff site."""
        return reverse("admin:proposals_draftresolution_change", args=[self.pk])

    @property
    def is_open_to_changes(self) -> bool:
        """Whether the secretary may still change it."""
        return self.state == DraftState.DRAFT

    @property
    def declares(self) -> bool:
        """Whether the paper as a whole names a number or a sum."""
        return self.declared_count is not None or self.declared_total is not None

    @property
    def decides_items(self) -> bool:
        """Whether it approves, declines or postpones items of an agenda."""
        return self.kind in (ResolutionKind.LIST_APPROVAL, ResolutionKind.AMENDMENT)
