"""The organisation that applies, who works for it, and who is invited to."""

import datetime
import uuid

import pghistory
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from reference.codelists import CompanySize, InitiatorType, LegalForm
from reference.constraints import known_code
from reference.fields import BinField, CleanCharField, CleanTextField, IinField

_PERSONAL = ["iin", "contact_person", "phone", "email", "address"]


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=[*_PERSONAL, "erased_at"],
    meta={"ordering": ["-pgh_id"]},
)
class Organisation(models.Model):
    """An applicant: a company with its BIN, or an individual entrepreneur with an IIN.

    Nobody has proved that a person works for the BIN he or she gave, so a BIN is not unique here: a stranger can
    neither take a company's number away nor learn that it is registered (docs/decisions/0010).
    """

    id = models.UUIDField(_("key"), primary_key=True, default=uuid.uuid4, editable=False)
    name = CleanCharField(
        _("name of the organisation"), max_length=300, help_text=_("As in the certificate of registration.")
    )
    legal_form = models.CharField(_("legal form"), max_length=20, choices=LegalForm)
    bin = BinField(_("BIN"), blank=True, help_text=_("12 digits; every organisation but an individual entrepreneur."))
    iin = IinField(
        _("IIN"), blank=True, help_text=_("12 digits; only an individual entrepreneur. Never shown to the public.")
    )
    size = models.CharField(
        _("size of the enterprise"),
        max_length=10,
        choices=CompanySize,
        blank=True,
        help_text=_("By staff and income of the last year (Entrepreneurial Code 375-V, art. 24)."),
    )
    contact_person = CleanCharField(_("contact person"), max_length=200, help_text=_("Whom the chamber may call."))
    phone = models.CharField(
        _("telephone"),
        max_length=30,
        help_text=_("For example +7 727 123 45 67."),
        validators=[
            RegexValidator(
                r"\A\+?[0-9][0-9 ()\-]{5,28}\Z",
                _("Write the telephone number with digits, for example +7 727 123 45 67."),
            )
        ],
    )
    email = models.EmailField(_("e-mail of the organisation"), max_length=254, blank=True)
    address = CleanTextField(_("postal address"), blank=True)
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)
    erased_at = models.DateTimeField(
        _("erased"), null=True, blank=True, editable=False, help_text=_("The entrepreneur was erased as a person.")
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        indexes = [models.Index(fields=["bin"], name="accounts_organisation_bin")]
        constraints = [
            known_code("legal_form", LegalForm.values),
            known_code("size", CompanySize.values, may_be_empty=True),
            models.CheckConstraint(
                condition=(Q(legal_form=LegalForm.INDIVIDUAL, bin="") & (~Q(iin="") | Q(erased_at__isnull=False)))
                | (~Q(legal_form=LegalForm.INDIVIDUAL) & Q(iin="") & ~Q(bin="")),
                name="%(app_label)s_%(class)s_has_one_number",
                violation_error_message=_(
                    "An individual entrepreneur gives the IIN, every other organisation the BIN."
                ),
            ),
            models.CheckConstraint(
                condition=(Q(legal_form__in=(LegalForm.ASSOCIATION, LegalForm.STATE_BODY), size=""))
                | (~Q(legal_form__in=(LegalForm.ASSOCIATION, LegalForm.STATE_BODY)) & ~Q(size="")),
                name="%(app_label)s_%(class)s_a_business_has_a_size",
                violation_error_message=_(
                    "Choose the size of the enterprise; associations and state bodies have none."
                ),
            ),
        ]

    def __str__(self) -> str:
        if self.erased_at and not self.name:
            return gettext("Erased applicant")
        return self.name

    @property
    def initiator_type(self) -> str:
        """Return the initiator type by legal form and size, as it is frozen at filing."""
        if self.legal_form == LegalForm.ASSOCIATION:
            return InitiatorType.ASSOCIATION
        if self.legal_form == LegalForm.STATE_BODY:
            return InitiatorType.STATE_BODY
        return InitiatorType.LARGE_BUSINESS if self.size == CompanySize.LARGE else InitiatorType.SME

    @property
    def initiator_size(self) -> str:
        """Return the size class of an SME, empty for everybody else."""
        return self.size if self.initiator_type == InitiatorType.SME else ""


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), meta={"ordering": ["-pgh_id"]}
)
class Membership(models.Model):
    """A person who works for an organisation: reads and writes all its applications."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    is_owner = models.BooleanField(
        _("owner"), default=False, help_text=_("Invites and removes people; entered the organisation.")
    )
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["joined_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                name="%(app_label)s_%(class)s_a_person_once",
                violation_error_message=_("This person already works for the organisation."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"


class Invitation(models.Model):
    """An invitation by letter to work for an organisation; good once and for a limited time."""

    LASTS = datetime.timedelta(days=14)

    id = models.UUIDField(_("key"), primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    email = models.EmailField(_("e-mail"), max_length=254)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                name="%(app_label)s_%(class)s_one_open_an_email",
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                violation_error_message=_("This address is invited already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.organisation}"

    @property
    def expires_at(self) -> datetime.datetime:
        """The moment after which the invitation is good no more."""
        return self.created_at + self.LASTS

    @property
    def is_open(self) -> bool:
        """Tell whether it may still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and timezone.now() < self.expires_at
