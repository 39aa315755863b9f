"""The road of a project: which status it got, when, and from which paper or source we know."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.document import Document
from projects.models.project import Project
from projects.models.resolution import Resolution
from reference.codelists import ProjectStatus
from reference.constraints import known_code
from reference.fields import CleanTextField, PartialDateField, WebAddressField


class StatusChange(models.Model):
    """One step of a project's road. Written by the services together with the status, never changed."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="status_changes", verbose_name=_("project"))
    status = models.CharField(_("status"), max_length=20, choices=ProjectStatus)
    since = PartialDateField(_("since"), blank=True, help_text=_("14.09.2017, 09.2017 or 2017; empty: not known."))
    resolution = models.ForeignKey(
        Resolution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("resolution")
    )
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("document")
    )
    source_url = WebAddressField(_("address of the source"), max_length=1000, blank=True)
    note_kk = CleanTextField(_("note in Kazakh"), blank=True)
    note_ru = CleanTextField(_("note in Russian"), blank=True)
    note_en = CleanTextField(_("note in English"), blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("road of the project")
        ordering = ["pk"]
        indexes = [models.Index(fields=["-recorded_at", "-id"], name="projects_statuschange_recent")]
        constraints = [known_code("status", ProjectStatus.values)]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.since}".strip()
