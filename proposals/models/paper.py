"""Papers of a proposal: every version stays, none changes."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from proposals.models.details import only_while_editable
from proposals.models.proposal import Proposal
from reference import scanner
from reference.constraints import known_code
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

    @property
    def scan_state(self) -> "ScanState":
        """What is known of viruses in it; load ``scan`` with the papers of a list."""
        found = getattr(self, "scan", None)
        if found is not None:
            return ScanState(found.verdict)
        return ScanState.PENDING if scanner.is_configured() else ScanState.UNSCANNED

    @property
    def is_rejected(self) -> bool:
        """Whether the scanner found a virus in it."""
        return self.scan_state == ScanState.REJECTED

    @property
    def is_held(self) -> bool:
        """Whether nobody may take it, not even its owner: a virus was found, or may yet be."""
        return self.scan_state in (ScanState.PENDING, ScanState.REJECTED)


class ScanState(models.TextChoices):
    """What is known of viruses in a paper."""

    CLEAN = "clean", pgettext_lazy("paper", "no virus found")
    REJECTED = "rejected", pgettext_lazy("paper", "a virus was found")
    PENDING = "pending", pgettext_lazy("paper", "not scanned for viruses yet")
    UNSCANNED = "unscanned", pgettext_lazy("paper", "not scanned for viruses: no scanner is set up")


VERDICTS = (ScanState.CLEAN, ScanState.REJECTED)


class PaperScan(models.Model):
    """The scanner's verdict about one version of a paper: given once, and it stays. Without a row the paper waits."""

    paper = models.OneToOneField(Paper, models.CASCADE, related_name="scan", verbose_name=_("paper"))
    verdict = models.CharField(
        _("verdict"), max_length=10, choices=[(state.value, state.label) for state in VERDICTS], editable=False
    )
    signature = CleanCharField(
        _("what was found"),
        max_length=200,
        blank=True,
        editable=False,
        help_text=_("The scanner's name for it; empty when nothing was found."),
    )
    at = models.DateTimeField(_("time"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("scan of a paper")
        verbose_name_plural = _("scans of papers")
        ordering = ["-id"]
        constraints = [
            known_code("verdict", [state.value for state in VERDICTS]),
            models.CheckConstraint(
                condition=Q(verdict=ScanState.CLEAN, signature="") | (Q(verdict=ScanState.REJECTED) & ~Q(signature="")),
                name="%(app_label)s_%(class)s_names_what_it_found",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="verdict_stays", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="goes_with_its_draft",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                IF EXISTS (SELECT 1 FROM proposals_paper paper JOIN proposals_proposal p ON p.id = paper.proposal_id
                           WHERE paper.id = OLD.paper_id AND p.stage <> 'draft') THEN
                    RAISE EXCEPTION 'the verdict about a filed paper stays'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposals_paperscan_goes_with_its_draft';
                END IF;
                RETURN OLD;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper}: {self.get_verdict_display()}"


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
