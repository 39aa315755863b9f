"""The library of typical documents: templates that staff upload and applicants get filled in."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from reference.constraints import known_code
from reference.fields import CleanCharField
from reference.languages import LANGUAGE_NAMES, Localized, language_name, localized
from reference.models import Sector

TEMPLATE_LANGUAGES = ("kk", "ru")


def stored_name(document: "TypicalDocument", filename: str) -> str:
    """Return a name nobody can guess."""
    return f"typical/{uuid.uuid4().hex}.docx"


class TypicalDocument(models.Model):
    """One version of one template in one language. A new version leaves the old one on file."""

    id = models.UUIDField(_("key"), primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(
        _("code"), max_length=60, help_text=_("Latin letters; the versions and languages of a document share it.")
    )
    sector = models.ForeignKey(
        Sector,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="typical_documents",
        verbose_name=_("sector"),
        help_text=_("Empty: for every sector."),
    )
    language = models.CharField(
        _("language of the document"),
        max_length=2,
        choices=[(code, LANGUAGE_NAMES[code]) for code in ("kk", "ru")],
    )
    version = models.PositiveSmallIntegerField(_("version"), editable=False, default=1)
    title_kk = CleanCharField(_("title in Kazakh"), max_length=300)
    title_ru = CleanCharField(_("title in Russian"), max_length=300)
    title_en = CleanCharField(_("title in English"), max_length=300, blank=True)
    file = models.FileField(
        pgettext_lazy("typical document", "file"),
        upload_to=stored_name,
        help_text=_("DOCX with the placeholders of the list; they are filled in from the application."),
    )
    size = models.PositiveIntegerField(_("size, bytes"), editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    is_offered = models.BooleanField(
        _("offered"), default=True, help_text=_("Applicants see only the newest version that is offered.")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("uploaded by"),
        help_text=_("Empty: shipped with the registry."),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("typical document")
        verbose_name_plural = _("typical documents")
        ordering = ["code", "language", "-version"]
        constraints = [
            known_code("language", TEMPLATE_LANGUAGES),
            models.UniqueConstraint(
                fields=["code", "language", "version"],
                name="%(app_label)s_%(class)s_one_a_version",
                violation_error_message=_("This version is already on file."),
            ),
            models.CheckConstraint(
                condition=~models.Q(file="") & ~models.Q(sha256=""),
                name="%(app_label)s_%(class)s_is_hashed",
                violation_error_message=_("The file was not examined; upload it again."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({language_name(self.language)}, {self.version})"

    @property
    def title(self) -> Localized:
        """Return the title in the reader's language, or the next best."""
        return localized(self, "title")
