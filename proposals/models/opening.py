"""Who opened what is confidential or personal: a page, a letter, a paper of a session, the list of readings itself."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from proposals.models.proposal import Proposal
from proposals.models.session import Session
from reference.constraints import known_code


class Opened(models.TextChoices):
    """What was opened or taken away. A paper of a proposal has rows of its own: ``PaperReading``."""

    PROPOSAL = "proposal", _("Page of a proposal")
    RECEIPT = "receipt", _("Receipt of an application")
    CONTACTS = "contacts", _("Contact data of an applicant")
    LETTER = "letter", _("Letter to an applicant")
    SESSION_PAPER = "session_paper", _("Paper of a session")
    READINGS = "readings", _("List of who read what")
    READINGS_FILE = "readings_file", _("List of who read what, as a file")
    OWN_DATA = "own_data", _("One's own data")


class Opening(models.Model):
    """Somebody opened something that not everybody may read. Added to and never changed."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reader"))
    at = models.DateTimeField(_("time"), default=timezone.now, editable=False)
    kind = models.CharField(_("what"), max_length=15, choices=Opened)
    proposal = models.ForeignKey(
        Proposal, models.PROTECT, null=True, related_name="openings", verbose_name=_("proposal")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="openings", verbose_name=_("applicant")
    )
    session = models.ForeignKey(Session, models.PROTECT, null=True, related_name="+", verbose_name=_("session"))
    detail = models.CharField(
        _("more exactly"),
        max_length=300,
        blank=True,
        help_text=_("Number of a letter, language and form of a paper, filters of a list; nothing personal."),
    )

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["-id"]
        indexes = [models.Index(fields=["-at"], name="proposals_opening_newest")]
        constraints = [
            known_code("kind", Opened.values),
            models.CheckConstraint(
                condition=~Q(kind__in=(Opened.PROPOSAL, Opened.RECEIPT), proposal__isnull=True)
                & ~Q(kind=Opened.CONTACTS, organisation__isnull=True)
                & ~Q(kind=Opened.SESSION_PAPER, session__isnull=True),
                name="%(app_label)s_%(class)s_names_its_thing",
                violation_error_message=_("Name what was opened."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.reader}: {self.get_kind_display()}"
