"""Who took the monthly report."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reference.constraints import known_code


class ReportFormat(models.TextChoices):
    """The file that was taken."""

    PDF = "pdf", "PDF"
    XLSX = "xlsx", "XLSX"


class ReportTaking(models.Model):
    """Somebody of the chamber took the figures away as a file. Added to and never changed."""

    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("taken by"))
    at = models.DateTimeField(_("time"), default=timezone.now, editable=False)
    file_format = models.CharField(_("format"), max_length=4, choices=ReportFormat)
    language = models.CharField(_("language"), max_length=2)
    section = models.CharField(_("section"), max_length=20, blank=True, help_text=_("Empty: all of them."))
    filters = models.JSONField(_("filters"), default=dict, help_text=_("Parameters of the address in force."))

    class Meta:
        verbose_name = _("taking of the report")
        verbose_name_plural = _("takings of the report")
        ordering = ["-id"]
        constraints = [known_code("file_format", ReportFormat.values)]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.taker}: {self.file_format}"
