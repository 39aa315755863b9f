"""Who wants letters about what, and which news of the register have been told already."""

import uuid
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from projects.models.list_change import ListChange
from projects.models.project import Project
from projects.models.status_change import StatusChange
from reference.constraints import known_code
from reference.languages import LANGUAGES
from reference.models import Sector, Territory


def address_key(email: str) -> str:
    """Return a key that stands for an address whatever the case of its letters; nobody can read it back."""
    return salted_hmac("projects.following", email.lower(), algorithm="sha256").hexdigest()


class Follow(models.Model):
    """An address that follows one project, a sector, a territory with its districts, or the whole register.

    An address is personal data: it stands here only, no history keeps it, and the row is deleted when it ends.
    """

    id = models.UUIDField(_("key"), primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254)
    address_key = models.CharField(_("key of the address"), max_length=64, editable=False, db_index=True)
    language = models.CharField(
        _("language of the letters"), max_length=2, choices=[(code, code) for code in LANGUAGES]
    )
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="follows", verbose_name=_("project")
    )
    sector = models.ForeignKey(
        Sector, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("sector")
    )
    territory = models.ForeignKey(
        Territory, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("territory")
    )
    token_hash = models.CharField(
        _("hash of the link"),
        max_length=64,
        editable=False,
        help_text=_("SHA-256 of the secret in the letter; empty once the address is confirmed."),
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        ordering = ["asked_at"]
        constraints = [
            known_code("language", LANGUAGES),
            models.CheckConstraint(
                condition=Q(project__isnull=True, sector__isnull=True)
                | Q(project__isnull=True, territory__isnull=True)
                | Q(sector__isnull=True, territory__isnull=True),
                name="%(app_label)s_%(class)s_has_one_target",
                violation_error_message=_("Follow one project, one sector, one territory or everything."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) & ~Q(token_hash="")
                | Q(confirmed_at__isnull=False, token_hash=""),
                name="%(app_label)s_%(class)s_link_works_once",
                violation_error_message=_("A confirmed address keeps no link."),
            ),
            models.UniqueConstraint(
                fields=["token_hash"],
                condition=~Q(token_hash=""),
                name="%(app_label)s_%(class)s_one_link_each",
                violation_error_message=_("This link is taken."),
            ),
            models.UniqueConstraint(
                "address_key",
                Coalesce("project", Value(0, output_field=models.BigIntegerField())),
                Coalesce("sector", Value("")),
                Coalesce("territory", Value("")),
                condition=Q(confirmed_at__isnull=False),
                name="%(app_label)s_%(class)s_once",
                violation_error_message=_("This address follows that already."),
            ),
        ]

    def __str__(self) -> str:
        # Never the address: whatever prints a row may end in a log.
        return str(self.target or _("All projects"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row with the key of its address."""
        self.address_key = address_key(self.email)
        super().save(*args, **kwargs)

    @property
    def target(self) -> Project | Sector | Territory | None:
        """What is followed; None stands for everything."""
        return self.project or self.sector or self.territory


class ToldNews(models.Model):
    """A change of the register that followers were told of, or that nobody followed. Written once, never changed."""

    list_change = models.OneToOneField(
        ListChange, models.PROTECT, null=True, related_name="told", verbose_name=_("change of the list")
    )
    status_change = models.OneToOneField(
        StatusChange, models.PROTECT, null=True, related_name="told", verbose_name=_("status change")
    )
    told_at = models.DateTimeField(_("told"), db_index=True)

    class Meta:
        verbose_name = _("told news")
        verbose_name_plural = _("told news")
        constraints = [
            models.CheckConstraint(
                condition=Q(list_change__isnull=True, status_change__isnull=False)
                | Q(list_change__isnull=False, status_change__isnull=True),
                name="%(app_label)s_%(class)s_is_one_change",
                violation_error_message=_("Name one change."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.list_change or self.status_change)
