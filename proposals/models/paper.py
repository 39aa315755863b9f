"""Papers of a proposal: every version stays, none changes."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from proposals.models.details import only_while_editable
from proposals.models.proposal import Proposal
from reference.fields import CleanCharField

_FIXED = ("file", "sha256", "size", "content_type", "original_name", "kind", "series", "version", "proposal_id")


def stored_name(paper: "Paper", filename: str) -> str:
    """Return a name nobody can guess; what the sender called the file is kept in a column only."""
    return f"papers/{uuid.uuid4().hex}"


class Paper(models.Model):
    """One version of one paper. The file is told by its content (reference/papers.py) and named by its hash."""

    id = models.UUIDField(_("key"), primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="papers", verbose_name=_("proposal"))
    kind = models.SlugField(_("kind of paper"), max_length=40)
    series = models.UUIDField(
        _("paper"), default=uuid.uuid4, editable=False, help_text=_("The versions of one paper share it.")
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    is_current = models.BooleanField(_("newest version"), default=True, editable=False)
    is_confidential = models.BooleanField(
        _("confidential"), default=True, help_text=_("Confidential papers are read by the chamber only.")
    )
    file = models.FileField(_("file"), upload_to=stored_name, help_text=_("PDF, DOCX, XLSX, JPEG or PNG, up to 25 MB."))
    original_name = CleanCharField(_("name of the file"), max_length=255, editable=False)
    content_type = models.CharField(_("type of the file"), max_length=100, editable=False)
    size = models.PositiveIntegerField(_("size, bytes"), editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by"), editable=False
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["kind", "series", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["series", "version"], name="%(app_label)s_%(class)s_one_a_version"),
            models.UniqueConstraint(
                fields=["series"], condition=Q(is_current=True), name="%(app_label)s_%(class)s_one_newest"
            ),
            models.CheckConstraint(
                condition=~Q(file="") & Q(sha256__regex="^[0-9a-f]{64}$", size__gt=0),
                name="%(app_label)s_%(class)s_is_hashed",
                violation_error_message=_("The file was not examined; upload it again."),
            ),
        ]
        triggers = [
            only_while_editable("proposals_paper"),
            pgtrigger.Trigger(
                name="version_stays",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"""
                IF ({", ".join(f"OLD.{name}" for name in _FIXED)}) IS DISTINCT FROM
                   ({", ".join(f"NEW.{name}" for name in _FIXED)}) THEN
                    RAISE EXCEPTION 'a version of a paper never changes'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_paper_version_stays';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.original_name

    def get_absolute_url(self) -> str:
        """Return the address at which those who may read the paper get it."""
        return reverse("paper", args=[self.pk])


class PaperReading(models.Model):
    """Somebody of the chamber took a paper to read. Added to and never changed."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="readings", verbose_name=_("paper"))
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reader"))
    at = models.DateTimeField(_("time"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("reading of a paper")
        verbose_name_plural = _("readings of papers")
        ordering = ["-id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.reader}: {self.paper}"
