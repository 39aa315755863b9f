"""Papers of projects and resolutions: a file or an address, public or not."""

import uuid

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.models.project import Project
from projects.models.resolution import Resolution
from reference.codelists import DocumentType
from reference.constraints import known_code
from reference.fields import CleanCharField, WebAddressField
from reference.file_names import shown_name
from reference.languages import LANGUAGES, localized
from reference.papers import examine
from reference.scanner import refuse_infected


def stored_name(document: "Document", filename: str) -> str:
    """Return a name nobody can guess; what the sender called the file is kept in a column only."""
    return f"documents/{uuid.uuid4().hex}"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class Document(models.Model):
    """A paper that belongs to one project or one resolution."""

    id = models.UUIDField(_("key"), primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("project")
    )
    resolution = models.ForeignKey(
        Resolution, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("resolution")
    )
    document_type = models.CharField(_("kind of paper"), max_length=30, choices=DocumentType, blank=True)
    title_kk = CleanCharField(_("title in Kazakh"), max_length=300, blank=True)
    title_ru = CleanCharField(_("title in Russian"), max_length=300, blank=True)
    title_en = CleanCharField(_("title in English"), max_length=300, blank=True)
    language = models.CharField(
        _("language of the paper"), max_length=2, choices=[(code, code) for code in LANGUAGES], blank=True
    )
    file = models.FileField(
        _("file"), upload_to=stored_name, blank=True, help_text=_("PDF, DOCX, XLSX, JPEG or PNG, up to 25 MB.")
    )
    url = WebAddressField(
        _("address"), max_length=1000, blank=True, help_text=_("When the paper is published elsewhere.")
    )
    original_name = CleanCharField(_("name of the file"), max_length=255, blank=True, editable=False)
    content_type = models.CharField(_("type of the file"), max_length=100, blank=True, editable=False)
    size = models.PositiveIntegerField(_("size, bytes"), null=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Shown to everybody. Otherwise staff only.")
    )
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["document_type", "created_at"]
        constraints = [
            known_code("document_type", DocumentType.values, may_be_empty=True),
            known_code("language", LANGUAGES, may_be_empty=True),
            models.CheckConstraint(
                condition=Q(project__isnull=False, resolution__isnull=True)
                | Q(project__isnull=True, resolution__isnull=False),
                name="%(app_label)s_%(class)s_has_one_owner",
                violation_error_message=_("A document belongs to one project or to one resolution."),
            ),
            models.CheckConstraint(
                condition=~Q(file="") | ~Q(url=""),
                name="%(app_label)s_%(class)s_is_somewhere",
                violation_error_message=_("Upload a file or give its address."),
            ),
            models.CheckConstraint(
                condition=Q(file="") | (Q(size__isnull=False) & ~Q(sha256="")),
                name="%(app_label)s_%(class)s_file_is_hashed",
                violation_error_message=_("The file was not examined; upload it again."),
            ),
        ]

    def __str__(self) -> str:
        return localized(self, "title").text or self.original_name or self.get_document_type_display()

    def clean(self) -> None:
        """Examine a newly uploaded file by its content."""
        super().clean()
        if self.file and not getattr(self.file, "_committed", True):
            try:
                facts = examine(self.file.file)
                refuse_infected(self.file.file)
            except ValidationError as error:
                raise ValidationError({"file": error}) from error
            self.content_type, self.size, self.sha256 = facts.content_type, facts.size, facts.sha256
            self.original_name = shown_name(str(self.file.name), facts.extension)

    def get_absolute_url(self) -> str:
        """Return the address at which those who may read the paper get it."""
        return reverse("document", args=[self.pk])
